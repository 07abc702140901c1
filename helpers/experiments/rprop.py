"""Rprop on minibatches: where large gradients are rare, and on the tutorial's network (claim D3).

Hinton's example (Tieleman & Hinton, lecture 6.5 of Neural networks for machine learning, 2012): a
weight has a gradient of +0.1 in nine minibatches and of -0.9 in the tenth. Its mean is zero, so the
weight should stay; Rprop counts signs only. The squared error of a constant w on labels of which
nine are 0 and the tenth is 1 has just these gradients at w = 0.1, up to a factor of 2. The loss is
least there, at the mean of the labels; the signs balance at their median, 0.
"""

from collections.abc import Mapping, Sequence

import keras
import numpy as np
import xarray as xr

from helpers import models
from helpers.data import Dataset, blob_draws
from helpers.experiments.experiment import Experiment
from helpers.landscape import losses
from helpers.models import Rprop
from helpers.training import train

RARE = 10  # one label in so many is 1, the others are 0


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset | None,
    *,
    n_train: int,
    rare_updates: int,
    batch_size: int,
    updates: int,
    initial_step: float,
    learning_rate: float,
) -> xr.Dataset:
    """Train a constant on rare labels, and the tutorial's network, with Rprop and others.

    Args:
        seeds: one run each, with samples of its own for the network.
        tuning: not used, None.
        n_train: training samples of both, a multiple of ten.
        rare_updates: of the constant, with single samples and with the full batch alike.
        batch_size: of the network's minibatches.
        updates: of the network, with minibatches and with the full batch alike.
        initial_step: of Rprop.
        learning_rate: of RMSprop and SGD on the constant.

    Returns:
        Dimensions seed, optimizer (Rprop, RMSprop, SGD) and batch ("small", which is one sample
        for the constant and a minibatch for the network, and "full"). Variables constant, after
        training (seed, optimizer, batch); loss of the network trained by Rprop, on all its
        training samples (seed, batch).
    """
    del tuning
    optimizers = {
        "Rprop": Rprop(initial_step),
        "RMSprop": keras.optimizers.RMSprop(learning_rate),
        "SGD": keras.optimizers.SGD(learning_rate),
    }
    data, draws = rare_labels(n_train), blob_draws(seeds, n_train)

    def constants(optimizer, batch_size):
        weights = _last_weights(
            build_constant, optimizer, data, batch_size, rare_updates, seeds, "mse"
        )
        return weights[:, 0]

    def network_losses(batch_size):
        weights = _last_weights(
            models.mlp, optimizers["Rprop"], draws, batch_size, updates, seeds, None
        )
        return [
            losses(models.mlp, w, draw.x_train, draw.y_train)
            for w, draw in zip(weights, draws, strict=True)
        ]

    batches = {"small": 1, "full": n_train}
    constant = [[constants(o, b) for b in batches.values()] for o in optimizers.values()]
    loss = [network_losses(b) for b in (batch_size, n_train)]
    return xr.Dataset(
        {
            "constant": (("optimizer", "batch", "seed"), constant),
            "loss": (("batch", "seed"), loss),
        },
        {"seed": list(seeds), "optimizer": list(optimizers), "batch": list(batches)},
    ).transpose("seed", ...)


def rare_labels(n: int) -> Dataset:
    """Inputs that are all 1, and labels of which every tenth is 1 and the others are 0.

    Args:
        n: samples, a multiple of ten.
    """
    x = np.ones((n, 1), "float32")
    y = (np.arange(n) % RARE == 0).astype("float32")[:, None]
    return Dataset(x, y, x[:RARE], y[:RARE], "rare labels")


def build_constant() -> keras.Model:
    """A model with a single weight, which answers the weight to an input of 1."""
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])


def _last_weights(build, optimizer, data, batch_size, updates, seeds, loss) -> np.ndarray:
    runs = train(
        build,
        optimizer,
        data,
        batch_size=batch_size,
        updates=updates,
        evaluate_at=[updates],
        seeds=seeds,
        loss=loss,
        snapshots=[updates],
        progress=False,
    )
    return runs.weights.squeeze("snapshot").transpose("seed", "weight").values


def values(
    measured: xr.Dataset, tuning: xr.Dataset | None
) -> Mapping[str, Mapping[str, np.ndarray]]:
    """What claim D3's assertions on rare gradients and on the loss are decided by.

    Args:
        measured: what ``measure`` returned.
        tuning: not used, None.
    """
    del tuning
    off = (measured.constant.astype(float) - 1 / RARE) ** 2  # excess of the mean squared error
    small, full = (off.sel(batch=batch) for batch in ("small", "full"))
    by_rprop = measured.constant.sel(optimizer="Rprop", batch="small")
    loss = measured.loss.astype(float)
    return {
        "D3": {
            "fails": (small - full).sel(optimizer="Rprop").values,
            "follows_the_median": by_rprop.values.round(4),  # to far more than its smallest step
            "compromise_on_rare": (
                small.sel(optimizer="RMSprop") - small.sel(optimizer="Rprop")
            ).values,
            "stagnates": (loss.sel(batch="small") - loss.sel(batch="full")).values,
        }
    }


SETTINGS = {
    "n_train": 500,
    "rare_updates": 10_000,
    "batch_size": 32,
    "updates": 3200,
    "initial_step": 0.1,
    "learning_rate": 0.001,
}

RPROP = Experiment(
    name="rprop",
    measure=measure,
    values=values,
    confirm=SETTINGS,
    live=SETTINGS,
    quick=SETTINGS | {"n_train": 50, "rare_updates": 2000, "updates": 60},
    first_seed=6000,
)
