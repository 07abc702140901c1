"""Sharpness of small batches and of the full batch on the way down, at equal training losses."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from helpers.experiments import generalisation_sharpness

NEAR = 1.15  # factor by which the training loss of a snapshot may miss the one that was asked for


def sharpness_at_losses(
    training_losses: Sequence[float],
    *,
    n_train: int,
    batch_size: int,
    learning_rates: Sequence[float],
    updates: int,
    seeds: Sequence[int],
) -> xr.Dataset:
    """Train small batches and the full batch by plain SGD, and measure at given training losses.

    Each seed draws its split of the digits and its initial weights, which both batch sizes share.

    Args:
        training_losses: falling, in nats.
        n_train: training images, 10 to 1787; the others test. The full batch is all of them.
        batch_size: of the small batches, 1 to ``n_train``.
        learning_rates: each above 0, all different.
        updates: of each run, at least 4.
        seeds: one run each.

    Returns:
        Variables sharpness, the largest eigenvalue of the Hessian of the training loss, and
        test_loss, in nats, where the training loss comes nearest to the one asked for; dimensions
        group (small or large), learning_rate, training_loss and seed. Not a number where it never
        came near.
    """
    measured = generalisation_sharpness.measure(
        seeds,
        None,
        n_train=n_train,
        batch_size=batch_size,
        learning_rates=learning_rates,
        updates=updates,
        levels=training_losses,
    )
    return where_near(measured[["sharpness", "test_loss", "training_loss"]])


def where_near(measured: xr.Dataset) -> xr.Dataset:
    """Leave out what was measured far from the training loss that was asked for.

    Args:
        measured: variables sharpness, test_loss and training_loss, dimension level among others.

    Returns:
        The first two, the levels called training_loss.
    """
    miss = np.abs(np.log(measured.training_loss / measured.level))
    near = measured[["sharpness", "test_loss"]].where(miss <= np.log(NEAR))
    return near.rename(level="training_loss")
