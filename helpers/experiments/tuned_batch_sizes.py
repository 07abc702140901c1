"""Batch sizes on few digits after as many epochs: at one learning rate, and each at its best."""

from collections.abc import Sequence

import keras
import numpy as np
import xarray as xr

from helpers.experiments.generalisation import network, split
from helpers.training import sweep


def accuracy_of_batch_sizes(
    batch_sizes: Sequence[int],
    *,
    learning_rate: float,
    learning_rates: Sequence[float],
    n_train: int,
    wrong_labels: float,
    epochs: int,
    momentum: float,
    tuning_seeds: Sequence[int],
    seeds: Sequence[int],
) -> xr.Dataset:
    """Test accuracy of batch sizes at one learning rate for all, and at the best one of each.

    The best learning rate of a batch size is that with the least mean test loss over the seeds
    that tune. Every seed has a split of its own, so the runs that are reported test on images that
    have chosen nothing.

    Args:
        batch_sizes: samples per update, each 1 to ``n_train``, all different.
        learning_rate: the one for all.
        learning_rates: to choose from, with ``learning_rate`` among them or not.
        n_train, wrong_labels: as for ``helpers.experiments.generalisation.split``.
        epochs: passes over the training images, at least 1.
        momentum: of SGD, at least 0 and below 1.
        tuning_seeds: of the runs that choose the learning rates.
        seeds: of the runs that are reported.

    Returns:
        Variables one_rate and best_rate, final test accuracies from 0 to 1 with the dimensions
        batch_size and seed; and learning_rate, the best one of each batch_size.
    """
    updates = [epochs * -(-n_train // size) for size in batch_sizes]
    every = list(dict.fromkeys([*tuning_seeds, *seeds]))
    runs = sweep(
        network,
        keras.optimizers.SGD(momentum=momentum),
        [split(seed, n_train, wrong_labels) for seed in every],
        batch_sizes=batch_sizes,
        learning_rates=sorted({learning_rate, *learning_rates}),
        updates=updates,
        evaluate_at=sorted(set(updates)),
        seeds=every,
        progress=False,
    )
    final = [
        runs[["val_loss", "val_accuracy"]].sel(batch_size=size, update=at, drop=True)
        for size, at in zip(batch_sizes, updates, strict=True)
    ]
    return at_best_rates(
        xr.concat(final, "batch_size").assign_coords(batch_size=list(batch_sizes)),
        learning_rate,
        learning_rates,
        tuning_seeds,
        seeds,
    )


def at_best_rates(
    final: xr.Dataset,
    learning_rate: float,
    learning_rates: Sequence[float],
    tuning_seeds: Sequence[int],
    seeds: Sequence[int],
) -> xr.Dataset:
    """Choose a learning rate for each batch size by the seeds that tune, and read off the others.

    Args:
        final: variables val_loss and val_accuracy at the end of training, dimensions batch_size,
            learning_rate and seed; the loss of a run that diverged is not a number.
        learning_rate, learning_rates, tuning_seeds, seeds: as for ``accuracy_of_batch_sizes``.

    Returns:
        As ``accuracy_of_batch_sizes`` does.
    """
    tuning = final.val_loss.fillna(np.inf).sel(
        seed=list(tuning_seeds), learning_rate=list(learning_rates)
    )
    best = tuning.mean("seed").idxmin("learning_rate")
    reported = final.val_accuracy.sel(seed=list(seeds))
    own = [
        reported.sel(batch_size=size, learning_rate=best.sel(batch_size=size).item(), drop=True)
        for size in final.batch_size.values
    ]
    return xr.Dataset(
        {
            "one_rate": reported.sel(learning_rate=learning_rate, drop=True),
            "best_rate": xr.concat(own, final.batch_size),
            "learning_rate": best,
        }
    )
