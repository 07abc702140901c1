"""Samples sorted by class and never shuffled, at small and larger batches (claim H6)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import keras
import numpy as np
import xarray as xr

from helpers import models
from helpers.data import Dataset, blob_draws
from helpers.experiments.experiment import Experiment
from helpers.training import train


def sorted_by_class(data: Dataset) -> Dataset:
    """``data`` with the training samples of one class after those of another, in their order."""
    order = np.argsort(data.y_train.argmax(axis=1), kind="stable")
    return replace(data, x_train=data.x_train[order], y_train=data.y_train[order])


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset | None,
    *,
    learning_rates: Mapping[int, float],
    momentum: float,
    epochs: int,
    last_epochs: int,
) -> xr.Dataset:
    """Train the tutorial's network on shuffled and on sorted samples, a data set for each seed.

    Args:
        seeds: each draws 500 training and 500 test samples, and the initial weights.
        tuning: not used, None.
        learning_rates: of SGD, by batch size.
        momentum: of SGD.
        epochs: of each run.
        last_epochs: whose mean counts.

    Returns:
        Dimensions seed, batch_size and order ("shuffled", which is anew in each epoch, and
        "sorted", always the same). Variables loss, in nats, and accuracy on the test samples.
    """
    del tuning
    draws = blob_draws(seeds)
    orders = {
        "shuffled": (draws, "reshuffled"),
        "sorted": ([sorted_by_class(draw) for draw in draws], "in order"),
    }
    sizes = []
    for batch_size, rate in learning_rates.items():
        runs = [
            train(
                models.mlp,
                keras.optimizers.SGD(rate, momentum=momentum),
                data,
                batch_size=batch_size,
                epochs=epochs,
                seeds=seeds,
                sampling=sampling,
                progress=False,
            )
            for data, sampling in orders.values()
        ]
        both = xr.concat(runs, xr.IndexVariable("order", list(orders)), combine_attrs="drop")
        last = both.isel(epoch=slice(-last_epochs, None)).mean("epoch")
        sizes.append(xr.Dataset({"loss": last.val_loss, "accuracy": last.val_accuracy}))
    every = xr.concat(sizes, xr.IndexVariable("batch_size", list(learning_rates)))
    return every.transpose("seed", "batch_size", "order")


def values(
    measured: xr.Dataset, tuning: xr.Dataset | None
) -> Mapping[str, Mapping[str, np.ndarray]]:
    """What claim H6 is decided by, one value per seed, with a column for each batch size.

    Args:
        measured: what ``measure`` returned.
        tuning: not used, None.
    """
    del tuning
    by_order = {order: measured.sel(order=order) for order in measured.order.values}
    lost = by_order["shuffled"].accuracy - by_order["sorted"].accuracy
    return {
        "H6": {
            "worse": (by_order["sorted"].loss - by_order["shuffled"].loss).values,
            "less_accurate": lost.values,
            "the_smaller_the_worse": (lost.isel(batch_size=0) - lost.isel(batch_size=-1)).values,
        }
    }


SETTINGS = {
    "learning_rates": {1: 0.001, 4: 0.004, 32: 0.01},
    "momentum": 0.9,
    "epochs": 60,
    "last_epochs": 20,
}

SORTED_SAMPLES = Experiment(
    name="sorted_samples",
    measure=measure,
    values=values,
    confirm=SETTINGS,
    live=SETTINGS,
    quick=SETTINGS | {"learning_rates": {4: 0.004, 32: 0.01}, "epochs": 5, "last_epochs": 2},
    first_seed=6000,
)
