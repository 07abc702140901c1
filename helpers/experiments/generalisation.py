"""Small batches against the full batch on few digits: what the experiments of this kind share.

A seed draws the split of the 1797 images, the wrong labels among those that train, the initial
weights and the order. All other images test, with their true labels, so a result is not about one
split, and the test set is several times as large as the training set.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import keras
import numpy as np
import xarray as xr

from helpers import checks
from helpers.analysis import best_rate
from helpers.data import Dataset, digits, flattened
from helpers.models import mlp
from helpers.training import sweep

N_PIXELS, N_CLASSES, HIDDEN_UNITS = 64, 10, 64
STEP = 2**0.5  # factor between neighbouring learning rates


def split(seed: int, n_train: int, wrong_labels: float) -> Dataset:
    """Digits drawn anew, some of the training labels replaced by another digit.

    Args:
        seed: of the split and of the wrong labels.
        n_train: training images, 10 to 1787; the others test.
        wrong_labels: share of the training labels, 0 to 1.

    Returns:
        x of shape (n, 64) from 0 to 1, one-hot y of shape (n, 10). The test labels are true.

    Raises:
        ValueError: an argument is out of its range.
    """
    if not 0 <= wrong_labels <= 1:
        raise ValueError(f"wrong_labels must be a share from 0 to 1, got {wrong_labels!r}")
    data = flattened(digits(data_seed=seed, n_train=n_train))
    generator = np.random.default_rng(seed)
    y = data.y_train.copy()
    wrong = generator.permutation(n_train)[: round(wrong_labels * n_train)]
    others = (y[wrong].argmax(axis=1) + generator.integers(1, N_CLASSES, len(wrong))) % N_CLASSES
    y[wrong] = np.eye(N_CLASSES, dtype=y.dtype)[others]
    return replace(data, y_train=y)


def network() -> keras.Model:
    """One hidden layer of 64 ReLU units, without normalisation: 4810 weights."""
    return mlp(N_PIXELS, N_CLASSES, HIDDEN_UNITS)


def normalised(layer: Callable[[], keras.layers.Layer]) -> Callable[[], keras.Model]:
    """A function that builds ``network`` with a layer between the hidden weights and their ReLU.

    Args:
        layer: returns a new layer.
    """

    def build():
        return keras.Sequential(
            [
                keras.Input((N_PIXELS,)),
                keras.layers.Dense(HIDDEN_UNITS, kernel_initializer="he_uniform"),
                layer(),
                keras.layers.ReLU(),
                keras.layers.Dense(N_CLASSES, activation="softmax"),
            ]
        )

    return build


def scores(
    build: Callable[[], keras.Model],
    *,
    n_train: int,
    wrong_labels: float,
    batch_size: int,
    learning_rates: Sequence[float],
    updates: Sequence[int],
    momentum: float,
    seeds: Sequence[int],
) -> xr.Dataset:
    """Train by SGD, every seed on a split of its own, and test after some numbers of updates.

    Args:
        build: returns a new model.
        n_train, wrong_labels: as for ``split``.
        batch_size: samples per update, 1 to ``n_train``.
        learning_rates: each above 0, all different.
        updates: after which to test, each at least 1; the last is the end.
        momentum: of SGD, at least 0 and below 1.
        seeds: one run each.

    Returns:
        Variables test_loss and test_accuracy after so many updates; training_loss and
        training_accuracy, means over the epoch that ends there, while the weights move. Dimensions
        learning_rate, seed and update. A run that diverges has infinite losses.
    """
    per_epoch = -(-n_train // checks.whole_number("batch_size", batch_size, 1, n_train))
    evaluate_at = {*updates, *(max(0, n - per_epoch) for n in updates)}
    runs = sweep(
        build,
        keras.optimizers.SGD(momentum=momentum),
        [split(seed, n_train, wrong_labels) for seed in seeds],
        batch_sizes=[batch_size],
        learning_rates=learning_rates,
        updates=max(updates),
        evaluate_at=sorted(evaluate_at),
        seeds=seeds,
        progress=False,
    )
    runs = runs.isel(batch_size=0, drop=True).sel(update=sorted(updates))
    infinite = {name: runs[name].fillna(np.inf) for name in ("loss", "val_loss")}
    return xr.Dataset(
        {
            "test_loss": infinite["val_loss"],
            "test_accuracy": runs.val_accuracy,
            "training_loss": infinite["loss"],
            "training_accuracy": runs.accuracy,
        }
    ).reset_coords(drop=True)


def grid(centre: float, steps: int) -> list[float]:
    """Learning rates around ``centre`` by factors of the root of 2, ``steps`` to either side."""
    return [float(centre * STEP**k) for k in range(-steps, steps + 1)]


def tuned_rate(values: xr.DataArray) -> xr.Dataset:
    """The learning rate with the least mean over seeds.

    Args:
        values: what is to be small, dimensions learning_rate and seed, and none else.

    Returns:
        Variables learning_rate, value and edge, as ``helpers.analysis.best_rate`` has them.
    """
    return best_rate(values.mean("seed", skipna=False))
