"""The experiments that `make confirm` runs, by name."""

from helpers.experiments.experiment import Experiment

EXPERIMENTS: dict[str, Experiment] = {experiment.name: experiment for experiment in ()}
