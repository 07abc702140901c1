"""Which setting serves which of four goals.

A goal is few updates to a target, few epochs to it, a stable end, or the best metric at the end.
The rule that chooses is ``helpers.analysis.recommend``; ``helpers.analysis.goal_tables`` shows what
it chose, and ``helpers.analysis.advice`` says it.
"""

import numpy as np
import xarray as xr

from helpers.analysis.recommendation import Recommendation, fully_accurate, recommend
from helpers.analysis.runs import detrended_std, last_epochs, medians, speed
from helpers.analysis.validation_metrics import ValidationMetric

GOALS = {
    "fewest updates": "updates",
    "fewest epochs": "epochs",
    "most stable": "volatility",
    "most accurate": "miss",
}


def costs(runs: xr.Dataset, metric: ValidationMetric, last: int) -> xr.Dataset:
    """What each run costs by the four goals, less being better, and how it ends.

    Args:
        runs: what ``helpers.sweep`` returned.
        metric: what the runs are judged by.
        last: epochs at the end that count as final.

    Returns:
        Variables updates and epochs to the target (infinity for never); volatility, the detrended
        standard deviation of the metric over the last epochs, in its unit of differences, at least
        its resolution; final, its mean over them, and miss, what that lacks of 1 for an accuracy,
        and else the same. Dimensions batch_size, learning_rate and seed. What is not finite is the
        worst there can be. And updates_of_run, those of all epochs (batch_size, learning_rate). The
        attribute ``metric`` is the name of the metric, ``epochs`` the epochs of each run.
    """
    clocks = speed(runs.assign(val_accuracy=metric.reached(runs).astype(float)), 1.0)
    ending = last_epochs(runs.assign(metric=metric.of(runs)), last, "metric")
    volatility = np.maximum(detrended_std(ending).fillna(np.inf), metric.resolution)
    final = ending.mean("epoch", skipna=False).fillna(0 if metric.rises else np.inf)
    return xr.Dataset(
        {
            "updates": clocks.updates,
            "epochs": clocks.epochs,
            "volatility": metric.points * volatility,
            "final": final,
            "miss": metric.points * (1 - final if metric.rises else final),
            "updates_of_run": runs.updates.isel(epoch=-1, drop=True).astype(float),
        },
        attrs={"metric": metric.name, "epochs": runs.sizes["epoch"]},
    )


def recommendations(cost: xr.Dataset, margin: float) -> dict[str, Recommendation]:
    """The recommended setting for each goal.

    For speed every setting counts that reaches and keeps the target in the median; of equals the
    more stable comes first. For stability those count that end as well as the best; of equals the
    one of fewer updates comes first, as it does among the equally accurate.

    Args:
        cost: what ``costs`` returned.
        margin: of the metric, by which the best final value may be missed.
    """
    return {
        "fewest updates": recommend(cost.updates, then=cost.volatility),
        "fewest epochs": recommend(cost.epochs, then=cost.volatility),
        "most stable": recommend(cost.volatility, ends_well(cost, margin), cost.updates),
        "most accurate": recommend(cost.miss, then=cost.updates),
    }


def ends_well(cost: xr.Dataset, margin: float) -> xr.DataArray:
    """Which settings end as well as the best, within a margin.

    Args:
        cost, margin: as for ``recommendations``.

    Returns:
        Truth values, dimensions batch_size and learning_rate.
    """
    return fully_accurate(_score(cost), margin)


def _score(cost: xr.Dataset) -> xr.DataArray:
    """The final metric, turned so that more is better."""
    return cost.final if cost.attrs["metric"].endswith("accuracy") else -cost.final


def shown_medians(cost: xr.Dataset, margin: float) -> xr.Dataset:
    """The medians that a map of each goal shows; volatility of the settings alone that end well.

    Args:
        cost, margin: as for ``recommendations``.
    """
    middle = all_medians(cost)
    return middle.assign(volatility=middle.volatility.where(ends_well(cost, margin)))


def all_medians(cost: xr.Dataset) -> xr.Dataset:
    """The medians over the seeds, of what has seeds.

    Args:
        cost: what ``costs`` returned.
    """
    per_seed = [name for name in cost.data_vars if "seed" in cost[name].dims]
    return cost.drop_dims("seed").merge(medians(cost[per_seed])).assign_attrs(cost.attrs)
