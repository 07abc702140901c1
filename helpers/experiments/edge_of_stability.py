"""The edge of stability: how sharp full-batch training ends, over what its rate allows.

Cohen et al. (arXiv 2103.00065) find that the largest eigenvalue of the Hessian, the sharpness,
rises in full-batch training to 2 (1 + m) / ε, and stays there. Here the tutorial's network trains
at several rates; the largest one that learns is compared to the limit of the weights that a small
rate finds.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import xarray as xr

from helpers import models
from helpers.analysis import log_slope
from helpers.data import blob_centers, blob_draws, blob_expectation
from helpers.experiments.experiment import Experiment
from helpers.experiments.stable_rate import largest_stable
from helpers.experiments.training_loss import on_training_samples
from helpers.landscape import largest_eigenvalue
from helpers.training import sweep

CLUSTER_STD = 2.0  # of the blobs, the tutorial's
LAST = 0.1  # share of the epochs, at their end, over which the loss is averaged


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset | None,
    *,
    n_train: int,
    momentum: float,
    learning_rates: Sequence[float],
    epochs: int,
) -> xr.Dataset:
    """Train the network on draws of the tutorial's data in full batches, at every rate.

    Args:
        seeds: of the draws and the initial weights.
        tuning: nothing is tuned; None.
        n_train: training samples of each draw.
        momentum: of all runs.
        learning_rates: rising by one factor.
        epochs: of a run, one update each.

    Returns:
        Variables sharpness, at the last weights, and learns, whether the loss of the last epochs is
        more than half of the way from guessing to the Bayes rule; dimensions learning_rate and
        seed; and momentum.
    """
    data = on_training_samples(blob_draws(seeds, n_train, CLUSTER_STD))
    runs = sweep(
        models.mlp,
        keras.optimizers.SGD(learning_rates[0], momentum=momentum),
        data,
        batch_sizes=[n_train],
        learning_rates=list(learning_rates),
        epochs=epochs,
        seeds=seeds,
        snapshots=[epochs],
        n_jobs=1,
        progress=False,
    ).squeeze("batch_size", drop=True)
    weights = runs.weights.sel(snapshot=epochs, drop=True)
    sharpness = [
        largest_eigenvalue(
            models.mlp,
            weights.sel(seed=seed).transpose("learning_rate", "weight").values,
            draw.x_train,
            draw.y_train,
            tolerance=0.01,
        )
        for seed, draw in zip(seeds, data, strict=True)
    ]
    halfway = (
        np.log(len(blob_centers())) + blob_expectation(blob_centers(), CLUSTER_STD).bayes_loss
    ) / 2
    last = runs.val_loss.isel(epoch=slice(-max(1, round(LAST * epochs)), None))
    return xr.Dataset(
        {
            "sharpness": (("seed", "learning_rate"), sharpness),
            "learns": last.mean("epoch", skipna=False) < halfway,
            "momentum": momentum,
        },
        {"learning_rate": list(learning_rates), "seed": list(seeds)},
    )


def values(measured: xr.Dataset, tuning: xr.Dataset | None) -> dict[str, dict[str, Any]]:
    """What decides claims H14 and H19.

    The rates compared are those at which most of the runs learn.

    Args:
        measured: what ``measure`` returned.
        tuning: None.

    Returns:
        By claim and assertion, values per seed; of ``edge_at_every_rate``, per rate too.
    """
    learned = measured.learns.mean("seed") > 0.5
    rates = measured.learning_rate.values[learned.values.cumprod().astype(bool)]
    allowed = 2 * (1 + measured.momentum) / measured.sharpness  # the limit at the weights
    over = (measured.learning_rate / allowed).transpose("seed", "learning_rate")
    over = over.sel(learning_rate=rates)
    sharpness = measured.sharpness.sel(learning_rate=rates)
    largest = largest_stable(measured.learns)
    return {
        "H14": {
            "edge_at_every_rate": over.values,
            "at_the_largest_rate": over.values[:, -1],
            "flatter": log_slope(sharpness, "learning_rate").values,
        },
        "H19": {"limit_of_a_small_rate": largest / allowed.isel(learning_rate=0).values},
    }


EDGE_OF_STABILITY = Experiment(
    name="edge_of_stability",
    measure=measure,
    values=values,
    confirm={
        "n_train": 500,
        "momentum": 0.9,
        "learning_rates": (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64),
        "epochs": 2000,
    },
    live={
        "n_train": 500,
        "momentum": 0.9,
        "learning_rates": (0.01, 0.04, 0.16, 0.64),
        "epochs": 1000,
    },
    quick={"n_train": 100, "momentum": 0.9, "learning_rates": (0.01, 0.1, 1.0), "epochs": 100},
    first_seed=6200,
)
