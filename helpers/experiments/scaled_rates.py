"""Doublings of a batch size, each with the learning rate that a rule gives it."""

from collections.abc import Callable, Sequence

import keras
import xarray as xr

from helpers.analysis.scaling import RULES, scaled_rate
from helpers.data import Dataset
from helpers.training import train_schedules


def train_by_rules(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    data: Dataset,
    *,
    batch_sizes: Sequence[int],
    learning_rate: float,
    epochs: int,
    seeds: Sequence[int],
) -> xr.Dataset:
    """Train every batch size at the learning rate by each rule of ``helpers.analysis.RULES``.

    Args:
        build, optimizer, data, epochs, seeds: as for ``helpers.train``.
        batch_sizes: rising; rules begin at the first, which trains once.
        learning_rate: of the first.

    Returns:
        Variables of ``helpers.train``, dimensions rule, batch_size, epoch and seed.
    """
    first, *others = batch_sizes
    plans = {"first": (first, learning_rate)} | {
        f"{rule} {size}": (size, scaled_rate(rule, learning_rate, size / first))
        for rule in RULES
        for size in others
    }
    runs = train_schedules(
        build, optimizer, data, plans, epochs=epochs, seeds=seeds, jit_compile=False
    )
    by_rule = [
        runs[["accuracy", "val_accuracy", "loss", "val_loss"]]
        .sel(schedule=["first", *(f"{rule} {size}" for size in others)])
        .rename(schedule="batch_size")
        .assign_coords(batch_size=list(batch_sizes))
        for rule in RULES
    ]
    return xr.concat(by_rule, xr.Variable("rule", list(RULES)))
