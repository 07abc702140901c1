"""The network and the images of the chapter on learning-rate scaling, split anew for each seed."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import xarray as xr

from helpers import models
from helpers.data import Dataset, digits, flattened, shifted

WORST = 100.0  # nats that a run counts as which has diverged


def build() -> keras.Model:
    """A network with one hidden layer of 32 ReLU units for images of 64 pixels, 10 classes."""
    return models.mlp(64, 10, 32)


def draws(seeds: Sequence[int], n_images: int) -> list[Dataset]:
    """For each seed a split of the digits of its own, the training images in nine places.

    Args:
        seeds: of the splits.
        n_images: images to train on before they are shifted, 10 to 1787. If 9 n_images is a
            multiple of every batch size, no epoch ends on a short batch.

    Returns:
        One Dataset per seed, of 9 n_images training images and 1797 - n_images that no run trains
        on, x of shape (n, 64).
    """
    return [flattened(shifted(digits(data_seed=seed, n_train=n_images))) for seed in seeds]


def log_loss(val_loss: xr.DataArray) -> xr.DataArray:
    """The logarithm of a loss, so that no bad run outweighs the others in a mean.

    Args:
        val_loss: losses in nats above 0; infinite or not a number where a run has diverged, which
            counts as 100 nats.
    """
    return np.log(val_loss.fillna(WORST).clip(max=WORST))


def optimizer(name: str) -> keras.optimizers.Optimizer:
    """An optimizer by its name: SGD, momentum (0.9), Adam or AdamW (weight decay 0.1).

    Their other settings are those of Keras.

    Raises:
        KeyError: it has another name.
    """
    return OPTIMIZERS[name]()


OPTIMIZERS: dict[str, Callable[[], keras.optimizers.Optimizer]] = {
    "SGD": keras.optimizers.SGD,
    "momentum": lambda: keras.optimizers.SGD(momentum=0.9),
    "Adam": keras.optimizers.Adam,
    "AdamW": lambda: keras.optimizers.AdamW(weight_decay=0.1),
}
