"""The experiments that `make confirm` runs, by name."""

from helpers.experiments.best_rate_blobs import BEST_RATE_BLOBS
from helpers.experiments.best_rate_digits import BEST_RATE_DIGITS
from helpers.experiments.experiment import Experiment

EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        BEST_RATE_BLOBS,
        BEST_RATE_DIGITS,
    )
}
