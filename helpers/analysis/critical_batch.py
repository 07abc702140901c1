"""Updates to a target against batch size: the critical batch size at which larger stops paying."""

import numpy as np
import pandas as pd
import xarray as xr
from scipy.optimize import minimize_scalar

from helpers import checks
from helpers.analysis.summaries import count

BEYOND = 1e3  # how far beyond the batch sizes tried the critical one is searched, as a factor


def critical_batch_size(updates: xr.DataArray) -> xr.Dataset:
    """Fit updates to a target, S, by S = S_min (1 + B_crit / B), with B the batch size.

    McCandlish et al., An empirical model of large-batch training (arXiv 1812.06162), section
    2.3, with the learning rate tuned for each batch size. Far below B_crit, twice the batch needs
    half the updates; far above, more samples save none; at B_crit it takes twice the fewest. The
    squared distances between the logarithms of both sides are made small, so that each batch size
    counts the same, for each seed by itself.

    Args:
        updates: dimensions seed and batch_size, above 0; infinity (censored) is left out.

    Returns:
        Variables fewest_updates (S_min) and critical_batch_size (B_crit), dimension seed. Not a
        number where fewer than 2 batch sizes got there. If the updates show no bend, B_crit comes
        out a factor of 1000 beyond the batch sizes tried, where the search ends.

    Raises:
        ValueError: a number of updates is not above 0.

    >>> sizes = np.array([1, 10, 100])
    >>> updates = xr.DataArray([20 * (1 + 30 / sizes)], {"seed": [0], "batch_size": sizes})
    >>> fit = critical_batch_size(updates)
    >>> round(fit.fewest_updates.item(), 2), round(fit.critical_batch_size.item(), 2)
    (20.0, 30.0)
    """
    checks.distinct("batch sizes", updates.batch_size.values.tolist())
    updates = updates.transpose("seed", "batch_size")
    if not (updates > 0).all():
        raise ValueError("updates must be numbers above 0")
    fits = [_fit(updates.batch_size.values, each) for each in updates.values]
    fewest, critical = np.transpose(fits)
    return xr.Dataset(
        {"fewest_updates": ("seed", fewest), "critical_batch_size": ("seed", critical)},
        {"seed": updates.seed},
    )


def doublings(updates: xr.DataArray) -> pd.DataFrame:
    """What each larger batch saves, every batch size at the learning rate that is best for it.

    Args:
        updates: to a target, dimensions batch_size, in order, and learning_rate; infinity if it
            was not reached.

    Returns:
        A row for each batch size: the best learning rate, the updates, what share they are of
        those in the row above, and the samples that they take; as text, so that a notebook and
        the book show the same digits.

    >>> labels = {"batch_size": [4, 8], "learning_rate": [0.1, 0.2]}
    >>> doublings(xr.DataArray([[600.0, 1000.0], [500.0, 300.0]], labels)).loc[8].tolist()
    ['0.2', '300', '50', '2,400']
    """
    tried = updates.transpose("batch_size", "learning_rate").to_pandas()
    needed = tried.min(axis=1)
    known = needed.where(np.isfinite(needed))
    shares = (100 * known / known.shift()).map("{:.0f}".format).replace("nan", "–")
    columns = {
        "best learning rate": tried.idxmin(axis=1).map("{:g}".format),
        "updates to the target": needed.map(count),
        "of those in the row above (%)": shares,
        "samples to the target": (needed * needed.index).map(count),
    }
    return pd.DataFrame(columns).rename_axis(index=None, columns="batch size")


def _fit(sizes: np.ndarray, updates: np.ndarray) -> tuple[float, float]:
    """S_min and B_crit of one seed; for a given B_crit the best log S_min is a mean."""
    reached = np.isfinite(updates)
    if reached.sum() < 2:
        return np.nan, np.nan
    sizes, target = sizes[reached], np.log(updates[reached])

    def rest(log_critical):
        return target - np.log1p(np.exp(log_critical) / sizes)

    ends = np.log(sizes.min() / BEYOND), np.log(sizes.max() * BEYOND)
    grid = np.linspace(*ends, 200)  # the distance may have flat stretches, so look at all of it
    start = grid[np.argmin([np.var(rest(at)) for at in grid])]
    step = grid[1] - grid[0]
    near = max(ends[0], start - step), min(ends[1], start + step)
    best = minimize_scalar(lambda at: np.var(rest(at)), bounds=near, method="bounded").x
    return float(np.exp(np.mean(rest(best)))), float(np.exp(best))
