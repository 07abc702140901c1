"""The noise scale from all samples, or from some of them."""

import itertools

import keras
import numpy as np
import pytest
import xarray as xr

from helpers.landscape.gradients import sample_gradients
from helpers.landscape.noise import noise_and_signal, noise_scale


def small_build():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])


def problem(generator):
    """Samples of a softmax regression, and weights of two seeds at one snapshot."""
    x = generator.normal(size=(400, 3)).astype("float32")
    y = np.eye(2, dtype="float32")[(x[:, 0] + generator.normal(size=400) > 0).astype(int)]
    flat = generator.normal(size=(2, 1, 8), scale=0.3).astype("float32")
    labels = {"seed": [1, 2], "snapshot": [0]}
    return x, y, xr.DataArray(flat, labels, ("seed", "snapshot", "weight"))


def test_noise_scale_of_all_samples_is_exact():
    x, y, weights = problem(np.random.default_rng(0))
    noise, signal = noise_and_signal(sample_gradients(small_build, weights.values, x, y))
    exact = noise_scale(small_build, weights, x, y)
    np.testing.assert_allclose(exact, noise / signal, rtol=1e-5)


@pytest.mark.slow
def test_of_some_samples_their_own_noise_is_taken_off():
    x, _, weights = problem(np.random.default_rng(1))
    x, y = 1 + 0.8 * x[:5], np.eye(2, dtype="float32")[[0] * 5]  # a clear gradient
    noise, signal = noise_and_signal(sample_gradients(small_build, weights.values, x, y))
    found = []
    for some in itertools.combinations(range(5), 3):
        others = [i for i in range(5) if i not in some]
        order = [some[0], others[0], some[1], others[1], some[2]]  # the evenly spaced are ``some``
        scale = noise_scale(small_build, weights, x[order], y, memory=3 * 32)
        chosen = sample_gradients(small_build, weights.values, x[list(some)], y[:3])
        found.append(noise_and_signal(chosen)[0] / scale)  # |G|^2 as it is estimated
    np.testing.assert_allclose(np.mean(found, axis=0), signal, rtol=1e-4)
    assert (noise * (1 / 3 - 1 / 5) > 0.01 * signal).all()  # what is taken off is not nothing
