"""Step sizes that Rprop arrives at on the full batch, where an epoch is one update (claim D2)."""

import numpy as np
import xarray as xr


def step_sizes(weights: xr.DataArray) -> xr.DataArray:
    """The last distance, not zero, that each weight moved between two snapshots.

    On the full batch a weight moves by its step size in each update, or not at all after its
    gradient changed sign (Igel & Hüsken 2003).

    Args:
        weights: of runs on the full batch, dimensions seed, snapshot (consecutive epochs, two at
            least) and weight.

    Returns:
        Step sizes above 0, dimensions seed and weight; not a number for a weight that did not move.
    """
    moved = np.abs(weights.transpose("snapshot", "seed", "weight").diff("snapshot")).values[::-1]
    latest = (moved > 0).argmax(axis=0)[None]
    steps = np.take_along_axis(moved, latest, axis=0)[0].astype(float)
    steps[steps == 0] = np.nan
    return xr.DataArray(steps, {"seed": weights.seed.values}, dims=["seed", "weight"])


def spread(steps: xr.DataArray) -> xr.DataArray:
    """95th over 5th percentile of a run's step ``sizes``: at least 1, dimension seed.

    Args:
        steps: what ``step_sizes`` returned; what is not a number is left out.
    """
    low, high = steps.quantile([0.05, 0.95], "weight", skipna=True)
    return (high / low).drop_vars("quantile", errors="ignore")
