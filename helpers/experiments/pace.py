"""The pace: updates to a target over learning rate and batch size, and with momentum for rate.

Where noise adds little to the loss, SGD moves as the gradient flow does, in the learning time
ε / (1 - m) times updates. So the epochs to a target should depend on one number, the effective step
per epoch p = ε N / (B (1 - m)), in inverse proportion; and training with momentum m should be
training at the rate ε / (1 - m), but for its first updates: under a constant gradient momentum lags
by up to m / (1 - m) updates.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import xarray as xr

from helpers import models
from helpers.analysis import ROUNDING, bootstrap, updates_to
from helpers.data import blob_centers, blob_draws, blob_expectation, blob_stream
from helpers.experiments.experiment import Experiment
from helpers.experiments.explained import epochs_to_target, explained
from helpers.experiments.training_loss import on_training_samples
from helpers.training import sweep

CLUSTER_STD = 2.0  # of the blobs, the tutorial's
LATE = 0.3  # share of the updates after which a run is late
LATE_LOOKS = 30  # evaluations from there on


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset | None,
    *,
    n_train: int,
    momentum: float,
    batch_sizes: Sequence[int],
    learning_rates: Sequence[float],
    updates: int,
    target: float,
    momentum_sizes: Sequence[int],
    momentum_rate: float,
    momentum_updates: int,
    early_target: float,
    looks: int,
) -> xr.Dataset:
    """Train the tutorial's network over a grid, and with and without momentum.

    The grid is trained on draws of the tutorial's data, reshuffled as ``fit`` does; momentum is
    compared on a stream of the same blobs, standardised.

    Args:
        seeds: of the draws or the stream, the initial weights and the orders.
        tuning: nothing is tuned; None.
        n_train: training samples of each draw.
        momentum: of all runs but those that compare with none.
        batch_sizes, learning_rates: of the grid.
        updates: of its runs, at each learning rate.
        target: training loss that the runs of the grid are to reach.
        momentum_sizes, momentum_rate: batch sizes and the rate with momentum at which runs with it
            are compared to runs without, at momentum_rate / (1 - momentum).
        momentum_updates: of these runs.
        early_target: their loss above that of the Bayes rule that counts as early.
        looks: about how many evaluations a run has, on a geometric grid.

    Returns:
        Variables loss, dimensions learning_rate, batch_size, update and seed: on the training
        samples, not a number after the end of a run; and excess, dimensions momentum,
        momentum_size, momentum_update and seed: expected loss above that of the Bayes rule.
        And n_train, target and early_target.
    """

    def trained(data, sizes, rate, momentum, updates, evaluate_at):
        runs = sweep(
            models.mlp,
            keras.optimizers.SGD(rate, momentum=momentum),
            data,
            batch_sizes=list(sizes),
            learning_rates=[rate],
            updates=updates,
            evaluate_at=[int(update) for update in evaluate_at if update <= updates],
            seeds=seeds,
            n_jobs=1,
            progress=False,
        )
        return runs.val_loss.squeeze("learning_rate", drop=True)

    data = on_training_samples(blob_draws(seeds, n_train, CLUSTER_STD))
    at = np.unique(np.geomspace(1, max(updates), looks).round())
    grid = [
        trained(data, batch_sizes, rate, momentum, n, at)
        for rate, n in zip(learning_rates, updates, strict=True)
    ]
    expected = blob_expectation(blob_centers(), CLUSTER_STD)
    stream = blob_stream(blob_centers(), CLUSTER_STD, standardised=True, evaluation=expected)
    early = np.geomspace(1, momentum_updates, looks).round()
    late = np.linspace(LATE * momentum_updates, momentum_updates, LATE_LOOKS).round()
    at = np.unique(np.concatenate([early, late]))
    both = [
        trained(stream, momentum_sizes, rate, m, momentum_updates, at) - expected.bayes_loss
        for rate, m in ((momentum_rate / (1 - momentum), 0.0), (momentum_rate, momentum))
    ]
    compared = xr.concat(both, "momentum").assign_coords(momentum=[0.0, momentum])
    return xr.Dataset(
        {
            "loss": xr.concat(grid, "learning_rate", join="outer").assign_coords(
                learning_rate=list(learning_rates)
            ),
            "excess": compared.rename(batch_size="momentum_size", update="momentum_update"),
            "n_train": n_train,
            "target": target,
            "early_target": early_target,
        },
    )


def values(measured: xr.Dataset, tuning: xr.Dataset | None) -> dict[str, dict[str, Any]]:
    """What decides claims H18 and H20.

    Args:
        measured: what ``measure`` returned.
        tuning: None.

    Returns:
        By claim and assertion, values per seed or what the bootstrap makes of all of them.
    """

    def of_the_grid(loss):
        shares = explained(epochs_to_target(loss, measured.target.item(), measured.n_train.item()))
        rival = max(shares["learning rate"], shares["batch size"])
        left = max(1 - shares["pace"], ROUNDING)
        return shares["pace"], (1 - rival) / left, shares["power"]

    def early(excess):
        updates = updates_to(excess.rename(momentum_update="update"), measured.early_target.item())
        plain, heavy = updates.transpose("momentum", ...)
        return float(np.exp(np.log(plain / heavy).mean())), float((heavy - plain).mean())

    explains, better, power = bootstrap(of_the_grid, measured.loss)
    as_early, lag = bootstrap(early, measured.excess)
    at = measured.momentum_update
    late = measured.excess.sel(momentum_update=at[at >= LATE * at.max()]).mean("momentum_update")
    plain, heavy = late.transpose("momentum", "seed", "momentum_size").values
    return {
        "H18": {"explains": explains, "better_than_either": better, "power": power},
        "H20": {"late": plain / heavy, "early": as_early, "lag": lag},
    }


PACE = Experiment(
    name="pace",
    measure=measure,
    values=values,
    confirm={
        "n_train": 500,
        "momentum": 0.9,
        "batch_sizes": (10, 25, 50, 125, 250),
        "learning_rates": (0.001, 0.003, 0.01),
        "updates": (4500, 2500, 1200),
        "target": 0.45,
        "momentum_sizes": (4, 16, 64),
        "momentum_rate": 0.003,
        "momentum_updates": 3000,
        "early_target": 0.3,
        "looks": 90,
    },
    live={
        "n_train": 500,
        "momentum": 0.9,
        "batch_sizes": (10, 50, 250),
        "learning_rates": (0.001, 0.003, 0.01),
        "updates": (4500, 2500, 1200),
        "target": 0.45,
        "momentum_sizes": (16,),
        "momentum_rate": 0.003,
        "momentum_updates": 3000,
        "early_target": 0.3,
        "looks": 60,
    },
    quick={
        "n_train": 100,
        "momentum": 0.9,
        "batch_sizes": (10, 50),
        "learning_rates": (0.003, 0.01),
        "updates": (300, 200),
        "target": 0.9,
        "momentum_sizes": (16,),
        "momentum_rate": 0.003,
        "momentum_updates": 100,
        "early_target": 0.3,
        "looks": 20,
    },
    first_seed=6400,
)
