"""Names in a figure what a reader looks for in it: the best of what is drawn."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from helpers import analysis


def name_least(ax: Axes, values: xr.DataArray, word: str = "fewest") -> None:
    """Mark on ``ax`` the batch size with the least median, and name it.

    Args:
        ax: axes on which ``against_batch_size`` drew the values.
        values: dimensions seed and batch_size. If no median is finite, nothing is marked.
        word: what the least is called.
    """
    middle = analysis.medians(values)
    if not np.isfinite(middle).any():
        return
    size = int(middle.idxmin("batch_size"))
    least = float(middle.sel(batch_size=size))
    ax.plot(size, least, "o", ms=11, mfc="none", mec="black", mew=1.4)
    ax.annotate(
        f"{word}:\nbatch size {size}",
        (size, least),
        xytext=(0.5, 0.97),
        textcoords="axes fraction",
        ha="center",
        va="top",
        fontsize=10,
        arrowprops={"arrowstyle": "-", "color": "0.4", "lw": 0.8},
    )
