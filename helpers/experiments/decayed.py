"""Training under a schedule that decays the learning rate to nothing, from setting to setting."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import xarray as xr

from helpers.data import Dataset
from helpers.training.runner import run
from helpers.training.setup import set_up


def cosine(learning_rate: float, epochs: int) -> list[float]:
    """The learning rate of each epoch, which falls from ``learning_rate`` along half a cosine.

    Loshchilov & Hutter, SGDR: stochastic gradient descent with warm restarts (arXiv 1608.03983,
    equation 5), without restarts and with a step at the end of each epoch.

    Args:
        learning_rate: of the first epoch, above 0.
        epochs: at least 1; after the last of them the rate would be 0.

    >>> [round(rate, 3) for rate in cosine(0.1, 4)]
    [0.1, 0.085, 0.05, 0.015]
    """
    done = np.arange(epochs) / epochs
    return (learning_rate * (1 + np.cos(np.pi * done)) / 2).tolist()


def decayed_sweep(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    data: Sequence[Dataset],
    *,
    batch_sizes: Sequence[int],
    learning_rates: Sequence[float],
    epochs: int,
    seeds: Sequence[int],
    loss: str,
    snapshots: Sequence[int] = (),
) -> xr.Dataset:
    """Train every seed at every batch size and learning rate, each rate decayed by a cosine.

    Args:
        build, optimizer, epochs, seeds, loss, snapshots: as for ``helpers.train``.
        data: a data set for each seed.
        batch_sizes: samples per update, each 1 to n_train, all different.
        learning_rates: of the first epoch, all different.

    Returns:
        What ``helpers.sweep`` returns.
    """
    setup = set_up(
        build, optimizer, data, epochs=epochs, seeds=seeds, loss=loss, snapshots=snapshots,
        stacked=True, jit_compile=False,
    )  # fmt: skip
    schedules = [
        setup.schedule(size, cosine(rate, epochs))
        for size in batch_sizes
        for rate in learning_rates
    ]
    labels = {"batch_size": list(batch_sizes), "learning_rate": list(learning_rates)}
    return run(setup, schedules, labels, n_jobs=1, progress=False, by_rate=True)
