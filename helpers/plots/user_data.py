"""Figures of the reader's own data: what is to be predicted, and runs on it."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from helpers.analysis.goal_tables import setting_name
from helpers.analysis.validation_metrics import ValidationMetric
from helpers.plots.figures import CLASSES, FLAVOURS, TEST, TRAIN, band, readable

SPLITS = {"train": TRAIN, "validate": "#56B4E9", "test": TEST}
ENDS = (0.02, 0.98)  # quantiles of a metric between which a figure shows it
MOST_CLASSES = 20  # of more, the largest are drawn


def targets(
    ax: Axes, splits: Mapping[str, np.ndarray], class_names: Sequence[str], name: str
) -> None:
    """Draw what is to be predicted: samples of each class, or how numbers are spread.

    Args:
        ax: axes to draw on.
        splits: one-hot targets, shape (n, n_classes), or numbers, shape (n,), by split.
        class_names: none for numbers.
        name: of the target, shown letter by letter.
    """
    if class_names:
        counts = {split: y.sum(axis=0).astype(int) for split, y in splits.items()}
        class_counts(ax, counts, class_names)
    else:
        target_histogram(ax, splits, name)


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


def target_histogram(ax: Axes, values: Mapping[str, np.ndarray], name: str) -> None:
    """Draw how the numbers to be predicted are spread, one split upon the other.

    Args:
        ax: axes to draw on.
        values: of the samples in the splits train, validate and test, shape (n,) each.
        name: of the target, shown letter by letter.
    """
    ax.hist(
        list(values.values()),
        bins=min(30, max(5, round(np.sqrt(sum(map(len, values.values())))))),
        stacked=True,
        color=[SPLITS[split] for split in values],
        label=list(values),
    )
    ax.set_xlabel(name, parse_math=False)
    ax.set_ylabel("samples")


def metric_curves(
    ax: Axes,
    runs: xr.Dataset,
    metric: ValidationMetric,
    settings: Sequence[tuple[int, float] | None],
) -> None:
    """Draw a metric over the epochs for some settings, with its target and what guessing gets.

    Args:
        ax: axes to draw on; epochs are logarithmic.
        runs: what ``helpers.sweep`` returned.
        metric: what the runs are judged by.
        settings: batch size and learning rate of each; what is None or named twice is left out.
            Without any, the one with the best median at the end is drawn.
    """
    values = metric.of(runs).where(np.isfinite)
    shown = [metric.target, metric.guess]
    named = list(dict.fromkeys(filter(None, settings)))
    if not named:
        ends = values.isel(epoch=-1).median("seed").stack(setting=("batch_size", "learning_rate"))
        ends = ends.fillna(-np.inf if metric.rises else np.inf)
        named = [ends.setting.values[ends.argmax() if metric.rises else ends.argmin()]]
    for (size, rate), color in zip(named, CLASSES, strict=False):
        here = values.sel(batch_size=size, learning_rate=rate)
        if here.notnull().any():
            band(ax, here, color, setting_name((size, rate)))
            shown += here.quantile(ENDS).values.tolist()
    ax.axhline(metric.target, color="black", ls=":", lw=1.2, label="target")
    if np.isfinite(metric.guess):
        ax.axhline(metric.guess, color="0.45", ls="--", lw=1.2, label="guessing")
    low, high = np.nanmin(shown), np.nanmax(shown)
    margin = 0.05 * (high - low or 1)
    ax.set(xscale="log", xlabel="epoch", xlim=(1, int(values.epoch[-1])))
    ax.set(ylabel=f"test {metric.name}", ylim=(low - margin, high + margin))
    readable(ax.xaxis)


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
