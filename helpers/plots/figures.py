"""Figures of the book: each function draws data it is given on axes it is given.

Colours are those of Okabe and Ito, which stay apart for colour-blind readers, and mean the same
in every chapter: one for training, one for test, one for each flavour of gradient descent. Where
they come close, to some eyes or in grey print, dashes or markers tell apart what they mean.
"""

from collections.abc import Sequence

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator, ScalarFormatter

from helpers import analysis

TRAIN, TEST = "#0072B2", "#D55E00"
FLAVOURS = {"batch": "#009E73", "stochastic": "#CC79A7", "minibatch": "#E69F00"}
DASHES = {"batch": "dashed", "stochastic": "dotted", "minibatch": "solid"}
CLASSES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
MARKERS = "os^DvPX*"
BAND = (0.05, 0.95)
RISE = 0.25  # of accuracy below the top, which a figure shows if runs were there
MANY = 1000  # the ratio of the ends of an axis above which only powers of ten are labelled


def use_style() -> None:
    """Set the book's look for all figures that follow: sharp SVG, readable sizes, no clutter."""
    mpl.rcParams.update(
        {
            "figure.constrained_layout.use": True,
            "figure.figsize": (7.2, 4.0),
            "font.size": 11,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.alpha": 0.3,
            "legend.frameon": False,
            "svg.hashsalt": "batch-size-book",
        }
    )
    if "inline" in mpl.get_backend():
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg", metadata={"Date": None})


def band(ax: Axes, values: xr.DataArray, color: str, label: str, **line) -> None:
    """Draw the median over seeds as a line and the 5 to 95 % range as a band.

    Args:
        ax: axes to draw on.
        values: dimensions seed and one other, whose coordinate is the horizontal axis.
        color, label: of the line; the band has the same colour, lighter.
        **line: further properties of the line, as matplotlib has them.
    """
    (along,) = (name for name in values.dims if name != "seed")
    x, (low, high) = values[along], values.quantile(BAND, "seed")
    ax.fill_between(x, low, high, color=color, alpha=0.2, linewidth=0)
    ax.plot(x, analysis.medians(values), color=color, label=label, **{"linewidth": 1.6} | line)


def learning_curves(ax: Axes, runs: xr.Dataset) -> None:
    """Draw on ``ax`` the accuracy of ``runs`` per epoch, on the training and the test set.

    Lines are medians over seeds, bands the 5 to 95 % range. Medians hide how unstable a single run
    is: a thin grey line follows the test accuracy of the first seed.
    """
    train_and_test(ax, runs)
    over_epochs(ax, runs.accuracy, runs.val_accuracy)


def train_and_test(ax: Axes, runs: xr.Dataset) -> None:
    """Draw on ``ax`` the accuracy of ``runs`` on both sets, and leave its scales as they are."""
    single = runs.val_accuracy.isel(seed=0)
    ax.plot(single.epoch, single, color="0.4", lw=0.8, label="test, one run")
    band(ax, runs.accuracy, TRAIN, "train")
    band(ax, runs.val_accuracy, TEST, "test", linestyle="--")
    ax.set(ylabel="accuracy")


def over_epochs(ax: Axes, *values: xr.DataArray) -> None:
    """Make the epochs of ``ax`` logarithmic, and show the range in which ``values`` lie.

    Args:
        ax: axes that accuracies, or losses, are drawn on.
        *values: what is drawn, with dimension epoch; outliers among them may be cut off.
    """
    last = max(int(each.epoch[-1]) for each in values)
    ax.set(xscale="log", xlabel="epoch", xlim=(1, last))
    readable(ax.xaxis)
    show_range(ax, *values)


def show_range(ax: Axes, *values: xr.DataArray) -> None:
    """Let ``ax`` show where most of ``values`` lie, and the last 25 points of a rise.

    The lower end cuts off 2 to 10 % of the values, the upper end a few outliers.
    """
    stacked = np.concatenate([each.values[np.isfinite(each)].ravel() for each in values])
    lowest, low, high = np.quantile(stacked, [0.02, 0.1, 0.998])
    low = min(low, max(lowest, high - RISE))
    ax.set_ylim(max(0, low - 0.05 * (high - low)), high + 0.05 * (high - low))


