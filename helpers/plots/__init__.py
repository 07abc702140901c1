"""Figures of runs, maps of settings, and forest plots of results."""

from helpers.plots.by_batch_size import against_batch_size, name_least, panels
from helpers.plots.figures import (
    BAND,
    DASHES,
    FLAVOURS,
    TEST,
    TRAIN,
    band,
    comparison,
    distribution,
    first_to,
    learning_curves,
    legend_above,
    over_epochs,
    readable,
    use_style,
)
from helpers.plots.maps import draw_map, draw_trade_off
from helpers.plots.plane import CLASSES, MARKERS, points, regions
from helpers.plots.settings import by_batch_size
from helpers.plots.rules import draw_best_rates, label_sizes

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
    "by_batch_size",
    "comparison",
    "distribution",
    "draw_best_rates",
    "draw_map",
    "draw_trade_off",
    "first_to",
    "label_sizes",
    "learning_curves",
    "legend_above",
    "name_least",
    "over_epochs",
    "readable",
    "panels",
    "points",
    "regions",
    "use_style",
]
