"""The tutorial's network on data sets drawn anew, so that a result is not about one draw."""

from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
import xarray as xr

from helpers.data import blob_draws, new_blob_samples
from helpers.training import evaluate, train_schedules

MOMENTS = 10  # among the last epochs, at which the weights are scored on fresh samples
FRESH_SEED = 2**32 - 1  # of the fresh samples, which no data set shares


def train_on_draws(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    schedules: Mapping[str, tuple[int | Sequence[int], float | Sequence[float]]],
    *,
    n_train: int,
    cluster_std: float,
    data_seed: int,
    epochs: int,
    last_epochs: int,
    seeds: Sequence[int],
    n_fresh: int = 20_000,
    progress: bool = True,
) -> xr.Dataset:
    """Train by several schedules, every seed on samples drawn anew around the same centers.

    A seed draws its samples, its initial weights and its order; the schedules share all three, so
    their differences are paired. The accuracy of an epoch is that on as many fresh samples as
    train; the final accuracy, the mean over ten moments of the last epochs, is scored on many more.

    Args:
        build, optimizer, schedules, epochs, seeds, progress: as for ``train_schedules``.
        n_train: training samples of each data set, at least 1 per class.
        cluster_std, data_seed: of the blobs, as for ``helpers.data.blobs``.
        last_epochs: epochs that count as final, 1 to ``epochs``.
        n_fresh: samples on which the final accuracy is scored.

    Returns:
        What ``train_schedules`` returns, dimensions schedule, seed and epoch, and final_accuracy,
        dimensions schedule and seed.
    """
    first = epochs - last_epochs + 1
    moments = np.unique(np.linspace(first, epochs, min(MOMENTS, last_epochs)).round().astype(int))
    runs = train_schedules(
        build,
        optimizer,
        blob_draws(seeds, n_train, cluster_std=cluster_std, data_seed=data_seed),
        schedules,
        epochs=epochs,
        seeds=seeds,
        snapshots=moments.tolist(),
        progress=progress,
    )
    x, labels = new_blob_samples(
        n_fresh, cluster_std=cluster_std, data_seed=data_seed, seed=FRESH_SEED
    )
    y = np.eye(labels.max() + 1, dtype="float32")[labels]
    accuracy = evaluate(build, runs, x.astype("float32"), y)
    return runs.drop_vars("weights").assign(final_accuracy=accuracy.mean("snapshot"))
