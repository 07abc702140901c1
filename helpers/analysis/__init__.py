"""What runs show: speed and volatility, results with their evidence, laws and recommendations.

Functions of an ``xarray.Dataset`` or of its numbers, one per seed. Nothing here imports
TensorFlow.
"""

from helpers.analysis.confirmations import Hidden, confirmed
from helpers.analysis.critical_batch import critical_batch_size
from helpers.analysis.crossings import updates_of_seeds_to, updates_to
from helpers.analysis.intervals import ROUNDING, bootstrap, median_interval
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
from helpers.analysis.summaries import summary
from helpers.analysis.tuning import best_rate, widened
from helpers.analysis.wording import number

__all__ = [
    "CELL",
    "Hidden",
    "MIME",
    "ROUNDING",
    "Recommendation",
    "Result",
    "best_rate",
    "bootstrap",
    "claims",
    "confirmed",
    "critical_batch_size",
    "detrended_std",
    "epochs_to",
    "final_accuracy",
    "fully_accurate",
    "gain",
    "last_epochs",
    "log_slope",
    "median",
    "median_interval",
    "medians",
    "number",
    "rank_correlation",
    "recipe_trial",
    "recommend",
    "result",
    "result_in_looks",
    "settling_epoch",
    "speed",
    "summary",
    "text",
    "trade_off",
    "updates_of_seeds_to",
    "updates_to",
    "volatility",
    "widened",
]
