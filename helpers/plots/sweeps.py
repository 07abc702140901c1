"""Figures of a sweep: a panel for each batch size, and one quantity against all of them."""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from helpers import analysis
from helpers.plots.figures import legend_above, readable, show_range, train_and_test


def panels(
    runs: xr.Dataset, columns: int = 2, tail: int | None = None
) -> tuple[plt.Figure, np.ndarray]:
    """Draw the learning curves of every batch size of a sweep, a panel each.

    The left half of a panel shows how fast they rise, on logarithmic epochs; the right half, which
    is shaded, enlarges the last epochs, where a thin grey line, the test accuracy of the first
    seed, shows how unstable a single run is. The panels share their axes.

    Args:
        runs: what ``helpers.sweep`` returned, at one learning rate, of at least 3 epochs.
        columns: panels side by side.
        tail: epochs at the end that are enlarged, 1 to all but two; by default a quarter of all.

    Returns:
        The figure, and its axes in an array of shape (rows, columns).
    """
    sizes, last = runs.batch_size.values, int(runs.epoch[-1])
    rows = -(-len(sizes) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(7.2, 2.0 * rows + 0.5), sharex=True, sharey=True, squeeze=False
    )
    for ax, size in zip(axes.flat, sizes, strict=False):
        train_and_test(ax, runs.sel(batch_size=size))
        ax.set_title(f"batch size {size}", fontsize=11)
        ax.label_outer()
        ax.tick_params(labelbottom=True, labelleft=True)  # on a phone each panel stands alone
    for ax in axes.flat[len(sizes) :]:
        ax.set_visible(False)
    for ax in axes.flat[max(0, len(sizes) - columns) : len(sizes)]:  # the lowest of its column
        ax.set_xlabel("epoch")
    for ax in axes.flat[: len(sizes)]:
        enlarge_tail(ax, last, tail or max(1, last // 4))
    show_range(axes.flat[0], runs.accuracy, runs.val_accuracy)
    legend_above(figure, axes.flat[0])
    return figure, axes


def enlarge_tail(ax: Axes, last: int, tail: int) -> None:
    """Give the last ``tail`` of ``last`` epochs the right half of ``ax``, and say so by a shade.

    The epochs before them are logarithmic.
    """
    split = last - tail

    def position(epoch: np.ndarray) -> np.ndarray:
        """From 0 at the first epoch to 1 at the split and 2 at the last."""
        early = np.log(np.clip(epoch, 0.5, split)) / np.log(split)
        return np.where(epoch <= split, early, 1 + (epoch - split) / tail)

    def epoch_at(position: np.ndarray) -> np.ndarray:
        """The inverse of ``position``."""
        early = split ** np.clip(position, -1, 1)
        return np.where(position <= 1, early, split + (position - 1) * tail)

    ax.axvspan(split, last, color="0.5", alpha=0.1, lw=0)
    ax.set_xlim(1, last)
    ax.set_xscale("function", functions=(position, epoch_at))
    early = [tick for tick in (1, 2, 5, 10, 20, 50, 100, 200, 500) if tick <= split / 2]
    ax.set_xticks([*early, split, last])
    ax.xaxis.set_minor_locator(NullLocator())


def against_batch_size(ax: Axes, values: xr.DataArray, color: str, label: str, **line) -> None:
    """Draw one quantity against batch size: a dot for each run, a line through the medians.

    Args:
        ax: axes to draw on; both axes become logarithmic.
        values: dimensions seed and batch_size. Infinite values (censored runs) leave no dot.
        color, label: of dots and line.
        **line: further properties of the line, as matplotlib has them.
    """
    sizes = values.batch_size.values
    shift = 2 ** np.random.default_rng(0).uniform(-0.15, 0.15, values.sizes["seed"])
    for size in sizes:
        ax.scatter(size * shift, values.sel(batch_size=size), color=color, s=8, alpha=0.35, lw=0)
    medians = analysis.medians(values)
    ax.plot(
        sizes,
        medians.where(np.isfinite(medians)),
        color=color,
        label=label,
        **{"marker": "o"} | line,
    )
    ax.set(xscale="log", yscale="log", xlabel="batch size")
    ax.set_xticks(sizes, [str(size) for size in sizes], fontsize=9)
    readable(ax.yaxis)
    ax.xaxis.set_minor_locator(NullLocator())
    if not np.isfinite(values).any():  # a logarithmic axis without data has no range
        ax.set_ylim(1, 10)


def name_least(ax: Axes, values: xr.DataArray) -> None:
    """Say above ``ax`` at which batch size the median of ``values`` is least.

    Args:
        ax: axes that ``against_batch_size`` has drawn on.
        values: the same values; where no median is finite, nothing is named.
    """
    medians = analysis.medians(values)
    finite = medians.batch_size[np.isfinite(medians)]
    if finite.size:
        least = medians.sel(batch_size=finite).idxmin("batch_size")
        ax.set_title(f"least at batch size {int(least)}", fontsize=11)
