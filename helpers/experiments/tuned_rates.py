"""The best learning rate of one setting on shifted digits, from seeds that tune."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import xarray as xr

from helpers.analysis import best_rate
from helpers.experiments import shifted_digits
from helpers.training import sweep


def tuned_rate(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    *,
    n_images: int,
    batch_size: int,
    epochs: int,
    last_epochs: int,
    learning_rates: Sequence[float],
    seeds: Sequence[int],
) -> float:
    """The vertex of the parabola through the best learning rate and its neighbours.

    Args:
        build, optimizer: as for ``helpers.train``.
        n_images: as for ``shifted_digits.draws``.
        batch_size: samples per update.
        epochs: of every run.
        last_epochs: of them, over which the loss is the mean of logarithms.
        learning_rates: a grid as for ``helpers.analysis.best_rate``.
        seeds: that tune.

    Returns:
        A learning rate; that at the edge of the grid if the best lies there.
    """
    runs = sweep(
        build, optimizer, shifted_digits.draws(seeds, n_images), batch_sizes=[batch_size],
        learning_rates=learning_rates, epochs=epochs, seeds=seeds, jit_compile=batch_size < 8,
        progress=False,
    )  # fmt: skip
    logs = shifted_digits.log_loss(runs.val_loss.isel(batch_size=0, drop=True))
    final = logs.isel(epoch=slice(-last_epochs, None)).mean(("epoch", "seed"))
    return best_rate(final).learning_rate.item()


def distance(curves: xr.DataArray, others: xr.DataArray) -> float:
    """The mean distance of two mean curves of logarithms of losses, over the epochs.

    Args:
        curves, others: dimensions seed and epoch, of the same seeds.

    Returns:
        At least 0; about the share by which the losses differ, such as 0.1 for 10 %.
    """
    return float(np.abs((curves - others).mean("seed")).mean("epoch"))
