"""Schedules compared: phase by phase, and along the run beside a schedule of reference."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from helpers import checks
from helpers.analysis.runs import detrended_std, final_accuracy, gain, median

POINTS = 100  # percentage points in an accuracy of 1


def volatility_by_phase(runs: xr.Dataset, milestones: Sequence[int]) -> xr.DataArray:
    """Volatility of the test accuracy within each phase of a schedule.

    Args:
        runs: what ``helpers.training.train_schedules`` returned, dimensions schedule, seed, epoch.
        milestones: epochs after which a phase ends, rising, each phase 3 epochs or longer.

    Returns:
        Standard deviations about the trend, in accuracy, at least 0; the dimensions of
        ``runs.val_accuracy`` without epoch, after phase, whose phases count from 1.

    Raises:
        ValueError: a phase has fewer than 3 epochs.

    >>> accuracy = xr.DataArray([[0.5, 0.6, 0.7, 0.7, 0.8, 0.7]], dims=("seed", "epoch"))
    >>> volatility_by_phase(xr.Dataset({"val_accuracy": accuracy}), [3]).round(3).values.tolist()
    [[0.0], [0.082]]
    """
    ends = [0, *milestones, runs.sizes["epoch"]]
    phases = [
        detrended_std(runs.val_accuracy.isel(epoch=slice(start, end)))
        for start, end in zip(ends, ends[1:], strict=False)
    ]
    return xr.concat(phases, xr.Variable("phase", range(1, len(phases) + 1)))


def minus(values: xr.DataArray, schedule: str, reference: str) -> xr.DataArray:
    """What one schedule has more than another, seed by seed.

    Args:
        values: a number for each run, with the dimension schedule.
        schedule, reference: names of two of the schedules.
    """
    return values.sel(schedule=schedule, drop=True) - values.sel(schedule=reference, drop=True)


def along_the_run(
    runs: xr.Dataset, schedule: str, reference: str, after: int
) -> tuple[xr.DataArray, xr.DataArray]:
    """How far the curves of two schedules lie apart, on average over the epochs after the first.

    Args:
        runs: what ``helpers.training.train_schedules`` returned.
        schedule, reference: names of two of its schedules.
        after: epochs at the start that are left out, since both schedules are still the same.

    Returns:
        The mean difference of their test accuracies, and the mean ratio of their test losses,
        infinite if a loss is not a number; one value per seed each.
    """
    n = checks.whole_number("after", after, 0, runs.sizes["epoch"] - 1, "one epoch is left")
    later = runs.isel(epoch=slice(n, None))
    one, other = (later.sel(schedule=name, drop=True) for name in (schedule, reference))
    ratio = gain(one.val_loss, other.val_loss).mean("epoch", skipna=False)
    return (one.val_accuracy - other.val_accuracy).mean("epoch"), ratio.fillna(np.inf)


def phase_summary(runs: xr.Dataset, milestones: Sequence[int]) -> pd.DataFrame:
    """How each schedule ends: medians over the seeds in the last phase, and updates in all.

    Args:
        runs, milestones: as for ``volatility_by_phase``.

    Returns:
        A row for each schedule, with the columns "final accuracy (%)", "final loss", "volatility
        (points)" and "updates", as text.
    """
    last = runs.sizes["epoch"] - milestones[-1]
    volatility = volatility_by_phase(runs, milestones).isel(phase=-1)
    accuracy, loss = (final_accuracy(runs, last, name) for name in ("val_accuracy", "val_loss"))
    rows = {}
    for name in runs.schedule.values.tolist():
        here = {"schedule": name}
        rows[name] = {
            "final accuracy (%)": f"{POINTS * median(accuracy.sel(here)):.1f}",
            "final loss": f"{median(loss.sel(here)):.3f}",
            "volatility (points)": f"{POINTS * median(volatility.sel(here)):.2f}",
            "updates": f"{int(runs.updates.sel(here).isel(epoch=-1)):,}",
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("schedule")
