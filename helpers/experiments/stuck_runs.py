"""Runs of batch size 1 that get stuck: what they have lost, and what sets them free (H5, H8)."""

from collections.abc import Mapping, Sequence

import keras
import numpy as np
import xarray as xr

from helpers import models
from helpers.analysis import final_accuracy, last_epochs
from helpers.data import blobs
from helpers.experiments.experiment import Experiment
from helpers.training import train

STUCK = 0.7  # test accuracy that a stuck run does not exceed in its last epochs
LOST = 5  # of the fifty hidden units


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset | None,
    *,
    learning_rate: float,
    momentum: float,
    epochs: int,
    last: int,
    calm: int,
) -> xr.Dataset:
    """Train the tutorial's network at batch size 1, then go on at a tenth of the learning rate.

    Args:
        seeds: one run each, on the tutorial's data set.
        tuning: not used, None.
        learning_rate, momentum: of SGD.
        epochs: at that learning rate.
        last: epochs of these, at their end, in which a run may show that it is not stuck.
        calm: epochs at a tenth of the learning rate that follow, at least 2.

    Returns:
        Dimension seed. Variables best, the highest test accuracy of the last epochs; alive, the
        hidden units that are not zero for every training sample after them; freed, the mean test
        accuracy over the second half of the calm epochs.
    """
    del tuning
    data = blobs()
    runs = train(
        models.mlp,
        keras.optimizers.SGD(learning_rate, momentum=momentum),
        data,
        batch_size=1,
        epochs=epochs + calm,
        learning_rate=[learning_rate] * epochs + [learning_rate / 10] * calm,
        seeds=seeds,
        snapshots=[epochs],
        progress=False,
    )
    at_end = runs.weights.sel(snapshot=epochs).transpose("seed", "weight").values
    return xr.Dataset(
        {
            "best": last_epochs(runs.sel(epoch=slice(None, epochs)), last).max("epoch"),
            "alive": ("seed", units_alive(at_end, data.x_train)),
            "freed": final_accuracy(runs, calm // 2),
        }
    ).drop_vars("snapshot", errors="ignore")


def units_alive(weights: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Hidden units of the tutorial's network that are above zero for at least one sample.

    Args:
        weights: flat, in the order of ``model.get_weights()``, shape (n_runs, 303).
        x: inputs, shape (n, 2).

    Returns:
        Numbers from 0 to 50, shape (n_runs,).
    """
    kernels, biases = weights[:, :100].reshape(-1, 2, 50), weights[:, 100:150]
    inputs = np.einsum("ni,sij->snj", x, kernels) + biases[:, None]
    return (inputs > 0).any(axis=1).sum(axis=1)


def values(
    measured: xr.Dataset, tuning: xr.Dataset | None
) -> Mapping[str, Mapping[str, np.ndarray]]:
    """What claims H5 and H8 are decided by, one value per stuck run.

    Args:
        measured: what ``measure`` returned.
        tuning: not used, None.
    """
    del tuning
    stuck = (measured.best <= STUCK).values
    alive, freed = measured.alive.values, measured.freed.values
    lost = np.median(alive[~stuck]) - alive[stuck] if 0 < stuck.sum() < stuck.size else [np.nan]
    free = freed[stuck] - STUCK if stuck.any() else [np.nan]
    return {
        "H5": {"stuck_runs": stuck, "lost_a_tenth": lost, "lost_units": lost},
        "H8": {"stuck_runs": stuck, "set_free": free},
    }


SETTINGS = {"learning_rate": 0.01, "momentum": 0.9, "epochs": 200, "last": 50, "calm": 60}

STUCK_RUNS = Experiment(
    name="stuck_runs",
    measure=measure,
    values=values,
    confirm=SETTINGS,
    live=SETTINGS,
    quick=SETTINGS | {"epochs": 10, "last": 3, "calm": 4},
    first_seed=6000,
    looks=(240, 480, 960),
    part=120,
)
