"""Batch sizes compared after as many updates, instead of after as many epochs."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import keras
import xarray as xr

from helpers.data import Dataset
from helpers.training import sweep

SHARES = (0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1)  # of the training, at which weights are kept


def train_for_updates(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    data: Dataset | Sequence[Dataset],
    *,
    batch_size: int,
    learning_rates: Sequence[float],
    small: int,
    epochs: int,
    seeds: Sequence[int],
) -> xr.Dataset:
    """Train for as many updates as ``epochs`` epochs in batches of ``small`` make.

    A larger batch takes more epochs for them. On the way it passes the point of equal epochs, at
    which weights are kept, too.

    Args:
        build, optimizer, seeds: as for ``helpers.train``.
        data: one Dataset, or one per seed; nothing is evaluated on its test samples.
        batch_size: samples per update, 1 to n_train.
        learning_rates: each above 0, all different.
        small: the batch size that sets the number of updates, 1 to n_train.
        epochs: of the small batch size, at least 1.

    Returns:
        Variable weights, after several numbers of updates, the last of which is that of the small
        batches, or up to an epoch less; dimensions learning_rate, seed, updates and weight.
    """
    each_data = [data] if isinstance(data, Dataset) else list(data)
    unseen = [replace(d, x_test=d.x_test[:1], y_test=d.y_test[:1]) for d in each_data]
    n_train = unseen[0].n_train
    of_small, of_this = -(-n_train // small), -(-n_train // batch_size)
    moments = {max(1, round(share * epochs)) * of_small // of_this for share in SHARES}
    runs = sweep(
        build,
        optimizer,
        unseen[0] if isinstance(data, Dataset) else unseen,
        batch_sizes=[batch_size],
        learning_rates=learning_rates,
        epochs=max(moments),
        seeds=seeds,
        snapshots=sorted(moments | {epochs}),
        progress=False,
    )
    kept = runs[["weights"]].squeeze("batch_size", drop=True)
    return kept.assign_coords(snapshot=kept.snapshot * of_this).rename(snapshot="updates")
