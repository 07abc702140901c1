"""The recipe's path for those who cannot afford a grid: a batch size and a learning rate."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf
import xarray as xr

from helpers.data import Dataset
from helpers.experiments.decayed import decayed_sweep
from helpers.experiments.trial_problems import Problem
from helpers.landscape import two_batch_estimate
from helpers.landscape.gradients import loss_of_weights

USUAL = {"SGD": 0.01, "Adam": 0.001}  # Keras's own learning rates
SMALLEST, BATCH_SIZE = 8, 32  # that is considered, and Keras's own
WORTH = 1.25  # times as many samples per second, for which a batch is doubled
SHORT = 4  # short runs are so many times shorter
FACTOR, REACH, MOST = 3, 2, 11  # of learning rates: step, steps each way at first, most in all
AHEAD = 4  # steps up to which all runs are made at once, which is cheaper, and not counted
PAIRS, SMALL = 8, 16  # batches whose gradients are compared at a time, and size of the small ones
MORE_SEEDS = (100_000, 200_000)  # added to a seed for its second and third run


def optimizer(name: str) -> keras.optimizers.Optimizer:
    """SGD with momentum 0.9, or Adam with Keras's defaults.

    Args:
        name: SGD or Adam.
    """
    return keras.optimizers.SGD(momentum=0.9) if name == "SGD" else keras.optimizers.Adam()


def budget_path(
    problem: Problem,
    name: str,
    data: Sequence[Dataset],
    seeds: Sequence[int],
    *,
    largest: int,
    epochs: int,
) -> xr.Dataset:
    """Walk the path once for each seed, on samples of its own.

    1. Features are standardised; ``data`` comes so.
    2. Largest batch: the largest that fits, or that for which samples per second still grow: from
       16 on it is doubled as long as that gains a quarter.
    3. Noise scale: one short run at Keras's batch size and learning rate. At five places along it,
       compare the squared lengths of the gradients of small and large batches. The batch size is
       the smaller of the largest batch and the median noise scale, rounded down to a power of 2.
    4. Five learning rates, factors of 3 about the optimizer's usual one, each by a short run; all
       runs decay the rate to nothing. If the best held-out loss lies at the edge of the five, go
       on until it lies inside.
    5. The best two by two more seeds each; the lower mean loss of three wins.
    6. Only if the batch size is changed later on: learning rate × k for SGD, × √k for Adam.
    7. A full run under the same schedule, which is not made here.

    Args:
        problem: the network and what an update costs.
        name: of the optimizer, SGD or Adam.
        data: for each seed, with the samples to validate on as test samples.
        seeds: one walk each.
        largest: batch size that fits.
        epochs: of a full run; a short one has a quarter.

    Returns:
        Dimension seed. Variables batch_size and learning_rate, which were picked; noise_scale;
        trials, the short runs that it took; epochs, of all of them and of the full run.
    """
    short, n = epochs // SHORT, len(seeds)
    scale = noise_scale_along(problem, name, data, seeds, short, largest)
    limit = np.minimum(scale, useful_batch(problem.seconds, largest))
    sizes = 2 ** np.floor(np.log2(np.maximum(limit, SMALLEST))).astype(int)
    rates, trials = np.zeros(n), np.ones(n)
    for size in np.unique(sizes):
        group = np.flatnonzero(sizes == size)

        def losses(learning_rates, added=(0,), size=size, group=group):
            runs = decayed_sweep(
                problem.build, optimizer(name), [data[i] for i in group] * len(added),
                batch_sizes=[int(size)], learning_rates=learning_rates, epochs=short,
                seeds=[seeds[i] + more for more in added for i in group], loss=problem.loss,
            )  # fmt: skip
            final = runs.val_loss.isel(batch_size=0, epoch=-1).values
            final = np.where(np.isfinite(final), final, np.inf)
            return final.reshape(len(learning_rates), len(added), len(group)).mean(axis=1)

        rates[group], n_runs = best_of_three(losses, USUAL[name], len(group))
        trials[group] += n_runs
    picked = {"batch_size": sizes, "learning_rate": rates, "noise_scale": scale}
    picked |= {"trials": trials, "epochs": trials * short + epochs}
    return xr.Dataset({k: ("seed", v) for k, v in picked.items()}, {"seed": list(seeds)})


def useful_batch(seconds: Callable[[int], float], largest: int) -> int:
    """The batch size up to which doubling it gains a quarter in samples per second (step 2).

    Args:
        seconds: of an update, from the batch size.
        largest: batch size that fits.

    >>> useful_batch(lambda size: 0.001 + 0.00002 * size, 256)
    128
    """
    size = 2 * SMALLEST
    while 2 * size <= largest and 2 * seconds(size) >= WORTH * seconds(2 * size):
        size *= 2
    return size


def noise_scale_along(
    problem: Problem,
    name: str,
    data: Sequence[Dataset],
    seeds: Sequence[int],
    epochs: int,
    largest: int,
) -> np.ndarray:
    """The median noise scale at five places of a short run, from batches of two sizes (step 3).

    McCandlish et al. (arXiv 1812.06162), appendix A.1; noise and signal are means over a few pairs
    of batches, before their ratio is taken.

    Args:
        problem, name, data, seeds: as for ``budget_path``.
        epochs: of the short run.
        largest: samples of the large batches, which are drawn with replacement, as small ones are.

    Returns:
        Samples, shape (n_seeds,); infinite where most places have no signal in the noise.
    """
    places = sorted({max(1, round(epochs * k / 5)) for k in range(1, 6)})
    runs = decayed_sweep(
        problem.build, optimizer(name), data, batch_sizes=[BATCH_SIZE],
        learning_rates=[USUAL[name]], epochs=epochs, seeds=seeds, loss=problem.loss,
        snapshots=places,
    )  # fmt: skip
    weights = runs.weights.isel(batch_size=0, learning_rate=0).values
    one = data[0]
    mean_loss, _, _ = loss_of_weights(
        problem.build, weights, one.x_train, one.y_train, problem.loss
    )

    @tf.function(autograph=False)
    def squared_lengths(flat, x, y):
        def squared_length(batch):
            with tf.GradientTape() as tape:
                tape.watch(flat)
                value = mean_loss(flat, *batch)
            return tf.reduce_sum(tape.gradient(value, flat) ** 2)

        return tf.vectorized_map(squared_length, (x, y))

    scales = []
    for seed, samples, of_seed in zip(seeds, data, weights, strict=True):
        generator = np.random.default_rng(seed)
        at_places = []
        for flat in of_seed:
            lengths = [
                float(np.mean(squared_lengths(flat, samples.x_train[i], samples.y_train[i])))
                for size in (SMALL, largest)
                for i in [generator.integers(samples.n_train, size=(PAIRS, size))]
            ]
            noise, signal = two_batch_estimate(*lengths, SMALL, largest)
            at_places.append(noise / signal if signal > 0 else np.inf)
        scales.append(np.median(at_places))
    return np.array(scales)


def best_of_three(
    losses: Callable[..., np.ndarray], usual: float, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """The learning rate of steps 4 and 5, for n seeds.

    Args:
        losses: takes learning rates, and numbers to add to each seed; returns held-out losses, the
            mean over these numbers, shape (rates, n), infinite where a run failed.
        usual: the middle of the first five.
        n: number of seeds.

    Returns:
        Learning rates, shape (n,), and how many runs each took; rates beyond the best that were
        run ahead are not used, nor counted.
    """
    tried: dict[int, np.ndarray] = {}
    low, high = np.full(n, -REACH), np.full(n, REACH)
    while True:
        new = [k for k in range(low.min(), max(high.max(), AHEAD) + 1) if k not in tried]
        if new:
            tried |= zip(new, losses([usual * float(FACTOR) ** k for k in new]), strict=True)
        steps = np.array(sorted(tried))
        table = np.array([tried[k] for k in steps])
        inside = (steps[:, None] >= low) & (steps[:, None] <= high)
        table = np.where(inside, table, np.inf)
        best = np.where(np.isinf(table).all(axis=0), low, steps[table.argmin(axis=0)])
        goes_on = high - low + 1 < MOST
        down, up = (best == low) & goes_on, (best == high) & goes_on
        if not (down | up).any():
            break
        low, high = low - down, high + up
    first, second = steps[np.argsort(table, axis=0, kind="stable")[:2]]
    both = np.unique([first, second])
    rates = [usual * float(FACTOR) ** k for k in both]
    again = len(MORE_SEEDS) * losses(rates, MORE_SEEDS)
    means = {k: tried[k] + more for k, more in zip(both, again, strict=True)}
    of_first, of_second = (
        np.array([means[k][i] for i, k in enumerate(which)]) for which in (first, second)
    )
    chosen = np.where(of_second < of_first, second, first)
    return usual * float(FACTOR) ** chosen, high - low + 1 + 2 * len(MORE_SEEDS)
