"""What runs show: speed and volatility, results with their evidence, laws and recommendations.

Functions of an ``xarray.Dataset`` or of its numbers, one per seed. Nothing here imports
TensorFlow.
"""

from helpers.analysis.claims import (
    FAILS,
    HOLDS,
    MIME,
    UNDECIDED,
    compare_with_source,
    judge,
    measure,
    number,
)
from helpers.analysis.critical_batch import critical_batch_size
from helpers.analysis.power_law import log_slope
from helpers.analysis.recommendation import (
    CELL,
    Recommendation,
    fully_accurate,
    recommend,
    trade_off,
)
from helpers.analysis.runs import (
    ROUNDING,
    detrended_std,
    epochs_to,
    final_accuracy,
    gain,
    last_epochs,
    median,
    medians,
    percentile_of,
    settling_epoch,
    speed,
    text,
    volatility,
)

__all__ = [
    "CELL",
    "FAILS",
    "HOLDS",
    "MIME",
    "ROUNDING",
    "Recommendation",
    "UNDECIDED",
    "compare_with_source",
    "critical_batch_size",
    "detrended_std",
    "epochs_to",
    "final_accuracy",
    "fully_accurate",
    "gain",
    "judge",
    "last_epochs",
    "log_slope",
    "measure",
    "median",
    "medians",
    "number",
    "percentile_of",
    "recommend",
    "settling_epoch",
    "speed",
    "text",
    "trade_off",
    "volatility",
]
