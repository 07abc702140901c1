"""Tables of recommended settings: what each is good for, and what it is worth on other samples."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from helpers.analysis.goals import GOALS, ends_well, recommendations
from helpers.analysis.intervals import median_interval
from helpers.analysis.recommendation import Cell, Recommendation
from helpers.analysis.runs import median

PER_CENT = {"accuracy": " (%)", "balanced accuracy": " (%)", "error": " (% of guessing)"}
UNITS = {
    ("volatility", "accuracy"): " points",
    ("volatility", "balanced accuracy"): " points",
    ("volatility", "error"): " points",
    ("volatility", "loss"): "",
    ("miss", "accuracy"): " % wrong",
    ("miss", "balanced accuracy"): " % wrong, all classes alike,",
    ("miss", "error"): " % of the error of guessing",
    ("miss", "loss"): "",
}
NEVER = "never reached"
JUDGED = ["takes", "best takes", "times the best"]


def setting_name(setting: Cell) -> str:
    """A setting as tables and figures write it.

    >>> setting_name((16, 0.001))
    '16 at 0.001'
    """
    return f"{setting[0]} at {setting[1]:g}"


def standings(found: Mapping[str, Recommendation], cost: xr.Dataset, n_train: int) -> pd.DataFrame:
    """How the settings that come first in one goal do in the others.

    Args:
        found: what ``recommendations`` returned.
        cost: what it was found from; only its batch sizes and learning rates are used.
        n_train: training samples, which no batch outgrows.

    Returns:
        A row for each setting, such as "16 at 0.001" (batch size and learning rate), with a column
        for each goal: "clear winner", "first, 2 ties", "tie" or "worse"; "only one" if no other
        setting reaches the goal, "never reached" if none does. The column "edge of the map" says on
        which side better settings may lie beyond it.
    """
    firsts = dict.fromkeys(each.first for each in found.values() if each.first)
    columns = {
        goal: [_standing(each, setting) for setting in firsts] for goal, each in found.items()
    }
    sides = [", ".join(edges(setting, cost, n_train)) or "no" for setting in firsts]
    beyond = {"edge of the map": sides}
    rows = pd.Index([setting_name(setting) for setting in firsts], name="setting")
    if not firsts:
        columns, beyond = dict.fromkeys(found, [NEVER]), {"edge of the map": ["–"]}
        rows = pd.Index(["none"], name="setting")
    return pd.DataFrame(columns | beyond, index=rows)


def _standing(found: Recommendation, setting: Cell) -> str:
    if found.first is None:
        return NEVER
    if setting == found.first:
        if not found.n_others:
            return "only one"
        n = len(found.ties)
        return "clear winner" if n == 0 else f"first, {n} tie{'s' if n > 1 else ''}"
    return "tie" if setting in found.ties else "worse"


def edges(setting: Cell, cost: xr.Dataset, n_train: int) -> list[str]:
    """On which sides a setting is the last of the map, where the map could be widened.

    Args:
        setting: batch size and learning rate.
        cost: of which only the batch sizes and learning rates are used.
        n_train: training samples, which no batch outgrows.
    """
    (size, rate), sides = setting, []
    sizes, rates = sorted(cost.batch_size.values), sorted(cost.learning_rate.values)
    if size == sizes[0] > 1:
        sides.append("smallest batch size")
    if size == sizes[-1] and size * (sizes[-1] / sizes[-2]) <= n_train:
        sides.append("largest batch size")
    if rate == rates[0]:
        sides.append("smallest learning rate")
    if rate == rates[-1]:
        sides.append("largest learning rate")
    return sides


def judged(
    settings: Mapping[str, Cell | None],
    fresh: xr.Dataset,
    margin: float,
    beside: Mapping[str, xr.DataArray] | None = None,
) -> pd.DataFrame:
    """What the setting for each goal takes on samples and seeds that did not choose it.

    Args:
        settings: by goal, batch size and learning rate, or None where there is none.
        fresh: what ``costs`` returned of other runs, evaluated on other samples.
        margin: as for ``recommendations``.
        beside: further columns by their titles, numbers with the dimensions of ``fresh``, of which
            the median is shown.

    Returns:
        A row for each goal, as text: the setting; what it takes there, the median with its 95 %
        interval (none with fewer than six seeds); what the best setting there takes; the former
        over the latter; and the final metric. "never" stands for a target that the median run does
        not reach, "ends worse" for a stable setting whose final metric is not among the best there,
        and "–" where there is nothing to compare.
    """
    best, well = recommendations(fresh, margin), ends_well(fresh, margin)
    metric, rows = fresh.attrs["metric"], {}
    columns = {f"final {metric}{PER_CENT.get(metric, '')}": _percent(fresh), **(beside or {})}
    for goal, name in GOALS.items():
        setting, least = settings[goal], best[goal].first
        if setting is None:
            rows[goal] = {"setting": "none"} | dict.fromkeys((*JUDGED, *columns), "–")
            continue
        takes = _at(fresh[name], setting)
        there, ratio = np.inf, np.nan
        if least is not None:
            there = median(_at(fresh[name], least))
            ratio = median(takes) / there if there else np.nan
        compared = f"{ratio:.2f}" if np.isfinite(ratio) else "–"
        if goal == "most stable" and not _at(well, setting):
            compared = "ends worse"
        rows[goal] = {
            "setting": setting_name(setting),
            "takes": with_interval(takes, name, metric),
            "best takes": amount(there, name, metric),
            "times the best": compared,
        } | {title: f"{median(_at(values, setting)):.4g}" for title, values in columns.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("goal")


def _percent(cost: xr.Dataset) -> xr.DataArray:
    """The final metric in per cent, but for a loss."""
    return cost.final if cost.attrs["metric"] == "loss" else 100 * cost.final


def _at(values: xr.DataArray, setting: Cell) -> xr.DataArray:
    return values.sel(batch_size=setting[0], learning_rate=setting[1])


def with_interval(values: xr.DataArray, name: str, metric: str) -> str:
    """The median of ``values``, one per seed, with its 95 % interval and its unit.

    Args:
        values: of the cost called ``name``.
        name: as in ``costs``.
        metric: name of the metric.
    """
    low, high = median_interval(values, 0.95)
    inside = "" if np.isinf(low) else f" [{digits(low, name)}, {digits(high, name)}]"
    middle = median(values)
    ending = unit(middle, name, metric) if np.isfinite(middle) else ""
    return f"{digits(middle, name)}{inside}{ending}"


def amount(value: float, name: str, metric: str) -> str:
    """A value with its unit, or "never" for infinity.

    Args:
        value, name, metric: as for ``unit``.

    >>> amount(16582.0, "updates", "accuracy"), amount(0.2034, "volatility", "accuracy")
    ('16,582 updates', '0.20 points')
    >>> amount(7.71, "miss", "accuracy"), amount(0.2034, "volatility", "loss")
    ('7.7 % wrong', '0.20')
    """
    return f"{digits(value, name)}{unit(value, name, metric)}" if np.isfinite(value) else "never"


def unit(value: float, name: str, metric: str) -> str:
    """The unit of a cost with a blank before it, in the singular for one.

    Args:
        value: of the cost.
        name: of the cost, as in ``costs``.
        metric: name of the metric.

    >>> unit(1.0, "epochs", "accuracy"), unit(1.5, "epochs", "accuracy")
    (' epoch', ' epochs')
    """
    if name in ("updates", "epochs"):
        return f" {name[:-1] if value == 1 else name}"
    return UNITS[name, metric]


def digits(value: float, name: str) -> str:
    """A ``value`` of the cost called ``name`` as tables write it: 16,582 or 1.5 or 0.20.

    >>> digits(float("inf"), "updates"), digits(0.2034, "volatility"), digits(7.71, "miss")
    ('never', '0.20', '7.7')
    """
    if not np.isfinite(value):
        return "never"
    if name == "volatility":
        return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"
    if name == "miss":
        return f"{value:.1f}" if value >= 1 else f"{value:.3f}"
    return f"{value:.1f}" if value % 1 else f"{value:,.0f}"


def noise_table(scale: xr.DataArray, setting: Cell | None) -> pd.DataFrame:
    """The batch size of a setting beside the noise scale early and late in its runs.

    Args:
        scale: samples, dimensions seed and epoch, from epoch 0; what is infinite was too large to
            be measured, and what is not a number was not measured.
        setting: batch size and learning rate, or None.

    Returns:
        One row: the batch size, and the median noise scale after the first epoch and after the
        last, in samples, as text.
    """
    first, last = int(scale.epoch[1]), int(scale.epoch[-1])
    columns = {"batch size": f"{setting[0]:,}" if setting else "–"}
    for epoch in dict.fromkeys((first, last)):
        columns[f"noise scale after epoch {epoch} (samples)"] = _samples(scale.sel(epoch=epoch))
    rows = pd.Index([setting_name(setting) if setting else "none"], name="setting")
    return pd.DataFrame([columns], index=rows)


def _samples(scale: xr.DataArray) -> str:
    """The median noise scale over the seeds in words."""
    if scale.isnull().all():
        return "not measured"
    middle = median(scale)
    if np.isinf(middle):
        return "too large to measure"
    return f"{middle:.1f}" if middle < 10 else f"{middle:,.0f}"
