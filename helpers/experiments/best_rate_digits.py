"""The best learning rate against the batch size, for four optimizers, on shifted digits.

All batch sizes train for as many epochs, at learning rates that stay as they are, so each run
shows what shorter ones would have come to as well.
"""

from collections.abc import Mapping, Sequence

import xarray as xr

from helpers.analysis import bootstrap
from helpers.analysis.findings import Values
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

XLA_BELOW = 64  # the batch size below which runs are so long that compiling them pays
UP_TO, FROM = 64, 128  # batch sizes: plain SGD is far from its stability limit up to the one


def measure(
    seeds: Sequence[int],
    tuning: None,
    *,
    n_images: int,
    epochs: int,
    last_epochs: int,
    reach: int,
    middles: Mapping[str, Mapping[int, float]],
) -> xr.Dataset:
    """Train at every learning rate of a grid around a middle, at every batch size.

    Args:
        seeds: of the split of the images, the initial weights and the order.
        tuning: nothing is tuned beforehand; the grids are settings.
        n_images: as for ``shifted_digits.draws``.
        epochs: of every run, at least 1.
        last_epochs: of them, over which the final loss is the mean, 1 to ``epochs``.
        reach: learning rates of the grid on either side of the middle, by factors of √2.
        middles: by optimizer and batch size.

    Returns:
        Variables loss, the mean logarithm of the validation loss in the last epochs, and
        early_loss, after the first epoch, dimensions optimizer, batch_size, factor and seed; and
        middle.
    """
    data = shifted_digits.draws(seeds, n_images)

    def trained(name, size, middle):
        rates = middle * factors(reach)
        runs = sweep(
            shifted_digits.build, shifted_digits.optimizer(name), data, batch_sizes=[size],
            learning_rates=rates.tolist(), epochs=epochs, seeds=seeds, jit_compile=size < XLA_BELOW,
            progress=False,
        )  # fmt: skip
        logs = shifted_digits.log_loss(runs.val_loss.isel(batch_size=0, drop=True))
        logs = logs.rename(learning_rate="factor").assign_coords(factor=factors(reach))
        final = logs.isel(epoch=slice(-last_epochs, None)).mean("epoch")
        return xr.Dataset({"loss": final, "early_loss": logs.isel(epoch=0, drop=True)})

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
        rates, early = best_rates(drawn), best_rates(drawn, "early_loss")
        sgd, momentum, adam, adamw = (power(rates, name) for name in shifted_digits.OPTIMIZERS)
        return (
            momentum - 1,
            momentum - sgd,
            power(rates, "SGD", high=UP_TO) - 1,
            power(rates, "SGD", low=FROM),
            sgd - power(early, "SGD"),
            adam - 0.5,
            adamw - 0.5,
            momentum - adam,
            momentum,
        )

    names = ("linear", "longer", "small", "ends", "training", "adam", "adamw", "smaller", "grows")
    powers_of = dict(zip(names, bootstrap(powers, measured, replicates=REPLICATES), strict=True))
    return {
        "H9": {
            "linear": powers_of["linear"],
            "below_the_limit": powers_of["small"],
            "momentum_longer": powers_of["longer"],
            "growth_ends": powers_of["ends"],
            "training_longer": powers_of["training"],
        },
        "H10": {
            "square_root": powers_of["adam"],
            "adamw": powers_of["adamw"],
            "smaller_power": powers_of["smaller"],
        },
        "A8": {"rate_grows_on_digits": powers_of["grows"]},
    }


MIDDLES = {  # where exploring runs had their best rates
    "SGD": {8: 0.1, 32: 0.5, 64: 0.75, 128: 1.0, 256: 1.2, 512: 1.2},
    "momentum": {8: 0.009, 32: 0.037, 64: 0.07, 128: 0.13, 256: 0.25, 512: 0.49},
    "Adam": {8: 0.004, 32: 0.007, 64: 0.01, 128: 0.0125, 256: 0.018, 512: 0.029},
    "AdamW": {8: 0.003, 32: 0.0064, 64: 0.0095, 128: 0.0125, 256: 0.02, 512: 0.029},
}


def at_sizes(*sizes: int) -> dict[str, dict[int, float]]:
    """The middles of the grids at some of the batch sizes."""
    return {name: {size: of[size] for size in sizes} for name, of in MIDDLES.items()}


BEST_RATE_DIGITS = Experiment(
    name="best_rate_digits",
    measure=measure,
    values=values,
    confirm={"n_images": 1024, "epochs": 12, "last_epochs": 3, "reach": 3, "middles": MIDDLES},
    live={
        "n_images": 512,
        "epochs": 4,
        "last_epochs": 1,
        "reach": 2,
        "middles": at_sizes(32, 64, 128, 512),
    },
    quick={
        "n_images": 512,
        "epochs": 1,
        "last_epochs": 1,
        "reach": 1,
        "middles": at_sizes(32, 64, 128, 512),
    },
    first_seed=6000,
)