def readable(axis: Axis) -> None:
    """Label a logarithmic ``axis`` in plain numbers: 1, 2, 5, 10, … or, if it is long, 1, 10, …"""
    axis.set_major_locator(FewTicks())
    axis.set_major_formatter(FuncFormatter(lambda value, _: plain(value)))
    axis.set_minor_locator(NullLocator())


class FewTicks(LogLocator):
    """Ticks at 1, 2 and 5 times a power of ten, or at the powers only if there are many."""

    def tick_values(self, vmin: float, vmax: float) -> np.ndarray:
        """The ticks of an axis from ``vmin`` to ``vmax``, both above 0."""
        self.set_params(subs=(1, 2, 5) if vmax < MANY * vmin else (1,))
        return super().tick_values(vmin, vmax)


def plain(value: float) -> str:
    """``value`` as people write a number.

    >>> plain(20000.0), plain(0.05)
    ('20,000', '0.05')
    """
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def comparison(ax: Axes, runs: dict[str, xr.Dataset]) -> None:
    """Draw on ``ax`` the test accuracy per epoch of several flavours.

    Thick lines are medians over seeds, bands the 5 to 95 % range; a thin line is one run.

    Args:
        ax: axes to draw on.
        runs: what ``helpers.train`` returned, by name. The first word of a name is the flavour
            (batch, stochastic or minibatch), and decides the colour and the dashes.
    """
    for name, flavour_runs in runs.items():
        flavour = name.split()[0]
        values, style = flavour_runs.val_accuracy, {"color": FLAVOURS[flavour]}
        ax.plot(values.epoch, values.isel(seed=0), lw=0.8, alpha=0.7, **style)
        band(ax, values, label=name, linestyle=DASHES[flavour], **style)
    ax.set(ylabel="test accuracy")
    over_epochs(ax, *(each.val_accuracy for each in runs.values()))


def first_to(ax: Axes, target: float, times: dict[str, float], clock: str = "epochs") -> None:
    """Mark when each flavour reaches a target on ``ax``, and name the first of them above it.

    Args:
        ax: axes that ``comparison`` has drawn on.
        target: the accuracy to reach, a dotted line.
        times: when each reaches it, by the names that ``comparison`` had; one that never does
            (infinity) has no mark.
        clock: what the times count.
    """
    ax.axhline(target, color="0.3", lw=0.8, ls=":", zorder=1)
    reached = {name: time for name, time in times.items() if np.isfinite(time)}
    for name, time in reached.items():
        color = FLAVOURS[name.split()[0]]
        ax.plot(time, target, "o", color=color, mec="black", ms=7, zorder=5)
        ax.annotate(f"{time:,.0f}", (time, target), (3, -15), textcoords="offset points")
    first = [name for name, time in reached.items() if time == min(reached.values())]
    ax.set_title(f"first to {target:g} in {clock}: {' and '.join(first) or 'none'}", fontsize=11)


def distribution(ax: Axes, samples: dict[str, Sequence[float]], reported: dict[str, float]) -> None:
    """Draw one row of dots per quantity, a dot per seed, and the source's number as a diamond.

    Args:
        ax: axes to draw on.
        samples: values of all seeds by name; "train" and "test" in a name decide the colour.
        reported: the source's number by the same names, where it has one.
    """
    jitter = np.random.default_rng(0)
    for row, (name, values) in enumerate(samples.items()):
        height = row + jitter.uniform(-0.18, 0.18, len(values))
        color = TRAIN if "train" in name else TEST
        ax.scatter(values, height, s=18, alpha=0.6, color=color, lw=0)
        if name in reported:
            ax.plot(reported[name], row, "D", color="black", ms=8, mfc="none", mew=1.6)
    ax.set_yticks(range(len(samples)), list(samples))
    ax.set(ylim=(len(samples) - 0.5, -0.5), xlabel="accuracy after the last epoch")
    ax.plot([], [], "o", color="0.5", ms=4, label="one seed")
    ax.plot([], [], "D", color="black", ms=8, mfc="none", mew=1.6, label="source's single run")
    ax.xaxis.set_major_formatter(ScalarFormatter(useOffset=False))


def legend_above(figure: plt.Figure, ax: Axes, columns: int = 4) -> None:
    """Put the legend of ``ax`` above the figure in ``columns``, outside of the data."""
    handles, labels = ax.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=columns)
