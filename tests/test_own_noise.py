"""The noise scale from all samples, or from some of them."""

import keras
import numpy as np
import xarray as xr

from helpers.noise import noise_and_signal
from helpers.own_noise import noise_scale


def small_build():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])


def test_noise_scale_of_all_samples_is_exact_and_of_some_is_near():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(400, 3)).astype("float32")
    y = np.eye(2, dtype="float32")[(x[:, 0] + generator.normal(size=400) > 0).astype(int)]
    flat = generator.normal(size=(2, 1, 8), scale=0.3).astype("float32")
    weights = xr.DataArray(flat, {"seed": [1, 2], "snapshot": [0]}, ("seed", "snapshot", "weight"))
    from helpers.gradients import sample_gradients

    noise, signal = noise_and_signal(sample_gradients(small_build, flat, x, y))
    exact = noise_scale(small_build, weights, x, y)
    np.testing.assert_allclose(exact, noise / signal, rtol=1e-5)
    some = noise_scale(small_build, weights, x, y, memory=200 * 32)  # half of the samples
    assert not np.array_equal(some, exact)
    np.testing.assert_allclose(some, exact, rtol=0.5)
