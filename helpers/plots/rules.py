"""Figures of learning rates that go with the batch size, and of the rules that scale them."""

import xarray as xr
from matplotlib.axes import Axes

from helpers.analysis.scaling import nearest_rule, scaled_rate
from helpers.plots.figures import readable

LINES = {"linear": "--", "square root": ":"}


def draw_best_rates(ax: Axes, rates: xr.DataArray) -> None:
    """Draw the best learning rate against batch size, and the rules from the first of them.

    Args:
        ax: axes to draw on; both become logarithmic. Its title names the nearest rule.
        rates: learning rates above 0, dimension batch_size, rising.
    """
    sizes = rates.batch_size.values.tolist()
    first = rates.isel(batch_size=0).item()
    ax.plot(sizes, rates, "ko-", label="best rate")
    for rule, style in LINES.items():
        line = [scaled_rate(rule, first, size / sizes[0]) for size in sizes]
        ax.plot(sizes, line, style, color="0.4", label=f"{rule.replace(' ', '-')} rule")
    ax.set_title(f"nearest: {nearest_rule(rates)}", fontsize=11)
    ax.set(xscale="log", yscale="log", xlabel="batch size", ylabel="learning rate")
    label_sizes(ax, sizes)
    readable(ax.yaxis)
    ax.legend(fontsize=9)


def label_sizes(ax: Axes, sizes: list[int]) -> None:
    """Label a logarithmic horizontal axis of ``ax`` at these batch sizes alone."""
    ax.set_xscale("log")
    ax.set_xticks(sizes, [f"{size:g}" for size in sizes])
    ax.set_xticks([], minor=True)
    ax.set_xlabel("batch size")
