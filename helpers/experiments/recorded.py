"""The experiments that `make confirm` runs, by name."""

from helpers.experiments.experiment import Experiment
from helpers.experiments.generalisation_adapted import GENERALISATION_ADAPTED
from helpers.experiments.generalisation_best_batch import GENERALISATION_BEST_BATCH
from helpers.experiments.generalisation_best_with_noise import GENERALISATION_BEST_WITH_NOISE
from helpers.experiments.generalisation_gap import GENERALISATION_GAP
from helpers.experiments.generalisation_sharpness import GENERALISATION_SHARPNESS

EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        GENERALISATION_GAP,
        GENERALISATION_ADAPTED,
        GENERALISATION_BEST_BATCH,
        GENERALISATION_BEST_WITH_NOISE,
        GENERALISATION_SHARPNESS,
    )
}
