"""The noise scale along the runs of one setting."""

from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
import xarray as xr

from helpers.data import Dataset
from helpers.landscape.noise import noise_scale
from helpers.training import train

MOMENTS = 6  # epochs at which it is measured, besides the start


def noise_scale_along_run(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    data: Dataset,
    setting: tuple[int, float] | None,
    *,
    epochs: int,
    seeds: Sequence[int],
    loss: str | Callable = "categorical_crossentropy",
    class_weight: Mapping[int, float] | None = None,
) -> xr.DataArray:
    """Train one setting, and measure the noise scale at some epochs on the way.

    Args:
        build: returns a new Keras model.
        optimizer: its learning rate is replaced.
        data: its training samples are measured on.
        setting: batch size and learning rate, or None.
        epochs: of each run, at least 1.
        seeds: a run each.
        loss: as for ``helpers.train``.
        class_weight: of the runs; with any, nothing is measured.

    Returns:
        Samples, above 0, dimensions seed and epoch, from epoch 0 to the last. Not a number all
        along if there is no setting, or if the model has weights that gradients do not train, such
        as the averages of a batch normalisation or the state of a dropout: then a sample has no
        gradient of its own.
    """
    at = sorted({0, 1, *np.geomspace(1, epochs, MOMENTS).round().astype(int).tolist()})
    labels = {"seed": list(seeds), "epoch": at}
    if setting is None or class_weight is not None or build().non_trainable_variables:
        return xr.DataArray(np.full((len(labels["seed"]), len(at)), np.nan), labels)
    size, rate = setting
    runs = train(
        build,
        optimizer,
        data,
        batch_size=size,
        learning_rate=rate,
        epochs=epochs,
        seeds=seeds,
        snapshots=at,
        loss=loss,
    )
    scale = noise_scale(build, runs.weights, data.x_train, data.y_train, loss=loss)
    return scale.rename(snapshot="epoch").transpose("seed", "epoch")
