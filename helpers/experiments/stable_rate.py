"""The largest stable learning rate against the batch size: linear regression, and a network.

On linear regression the expected loss stays finite up to a rate that theory knows: noise limits it
for small batches, and the curvature, 2 (1 + m) / λ, for large ones. A network has no such limit in
closed form; there a rate counts as stable for a run if it, and every smaller rate tried, ends more
than half of the way from guessing to the Bayes rule.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import xarray as xr

from helpers import models
from helpers.analysis import log_slope
from helpers.data import blob_centers, blob_draws, blob_expectation, regression_stream
from helpers.experiments.experiment import Experiment
from helpers.experiments.training_loss import on_training_samples
from helpers.theory import largest_rate_of_mean, largest_rate_of_mean_square, linear_regression
from helpers.training import sweep

CLUSTER_STD = 2.0  # of the blobs, the tutorial's
LAST = 0.25  # share of the updates, at their end, over which a network's loss is averaged
LOOKS = 16  # evaluations in it


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset | None,
    *,
    momentum: float,
    n_inputs: int,
    linear_sizes: Sequence[int],
    linear_factors: Sequence[float],
    linear_updates: int,
    n_train: int,
    network_sizes: Sequence[int],
    network_lowest: Sequence[float],
    network_factors: Sequence[float],
    network_updates: int,
) -> xr.Dataset:
    """Find the largest stable rate of every seed at every batch size.

    Args:
        seeds: of the stream, and of the draws, initial weights and orders of the network.
        tuning: nothing is tuned; None.
        momentum: of all runs.
        n_inputs: of the linear regression, of variances 1, 1/2, 1/3 and so on.
        linear_sizes: batch sizes of the linear regression, on a stream.
        linear_factors: learning rates over theory's limit, rising; a run is stable if it ends
            below the loss that it started from.
        linear_updates: of these runs.
        n_train: training samples of each draw of the tutorial's data.
        network_sizes, network_lowest: batch sizes of the network, and the lowest rate of each.
        network_factors: rates over the lowest one, rising from 1.
        network_updates: of these runs.

    Returns:
        Variables linear, dimensions linear_size and seed; linear_limit, that of theory, and
        curvature_limit; network, dimensions network_size and seed: learning rates.
    """
    problem = linear_regression(1 / np.arange(1, n_inputs + 1), 1.0, np.ones(n_inputs))
    limits = [largest_rate_of_mean_square(problem, size, momentum) for size in linear_sizes]
    linear = [
        _linear(seeds, size, limit * np.array(linear_factors), momentum, problem, linear_updates)
        for size, limit in zip(linear_sizes, limits, strict=True)
    ]
    data = on_training_samples(blob_draws(seeds, n_train, CLUSTER_STD))
    guess = np.log(len(blob_centers()))
    halfway = (guess + blob_expectation(blob_centers(), CLUSTER_STD).bayes_loss) / 2
    network = [
        _network(data, seeds, size, low * np.array(network_factors), momentum, network_updates)
        for size, low in zip(network_sizes, network_lowest, strict=True)
    ]
    return xr.Dataset(
        {
            "linear": (("linear_size", "seed"), linear),
            "linear_limit": ("linear_size", limits),
            "curvature_limit": largest_rate_of_mean(problem, momentum),
            "network": (
                ("network_size", "seed"),
                [largest_stable(loss < halfway) for loss in network],
            ),
        },
        {
            "linear_size": list(linear_sizes),
            "network_size": list(network_sizes),
            "seed": list(seeds),
        },
    )


def largest_stable(stable: xr.DataArray) -> np.ndarray:
    """The rate up to which each seed is stable, between the last stable rate and the next.

    Args:
        stable: truth values, dimensions learning_rate, rising by one factor, and seed.

    Returns:
        Learning rates, shape (n_seeds,): half a step below the lowest where that is not stable,
        half a step above the highest where all are.
    """
    rates = stable.learning_rate.values
    n = stable.transpose("seed", "learning_rate").values.cumprod(axis=1).sum(axis=1)
    return rates[0] * (rates[1] / rates[0]) ** (n - 0.5)


def _linear(seeds, size, rates, momentum, problem, updates):
    """The largest rate, in units of half the squared error, at which the loss ends lower."""

    def build():
        output = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
        return keras.Sequential([keras.Input((len(problem.curvatures),)), output])

    runs = sweep(
        build,
        keras.optimizers.SGD(0.1, momentum=momentum),
        regression_stream(problem.curvatures),
        batch_sizes=[size],
        learning_rates=(rates / 2).tolist(),  # Keras's squared error lacks the half
        updates=updates,
        evaluate_at=[0, updates],
        seeds=seeds,
        loss="mean_squared_error",
        n_jobs=1,
        progress=False,
    )
    loss = runs.val_loss.squeeze("batch_size", drop=True)
    return 2 * largest_stable(loss.sel(update=updates) < loss.sel(update=0))


def _network(data, seeds, size, rates, momentum, updates):
    """Mean training loss of the last updates, dimensions learning_rate and seed."""
    runs = sweep(
        models.mlp,
        keras.optimizers.SGD(0.1, momentum=momentum),
        data,
        batch_sizes=[size],
        learning_rates=rates.tolist(),
        updates=updates,
        evaluate_at=np.unique(np.linspace((1 - LAST) * updates, updates, LOOKS).round())
        .astype(int)
        .tolist(),
        seeds=seeds,
        n_jobs=1,
        progress=False,
    )
    return runs.val_loss.squeeze("batch_size", drop=True).mean("update", skipna=False)


def values(measured: xr.Dataset, tuning: xr.Dataset | None) -> dict[str, dict[str, Any]]:
    """What decides claims H24 and H19.

    Args:
        measured: what ``measure`` returned.
        tuning: None.

    Returns:
        By claim and assertion, values per seed.
    """
    linear = measured.linear.transpose("seed", "linear_size")
    network = measured.network.transpose("seed", "network_size")
    small, large = (
        log_slope(network.isel(network_size=part), "network_size")
        for part in (slice(None, 3), slice(-2, None))
    )
    return {
        "H24": {
            "as_predicted": (linear / measured.linear_limit).values,
            "rises": small.values,
            "levels_off": (large - small).values,
        },
        "H19": {"limit_on_a_quadratic": (linear / measured.curvature_limit).values[:, -1]},
    }


_LINEAR = {
    "momentum": 0.9,
    "n_inputs": 20,
    "linear_factors": tuple(2 ** (k / 4) for k in range(-6, 7)),
    "linear_updates": 400,
    "n_train": 500,
}
STABLE_RATE = Experiment(
    name="stable_rate",
    measure=measure,
    values=values,
    confirm=_LINEAR
    | {
        "linear_sizes": (1, 4, 16, 64, 256, 1024),
        "network_sizes": (1, 4, 20, 100, 500),
        "network_lowest": (2**-9, 2**-7, 2**-5.5, 2**-4, 2**-3),
        "network_factors": tuple(2 ** (k / 2) for k in range(9)),
        "network_updates": 600,
    },
    live=_LINEAR
    | {
        "linear_sizes": (1, 16, 256),
        "network_sizes": (1, 4, 20, 100, 500),
        "network_lowest": (2**-9, 2**-7, 2**-5.5, 2**-4, 2**-3),
        "network_factors": tuple(2.0**k for k in range(5)),
        "network_updates": 400,
    },
    quick=_LINEAR
    | {
        "linear_sizes": (1, 64),
        "linear_updates": 100,
        "network_sizes": (4, 20, 100, 500),
        "network_lowest": (2**-7, 2**-5.5, 2**-4, 2**-3),
        "network_factors": (1.0, 4.0, 16.0),
        "network_updates": 50,
    },
    first_seed=6000,
)
