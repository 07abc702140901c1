"""The noise scale from all samples, or from some of them."""

import itertools

import keras
import numpy as np
import pytest
import xarray as xr

from helpers.landscape.gradients import sample_gradients, squared_lengths
from helpers.landscape.noise import estimated_noise_scale, noise_and_signal, noise_scale


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


def test_squared_lengths_are_those_of_the_mean_of_the_samples_gradients():
    x, y, weights = problem(np.random.default_rng(2))
    batches = np.array([[0, 1, 2], [5, 5, 7]])
    single = sample_gradients(small_build, weights.values, x, y)
    expected = (single[:, :, batches].mean(axis=3) ** 2).sum(axis=-1)
    lengths = squared_lengths(small_build, weights.values, x, y, batches)
    np.testing.assert_allclose(lengths, expected, rtol=1e-5)


def test_the_estimate_from_batches_is_the_exact_noise_scale_of_a_model_without_such_layers():
    x, y, weights = problem(np.random.default_rng(3))
    estimate = estimated_noise_scale(small_build, weights, x, y, 1, 50, draws=4000)
    single = sample_gradients(small_build, weights.values, x, y)
    noise, signal = noise_and_signal(single)
    np.testing.assert_allclose(estimate.noise, noise, rtol=0.05)
    np.testing.assert_allclose(estimate.signal, signal, rtol=0.1)
    np.testing.assert_allclose(estimate.noise_scale, noise / signal, rtol=0.15)


def test_what_dropout_adds_is_noise():
    x, y, weights = problem(np.random.default_rng(4))

    def dropping():
        return keras.Sequential([keras.layers.Dropout(0.5, seed=1), *small_build().layers])

    def drawn(build):
        return estimated_noise_scale(build, weights, x, y, 1, 50, draws=2000)

    # A gradient is inputs times errors, and half of the inputs, doubled, have twice the square.
    with_dropout, without = drawn(dropping), drawn(small_build)
    assert (with_dropout.noise > 1.2 * without.noise).all()


def test_batch_normalisation_takes_its_statistics_from_the_batch():
    x, y, _ = problem(np.random.default_rng(5))

    def normalised():
        normalise = keras.layers.BatchNormalization(center=False, scale=False, epsilon=1e-6)
        return keras.Sequential([keras.Input((3,)), normalise, *small_build().layers])

    flat = np.concatenate([np.zeros(3), np.ones(3), np.full(8, 0.1)]).astype("float32")
    batch = np.arange(20)
    scaled = (x[batch] - x[batch].mean(axis=0)) / x[batch].std(axis=0)
    expected = (sample_gradients(small_build, flat[6:], scaled, y[batch]).mean(axis=0) ** 2).sum()
    lengths = squared_lengths(normalised, flat, x, y, batch[None])
    np.testing.assert_allclose(lengths, [expected], rtol=1e-4)


def test_sizes_in_the_wrong_order_are_refused():
    x, y, weights = problem(np.random.default_rng(0))
    with pytest.raises(ValueError, match="large_size must be at least 9"):
        estimated_noise_scale(small_build, weights, x, y, 8, 8)


def test_noise_scale_of_a_linear_regression_is_that_of_its_closed_form():
    x, y = np.random.default_rng(3).normal(size=(2, 50, 1)).astype("float32")
    slopes = 2 * (0.5 * x - y) * x  # of the squared error, at the weight 0.5
    expected = slopes.var(ddof=1) / slopes.mean() ** 2

    def line():
        return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])

    weights = xr.DataArray(
        [[[0.5]]], {"seed": [0], "snapshot": [0]}, ("seed", "snapshot", "weight")
    )
    found = noise_scale(line, weights, x, y, loss="mean_squared_error").item()
    assert found == pytest.approx(expected, rel=1e-4)
