"""The noise scale along the runs of one setting."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import xarray as xr

from helpers.analysis import gain
from helpers.data import Dataset
from helpers.landscape.gradients import sample_gradients
from helpers.landscape.noise import MEMORY, noise_and_signal, noise_scale
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
    loss: str | Callable | None = None,
) -> xr.DataArray:
    """Train one setting, and measure the noise scale at some epochs on the way.

    Args:
        build: returns a new Keras model.
        optimizer: its learning rate is replaced.
        data: its training samples are measured on.
        setting: batch size and learning rate, or None.
        epochs: of each run, at least 1.
        seeds: a run each.
        loss: as for ``helpers.train``; None for that of classes, one output for each.

    Returns:
        Samples, above 0, dimensions seed and epoch, from epoch 0 to the last. Not a number all
        along if there is no setting, or if the model has weights that gradients do not train, such
        as the averages of a batch normalisation or the state of a dropout: then a sample has no
        gradient of its own.
    """
    at = sorted({0, 1, *np.geomspace(1, epochs, MOMENTS).round().astype(int).tolist()})
    labels = {"seed": list(seeds), "epoch": at}
    if setting is None or build().non_trainable_variables:
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
    if loss is None:
        scale = noise_scale(build, runs.weights, data.x_train, data.y_train)
    else:
        scale = _noise_scale(build, runs.weights, data, loss)
    return scale.rename(snapshot="epoch").transpose("seed", "epoch")


def _noise_scale(build, weights, data, loss):
    """As ``noise_scale``, of another loss."""
    n, size = data.n_train, 4 * weights.sizes["weight"] * weights.sizes["snapshot"]
    some = np.linspace(0, n - 1, max(2, min(n, MEMORY // size))).astype(int)
    samples = data.x_train[some], data.y_train[some]
    estimates = [
        noise_and_signal(sample_gradients(build, seed, *samples, loss))
        for seed in weights.transpose("seed", "snapshot", "weight").values
    ]
    noise, signal = np.swapaxes(estimates, 0, 1)
    signal = np.maximum(signal - noise * (1 / len(some) - 1 / n), 0)
    labels = {"seed": weights.seed, "snapshot": weights.snapshot}
    return gain(xr.DataArray(noise, labels), xr.DataArray(signal, labels))
