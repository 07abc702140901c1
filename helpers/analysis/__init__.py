"""What runs show: speed and volatility, results with their evidence, laws and recommendations.

Functions of an ``xarray.Dataset`` or of its numbers, one per seed. Nothing here imports
TensorFlow.
"""

from helpers.analysis.advice import advice
from helpers.analysis.confirmations import Hidden, confirmed
from helpers.analysis.critical_batch import critical_batch_size, doublings
from helpers.analysis.crossings import updates_of_seeds_to, updates_to
from helpers.analysis.endings import best_minus_worst, end_to_middle
from helpers.analysis.goal_tables import judged, noise_table, setting_name, standings
from helpers.analysis.goals import costs, recommendations, shown_medians
from helpers.analysis.intervals import ROUNDING, bootstrap, median_interval
from helpers.analysis.phases import along_the_run, minus, phase_summary, volatility_by_phase
from helpers.analysis.power_law import log_slope
from helpers.analysis.ranks import rank_correlation
from helpers.analysis.recipe_trials import recipe_trial
from helpers.analysis.recommendation import (
    CELL,
    Recommendation,
    fully_accurate,
    recommend,
    trade_off,
)
from helpers.analysis.registry import claims
from helpers.analysis.results import MIME, Result, result, result_in_looks
from helpers.analysis.runs import (
    detrended_std,
    epochs_to,
    final_accuracy,
    gain,
    last_epochs,
    median,
    medians,
    settling_epoch,
    speed,
    text,
    volatility,
)
from helpers.analysis.scaling import RULES, nearest_rule, reach, scaled_rate
from helpers.analysis.summaries import summary
from helpers.analysis.tuning import best_rate, widened
from helpers.analysis.validation_metrics import (
    ValidationMetric,
    also_shown,
    chosen_metric,
    metrics_of,
)
from helpers.analysis.wording import number

__all__ = [
    "advice",
    "along_the_run",
    "also_shown",
    "best_minus_worst",
    "best_rate",
    "bootstrap",
    "CELL",
    "chosen_metric",
    "claims",
    "confirmed",
    "costs",
    "critical_batch_size",
    "detrended_std",
    "doublings",
    "end_to_middle",
    "epochs_to",
    "final_accuracy",
    "fully_accurate",
    "gain",
    "Hidden",
    "judged",
    "last_epochs",
    "log_slope",
    "median",
    "median_interval",
    "medians",
    "metrics_of",
    "MIME",
    "minus",
    "nearest_rule",
    "noise_table",
    "number",
    "phase_summary",
    "rank_correlation",
    "reach",
    "recipe_trial",
    "recommend",
    "Recommendation",
    "recommendations",
    "Result",
    "result",
    "result_in_looks",
    "ROUNDING",
    "RULES",
    "scaled_rate",
    "setting_name",
    "settling_epoch",
    "shown_medians",
    "speed",
    "standings",
    "summary",
    "text",
    "trade_off",
    "updates_of_seeds_to",
    "updates_to",
    "ValidationMetric",
    "volatility",
    "volatility_by_phase",
    "widened",
]
