"""Updates to a loss: where the mean over seeds, or the smoothed loss of a seed, falls to a target.

The loss of a single run goes up and down, and first falls to a target by luck, the earlier the
noisier it is. So what counts is the mean over seeds, or a moving average.
"""

import numpy as np
import xarray as xr

from helpers import checks

AVERAGES = ("arithmetic", "geometric")


def updates_to(loss: xr.DataArray, target: float, average: str = "arithmetic") -> xr.DataArray:
    """Updates at which the mean loss over seeds first falls to ``target``.

    Between two evaluations the logarithm of the mean is taken for a straight line. It is a number
    of all seeds together: its interval comes from ``helpers.analysis.bootstrap``.

    Args:
        loss: dimensions update and seed, and any others; at least 0. What is not a number, as the
            loss of a run that diverged, counts as infinite. The coordinate update rises, from 0
            (before the first) or later. Without a dimension seed it is a mean already.
        target: above 0.
        average: arithmetic or geometric, the mean over seeds.

    Returns:
        Updates, as floats, all dimensions but update and seed; the first of the coordinate if the
        mean is there already, infinity if it never gets there.

    Raises:
        ValueError: an argument is out of its range, or the updates do not rise.

    >>> loss = xr.DataArray([[8.0, 2.0], [4.0, 1.0]], {"update": [0, 10], "seed": [0, 1]})
    >>> updates_to(loss, 4.0, "geometric").item(), updates_to(loss, 1.0).item()
    (0.0, inf)
    """
    _check(loss, target, average)
    return _first(_mean(loss, "seed", average) if "seed" in loss.dims else loss, target)


def updates_of_seeds_to(
    loss: xr.DataArray, target: float, width: int, average: str = "arithmetic"
) -> xr.DataArray:
    """Updates at which the moving average of the loss of each seed first falls to ``target``.

    An average stands at the mean of its updates; between two of them its logarithm is taken for a
    straight line.

    Args:
        loss, target: as for ``updates_to``.
        width: evaluations in a row that are averaged, 2 to all of them.
        average: arithmetic or geometric, the mean within a window.

    Returns:
        Updates, as floats, all dimensions but update; at the earliest the mean of the first
        ``width``; infinity if the average never gets there.

    Raises:
        ValueError: an argument is out of its range, or the updates do not rise.

    >>> loss = xr.DataArray([8.0, 2.0, 8.0, 1.0, 1.0], {"update": [0, 1, 2, 3, 4]})
    >>> updates_of_seeds_to(loss, 1.0, width=2).item()
    3.5
    """
    _check(loss, target, average)
    n = checks.whole_number("width", width, 2, loss.sizes["update"], "the number of evaluations")
    windows = loss.rolling(update=n).construct("window")
    at = loss["update"].rolling(update=n).construct("window").mean("window")
    averages = _mean(windows, "window", average).assign_coords(update=at)
    return _first(averages.isel(update=slice(n - 1, None)), target)


def _check(loss: xr.DataArray, target: float, average: str) -> None:
    checks.positive("target", target)
    checks.one_of("average", average, AVERAGES)
    if (loss < 0).any():
        raise ValueError(f"loss must be at least 0, got {float(loss.min()):g}")
    if not (np.diff(loss["update"]) > 0).all():
        raise ValueError(f"update must rise, got {loss['update'].values.tolist()}")


def _mean(loss: xr.DataArray, along: str, average: str) -> xr.DataArray:
    if average == "arithmetic":
        return loss.mean(along, skipna=False)
    with np.errstate(divide="ignore"):  # the logarithm of 0
        return np.exp(np.log(loss).mean(along, skipna=False))


def _first(loss: xr.DataArray, target: float) -> xr.DataArray:
    """The update at which the loss first falls to the target, all dimensions but update."""
    there = loss <= target
    after = there.argmax("update")
    before = np.maximum(after - 1, 0)
    low, high = loss.isel(update=after), loss.isel(update=before)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.log(high / target) / np.log(high / low)
    share = xr.where((after > 0) & np.isfinite(high), share, 1)
    start, end = (loss["update"].values[i.values] for i in (before, after))
    return xr.where(there.any("update"), start + share.drop_vars("update") * (end - start), np.inf)
