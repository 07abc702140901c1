"""Figures of a grid of settings: a line for each batch size."""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from helpers.analysis.runs import medians
from helpers.plots.figures import readable
from helpers.plots.plane import MARKERS


def by_batch_size(ax: Axes, values: xr.DataArray, across: xr.DataArray) -> None:
    """Draw one quantity against a number that the settings have, a line for each batch size.

    Marks are medians over seeds, with a colour and a marker for each batch size. Settings whose
    median is not finite, or whose number is 0, which has no logarithm, have no mark.

    Args:
        ax: axes to draw on; both become logarithmic.
        values: dimensions seed, batch_size and learning_rate, above 0; what is not a number counts
            as infinite.
        across: dimensions batch_size and learning_rate, or one of them, at least 0.
    """
    middle = medians(values.fillna(np.inf))
    across = across.broadcast_like(middle)
    shown = np.isfinite(middle) & (across > 0)
    sizes = values.batch_size.values
    shades = plt.get_cmap("viridis")(np.linspace(0, 0.9, len(sizes)))
    for i, (size, shade) in enumerate(zip(sizes, shades, strict=True)):
        here = {"batch_size": size}
        x, y = (each.where(shown).sel(here) for each in (across, middle))
        if shown.sel(here).any():
            marker = MARKERS[i % len(MARKERS)]
            ax.plot(x, y, color=shade, marker=marker, ms=6, lw=0.9, label=f"batch size {size}")
    ax.set(xscale="log", yscale="log")
    if not shown.any():  # a logarithmic axis without data has no range
        ax.set(xlim=(1, 10), ylim=(1, 10))
    readable(ax.xaxis)
    readable(ax.yaxis)
