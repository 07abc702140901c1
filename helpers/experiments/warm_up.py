"""Linear scaling with and without warm-up, from usual and from large initial weights."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import xarray as xr

from helpers.analysis import bootstrap
from helpers.analysis.findings import Values
from helpers.experiments import shifted_digits
from helpers.experiments.experiment import Experiment
from helpers.experiments.tuned_rates import tuned_rate
from helpers.training import train_schedules, warm_up

MOMENTUM = 0.9


def large_initial() -> keras.Model:
    """The network of ``shifted_digits``, its initial weights three times as large."""
    model = shifted_digits.build()
    for layer in model.layers:
        layer.kernel.assign(3 * layer.kernel)
    return model


NETWORKS: dict[str, Callable[[], keras.Model]] = {
    "usual": shifted_digits.build,
    "large": large_initial,
}


def tune(
    *,
    n_images: int,
    epochs: int,
    warm_up_epochs: int,
    last_epochs: int,
    batch_size: int,
    multiple: int,
    share: float,
    learning_rates: Sequence[float],
    tuning_seeds: Sequence[int],
) -> xr.Dataset:
    """The best learning rate of the small batch for each network.

    Args:
        n_images, epochs, warm_up_epochs, last_epochs, batch_size, multiple, share,
            learning_rates, tuning_seeds: as for ``measure``.

    Returns:
        Variable learning_rate, dimension network.
    """
    rates = [
        tuned_rate(
            build, keras.optimizers.SGD(momentum=MOMENTUM), n_images=n_images,
            batch_size=batch_size, epochs=epochs, last_epochs=last_epochs,
            learning_rates=learning_rates, seeds=tuning_seeds,
        )
        for build in NETWORKS.values()
    ]  # fmt: skip
    return xr.Dataset({"learning_rate": ("network", rates)}, {"network": list(NETWORKS)})


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset,
    *,
    n_images: int,
    epochs: int,
    warm_up_epochs: int,
    last_epochs: int,
    batch_size: int,
    multiple: int,
    share: float,
    learning_rates: Sequence[float],
    tuning_seeds: Sequence[int],
) -> xr.Dataset:
    """Train a batch size and a multiple of it at rates in proportion, with and without warm-up.

    Args:
        seeds: of the split of the images, the initial weights and the order.
        tuning: what ``tune`` returned.
        n_images: as for ``shifted_digits.draws``.
        epochs: of every run.
        warm_up_epochs: of them, in which the rate rises from that of the small batch; for the small
            batch itself, from its rate over the multiple.
        last_epochs: over which loss and accuracy are means.
        batch_size: the small one.
        multiple: of it, above 1.
        share: of the tuned rate, that the small batch trains at.
        learning_rates: the grid that tunes it.
        tuning_seeds: that tune it.

    Returns:
        Variables loss, the mean logarithm of the validation loss of the last epochs, and accuracy,
        dimensions network, multiple, way (linear, warm-up) and seed. Without warm-up the rate is
        constant.
    """

    def ways(k, base):
        size, rate, start = k * batch_size, k * base, base if k > 1 else base / multiple
        rising = warm_up(rate, epochs, warm_up_epochs, start=start)
        return {f"{k} linear": (size, rate), f"{k} warm-up": (size, rising)}

    data = shifted_digits.draws(seeds, n_images)
    ends = []
    for name, build in NETWORKS.items():
        base = share * tuning.learning_rate.sel(network=name).item()
        schedules = ways(1, base) | ways(multiple, base)
        runs = train_schedules(
            build, keras.optimizers.SGD(momentum=MOMENTUM), data, schedules, epochs=epochs,
            seeds=seeds, jit_compile=False, progress=False,
        )  # fmt: skip
        last = runs.isel(epoch=slice(-last_epochs, None))
        logs = shifted_digits.log_loss(last.val_loss).mean("epoch")
        ends.append((logs.values, last.val_accuracy.fillna(0).mean("epoch").values))
    loss, accuracy = (
        np.reshape(ended, (len(NETWORKS), -1, 2, len(seeds))) for ended in zip(*ends, strict=True)
    )
    dims = ("network", "multiple", "way", "seed")
    return xr.Dataset(
        {"loss": (dims, loss), "accuracy": (dims, accuracy)},
        {
            "network": list(NETWORKS),
            "multiple": [1, multiple],
            "way": ["linear", "warm-up"],
            "seed": list(seeds),
        },
    )


def values(measured: xr.Dataset, tuning: xr.Dataset) -> dict[str, dict[str, Values]]:
    """Differences of accuracies, seed by seed, and ratios of losses, seeds drawn anew.

    Args:
        measured: what ``measure`` returned.
        tuning: what ``tune`` returned.
    """
    largest = measured.multiple.values[-1]

    def gained(network):
        of = measured.accuracy.sel(network=network)
        return (of.sel(multiple=largest, way="warm-up") - of.sel(multiple=1, way="linear")).values

    def with_over_without(network, multiple):
        of = measured.loss.sel(network=network, multiple=multiple)
        ratio = of.sel(way="warm-up") - of.sel(way="linear")
        return bootstrap(lambda drawn: float(np.exp(drawn.mean())), ratio)

    return {
        "E4": {
            "keeps": gained("usual"),
            "lower_loss": with_over_without("usual", largest),
            "large_initial_keeps": gained("large"),
            "large_initial_needs": with_over_without("large", largest),
            "costs": with_over_without("usual", 1),
        }
    }


SCALED = {"batch_size": 64, "multiple": 16, "share": 0.5}
LONG = SCALED | {"epochs": 10, "warm_up_epochs": 3, "last_epochs": 3}
SHORT = SCALED | {"epochs": 3, "warm_up_epochs": 1, "last_epochs": 1}
FEW = {"learning_rates": (0.049, 0.069, 0.097), "tuning_seeds": (0, 1, 2)}
WARM_UP = Experiment(
    name="warm_up",
    measure=measure,
    values=values,
    tune=tune,
    confirm=LONG
    | {
        "n_images": 1024,
        "learning_rates": (0.025, 0.035, 0.049, 0.069, 0.097, 0.137),
        "tuning_seeds": tuple(range(6)),
    },
    live=LONG | {"n_images": 512, "multiple": 8} | FEW,
    quick=SHORT | {"n_images": 128, "multiple": 4} | FEW,
    first_seed=6000,
)
