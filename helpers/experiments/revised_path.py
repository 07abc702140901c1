"""The recipe's budget path as it was revised: learning rates first, then the batch size."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf
import xarray as xr

from helpers.data import Dataset
from helpers.experiments.budget_path import (
    BATCH_SIZE,
    FACTOR,
    PAIRS,
    SHORT,
    SMALL,
    SMALLEST,
    USUAL,
    best_of_three,
    optimizer,
    useful_batch,
)
from helpers.experiments.decayed import decayed_sweep
from helpers.experiments.trial_problems import Problem
from helpers.landscape import two_batch_estimate
from helpers.landscape.gradients import loss_of_weights

SHARE = 4  # the batch size is at most the noise scale over this
PLACES = 5  # of a short run, at which the noise scale is estimated


def revised_path(
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
    2. Largest batch: the largest that fits, or that for which samples per second still grow.
    3. At Keras's batch size of 32, five learning rates, factors of 3 about the optimizer's usual
       one, each by a short run whose rate decays to nothing; on until the best lies inside. The
       best two by two more seeds each.
    4. Noise scale along the run that won, from the gradients of small and large batches at five
       places. The batch size is the smaller of the largest batch and a quarter of the median noise
       scale, rounded down to a power of 2: there a batch costs a quarter more samples than the
       smallest would (McCandlish et al., arXiv 1812.06162, section 2.3), and not twice as many.
    5. The learning rate goes by the optimizer's rule from 32 to this batch size, k times as large:
       × k for SGD, × √k for Adam. Where it rises, short runs at the scaled rate and at thirds of
       it down to the old one decide, since no rule holds for ever.
    6. Two full runs under the same schedule, at this rate and at a third of it, since short runs
       favour large rates; the lower held-out loss wins. What is evaluated later is another run.

    Args:
        problem, name, data, seeds, largest, epochs: as for ``budget_path``.

    Returns:
        What ``budget_path`` returns; both full runs count.
    """
    short, n = epochs // SHORT, len(seeds)

    def run(size, rates, who, added=(0,), snapshots=(), epochs=short):
        return decayed_sweep(
            problem.build, optimizer(name), [data[i] for i in who] * len(added),
            batch_sizes=[int(size)], learning_rates=rates, epochs=epochs, snapshots=snapshots,
            seeds=[seeds[i] + more for more in added for i in who], loss=problem.loss,
        ).isel(batch_size=0)  # fmt: skip

    def losses(rates, added=(0,), size=BATCH_SIZE, who=range(n), epochs=short):
        final = run(size, rates, who, added, epochs=epochs).val_loss.isel(epoch=-1).values
        final = np.where(np.isfinite(final), final, np.inf)
        return final.reshape(len(rates), len(added), len(who)).mean(axis=1)

    at_32, trials = best_of_three(losses, USUAL[name], n)
    places = sorted({max(1, round(short * (k + 1) / PLACES)) for k in range(PLACES)})
    won = np.unique(at_32)
    weights = run(BATCH_SIZE, won.tolist(), range(n), snapshots=places).weights.values
    weights = weights[np.searchsorted(won, at_32), np.arange(n)]
    scale = noise_scales(problem, data, seeds, weights, largest)
    limit = np.minimum(scale / SHARE, useful_batch(problem.seconds, largest))
    sizes = 2 ** np.floor(np.log2(np.maximum(limit, SMALLEST))).astype(int)
    rates = np.zeros(n)
    for size in np.unique(sizes):
        who = np.flatnonzero(sizes == size)
        tries = [candidates(rate, size / BATCH_SIZE, name) for rate in at_32[who]]
        trials[who] += [len(of) if len(of) > 1 else 0 for of in tries]
        scaled = best_of_tries(
            tries, lambda every, size=size, who=who: losses(every, (0,), size, who)
        )
        tries = [[rate, float(f"{rate / FACTOR:.2g}")] for rate in scaled]
        rates[who] = best_of_tries(
            tries, lambda every, size=size, who=who: losses(every, (0,), size, who, epochs)
        )
    picked = {"batch_size": sizes, "learning_rate": rates, "noise_scale": scale}
    picked |= {"trials": trials, "epochs": trials * short + 2 * epochs}
    return xr.Dataset({k: ("seed", v) for k, v in picked.items()}, {"seed": list(seeds)})


def best_of_tries(
    tries: Sequence[Sequence[float]], losses: Callable[[list[float]], np.ndarray]
) -> list[float]:
    """For each seed, the learning rate of its own few with the least loss.

    Args:
        tries: the learning rates of each seed; where all have one, nothing is run.
        losses: takes learning rates, and returns losses, shape (rates, n_seeds).
    """
    if all(len(of) == 1 for of in tries):
        return [rate for [rate] in tries]
    every = sorted({rate for of in tries for rate in of})
    table = losses(every)
    return [
        min(of, key=lambda rate: table[every.index(rate), place]) for place, of in enumerate(tries)
    ]


def candidates(learning_rate: float, ratio: float, name: str) -> list[float]:
    """Learning rates to try at ``ratio`` times the batch size, the scaled one first (step 5).

    Args:
        learning_rate: at the old batch size.
        ratio: k, above 0.
        name: of the optimizer, SGD or Adam.

    >>> candidates(0.01, 0.5, "SGD"), candidates(0.01, 4, "SGD"), candidates(0.01, 4, "Adam")
    ([0.005], [0.04, 0.013], [0.02])
    """
    scaled = learning_rate * (ratio if name == "SGD" else ratio**0.5)
    steps = max(0.0, np.log(scaled / learning_rate) / np.log(FACTOR))
    return [float(f"{scaled / FACTOR**k:.2g}") for k in range(int(steps + 1e-9) + 1)]


def noise_scales(
    problem: Problem,
    data: Sequence[Dataset],
    seeds: Sequence[int],
    weights: np.ndarray,
    largest: int,
) -> np.ndarray:
    """The median noise scale over places along a run, from batches of two sizes (step 4).

    McCandlish et al. (arXiv 1812.06162), appendix A.1; noise and signal are means over a few pairs
    of batches, before their ratio is taken.

    Args:
        problem, data, seeds: as for ``budget_path``.
        weights: along the run, shape (n_seeds, places, n_weights).
        largest: samples of the large batches, which are drawn with replacement, as small ones are.

    Returns:
        Samples, shape (n_seeds,); infinite where most places have no signal in the noise.
    """
    x, y = data[0].x_train, data[0].y_train
    mean_loss, _, _ = loss_of_weights(problem.build, weights, x, y, problem.loss)

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
