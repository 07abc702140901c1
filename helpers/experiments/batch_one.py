"""Batch size 1 against a large batch, after as many samples, each at its tuned learning rate."""

from collections.abc import Sequence

import keras
import numpy as np
import xarray as xr

from helpers.analysis import bootstrap
from helpers.analysis.findings import Values
from helpers.experiments import shifted_digits
from helpers.experiments.experiment import Experiment
from helpers.experiments.tuned_rates import tuned_rate
from helpers.training import train

BETA_2 = 0.95  # of the large batch, as usual for language models
STEP = 2**0.5  # of the grids of learning rates


def ways(batch_size: int) -> dict[str, tuple[int, keras.optimizers.Optimizer, float]]:
    """Batch size, optimizer and the middle of its grid of learning rates, by name.

    Large is Adam at the large batch; held is Adam at batch size 1 with β₂'s half-life in samples
    held, β₂ to the power 1 over the large batch (Marek et al., arXiv 2507.07101, section 3); fixed
    is Adam at batch size 1 with the large batch's β₂; SGD is plain SGD at batch size 1.

    Args:
        batch_size: the large one.
    """
    adam = keras.optimizers.Adam
    return {
        "large": (batch_size, adam(beta_2=BETA_2), 0.045),
        "held": (1, adam(beta_2=BETA_2 ** (1 / batch_size)), 0.003),
        "fixed": (1, adam(beta_2=BETA_2), 0.003),
        "SGD": (1, keras.optimizers.SGD(), 0.028),
    }


def tune(
    *, n_images: int, epochs: int, batch_size: int, reach: int, tuning_seeds: Sequence[int]
) -> xr.Dataset:
    """The best learning rate of each way.

    Args:
        n_images, epochs, batch_size, reach, tuning_seeds: as for ``measure``.

    Returns:
        Variable learning_rate, dimension way.
    """
    rates = [
        tuned_rate(
            shifted_digits.build, optimizer, n_images=n_images, batch_size=size, epochs=epochs,
            last_epochs=1, seeds=tuning_seeds,
            learning_rates=(middle * STEP ** np.arange(-reach, reach + 1.0)).tolist(),
        )
        for size, optimizer, middle in ways(batch_size).values()
    ]  # fmt: skip
    return xr.Dataset({"learning_rate": ("way", rates)}, {"way": list(ways(batch_size))})


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset,
    *,
    n_images: int,
    epochs: int,
    batch_size: int,
    reach: int,
    tuning_seeds: Sequence[int],
) -> xr.Dataset:
    """Train each way at its tuned learning rate.

    Args:
        seeds: of the split of the images, the initial weights and the order.
        tuning: what ``tune`` returned.
        n_images: as for ``shifted_digits.draws``.
        epochs: of every run.
        batch_size: the large one.
        reach: learning rates of a grid on either side of its middle, by factors of √2.
        tuning_seeds: that tune.

    Returns:
        Variable loss, the logarithm of the final validation loss, dimensions way and seed.
    """
    data = shifted_digits.draws(seeds, n_images)

    def trained(name, size, optimizer):
        runs = train(
            shifted_digits.build, optimizer, data, batch_size=size, epochs=epochs, seeds=seeds,
            learning_rate=tuning.learning_rate.sel(way=name).item(), jit_compile=size < 8,
            progress=False,
        )  # fmt: skip
        return shifted_digits.log_loss(runs.val_loss.isel(epoch=-1, drop=True))

    losses = [trained(name, size, optimizer) for name, (size, optimizer, _) in
              ways(batch_size).items()]  # fmt: skip
    return xr.Dataset({"loss": xr.concat(losses, tuning.way)})


def values(measured: xr.Dataset, tuning: xr.Dataset) -> dict[str, dict[str, Values]]:
    """Geometric means of ratios of losses, seeds drawn anew.

    Args:
        measured: what ``measure`` returned.
        tuning: what ``tune`` returned.
    """

    def ratio(way, other):
        logs = measured.loss.sel(way=way) - measured.loss.sel(way=other)
        return bootstrap(lambda drawn: float(np.exp(drawn.mean())), logs)

    return {
        "E9": {
            "batch_one": ratio("held", "large"),
            "plain_sgd": ratio("SGD", "large"),
            "held_half_life": ratio("held", "fixed"),
            "adam_beyond_sgd": ratio("held", "SGD"),
        }
    }


BATCH_ONE = Experiment(
    name="batch_one",
    measure=measure,
    values=values,
    tune=tune,
    confirm={
        "n_images": 512,
        "epochs": 2,
        "batch_size": 512,
        "reach": 3,
        "tuning_seeds": tuple(range(8)),
    },
    live={
        "n_images": 512,
        "epochs": 1,
        "batch_size": 512,
        "reach": 2,
        "tuning_seeds": tuple(range(3)),
    },
    quick={
        "n_images": 64,
        "epochs": 1,
        "batch_size": 64,
        "reach": 1,
        "tuning_seeds": tuple(range(2)),
    },
    first_seed=6000,
)
