"""The best learning rate against the batch size, on fresh blobs, by the loss of the population."""

from collections.abc import Mapping, Sequence

import xarray as xr

from helpers import models
from helpers.analysis import bootstrap
from helpers.analysis.findings import Values
from helpers.data import blob_centers, blob_expectation, blob_stream
from helpers.experiments import shifted_digits
from helpers.experiments.best_rate import (
    REPLICATES,
    best_rates,
    factors,
    middles_of,
    power,
    together,
)
from helpers.experiments.experiment import Experiment
from helpers.training import sweep

STD = 2.0  # of the tutorial's blobs


def measure(
    seeds: Sequence[int],
    tuning: None,
    *,
    samples: int,
    reach: int,
    middles: Mapping[str, Mapping[int, float]],
) -> xr.Dataset:
    """Train the tutorial's network on as many fresh samples at every batch size and rate.

    Args:
        seeds: of the stream and the initial weights.
        tuning: nothing is tuned beforehand; the grids are settings.
        samples: of every run, a multiple of all batch sizes.
        reach: learning rates of the grid on either side of the middle, by factors of √2.
        middles: by optimizer and batch size.

    Returns:
        Variables loss, the logarithm of the population's loss above that of the Bayes rule, in
        nats, dimensions optimizer, batch_size, factor and seed; and middle.
    """
    expectation = blob_expectation(blob_centers(), STD)
    stream = blob_stream(blob_centers(), STD, standardised=True, evaluation=expectation)

    def trained(name, size, middle):
        rates = middle * factors(reach)
        runs = sweep(
            models.mlp, shifted_digits.optimizer(name), stream, batch_sizes=[size],
            learning_rates=rates.tolist(), updates=samples // size, evaluate_at=[samples // size],
            seeds=seeds, progress=False,
        )  # fmt: skip
        excess = runs.val_loss.isel(batch_size=0, update=0, drop=True) - expectation.bayes_loss
        logs = shifted_digits.log_loss(excess)
        logs = logs.rename(learning_rate="factor").assign_coords(factor=factors(reach))
        return xr.Dataset({"loss": logs})

    losses = {
        name: [trained(name, size, middle) for size, middle in of.items()]
        for name, of in middles.items()
    }
    return together(losses, middles_of(middles))


def values(measured: xr.Dataset, tuning: None) -> dict[str, dict[str, Values]]:
    """The powers of the best rates, seeds drawn anew, beside those of the rules.

    Args:
        measured: what ``measure`` returned.
        tuning: None.
    """

    def powers(drawn):
        rates = best_rates(drawn)
        sgd, adam = power(rates, "SGD"), power(rates, "Adam")
        return sgd - 1, adam - 0.5, sgd - adam

    sgd, adam, beyond_adam = bootstrap(powers, measured, replicates=REPLICATES)
    return {
        "H9": {"linear_on_blobs": sgd},
        "H10": {"square_root_on_blobs": adam, "smaller_power_on_blobs": beyond_adam},
    }


MIDDLES = {  # where exploring runs had their best rates, to a factor of 2
    "SGD": {1: 0.0065, 4: 0.024, 16: 0.08, 32: 0.14, 64: 0.23},
    "Adam": {1: 0.0012, 4: 0.0026, 16: 0.0057, 32: 0.0098, 64: 0.017},
}


def at_sizes(*sizes: int) -> dict[str, dict[int, float]]:
    """The middles of the grids at some of the batch sizes."""
    return {name: {size: of[size] for size in sizes} for name, of in MIDDLES.items()}


BEST_RATE_BLOBS = Experiment(
    name="best_rate_blobs",
    measure=measure,
    values=values,
    confirm={"samples": 4096, "reach": 3, "middles": MIDDLES},
    live={"samples": 4096, "reach": 3, "middles": at_sizes(4, 16, 64)},
    quick={"samples": 256, "reach": 1, "middles": at_sizes(16, 64)},
    first_seed=6000,
)
