"""The experiments that `make confirm` runs, by name, and the tables that pages show of some."""

from helpers.experiments.accumulation import ACCUMULATION
from helpers.experiments.adam_scaling import ADAM_SCALING
from helpers.experiments.at_tuned_rates import AT_TUNED_RATES
from helpers.experiments.batch_growth import BATCH_GROWTH
from helpers.experiments.batch_one import BATCH_ONE
from helpers.experiments.best_rate_blobs import BEST_RATE_BLOBS
from helpers.experiments.best_rate_digits import BEST_RATE_DIGITS
from helpers.experiments.edge_of_stability import EDGE_OF_STABILITY
from helpers.experiments.enough_data import ENOUGH_DATA
from helpers.experiments.experiment import Experiment
from helpers.experiments.generalisation_adapted import GENERALISATION_ADAPTED
from helpers.experiments.generalisation_best_batch import GENERALISATION_BEST_BATCH
from helpers.experiments.generalisation_best_with_noise import GENERALISATION_BEST_WITH_NOISE
from helpers.experiments.generalisation_gap import GENERALISATION_GAP
from helpers.experiments.generalisation_sharpness import GENERALISATION_SHARPNESS
from helpers.experiments.lenet_sizes import LENET_SIZES
from helpers.experiments.linear_scaling import LINEAR_SCALING
from helpers.experiments.noise_scale_map import NOISE_SCALE_MAP
from helpers.experiments.one_knob_exact import ONE_KNOB_EXACT
from helpers.experiments.one_knob_network import ONE_KNOB_NETWORK
from helpers.experiments.pace import PACE
from helpers.experiments.recipe_trial import RECIPE_TRIAL
from helpers.experiments.recipe_trial_revised import RECIPE_TRIAL_REVISED
from helpers.experiments.recommended import RECOMMENDED
from helpers.experiments.regimes_linear import REGIMES_LINEAR
from helpers.experiments.regimes_network import REGIMES_NETWORK
from helpers.experiments.rprop import RPROP
from helpers.experiments.shallow_pit import SHALLOW_PIT
from helpers.experiments.sorted_samples import SORTED_SAMPLES
from helpers.experiments.stable_rate import STABLE_RATE
from helpers.experiments.stuck_runs import STUCK_RUNS
from helpers.experiments.trial_table import table
from helpers.experiments.warm_up import WARM_UP

EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        ACCUMULATION,
        ADAM_SCALING,
        AT_TUNED_RATES,
        BATCH_GROWTH,
        BATCH_ONE,
        BEST_RATE_BLOBS,
        BEST_RATE_DIGITS,
        EDGE_OF_STABILITY,
        ENOUGH_DATA,
        GENERALISATION_ADAPTED,
        GENERALISATION_BEST_BATCH,
        GENERALISATION_BEST_WITH_NOISE,
        GENERALISATION_GAP,
        GENERALISATION_SHARPNESS,
        LENET_SIZES,
        LINEAR_SCALING,
        NOISE_SCALE_MAP,
        ONE_KNOB_EXACT,
        ONE_KNOB_NETWORK,
        PACE,
        RECIPE_TRIAL,
        RECIPE_TRIAL_REVISED,
        RECOMMENDED,
        REGIMES_LINEAR,
        REGIMES_NETWORK,
        RPROP,
        SHALLOW_PIT,
        SORTED_SAMPLES,
        STABLE_RATE,
        STUCK_RUNS,
        WARM_UP,
    )
}

TABLES = {RECIPE_TRIAL.name: table, RECIPE_TRIAL_REVISED.name: table}  # for a page
