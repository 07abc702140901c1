"""The trainer: all epochs of all seeds in one compiled program, with the results of ``fit``.

``train`` repeats one setting from many seeds, ``sweep`` several settings, and
``train_schedules`` settings that change from epoch to epoch. All return an ``xarray.Dataset``.
``train`` and ``sweep`` can count in updates too, on a finite set or on a stream of fresh samples
(``helpers.data.streams``).
"""

from helpers.training.clock import geometric_grid
from helpers.training.open_ended import open_ended
from helpers.training.program import updates_per_epoch
from helpers.training.replicates import sample_orders
from helpers.training.schedules import equal_phases, steps, warm_up, whole_steps
from helpers.training.snapshots import evaluate, set_weights
from helpers.training.sweeps import sweep, train_schedules
from helpers.training.trainer import train

__all__ = [
    "equal_phases",
    "evaluate",
    "geometric_grid",
    "open_ended",
    "sample_orders",
    "set_weights",
    "steps",
    "sweep",
    "train",
    "train_schedules",
    "updates_per_epoch",
    "warm_up",
    "whole_steps",
]
