"""Figures of the three regimes, and of how well two batches tell the noise scale."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from helpers import analysis
from helpers.plots.figures import FLAVOURS, band, readable

COLORS = ("#56B4E9", "black")  # of the looser target, and of the tighter one
NEAR = 8  # factor around the critical batch size within which returns diminish
SHOWN = (-1, 4)  # estimates over exact noise scales that have room
MARGINS = (-1.2, 4.2)
NAMES = ("half the updates", "less and less", "no gain")


def draw_regimes(ax: Axes, regimes: xr.Dataset) -> None:
    """Draw updates against batch size on logarithmic axes, and name the critical batch sizes.

    Dots with intervals are measured, lines are theory, the dotted line halves the updates with
    every doubling, and a diamond stands at the critical batch size, at twice the fewest updates.

    Args:
        ax: axes to draw on.
        regimes: what ``helpers.experiments.three_regimes.three_regimes`` returned, two targets.
    """
    sizes = regimes.batch_size.values
    for target, color, side in zip(regimes.target.values, COLORS, (-1, 1), strict=True):
        here = regimes.sel(target=target)
        bars = [here.updates - here.low, here.high - here.updates]
        ax.errorbar(sizes, here.updates, bars, fmt="o", color=color, ms=5)
        ax.plot(sizes, here.theory, color=color, lw=1, label=f"to an error of {target:.2g}")
        at, height = float(here.critical), 2 * float(here.fewest)
        ax.plot(at, height, "D", color=color, ms=10, mfc="white", mew=1.8, zorder=5)
        ax.annotate(
            f"critical\nbatch size {at:.0f}",
            (at, height),
            (at * 4**side, height * 2.3**side),
            ha="center",
            va="center",
            color="black",
            arrowprops={"arrowstyle": "-", "color": color},
        )
    tight = regimes.isel(target=-1)
    ideal = float(tight.updates[0]) * sizes[0] / sizes
    ax.plot(sizes, ideal, ":", color="0.4", label="half for each doubling")
    edges = [sizes[0], float(tight.critical) / NEAR, float(tight.critical) * NEAR, sizes[-1]]
    ax.set(xscale="log", yscale="log", xlabel="batch size", ylabel="updates to the target")
    ax.set_ylim(float(tight.fewest) / 3, 2 * float(regimes.high.max()))
    for left, right, name in zip(edges, edges[1:], NAMES, strict=False):
        ax.axvline(right, color="0.7", lw=0.8) if right < sizes[-1] else None
        ax.text((left * right) ** 0.5, 1, name, transform=ax.get_xaxis_transform(), ha="center")
    readable(ax.xaxis)
    readable(ax.yaxis)
    ax.legend(loc="upper right", fontsize=10)


def draw_estimates(axes: Sequence[Axes], ratios: xr.DataArray) -> None:
    """Draw estimates of the noise scale over the exact one, a panel for each snapshot.

    A dot is a seed; a value outside of ``SHOWN`` lies on the edge.

    Args:
        axes: one for each snapshot.
        ratios: what ``helpers.experiments.two_batches.two_batch_ratios`` returned.
    """
    shift = 2 ** np.random.default_rng(0).uniform(-0.5, 0.5, ratios.sizes["seed"])
    for ax, snapshot in zip(axes, ratios.snapshot.values, strict=True):
        for pairs in ratios.pairs.values:
            here = ratios.sel(snapshot=snapshot, pairs=pairs).clip(*SHOWN)
            ax.plot(pairs * shift, here, "o", color=FLAVOURS["minibatch"], ms=4, alpha=0.7)
        ax.axhline(1, color="black", lw=1)
        ax.set(xscale="log", xlabel="pairs averaged", title=f"epoch {snapshot}", ylim=MARGINS)
        ax.set_xticks(ratios.pairs.values, [f"{pairs:,}" for pairs in ratios.pairs.values])
        ax.minorticks_off()
    axes[0].set_ylabel("estimated over exact")


def draw_noise_scale(
    ax: Axes, exact: xr.DataArray, estimate: xr.DataArray, batch_size: int
) -> None:
    """Draw the noise scale over epochs on logarithmic axes, with epoch 0 at the left end.

    Args:
        ax: axes to draw on.
        exact: samples, dimensions seed and snapshot, the epoch; a line with a band.
        estimate: the same, from two batch sizes; diamonds at the medians.
        batch_size: of the run; a dashed line.
    """
    band(ax, exact, FLAVOURS["minibatch"], "exact")
    style = {"color": "black", "mfc": "none", "ms": 8}
    ax.plot(estimate.snapshot, analysis.medians(estimate), "D", label="estimate", **style)
    ax.axhline(batch_size, color="0.4", ls="--", lw=1)
    ax.annotate("batch size of the run", (-0.2, batch_size * 1.1), fontsize=10)
    ax.set_xscale("symlog", linthresh=1, linscale=0.5)
    epochs = exact.snapshot.values
    ax.set_xticks(epochs, [str(epoch) for epoch in epochs])
    ax.set(yscale="log", xlabel="epoch", ylabel="noise scale (samples)")
    ax.set_xlim(-0.3, 1.1 * epochs[-1])
    readable(ax.yaxis)
    ax.minorticks_off()
    ax.legend(loc="lower right")
