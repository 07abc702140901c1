"""Figures of schedules: what they do in each epoch, and what the runs under them do."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from helpers.analysis.runs import medians
from helpers.plots.figures import BAND, readable

SCHEDULES = {
    "constant": {"color": "0.55", "linestyle": "-", "linewidth": 1.4},
    "decay": {"color": "#56B4E9", "linestyle": "-", "linewidth": 2.8},
    "growth": {"color": "#000000", "linestyle": "--", "linewidth": 1.4},
    "half": {"color": "#0072B2", "linestyle": ":", "linewidth": 2.0},
}
MOST_TICKS = 6  # milestones that still have room for a number each
POINTS = 100  # percentage points in an accuracy of 1


def draw_schedules(
    axes: Sequence[Axes],
    schedules: Mapping[str, tuple],
    epochs: int,
    n_train: int,
    momentum: float,
) -> None:
    """Draw batch size, learning rate and SGD noise level of several schedules, a panel each.

    The noise level is that of Smith & Le (arXiv 1710.06451): the learning rate over 1 - momentum,
    times the number of training samples over the batch size less 1.

    Args:
        axes: three of them, all of which become logarithmic upwards.
        schedules: batch size and learning rate, each a number or one per epoch, by the name of a
            schedule in ``SCHEDULES``.
        epochs: at least 1.
        n_train: training samples, at least the largest batch size.
        momentum: of the optimizer, from 0 to below 1.
    """
    epoch = range(1, epochs + 1)
    names = ("batch size", "learning rate", "SGD noise level")
    for name, plan in schedules.items():
        size, rate = (np.broadcast_to(value, epochs) for value in plan)
        noise = rate / (1 - momentum) * (n_train / size - 1)
        for ax, values in zip(axes, (size, rate, noise), strict=True):
            shown = np.where(values > 0, values, np.nan)  # the full batch has no noise
            ax.step(epoch, shown, where="mid", label=name, **SCHEDULES[name])
    for ax, name in zip(axes, names, strict=True):
        ax.set(yscale="log", xlabel="epoch", title=name)
        if not np.isfinite(ax.dataLim.minpos[1]):  # nothing above 0 to draw
            ax.set_ylim(1, 10)
        readable(ax.yaxis)


def schedule_curves(ax: Axes, runs: xr.Dataset, over: str, milestones: Sequence[int] = ()) -> None:
    """Draw the test accuracy of every schedule over epochs or over updates.

    Lines are medians over the seeds with a band from the 5th to the 95th percentile; a thin line is
    the first seed alone. Over updates a dot and the count stand where a schedule ends.

    Args:
        ax: axes to draw on; a few outliers may be cut off.
        runs: what ``helpers.training.train_schedules`` returned, of schedules in ``SCHEDULES``.
        over: "epoch" or "update".
        milestones: epochs after which a step is taken, each a dotted line over epochs.
    """
    for name in runs.schedule.values.tolist():
        here, style = runs.sel(schedule=name), SCHEDULES[name]
        values = here.val_accuracy
        if over == "update":
            values = values.rename(epoch=over).assign_coords(update=here.updates.values)
        low, high = values.quantile(BAND, "seed")
        ax.fill_between(values[over], low, high, color=style["color"], alpha=0.13, linewidth=0)
        ax.plot(values[over], values.isel(seed=0), color=style["color"], lw=0.6, alpha=0.5)
        ax.plot(values[over], medians(values), label=name, **style)
        if over == "update":
            _mark_end(ax, name, values)
    for after in milestones:
        ax.axvline(after + 0.5, color="0.5", lw=0.8, ls=(0, (1, 3)))
    drawn = runs.val_accuracy.values[np.isfinite(runs.val_accuracy.values)]
    low, high = np.quantile(drawn, [0.05, 1])
    ax.set_ylim(max(0, low - 0.2 * (high - low)), high + 0.05 * (high - low))
    ax.set(xlabel=over)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    if 0 < len(milestones) < MOST_TICKS:
        ax.set_xticks([1, *milestones, runs.sizes["epoch"]])


def _mark_end(ax: Axes, name: str, values: xr.DataArray) -> None:
    """A dot where a schedule ends, with its number of updates if it is growth or decay."""
    last, height = int(values.update[-1]), float(medians(values)[-1])
    ax.plot(last, height, "o", ms=5, color=SCHEDULES[name]["color"])
    if name in ("growth", "decay"):
        place = {"growth": (0.98, 0.13), "decay": (0.98, 0.04)}[name]
        text = f"{name} ends after {last:,}"
        ax.text(*place, text, transform=ax.transAxes, ha="right", fontsize=9.5)


def volatility_by_phase(ax: Axes, values: xr.DataArray) -> None:
    """Draw the volatility of every schedule in each phase: a dot for each run, and the medians.

    Args:
        ax: axes to draw on.
        values: what ``helpers.analysis.volatility_by_phase`` returned, dimensions phase, schedule
            and seed, in accuracy; drawn in percentage points.
    """
    names = values.schedule.values.tolist()
    points = POINTS * values
    for i, name in enumerate(names):
        here = points.sel(schedule=name).transpose("phase", "seed")
        at = values.phase.values + 0.14 * (i - (len(names) - 1) / 2)
        color = SCHEDULES[name]["color"]
        for place, runs in zip(at, here.values, strict=True):
            ax.scatter(np.full(runs.size, place), runs, s=9, color=color, alpha=0.4, lw=0)
        ax.plot(at, medians(here), label=name, marker="o", ms=5, **SCHEDULES[name])
    ax.set(xlabel="phase", ylim=(0, None))
    ax.set_xticks(values.phase.values)
