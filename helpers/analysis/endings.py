"""How runs end: what the choice of an epoch decides, and whether they calm down."""

import xarray as xr

from helpers import checks
from helpers.analysis.runs import detrended_std, gain, last_epochs, volatility


def best_minus_worst(runs: xr.Dataset, last: int) -> xr.DataArray:
    """Highest minus lowest test accuracy of the last ``last`` epochs of ``runs`` (1 to all).

    Returns:
        Differences of accuracies, at least 0; all dimensions but epoch.
    """
    ending = last_epochs(runs, last)
    return ending.max("epoch") - ending.min("epoch")


def end_to_middle(runs: xr.Dataset, last: int) -> xr.DataArray:
    """Volatility of the last ``last`` epochs over that of as many in the middle of training.

    Args:
        runs: with dimension epoch.
        last: epochs, 3 to all. Those of the middle end at half of all epochs; they are fewer if
            half of all are fewer, but at least 3.

    Returns:
        Ratios, below 1 where a run calms down; all dimensions but epoch.
    """
    n = checks.whole_number("last", last, 3, runs.sizes["epoch"], "the number of epochs")
    half = runs.val_accuracy.isel(epoch=slice(None, max(3, runs.sizes["epoch"] // 2)))
    return gain(volatility(runs, n), detrended_std(half.isel(epoch=slice(-n, None))))
