"""Figures of what a batch costs in seconds."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from helpers import analysis
from helpers.plots.sweeps import against_batch_size

ENGINES = {"fit": "black", "trainer": "#56B4E9"}  # colours
NETWORKS = {"small": "o--", "larger": "s-"}  # styles
STYLES = {"fit": "o-", "trainer": "s-"}
MILLI = 1000


def draw_engines(ax: Axes, values: xr.DataArray) -> None:
    """Draw medians over repeats against batch size, a line for each engine and network.

    Args:
        ax: axes to draw on; both become logarithmic.
        values: dimensions network, engine, batch_size and repeat; NaN for a batch size that a
            network has not.
    """
    for network in values.network.values:
        for engine in values.engine.values:
            line = values.sel(network=network, engine=engine).median("repeat")
            line = line.dropna("batch_size")
            style = {"color": ENGINES[engine], "ms": 5, "label": f"{engine}, {network} network"}
            ax.plot(line.batch_size, line, NETWORKS[network], **style)
    ax.set(xscale="log", yscale="log", xlabel="batch size")
    _decades(ax.xaxis, ax.yaxis)


def draw_costs(
    axes: Sequence[Axes], updates: xr.DataArray, per_update: xr.DataArray, seconds: xr.DataArray
) -> None:
    """Draw updates to a target, the time of an update, and their product, the fastest named.

    Args:
        axes: three, for these in turn.
        updates: of each run, dimensions seed and batch_size, infinite where it did not get there.
        per_update: seconds, dimensions engine and batch_size.
        seconds: to the target, dimensions seed, engine and batch_size.
    """
    against_batch_size(axes[0], updates, "0.4", "updates")
    for engine, color in ENGINES.items():
        line = MILLI * per_update.sel(engine=engine)
        axes[1].plot(line.batch_size, line, STYLES[engine], color=color, ms=5, label=engine)
        product = seconds.sel(engine=engine).transpose("seed", "batch_size")
        against_batch_size(axes[2], product, color, engine)
        _name_fastest(axes[2], product)
    axes[1].set(xscale="log", yscale="log", xlabel="batch size")
    axes[1].set_xticks(axes[0].get_xticks(), axes[0].get_xticklabels(), fontsize=9)
    axes[1].xaxis.set_minor_locator(NullLocator())
    _decades(axes[1].yaxis, axes[2].yaxis)
    axes[2].set_ylim(bottom=axes[2].get_ylim()[0] / 2)  # room for a name
    titles = "updates", "times ms per update", "is seconds to the target"
    for ax, title in zip(axes, titles, strict=True):
        ax.set_title(title, fontsize=11)
        ax.tick_params("x", labelrotation=60)
        ax.set_xlim(updates.batch_size[0] / 1.5, 1.5 * updates.batch_size[-1])


def draw_memory(ax: Axes, peaks: xr.Dataset) -> None:
    """Draw peaks of memory against batch size, and the rule that twice the activations come on top.

    Args:
        ax: axes to draw on; that of the batch sizes becomes logarithmic.
        peaks: what ``helpers.costs.measure_peaks`` returned.
    """
    sizes = peaks.batch_size.values
    curve = np.geomspace(sizes[0], sizes[-1], 100)
    level = float(peaks.peak[:, 0].median())
    per_sample = float(peaks.activations[-1]) / sizes[-1]
    rule = level + 2 * per_sample * (curve - sizes[0])
    ax.plot(curve, rule, "--", color="#009E73", label="rule: twice the activations")
    for row in peaks.peak.values:
        ax.plot(sizes, row, "o", color="black", ms=5, alpha=0.5)
    ax.axhline(float(peaks.before.median()), color="0.5", ls=":", label="before training")
    ax.set(xscale="log", xlabel="batch size", ylabel="peak memory (MiB)")
    ax.set_ylim(bottom=0)
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
    ax.xaxis.set_minor_locator(NullLocator())


def _name_fastest(ax: Axes, values: xr.DataArray) -> None:
    """Put a ring around the smallest median over seeds, and name its batch size."""
    medians = analysis.medians(values)
    if np.isfinite(medians).any():
        best = int(medians.idxmin("batch_size"))
        at = best, float(medians.sel(batch_size=best))
        ax.plot(*at, "o", color="black", ms=14, mfc="none", mew=1.6)
        place = {"xytext": (4, -24), "textcoords": "offset points", "ha": "left"}
        ax.annotate(f"fastest: {best}", at, fontsize=10, **place)


def _decades(*axes: Axis) -> None:
    """Label logarithmic axes with 1, 10, 100, … in plain numbers."""
    for axis in axes:
        axis.set_major_locator(LogLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.12g}"))
        axis.set_minor_locator(NullLocator())
