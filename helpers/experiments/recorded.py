"""The experiments that `make confirm` runs, by name."""

from helpers.experiments.accumulation import ACCUMULATION
from helpers.experiments.adam_scaling import ADAM_SCALING
from helpers.experiments.batch_one import BATCH_ONE
from helpers.experiments.best_rate_blobs import BEST_RATE_BLOBS
from helpers.experiments.best_rate_digits import BEST_RATE_DIGITS
from helpers.experiments.experiment import Experiment
from helpers.experiments.linear_scaling import LINEAR_SCALING
from helpers.experiments.warm_up import WARM_UP

EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        ACCUMULATION,
        ADAM_SCALING,
        BATCH_ONE,
        BEST_RATE_BLOBS,
        BEST_RATE_DIGITS,
        LINEAR_SCALING,
        WARM_UP,
    )
}
