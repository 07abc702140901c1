"""Tables of runs: one row for each setting, medians over the seeds."""

from collections.abc import Mapping

import pandas as pd
import xarray as xr

from helpers.analysis.runs import final_accuracy, median, speed, volatility
from helpers.conventions import HOLD

POINTS = 100  # percentage points in an accuracy of 1


def summary(
    runs: Mapping[str, xr.Dataset],
    target: float,
    last: int,
    hold: int = HOLD,
    index: str = "setting",
) -> pd.DataFrame:
    """Median accuracy, speed and volatility of several settings, a row each.

    Args:
        runs: what ``helpers.train`` returned, or a selection of ``helpers.sweep``, by the name
            that its row has.
        target: test accuracy to reach and keep, above 0 and at most 1.
        last: epochs at the end that count as final, 3 to all of them.
        hold: epochs in a row for which the target is kept.
        index: what the rows are called.

    Returns:
        Columns "final accuracy" (in per cent), "volatility" (in percentage points), "epochs to …"
        and "updates to …", as text, so that a notebook and the book show the same digits. A time
        that the median run did not reach within its budget is "never".

    Raises:
        ValueError: ``target``, ``last`` or ``hold`` is out of its range.
    """
    rows = {}
    for name, some in runs.items():
        speeds = speed(some, target, hold)
        rows[name] = {
            "final accuracy (%)": f"{POINTS * median(final_accuracy(some, last)):.1f}",
            "volatility (points)": f"{POINTS * median(volatility(some, last)):.2f}",
            f"epochs to {POINTS * target:g} %": count(median(speeds.epochs)),
            f"updates to {POINTS * target:g} %": count(median(speeds.updates)),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(columns=index)


def count(value: float) -> str:
    """``value``, a count of epochs or updates, as people write it: 7,813, or "never" if infinite.

    >>> count(7812.5), count(float("inf"))
    ('7,812', 'never')
    """
    return f"{value:,.0f}" if value < float("inf") else "never"
