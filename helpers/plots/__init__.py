"""Figures of runs, maps of settings, and forest plots of results."""

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
    panels,
    points,
    regions,
    use_style,
)
from helpers.plots.maps import draw_map, draw_trade_off

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
    "draw_map",
    "draw_trade_off",
    "learning_curves",
    "legend_above",
    "panels",
    "points",
    "regions",
    "use_style",
]
