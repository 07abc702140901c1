"""The experiments that `make confirm` runs, by name."""

from helpers.experiments.edge_of_stability import EDGE_OF_STABILITY
from helpers.experiments.experiment import Experiment
from helpers.experiments.one_knob_exact import ONE_KNOB_EXACT
from helpers.experiments.one_knob_network import ONE_KNOB_NETWORK
from helpers.experiments.pace import PACE
from helpers.experiments.shallow_pit import SHALLOW_PIT
from helpers.experiments.stable_rate import STABLE_RATE

EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        ONE_KNOB_EXACT,
        ONE_KNOB_NETWORK,
        PACE,
        STABLE_RATE,
        EDGE_OF_STABILITY,
        SHALLOW_PIT,
    )
}
