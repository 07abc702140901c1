"""The experiments that `make confirm` runs, by name."""

from helpers.experiments.batch_growth import BATCH_GROWTH
from helpers.experiments.experiment import Experiment
from helpers.experiments.noise_scale_map import NOISE_SCALE_MAP
from helpers.experiments.regimes_linear import REGIMES_LINEAR
from helpers.experiments.regimes_network import REGIMES_NETWORK

EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (BATCH_GROWTH, NOISE_SCALE_MAP, REGIMES_LINEAR, REGIMES_NETWORK)
}
