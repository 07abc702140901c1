"""Which setting serves which of three goals.

A goal is few updates to a target accuracy, few epochs to it, or a stable end. The rule that chooses
is ``helpers.analysis.recommend``; ``helpers.analysis.goal_tables`` shows what it chose.
"""

import numpy as np
import xarray as xr

from helpers.analysis.recommendation import Recommendation, fully_accurate, recommend
from helpers.analysis.runs import final_accuracy, medians, speed
from helpers.analysis.runs import volatility as volatility_of

GOALS = {"fewest updates": "updates", "fewest epochs": "epochs", "most stable": "volatility"}
POINTS = 100  # percentage points in an accuracy of 1


def costs(runs: xr.Dataset, target: float, last: int, n_evaluated: int) -> xr.Dataset:
    """What each run costs by the three goals, less being better, and its final accuracy.

    Args:
        runs: what ``helpers.sweep`` returned.
        target: accuracy to reach and keep, above 0 and at most 1.
        last: epochs at the end that count as final.
        n_evaluated: samples on which the accuracy was taken; a volatility below the rounding error
            of an accuracy on so many counts as that error.

    Returns:
        Variables updates and epochs (infinity for never), volatility in percentage points, and
        accuracy from 0 to 1; dimensions batch_size, learning_rate and seed.
    """
    clocks = speed(runs, target)
    least = 1 / (n_evaluated * np.sqrt(12))
    volatility = np.maximum(volatility_of(runs, last).fillna(np.inf), least)
    return xr.Dataset(
        {
            "updates": clocks.updates,
            "epochs": clocks.epochs,
            "volatility": POINTS * volatility,
            "accuracy": final_accuracy(runs, last).fillna(0),
        }
    )


def recommendations(cost: xr.Dataset, margin: float) -> dict[str, Recommendation]:
    """The recommended setting for each goal.

    For speed every setting counts that reaches and keeps the target in the median; of equals the
    more stable comes first. For stability those count that are as accurate as the most accurate; of
    equals the one of fewer updates comes first.

    Args:
        cost: what ``costs`` returned.
        margin: of accuracy, by which the most accurate setting may be missed.
    """
    full = fully_accurate(cost.accuracy, margin)
    return {
        "fewest updates": recommend(cost.updates, then=cost.volatility),
        "fewest epochs": recommend(cost.epochs, then=cost.volatility),
        "most stable": recommend(cost.volatility, full, cost.updates),
    }


def shown_medians(cost: xr.Dataset, margin: float) -> xr.Dataset:
    """The medians that a map of each goal shows; volatility of the fully accurate settings alone.

    Args:
        cost, margin: as for ``recommendations``.
    """
    middle = medians(cost)
    kept = middle.volatility.where(fully_accurate(cost.accuracy, margin))
    return middle.assign(volatility=kept)
