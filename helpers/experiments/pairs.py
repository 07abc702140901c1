"""How far two runs lie apart that differ in nothing but their seed."""

import numpy as np
import xarray as xr

from helpers.analysis import bootstrap
from helpers.analysis.intervals import Resampled


def distance_of_two_runs(values: xr.DataArray) -> Resampled:
    """The median distance of two runs, over all pairs of seeds, with its bootstrap.

    Pairs share runs, so whole seeds are drawn anew, and a run that is drawn twice is no pair.

    Args:
        values: a number for each run, such as its final accuracy, dimension seed, at least 2.

    >>> distance_of_two_runs(xr.DataArray([0.0, 1.0, 5.0], {"seed": [0, 1, 2]})).estimate
    4.0
    """
    return bootstrap(_median_distance, values)


def _median_distance(values: xr.DataArray) -> float:
    numbers, seeds = values.values.astype(float), values.seed.values
    apart = np.abs(numbers[:, None] - numbers)[seeds[:, None] < seeds]
    return float(np.median(apart)) if apart.size else np.nan
