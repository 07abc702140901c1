"""How close the learning curves of several batch sizes lie where the learning rate scales."""

from collections.abc import Sequence

import keras
import numpy as np
import xarray as xr

from helpers.analysis import bootstrap
from helpers.analysis.findings import Values
from helpers.experiments import shifted_digits
from helpers.experiments.experiment import Experiment
from helpers.experiments.tuned_rates import distance, tuned_rate
from helpers.training import train_schedules

MOMENTUM = 0.9


def tune(
    *,
    n_images: int,
    epochs: int,
    batch_size: int,
    multiples: Sequence[int],
    shares: Sequence[float],
    learning_rates: Sequence[float],
    tuning_seeds: Sequence[int],
) -> xr.Dataset:
    """The best learning rate of the smallest batch.

    Args:
        n_images, epochs, batch_size, multiples, shares, learning_rates, tuning_seeds: as for
            ``measure``.

    Returns:
        Variable learning_rate.
    """
    rate = tuned_rate(
        shifted_digits.build, keras.optimizers.SGD(momentum=MOMENTUM), n_images=n_images,
        batch_size=batch_size, epochs=epochs, last_epochs=max(1, epochs // 4),
        learning_rates=learning_rates, seeds=tuning_seeds,
    )  # fmt: skip
    return xr.Dataset({"learning_rate": rate})


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset,
    *,
    n_images: int,
    epochs: int,
    batch_size: int,
    multiples: Sequence[int],
    shares: Sequence[float],
    learning_rates: Sequence[float],
    tuning_seeds: Sequence[int],
) -> xr.Dataset:
    """Train multiples of a batch size at learning rates in proportion, by SGD with momentum 0.9.

    Args:
        seeds: of the split of the images, the initial weights and the order.
        tuning: what ``tune`` returned.
        n_images: as for ``shifted_digits.draws``.
        epochs: of every run.
        batch_size: the smallest.
        multiples: of it, above 1, in order.
        shares: of the tuned rate, that the smallest batch trains at, from 1 down.
        learning_rates: the grid that tunes it.
        tuning_seeds: that tune it.

    Returns:
        Variables curve, logarithms of the validation loss, dimensions share, multiple, epoch and
        seed; fixed, those of the largest batch at the rate of the smallest with the smallest share,
        dimensions epoch and seed.
    """
    base = tuning.learning_rate.item()
    schedules = {
        f"{share} {k}": (k * batch_size, k * share * base)
        for share in shares
        for k in (1, *multiples)
    }
    schedules["fixed"] = (multiples[-1] * batch_size, shares[-1] * base)
    runs = train_schedules(
        shifted_digits.build, keras.optimizers.SGD(momentum=MOMENTUM),
        shifted_digits.draws(seeds, n_images), schedules, epochs=epochs, seeds=seeds,
        jit_compile=False, progress=False,
    )  # fmt: skip
    logs = shifted_digits.log_loss(runs.val_loss)
    scaled = logs.isel(schedule=slice(-1)).values
    curve = scaled.reshape(len(shares), len(multiples) + 1, *scaled.shape[1:])
    dims = ("share", "multiple", *logs.dims[1:])
    return xr.Dataset(
        {"curve": (dims, curve), "fixed": logs.sel(schedule="fixed", drop=True)},
        {"share": list(shares), "multiple": [1, *multiples], "seed": list(seeds)},
    )


def values(measured: xr.Dataset, tuning: xr.Dataset) -> dict[str, dict[str, Values]]:
    """Factors by which the losses differ on the way, seeds drawn anew.

    Args:
        measured: what ``measure`` returned.
        tuning: what ``tune`` returned.
    """
    largest, smallest = measured.multiple.values[-1], measured.share.values[-1]

    def distances(drawn):
        def of(share, multiple):
            curves = drawn.curve.sel(share=share)
            return distance(curves.sel(multiple=multiple), curves.sel(multiple=1))

        far = of(smallest, largest)
        return (
            np.exp(far),
            np.exp(of(smallest, 4)),
            np.exp(of(1, 2)),
            far - distance(drawn.fixed, drawn.curve.sel(share=smallest, multiple=1)),
            far - of(1, largest),
        )

    names = ("coincide_on_the_loss", "four_times", "doubling", "closer_on_the_loss", "small_rates")
    return {"B2": dict(zip(names, bootstrap(distances, measured), strict=True))}


LINEAR_SCALING = Experiment(
    name="linear_scaling",
    measure=measure,
    values=values,
    tune=tune,
    confirm={
        "n_images": 1024,
        "epochs": 10,
        "batch_size": 64,
        "multiples": (2, 4, 16),
        "shares": (1, 0.25),
        "learning_rates": (0.035, 0.049, 0.069, 0.097, 0.137),
        "tuning_seeds": tuple(range(6)),
    },
    live={
        "n_images": 1024,
        "epochs": 5,
        "batch_size": 64,
        "multiples": (2, 4, 16),
        "shares": (1, 0.25),
        "learning_rates": (0.049, 0.069, 0.097),
        "tuning_seeds": tuple(range(4)),
    },
    quick={
        "n_images": 512,
        "epochs": 2,
        "batch_size": 64,
        "multiples": (2, 4),
        "shares": (1, 0.25),
        "learning_rates": (0.069, 0.097, 0.137),
        "tuning_seeds": tuple(range(2)),
    },
    first_seed=6000,
)
