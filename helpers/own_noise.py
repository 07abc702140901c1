"""The gradient noise scale along runs, of any model and data, in bounded memory."""

from collections.abc import Callable

import keras
import numpy as np
import xarray as xr

from helpers.analysis import gain
from helpers.gradients import sample_gradients
from helpers.noise import noise_and_signal

MEMORY = 2**28  # bytes of single gradients held at once


def noise_scale(
    build: Callable[[], keras.Model],
    weights: xr.DataArray,
    x: np.ndarray,
    y: np.ndarray,
    memory: int = MEMORY,
) -> xr.DataArray:
    """The simple noise scale tr(Σ) / |G|² at the weights of every seed and snapshot.

    McCandlish et al., An empirical model of large-batch training (arXiv 1812.06162), equation 2.9,
    with Σ and G of all samples given. If the gradients of all samples at the weights of one seed
    take more than ``memory``, evenly spaced samples stand for all. The mean gradient of m of n
    samples is longer than that of all by tr(Σ) (1/m - 1/n) on average, which is taken off.

    Args:
        build: returns a new Keras model, whose weights are all trainable.
        weights: what ``helpers.train`` keeps at its snapshots, dimensions seed, snapshot, weight.
        x: inputs, shape (n, ...), n at least 2, in random order.
        y: one-hot targets, shape (n, n_classes).
        memory: bytes that single gradients may take, above 0; at least 2 samples are taken.

    Returns:
        Samples, above 0, with the dimensions seed and snapshot; infinity where the gradient is
        not longer than the noise of its estimate.
    """
    n, each = len(x), 4 * weights.sizes["weight"] * weights.sizes["snapshot"]
    some = np.linspace(0, n - 1, max(2, min(n, memory // each))).astype(int)
    found = []
    for seed in weights.transpose("seed", "snapshot", "weight").values:
        noise, signal = noise_and_signal(sample_gradients(build, seed, x[some], y[some]))
        found.append([noise, np.maximum(signal - noise * (1 / len(some) - 1 / n), 0)])
    noise, signal = np.swapaxes(found, 0, 1)
    labels = {"seed": weights.seed, "snapshot": weights.snapshot}
    return gain(xr.DataArray(noise, labels), xr.DataArray(signal, labels))
