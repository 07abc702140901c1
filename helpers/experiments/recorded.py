"""The experiments that `make confirm` runs, by name."""

from helpers.experiments.enough_data import ENOUGH_DATA
from helpers.experiments.experiment import Experiment
from helpers.experiments.lenet_sizes import LENET_SIZES
from helpers.experiments.recommended import RECOMMENDED
from helpers.experiments.rprop import RPROP
from helpers.experiments.sorted_samples import SORTED_SAMPLES
from helpers.experiments.stuck_runs import STUCK_RUNS
from helpers.experiments.tuned_rates import TUNED_RATES

EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        ENOUGH_DATA,
        LENET_SIZES,
        RECOMMENDED,
        RPROP,
        SORTED_SAMPLES,
        STUCK_RUNS,
        TUNED_RATES,
    )
}
