"""Figures of what every batch size costs at every learning rate."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from helpers.analysis.goal_tables import UNITS, setting_name
from helpers.analysis.goals import GOALS
from helpers.analysis.recommendation import CELL, Recommendation, trade_off
from helpers.analysis.runs import medians
from helpers.plots.figures import readable
from helpers.plots.plane import MARKERS

MOST_NUMBERS = 60  # settings that still have room for a number each
MOST_COLUMNS = 7  # learning rates that still have room in half of the page


def goal_maps(middle: xr.Dataset, found: Mapping[str, Recommendation]) -> plt.Figure:
    """Draw a map for each of four goals: two by two, or one above the other if rates are many.

    Args:
        middle: what ``helpers.analysis.shown_medians`` returned.
        found: what ``helpers.analysis.recommendations`` returned.

    Returns:
        The figure; the title of each map names the setting that comes first.
    """
    n_sizes, n_rates = middle.sizes["batch_size"], middle.sizes["learning_rate"]
    height = 1.5 + 0.3 * n_sizes
    n_across = 2 if n_rates <= MOST_COLUMNS else 1
    n_down = len(found) // n_across
    shape, size = (n_down, n_across), (7.2, n_down * height - 0.4 * (n_down - 1))
    figure, axes = plt.subplots(*shape, figsize=size, sharex=True, sharey=True)
    for ax, (goal, recommended) in zip(axes.flat, found.items(), strict=True):
        name = GOALS[goal]
        draw_map(ax, middle[name], recommended)
        first = recommended.first
        which = f"first: {setting_name(first)}" if first else "never reached"
        of = UNITS.get((name, middle.attrs["metric"]), "").strip()
        ax.set_title(f"{goal}{of and f' ({of})'}\n{which}", fontsize=11)
        ax.set_xlabel("learning rate")
        ax.label_outer()
    return figure


def draw_map(ax: Axes, values: xr.DataArray, recommended: Recommendation) -> None:
    """Draw one number per setting as a shade, darker for more, with frames for what is recommended.

    Args:
        ax: axes to draw on, learning rates across and batch sizes up.
        values: dimensions batch_size and learning_rate, at least 0; what is not a finite number is
            a dash.
        recommended: its first setting has a thick frame, those that may be as good have
            dotted ones.
    """
    values = values.where(np.isfinite).transpose("batch_size", "learning_rate")
    sizes, rates = values.batch_size.values.tolist(), values.learning_rate.values.tolist()
    least = values.where(values > 0).min().fillna(1).item()
    shades = np.ma.masked_invalid(np.log(np.maximum(values.values, least)))
    ax.pcolormesh(shades, cmap="cividis_r", alpha=0.55, edgecolor="white")
    for (y, x), value in np.ndenumerate(values.values):
        if values.size <= MOST_NUMBERS:
            ax.text(x + 0.5, y + 0.5, _word(value), ha="center", va="center", fontsize=9)
        setting = sizes[y], rates[x]
        if setting == recommended.first:
            _frame(ax, x, y, lw=2.5)
        elif setting in recommended.ties:
            _frame(ax, x, y, lw=1, ls=":")
    ax.set_xticks(np.arange(len(rates)) + 0.5, [f"{rate:g}" for rate in rates], fontsize=9)
    ax.set_yticks(np.arange(len(sizes)) + 0.5, sizes)
    ax.set(ylabel="batch size")
    ax.grid(False)


def _word(value: float) -> str:
    """A number that fits into a map: 16,582, or 0.2 with two digits; a dash for none."""
    if np.isnan(value):
        return "–"
    return f"{value:.2g}" if value < 10 else f"{value:,.0f}"


def _frame(ax: Axes, x: int, y: int, **line) -> None:
    ax.add_patch(plt.Rectangle((x + 0.05, y + 0.07), 0.9, 0.86, fill=False, ec="black", **line))


def draw_trade_off(ax: Axes, across: xr.DataArray, up: xr.DataArray) -> None:
    """Draw two costs of every setting against each other, and the settings that no other beats.

    Marks are medians over seeds with bars from the 25th to the 75th percentile, a colour and a
    marker for each batch size; a black line with rings joins the front,
    and its ends are named.

    Args:
        ax: axes to draw on; both become logarithmic.
        across: one cost, above 0, dimensions batch_size, learning_rate and seed; a setting whose
            median is infinite is left out.
        up: the other cost, alike.
    """
    cost = xr.Dataset({"x": across, "y": up})
    ends = {q: cost.quantile(q, "seed", method="inverted_cdf") for q in (0.25, 0.75)}
    middle = medians(cost)
    sizes = cost.batch_size.values
    shades = plt.get_cmap("viridis")(np.linspace(0, 0.9, len(sizes)))
    for i, (size, shade) in enumerate(zip(sizes, shades, strict=True)):
        here = middle.sel(batch_size=size)
        there = np.isfinite(here.x) & np.isfinite(here.y)
        low, at, high = (
            cost_of.sel(batch_size=size).isel(learning_rate=there.values).to_array().values
            for cost_of in (ends[0.25], middle, ends[0.75])
        )
        high = np.where(np.isfinite(high), high, at)
        bars = np.stack([at - low, high - at], axis=1)
        mark = {"fmt": MARKERS[i % len(MARKERS)], "color": shade, "ms": 6, "lw": 0.6}
        ax.errorbar(*at, bars[1], bars[0], label=f"batch size {size}", **mark)
    stacked = middle.assign(front=trade_off(middle.x, middle.y)).stack(cell=CELL)
    front = stacked.isel(cell=stacked.front.values).sortby("x")
    ax.step(front.x, front.y, "k-", where="post", lw=1, label="front")
    ax.plot(front.x, front.y, "ko", ms=11, mfc="none")
    for i in dict.fromkeys((0, front.sizes["cell"] - 1)) if front.sizes["cell"] else ():
        name, at = setting_name(front.cell.values[i]), (front.x.values[i], front.y.values[i])
        ax.annotate(name, at, (9, 7), textcoords="offset points", fontsize=10)
    ax.set(xscale="log", yscale="log")
    ax.margins(0.08)
    readable(ax.xaxis)
    readable(ax.yaxis)
    if not front.sizes["cell"]:  # a logarithmic axis without data has no range
        ax.set(xlim=(1, 10), ylim=(1, 10), xticks=[], yticks=[])
        middle = {"transform": ax.transAxes, "ha": "center", "va": "center"}
        ax.text(0.5, 0.5, "no setting reaches the target", **middle)
