"""Figures of runs that start in a shallow minimum: the path of one, and how many get out."""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from helpers.plots.figures import FLAVOURS, readable
from helpers.plots.plane import MARKERS

LEVELS = 12  # contours of the loss
SHADES = (0.8, 0.05)  # of cividis, from the smallest to the largest learning rate


def draw_path(ax: Axes, surface: xr.DataArray, pit: np.ndarray, path: np.ndarray) -> None:
    """Draw one run with single samples over the contours of its loss, from a circle to a cross.

    Args:
        ax: axes to draw on.
        surface: the loss, dimensions b and w.
        pit: places (w, b) of the mesh in the shallow pit, shape (n, 2); they become grey.
        path: weights (w, b) after some updates, shape (n, 2); NaN breaks the line.
    """
    ax.contour(surface.w, surface.b, surface, LEVELS, colors="0.8", linewidths=0.8)
    ax.plot(*pit.T, "s", color="0.85", ms=2, zorder=0)
    ax.plot(*path.T, color=FLAVOURS["stochastic"], lw=0.6)
    ax.plot(*path[0], "o", *path[-1], "x", color="black", ms=7, mew=2)
    ax.set(xlim=(0.7, 3.9), ylim=(-1.4, 4.9), xlabel="frequency w", ylabel="phase b")
    ax.grid(False)


def draw_escapes(ax: Axes, escaped: xr.DataArray) -> None:
    """Draw the share of runs that get out against learning rate over batch size.

    A line for each learning rate. The largest batch size, which stands for all samples, has no
    place on it, nor have ratios above that of single samples at the smallest rate, which throw
    runs out of both minima.

    Args:
        ax: axes to draw on.
        escaped: whether a run got out, dimensions batch_size (from 1), seed and learning_rate.
    """
    shares = 100 * escaped.isel(batch_size=slice(-1)).mean("seed")
    ratios = shares.learning_rate / shares.batch_size
    shares = shares.where(ratios <= ratios.isel(learning_rate=0).sel(batch_size=1))
    shades = plt.get_cmap("cividis")(np.linspace(*SHADES, shares.sizes["learning_rate"]))
    for k, (rate, shade) in enumerate(zip(shares.learning_rate, shades, strict=True)):
        here = {"learning_rate": rate}
        style = {"color": shade, "marker": MARKERS[k], "ms": 8 - k}
        ax.plot(ratios.sel(here), shares.sel(here), label=f"rate {float(rate):.2g}", **style)
    ax.set(xscale="log", xlabel="learning rate / batch size", ylabel="runs that get out (%)")
    readable(ax.xaxis)
    ax.legend(fontsize=9)
