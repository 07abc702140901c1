"""Figures of runs, maps of settings, and forest plots of results."""

from helpers.plots.costs import draw_costs, draw_engines, draw_memory
from helpers.plots.escapes import draw_escapes, draw_path
from helpers.plots.figures import (
    BAND,
    CLASSES,
    DASHES,
    FLAVOURS,
    MARKERS,
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
from helpers.plots.maps import draw_map, draw_trade_off, goal_maps
from helpers.plots.plane import points, regions
from helpers.plots.regimes import draw_estimates, draw_noise_scale, draw_regimes
from helpers.plots.rules import draw_best_rates, label_sizes
from helpers.plots.schedules import (
    SCHEDULES,
    draw_schedules,
    schedule_curves,
    volatility_by_phase,
)
from helpers.plots.settings import by_batch_size
from helpers.plots.sweeps import against_batch_size, name_least, panels
from helpers.plots.user_data import (
    class_counts,
    metric_curves,
    noise_scale_curve,
    targets,
)

__all__ = [
    "targets",
    "against_batch_size",
    "BAND",
    "band",
    "by_batch_size",
    "class_counts",
    "CLASSES",
    "comparison",
    "DASHES",
    "distribution",
    "draw_best_rates",
    "draw_costs",
    "draw_engines",
    "draw_escapes",
    "draw_estimates",
    "draw_map",
    "draw_memory",
    "draw_noise_scale",
    "draw_path",
    "draw_regimes",
    "draw_schedules",
    "draw_trade_off",
    "first_to",
    "FLAVOURS",
    "goal_maps",
    "label_sizes",
    "learning_curves",
    "legend_above",
    "MARKERS",
    "name_least",
    "metric_curves",
    "noise_scale_curve",
    "over_epochs",
    "panels",
    "points",
    "readable",
    "regions",
    "schedule_curves",
    "SCHEDULES",
    "TEST",
    "TRAIN",
    "use_style",
    "volatility_by_phase",
]
