"""Accumulated updates are along the gradient, and values come from the right runs."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import xarray as xr

from helpers.data import Dataset
from helpers.experiments import accumulation, shifted_digits
from helpers.experiments.accumulation import RATE, angle, deviation, one_update


def few(n=12):
    x = np.random.default_rng(0).random((n, 64), dtype="float32")
    y = np.eye(10, dtype="float32")[np.arange(n) % 10]
    return Dataset(x, y, x[:2], y[:2], "made up")


def gradient(data, weights):
    """The gradient of the weighted mean loss at the initial weights of seed 3, by TensorFlow."""
    keras.utils.set_random_seed(3)
    model = shifted_digits.build()
    with tf.GradientTape() as tape:
        losses = keras.losses.categorical_crossentropy(data.y_train, model(data.x_train))
        loss = tf.reduce_sum(losses * weights) / np.sum(weights)
    gradients = tape.gradient(loss, [v.value for v in model.trainable_variables])
    return np.concatenate([np.ravel(g) for g in gradients])


def test_deviation_and_angle_of_known_vectors():
    changes, reference = np.array([[1.0, 1.0], [2.0, 0.0]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    np.testing.assert_allclose(deviation(changes, reference), [1, 1])
    np.testing.assert_allclose(angle(changes, reference), [45, 0], atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    "batch_size, last_batch, weights",
    [
        (4, "keep", np.ones(12)),
        (8, "keep", np.repeat([1.0, 2.0], [8, 4])),  # the mean of the means of 8 and of 4
        (8, "weight", np.ones(12)),
    ],
)
def test_one_update_is_along_the_gradient(batch_size, last_batch, weights):
    data = few()
    change = one_update(
        shifted_digits.build, [data], [3], batch_size=batch_size, last_batch=last_batch
    )
    expected = -RATE * gradient(data, weights)
    if last_batch == "weight":  # 12 samples over two micro-batches of 8
        expected = expected * 12 / 16
    np.testing.assert_allclose(change[0], expected, atol=2e-7)


def test_values_are_those_of_the_runs_that_the_assertions_name():
    ways = ["each micro-batch", "accumulated", "large batch"]
    loss = xr.DataArray(np.outer([0.2, 0.3, 0.6], np.ones(20)), {"way": ways, "seed": range(20)})
    numbers = {"equal": 1, "normalised": 2, "ghost": 3, "unequal": 4, "by_size": 5}
    measured = xr.Dataset(
        {k: ("seed", np.full(20, v)) for k, v in numbers.items()} | {"loss": loss}
    )
    values = accumulation.values(measured, None)
    assert values["H26"]["more_samples"].estimate == pytest.approx(1.5)
    assert values["H26"]["as_the_large_batch"].estimate == pytest.approx(0.5)
    first = {(c, k): v[0] for c, of in values.items() if c != "H26" for k, v in of.items()}
    assert first == {
        ("H25", "same_update"): 1, ("H27", "mean_of_means"): 4, ("H27", "by_size"): 5,
        ("H28", "ghost"): 3, ("H28", "not_the_large_batch"): 2,
    }  # fmt: skip
