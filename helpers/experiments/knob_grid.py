"""A grid of batch sizes and learning rates: speed and stability, and the numbers that set them."""

import numpy as np
import xarray as xr

from helpers.analysis import epochs_to, medians, volatility
from helpers.data import Dataset

POINTS = 100  # percentage points in an accuracy of 1


def settings(
    runs: xr.Dataset, data: Dataset, *, momentum: float, target: float, last: int
) -> xr.Dataset:
    """Speed and stability of every setting, a batch size with a learning rate, and p and g.

    With learning rate ε, momentum m, batch size B and N training samples, the effective step per
    epoch is p = ε N / (B (1 - m)), and the SGD noise level g = ε (N / B - 1) / (1 - m) (Smith & Le,
    A Bayesian perspective on generalization and stochastic gradient descent, arXiv 1710.06451).

    Args:
        runs: what ``helpers.sweep`` returned.
        data: what they trained and were tested on.
        momentum: of all runs, at least 0 and below 1.
        target: test accuracy to reach and keep, above 0 and at most 1.
        last: epochs at the end over which the volatility is taken, 3 to all of them.

    Returns:
        With dimensions seed, batch_size and learning_rate: epochs to the target, infinity if it is
        not kept, and volatility in percentage points, not a number where the median run keeps the
        target only after the last epochs have begun, or a run diverged. With batch_size and
        learning_rate: p and g.

    Raises:
        ValueError: ``target`` or ``last`` is out of its range.
    """
    needed = epochs_to(runs, target)
    settled = medians(needed) <= runs.sizes["epoch"] - last
    per_update = runs.learning_rate / (1 - momentum)
    per_epoch = data.n_train / runs.batch_size
    return xr.Dataset(
        {
            "epochs": needed,
            "volatility": POINTS
            * volatility(runs, last).where(settled & ~runs.diverged.any("seed")),
            "p": per_update * per_epoch,
            "g": per_update * np.maximum(per_epoch - 1, 0),
        }
    )
