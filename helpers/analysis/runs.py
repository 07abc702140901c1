"""Speed and stability of runs, in numbers, one per seed.

Speed is the number of epochs, updates or seconds to a target validation accuracy that is then
kept. A run that does not get there within its budget is censored: its speed is infinity, which
ranks behind every other, so that medians and quantiles over seeds stay right as long as they
fall on runs that got there. Volatility is the standard deviation of the accuracy over the last
epochs with the trend removed. The final accuracy is the mean of the last epochs.
"""

import numpy as np
import xarray as xr

from helpers import checks
from helpers.analysis.intervals import ROUNDING
from helpers.conventions import HOLD


def last_epochs(runs: xr.Dataset, last: int, name: str = "val_accuracy") -> xr.DataArray:
    """``runs[name]`` over its last ``last`` epochs (1 to all of them)."""
    n = checks.whole_number("last", last, 1, runs.sizes["epoch"], "the number of epochs")
    return runs[name].isel(epoch=slice(-n, None))


def final_accuracy(runs: xr.Dataset, last: int, name: str = "val_accuracy") -> xr.DataArray:
    """Mean of ``runs[name]`` over its last ``last`` epochs (1 to all of them).

    Returns:
        Accuracies from 0 to 1; all dimensions but epoch.
    """
    return last_epochs(runs, last, name).mean("epoch")


def detrended_std(values: xr.DataArray) -> xr.DataArray:
    """Standard deviation along ``epoch`` about the straight line of least squares.

    The sum of squared residuals is divided by n - 2, the line having taken two degrees of
    freedom (e.g. Draper & Smith, Applied Regression Analysis, section 1.4).

    Args:
        values: any array with a dimension epoch of at least 3 values.

    Raises:
        ValueError: fewer than 3 epochs.
    """
    n = checks.whole_number("number of epochs", values.sizes["epoch"], 3)
    t = xr.DataArray(np.arange(n) - (n - 1) / 2, dims="epoch")
    centred = values - values.mean("epoch")
    slope = (centred * t).sum("epoch", skipna=False) / (t**2).sum()
    return np.sqrt(((centred - slope * t) ** 2).sum("epoch", skipna=False) / (n - 2))


def volatility(runs: xr.Dataset, last: int, name: str = "val_accuracy") -> xr.DataArray:
    """Detrended standard deviation of ``runs[name]`` over its last ``last`` epochs (3 to all).

    Returns:
        Standard deviations in accuracy, at least 0; all dimensions but epoch.
    """
    return detrended_std(last_epochs(runs, last, name))


def epochs_to(
    runs: xr.Dataset, target: float, hold: int = HOLD, name: str = "val_accuracy"
) -> xr.DataArray:
    """First epoch from which the accuracy stays at ``target`` or above for ``hold`` epochs.

    Args:
        runs: with dimension epoch.
        target: accuracy, above 0 and at most 1.
        hold: epochs in a row, 1 to all of them; all of them must lie within the budget.
        name: the variable of ``runs`` that holds the accuracy.

    Returns:
        Epochs, counted from 1, as floats; infinity where the target is not held within the
        budget (the run is censored). All dimensions but epoch.
    """
    n = checks.whole_number("hold", hold, 1, runs.sizes["epoch"], "the number of epochs")
    checks.share("target", target, whole=True)
    reached = runs[name] > target - ROUNDING
    held = reached.rolling(epoch=n).sum() == n  # at the last epoch of the n
    return xr.where(
        held.any("epoch"),
        runs.epoch[held.argmax("epoch")].drop_vars("epoch") - n + 1.0,
        np.inf,
    )


def speed(runs: xr.Dataset, target: float, hold: int = HOLD) -> xr.Dataset:
    """Epochs and updates to a target accuracy, and a run's share of the seconds: three clocks.

    Args:
        runs: what ``helpers.train`` or ``helpers.sweep`` returned, or a selection of it.
        target, hold: as for ``epochs_to``.

    Returns:
        Variables epochs and updates, each as ``epochs_to`` has it; infinity if censored. If
        ``runs`` has seconds_per_epoch, also amortised_seconds, alike: the epochs times that share
        of a throughput. It compares settings that were trained alike, and is not how long
        anybody waits for one run.
    """
    epochs = epochs_to(runs, target, hold)
    reached = np.isfinite(epochs)
    updates = runs.updates.sel(epoch=xr.where(reached, epochs, 1).astype(int))
    clocks = {"epochs": epochs, "updates": xr.where(reached, updates.drop_vars("epoch"), np.inf)}
    if "seconds_per_epoch" in runs:
        clocks["amortised_seconds"] = xr.where(reached, epochs * runs.seconds_per_epoch, np.inf)
    return xr.Dataset(clocks)


def settling_epoch(runs: xr.Dataset, last: int, within: float) -> xr.DataArray:
    """First epoch from which the accuracy stays within ``within`` of its final value for good.

    Args:
        runs: with dimension epoch.
        last: epochs whose mean is the final accuracy, 1 to all.
        within: largest distance allowed, in accuracy, above 0.

    Returns:
        Epochs counted from 1; infinity where even the last epoch lies outside.
    """
    checks.positive("within", within)
    outside = np.abs(runs.val_accuracy - final_accuracy(runs, last)) > within
    n = runs.sizes["epoch"]
    last_outside = xr.where(outside, runs.epoch, 0).max("epoch")
    return xr.where(last_outside < n, last_outside + 1.0, np.inf)


def gain(slower: xr.DataArray, faster: xr.DataArray) -> xr.DataArray:
    """How many times as much ``slower`` takes as ``faster``, seed by seed.

    Args:
        slower, faster: at least 0, or infinity for what was censored; numbers or arrays.

    Returns:
        Their ratio, at least 0. It is infinite or 0 where one of the two is censored, 1 where both
        are 0, and not a number where both are censored: it may then be anything.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.divide(slower, faster)
    return xr.where((slower == 0) & (faster == 0), 1.0, ratio)


def median(values: xr.DataArray) -> float:
    """The ordinary median: the mean of the two middle values of an even number of ``values``.

    It is infinite if the upper of these two is. What is not a number is left out.

    >>> median(xr.DataArray([1.0, 2.0, 4.0, np.inf])), median(xr.DataArray([1.0, np.inf]))
    (3.0, inf)
    """
    return float(np.nanmedian(values))


def medians(values: xr.DataArray | xr.Dataset) -> xr.DataArray | xr.Dataset:
    """The ``median`` over the dimension seed of ``values``, at each combination of the others."""
    return values.reduce(np.nanmedian, "seed")  # xarray's own makes NaN of infinite values


def text(values: xr.DataArray, form: str = ".0f") -> str:
    """The median over seeds of the times ``values``, or "never" if it is censored (infinite).

    ``form`` is the format specification of the number, such as ``".0f"``.
    """
    middle = median(values)
    return "never" if np.isinf(middle) else f"{middle:{form}}"
