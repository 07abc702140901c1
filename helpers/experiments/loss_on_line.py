"""The loss along the straight line between a solution of small batches and one of the full batch.

Keskar et al., On large-batch training for deep learning (arXiv 1609.04836), draw it. Here both
ends have the same training loss.
"""

from collections.abc import Sequence

import keras
import numpy as np
import xarray as xr

from helpers.experiments.generalisation import network, split
from helpers.experiments.sharpness import Landscape
from helpers.training import geometric_grid, sweep

SNAPSHOTS = 100  # of each run, among which the one nearest to the training loss is chosen


def loss_on_line(
    places: Sequence[float],
    *,
    n_train: int,
    batch_size: int,
    learning_rate: float,
    training_loss: float,
    updates: int,
    seeds: Sequence[int],
) -> xr.Dataset:
    """Train both by plain SGD from the same weights, and mix the weights at equal training loss.

    Args:
        places: on the line; 0 is the solution of small batches, 1 that of the full batch.
        n_train: training images, 10 to 1787; the others test.
        batch_size: of the small batches, 1 to ``n_train``.
        learning_rate: of both.
        training_loss: at which both stop, in nats.
        updates: of each run at most, at least 2.
        seeds: one split and one start each.

    Returns:
        Variables training_loss and test_loss, in nats, dimensions place and seed.
    """
    data = [split(seed, n_train, 0) for seed in seeds]
    runs = sweep(
        network,
        keras.optimizers.SGD(),
        data,
        batch_sizes=[batch_size, n_train],
        learning_rates=[learning_rate],
        updates=updates,
        evaluate_at=[updates],
        snapshots=geometric_grid(updates, SNAPSHOTS),
        seeds=seeds,
        progress=False,
    )
    weights = runs.weights.squeeze("learning_rate").transpose("batch_size", "snapshot", "seed", ...)
    on = {
        f"{name}_loss": Landscape(
            network,
            weights.values[0, 0, 0],
            np.stack([getattr(d, f"x_{part}") for d in data]),
            np.stack([getattr(d, f"y_{part}") for d in data]),
        )
        for name, part in (("training", "train"), ("test", "test"))
    }
    ends = [
        nearest(of_size, on["training_loss"].losses(of_size), training_loss)
        for of_size in weights.values
    ]
    mixed = on_line(places, *ends)
    return xr.Dataset(
        {name: (("place", "seed"), landscape.losses(mixed)) for name, landscape in on.items()},
        {"place": list(places), "seed": list(seeds)},
    )


def nearest(weights: np.ndarray, losses: np.ndarray, training_loss: float) -> np.ndarray:
    """The weights of each seed whose loss comes nearest to ``training_loss``, by the ratio.

    Args:
        weights: shape (snapshots, seeds, n_weights).
        losses: shape (snapshots, seeds), not a number where a run diverged.
        training_loss: above 0.

    Returns:
        Shape (seeds, n_weights).
    """
    miss = np.nan_to_num(np.abs(np.log(losses / training_loss)), nan=np.inf)
    return weights[miss.argmin(axis=0), np.arange(weights.shape[1])]


def on_line(places: Sequence[float], start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Weights at ``places`` on the line from ``start`` (0) to ``end`` (1).

    >>> on_line([0, 0.5, 2], np.array([1.0]), np.array([3.0])).ravel().tolist()
    [1.0, 2.0, 5.0]
    """
    shares = np.reshape(places, (-1, *[1] * start.ndim))
    return ((1 - shares) * start + shares * end).astype(start.dtype)
