"""Figures of the reader's own data: its classes, and the noise scale along runs on it."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from helpers.plots.figures import FLAVOURS, TEST, TRAIN, band, readable

SPLITS = {"train": TRAIN, "validate": "#56B4E9", "test": TEST}
MOST_CLASSES = 20  # of more, the largest are drawn


def class_counts(ax: Axes, counts: Mapping[str, np.ndarray], names: Sequence[str]) -> None:
    """Draw a bar for each class, made of the samples of each split; the largest class on top.

    Args:
        ax: axes to draw on; the figure becomes as high as the bars need.
        counts: samples of each class in the splits train, validate and test, shape (n_classes,).
        names: of the classes, shown letter by letter.
    """
    totals = sum(counts.values())
    largest = np.argsort(-totals, kind="stable")[:MOST_CLASSES]
    left = np.zeros(len(largest))
    for split, color in SPLITS.items():
        here = counts[split][largest]
        ax.barh(range(len(largest)), here, left=left, color=color, label=split)
        left += here
    ax.set_yticks(range(len(largest)), [names[i] for i in largest], parse_math=False)
    ax.invert_yaxis()
    ax.set_xlabel("samples")
    ax.figure.set_figheight(1.3 + 0.35 * len(largest))


def noise_scale_curve(
    ax: Axes, scale: xr.DataArray, batch_sizes: Sequence[int], chosen: int | None
) -> None:
    """Draw the noise scale over the epochs among lines for the batch sizes of a map.

    Args:
        ax: axes to draw on.
        scale: samples, dimensions seed and epoch; without a finite number there is no curve.
        batch_sizes: a dashed line each.
        chosen: the batch size of the runs, whose line is solid; None for none.
    """
    color = FLAVOURS["minibatch"]
    for size in batch_sizes:
        ax.axhline(size, color=color, ls="-" if size == chosen else "--", lw=1.2)
        right = {"transform": ax.get_yaxis_transform(), "va": "center", "fontsize": 10}
        ax.text(1.01, size, f"batch size {size}", **right)
    finite = scale.where(np.isfinite(scale))
    if finite.notnull().any():
        band(ax, finite, "black", "noise scale", marker="o", ms=4)
    else:
        middle = {"transform": ax.transAxes, "ha": "center", "va": "center"}
        ax.text(0.5, 0.5, "no noise scale is measured", **middle)
    ax.set_xscale("symlog", linthresh=1, linscale=0.5)
    ax.set_xticks(scale.epoch.values, [str(epoch) for epoch in scale.epoch.values])
    ax.set(yscale="log", xlabel="epoch", ylabel="noise scale (samples)")
    readable(ax.yaxis)
    ax.minorticks_off()
