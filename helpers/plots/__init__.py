"""Figures of runs, maps of settings, and forest plots of results."""

from helpers.plots.costs import draw_costs, draw_engines
from helpers.plots.figures import (
    BAND,
    CLASSES,
    DASHES,
    FLAVOURS,
    MARKERS,
    TEST,
    TRAIN,
    against_batch_size,
    band,
    comparison,
    distribution,
    learning_curves,
    legend_above,
    over_epochs,
    panels,
    points,
    readable,
    regions,
    use_style,
)
from helpers.plots.maps import draw_map, draw_trade_off
from helpers.plots.regimes import draw_estimates, draw_regimes

__all__ = [
    "TEST",
    "TRAIN",
    "BAND",
    "CLASSES",
    "DASHES",
    "FLAVOURS",
    "MARKERS",
    "against_batch_size",
    "band",
    "comparison",
    "distribution",
    "draw_costs",
    "draw_engines",
    "draw_estimates",
    "draw_map",
    "draw_regimes",
    "draw_trade_off",
    "learning_curves",
    "legend_above",
    "over_epochs",
    "readable",
    "panels",
    "points",
    "regions",
    "use_style",
]
