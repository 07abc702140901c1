"""Rules that carry a learning rate over to another batch size, and how well they do."""

import numpy as np
import xarray as xr

from helpers import checks

RULES = {"fixed": 0.0, "square root": 0.5, "linear": 1.0}  # power of the batch size


def scaled_rate(rule: str, learning_rate: float, ratio: float) -> float:
    """The learning rate at ``ratio`` times the batch size.

    Args:
        rule: one of ``RULES``.
        learning_rate: above 0, at the ratio 1.
        ratio: of the batch sizes, above 0; below 1 for smaller batches.

    Raises:
        ValueError: an argument is out of its range.

    >>> [scaled_rate(rule, 0.1, 4) for rule in RULES]
    [0.1, 0.2, 0.4]
    """
    if rule not in RULES:
        raise ValueError(f"rule must be one of {', '.join(RULES)}, got {rule!r}")
    checks.positive("learning_rate", learning_rate)
    checks.positive("ratio", ratio)
    return learning_rate * ratio ** RULES[rule]


def nearest_rule(rates: xr.DataArray) -> str:
    """The rule that comes nearest to ``rates``, from the one of the smallest batch size.

    Args:
        rates: learning rates above 0, dimension batch_size, rising.

    Returns:
        The name in ``RULES`` with the smallest mean distance in the logarithm of the rate.

    >>> nearest_rule(xr.DataArray([0.1, 0.45, 1.4], {"batch_size": [1, 4, 16]}))
    'linear'
    """
    sizes = rates.batch_size.values
    first = rates.isel(batch_size=0).item()

    def distance(rule):
        expected = [scaled_rate(rule, first, size / sizes[0]) for size in sizes]
        return np.abs(np.log(rates.values / expected)).mean()

    return min(RULES, key=distance)


def reach(accuracy: xr.DataArray, tolerance: float) -> int:
    """The largest batch size up to which accuracy keeps to that of the smallest one.

    Args:
        accuracy: dimensions batch_size, rising, and seed; 0 for a run that failed.
        tolerance: what the median run may lose against the one of the same seed, at least 0.

    >>> ends = xr.DataArray([[0.9], [0.9], [0.8], [0.9]], dims=["batch_size", "seed"])
    >>> reach(ends.assign_coords(batch_size=[8, 16, 32, 64]), 0.01)
    16
    """
    lost = np.median((accuracy.isel(batch_size=0) - accuracy).transpose("batch_size", "seed"), 1)
    n = int((lost <= tolerance).cumprod().sum())
    return int(accuracy.batch_size.values[max(n, 1) - 1])
