"""Gradient accumulation: when it makes the update of the large batch, and what it costs."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import keras
import numpy as np
import xarray as xr

from helpers.analysis import bootstrap
from helpers.analysis.findings import Values
from helpers.data import Dataset
from helpers.experiments import shifted_digits
from helpers.experiments.experiment import Experiment
from helpers.models import GhostBatchNormalization
from helpers.training import train

RATE = 1.0  # so large that an update stands out from the rounding of the weights


def normalised(ghost_size: int | None = None) -> keras.Model:
    """The digits network with batch normalisation after its first layer.

    Args:
        ghost_size: samples that are normalised together; None for the whole batch.
    """
    layer = keras.layers.BatchNormalization
    between = layer() if ghost_size is None else GhostBatchNormalization(ghost_size)
    return keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(32, kernel_initializer="he_uniform"),
            between,
            keras.layers.ReLU(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def one_update(
    build: Callable[[], keras.Model],
    data: Sequence[Dataset],
    seeds: Sequence[int],
    *,
    batch_size: int,
    last_batch: str = "keep",
) -> np.ndarray:
    """What a single update by SGD adds to the weights, the gradients of all batches accumulated.

    Args:
        build: returns a network.
        data: for each seed, the samples of the update.
        seeds: of the initial weights.
        batch_size: of the micro-batches, in the order of the samples.
        last_batch: as for ``helpers.train``.

    Returns:
        Changes of the trainable weights, shape (n_seeds, n_weights).
    """
    steps = -(-data[0].n_train // batch_size)
    sgd = keras.optimizers.SGD(RATE, gradient_accumulation_steps=steps if steps > 1 else None)
    runs = train(
        build, sgd, data, batch_size=batch_size, epochs=1, seeds=seeds, sampling="in order",
        last_batch=last_batch, snapshots=[0, 1], jit_compile=False, progress=False,
    )  # fmt: skip
    weights = runs.weights.transpose("snapshot", "seed", "weight").values
    model = build()
    trained = np.concatenate(
        [np.full(int(np.prod(variable.shape)), variable.trainable) for variable in model.weights]
    )
    return (weights[1] - weights[0])[:, trained]


def deviation(changes: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """The length of the difference of changes and reference over that of the reference.

    Args:
        changes, reference: of the weights, shape (n_seeds, n_weights).

    >>> deviation(np.array([[3.0, 0.0]]), np.array([[0.0, 4.0]])).tolist()
    [1.25]
    """
    difference = np.linalg.norm(changes - reference, axis=1)
    return difference / np.linalg.norm(reference, axis=1)


def angle(changes: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """The angle between the changes and a reference in degrees, shape (n_seeds,).

    >>> angle(np.array([[3.0, 0.0]]), np.array([[0.0, 4.0]])).round(6).tolist()
    [90.0]
    """
    units = [c / np.linalg.norm(c, axis=1, keepdims=True) for c in (changes, reference)]
    half = np.linalg.norm(units[0] - units[1], axis=1) / 2  # exact for small angles, too
    return np.degrees(2 * np.arcsin(half))


def measure(
    seeds: Sequence[int],
    tuning: None,
    *,
    micro: int,
    steps: int,
    short: int,
    n_images: int,
    epochs: int,
    rates: Sequence[float],
) -> xr.Dataset:
    """Compare accumulated updates with those of large batches, and training with and without.

    Args:
        seeds: of the split of the images, the initial weights and the order.
        tuning: None.
        micro: samples of a micro-batch.
        steps: micro-batches whose gradients are accumulated, at least 2.
        short: samples of the last micro-batch where it is shorter, 1 to micro - 1.
        n_images: as for ``shifted_digits.draws``.
        epochs: of the training.
        rates: learning rates, with momentum 0.9, of updates at every micro-batch and of accumulated
            ones.

    Returns:
        Dimension seed. equal: deviation of the accumulated update from that of the large batch.
        normalised, ghost: the same with batch normalisation, and with ghost normalisation of the
        large batch instead. unequal: angle in degrees to the large batch's update if the last
        micro-batch is shorter; by_size: the same if its gradient is weighted by its size. loss:
        final validation loss, dimension way (each micro-batch, accumulated, large batch).
    """
    data = shifted_digits.draws(seeds, n_images)

    def first(n):
        return [replace(d, x_train=d.x_train[:n], y_train=d.y_train[:n]) for d in data]

    def change(build, n, batch_size, last_batch="keep"):
        return one_update(build, first(n), seeds, batch_size=batch_size, last_batch=last_batch)

    whole, cut = micro * steps, micro * (steps - 1) + short
    plain, plain_cut = (change(shifted_digits.build, n, n) for n in (whole, cut))
    accumulated = change(normalised, whole, micro)
    per_seed = {
        "equal": deviation(change(shifted_digits.build, whole, micro), plain),
        "normalised": deviation(accumulated, change(normalised, whole, whole)),
        "ghost": deviation(accumulated, change(lambda: normalised(micro), whole, whole)),
        "unequal": angle(change(shifted_digits.build, cut, micro), plain_cut),
        "by_size": angle(change(shifted_digits.build, cut, micro, "weight"), plain_cut),
    }

    def trained(batch_size, rate, accumulate=None):
        sgd = keras.optimizers.SGD(rate, momentum=0.9, gradient_accumulation_steps=accumulate)
        runs = train(
            shifted_digits.build, sgd, data, batch_size=batch_size, epochs=epochs, seeds=seeds,
            progress=False,
        )  # fmt: skip
        return runs.val_loss.isel(epoch=-1, drop=True)

    ways = {
        "each micro-batch": trained(micro, rates[0]),
        "accumulated": trained(micro, rates[1], steps),
        "large batch": trained(whole, rates[1]),
    }
    loss = xr.concat(list(ways.values()), xr.Variable("way", list(ways)))
    return xr.Dataset({name: ("seed", v) for name, v in per_seed.items()} | {"loss": loss})


def values(measured: xr.Dataset, tuning: None) -> dict[str, dict[str, Values]]:
    """Deviations and angles, seed by seed, and ratios of losses, seeds drawn anew.

    Args:
        measured: what ``measure`` returned.
        tuning: None.
    """
    more, same = bootstrap(_mean_ratios, measured[["loss"]])
    return {
        "H25": {"same_update": measured["equal"].values},
        "H26": {"more_samples": more, "as_the_large_batch": same},
        "H27": {"mean_of_means": measured["unequal"].values, "by_size": measured["by_size"].values},
        "H28": {
            "ghost": measured["ghost"].values,
            "not_the_large_batch": measured["normalised"].values,
        },
    }


def _mean_ratios(drawn: xr.Dataset) -> tuple[float, float]:
    """Geometric means: accumulated over an update at each micro-batch, and over the large batch."""
    logs = shifted_digits.log_loss(drawn.loss).mean("seed")
    accumulated = logs.sel(way="accumulated")
    others = (logs.sel(way=way) for way in ("each micro-batch", "large batch"))
    return tuple(float(np.exp(accumulated - other)) for other in others)


EIGHTS = {"steps": 8, "short": 4}
ACCUMULATION = Experiment(
    name="accumulation",
    measure=measure,
    values=values,
    confirm={**EIGHTS, "micro": 8, "n_images": 512, "epochs": 4, "rates": (0.015, 0.09)},
    live={**EIGHTS, "micro": 16, "n_images": 512, "epochs": 2, "rates": (0.03, 0.18)},
    quick={**EIGHTS, "micro": 16, "n_images": 128, "epochs": 1, "rates": (0.03, 0.18)},
    first_seed=6000,
)
