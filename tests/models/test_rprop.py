"""Rprop follows its published rule, in Keras's own loop and in the trainer."""

import keras
import numpy as np
import pytest
from keras_reference import assert_same, fit

from helpers import models, train
from helpers.data.dataset import standardised
from helpers.data.synthetic import blobs
from helpers.models.optimizers import Rprop


def steps(optimizer, start, gradients):
    """The values of a variable after each gradient."""
    variable = keras.Variable(np.array(start, "float32"))
    values = []
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(np.array(gradient, "float32"))], [variable])
        values.append(variable.numpy().tolist())
    return values


def test_rule_on_an_example_worked_by_hand():
    # Step sizes of the first weight: 0.1, 0.12, 0.06 (sign changed, rests), 0.06, 0.072; of the
    # second, whose gradient vanishes once: 0.1, 0.1 (rests), 0.1, 0.12, 0.144.
    gradients = [[3.0, -2.0], [0.5, 0.0], [-7.0, -1.0], [-0.1, -1.0], [-4.0, -9.0]]
    expected = [[-0.1, 0.1], [-0.22, 0.1], [-0.22, 0.2], [-0.16, 0.32], [-0.088, 0.464]]
    found = steps(Rprop(0.1), [0.0, 0.0], gradients)
    np.testing.assert_allclose(found, expected, atol=1e-7)


def test_steps_stay_within_their_bounds():
    up = steps(Rprop(1.0, largest_step=1.3), [0.0], [[-1.0]] * 4)
    np.testing.assert_allclose(np.diff(up, axis=0), [[1.2], [1.3], [1.3]], rtol=1e-6)
    turning = [[1.0], [-1.0], [-1.0], [1.0], [1.0]]  # 1, rests, 0.5, rests, 0.4 instead of 0.25
    down = steps(Rprop(1.0, smallest_step=0.4), [0.0], turning)
    np.testing.assert_allclose(down, [[-1.0], [-1.0], [-0.5], [-0.5], [-0.9]], rtol=1e-6)


def test_only_the_sign_of_a_gradient_counts():
    signs = np.sign(np.random.default_rng(0).normal(size=(20, 3)))
    sizes = np.geomspace(1e-30, 1e30, 60).reshape(20, 3)
    assert steps(Rprop(), np.zeros(3), signs) == steps(Rprop(), np.zeros(3), signs * sizes)


def test_badly_scaled_quadratic_is_solved_where_gradient_descent_crawls():
    curvature = np.array([1.0, 1e4])  # the limit of SGD's learning rate is 2 / 1e4

    def distance(optimizer):
        variable = keras.Variable(np.array([1.0, 1.0], "float32"))
        for _ in range(200):
            gradient = (curvature * variable.numpy()).astype("float32")
            optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
        return np.abs(variable.numpy()).max()

    assert distance(Rprop(0.1)) < 1e-4
    assert distance(keras.optimizers.SGD(1.9e-4)) > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("batch_size", [32, 500])
def test_trainer_gives_what_keras_gives(batch_size):
    data = blobs()
    options = {"batch_size": batch_size, "epochs": 5, "seeds": [0, 7]}
    runs = train(models.mlp, Rprop(0.01), data, snapshots=range(1, 6), progress=False, **options)
    assert_same(runs, fit(models.mlp, Rprop(0.01), data, **options), 1e-5)


def test_changed_learning_rate_scales_all_steps():
    optimizer = Rprop(0.1)
    variable = keras.Variable(np.zeros(1, "float32"))
    gradient = [keras.ops.convert_to_tensor(np.ones(1, "float32"))]
    optimizer.apply(gradient, [variable])
    optimizer.learning_rate = 0.01
    optimizer.apply(gradient, [variable])
    np.testing.assert_allclose(variable.numpy(), [-0.1 - 0.012], rtol=1e-6)
    np.testing.assert_allclose(optimizer.step_sizes()[0], [0.012], rtol=1e-6)


def test_survives_saving():
    optimizer = Rprop(0.2, 1.5, 0.4, 1e-3, 2.0)
    restored = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert isinstance(restored, Rprop)
    for held in (restored, optimizer):
        bounds = held.smallest_step, held.largest_step
        assert (held.increase, held.decrease, *bounds) == (1.5, 0.4, 1e-3, 2.0)
    assert float(restored.learning_rate) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"learning_rate": 0.0}, "learning_rate must be a finite number above 0, got 0.0"),
        ({"increase": 1.0}, "increase must be above 1, got 1.0"),
        ({"decrease": 1.0}, "decrease must be below 1, got 1.0"),
        ({"decrease": -0.5}, "decrease must be a finite number above 0, got -0.5"),
        ({"smallest_step": 60.0}, "largest_step must be at least smallest_step (60.0), got 50.0"),
    ],
)
def test_arguments_out_of_range_are_named(arguments, sentence):
    with pytest.raises(ValueError) as refused:
        Rprop(**arguments)
    assert str(refused.value) == sentence


def test_standardised_features_have_the_training_sets_mean_and_spread():
    data = blobs(n_samples=60)
    scaled = standardised(data)
    mean, spread = data.x_train.mean(axis=0), data.x_train.std(axis=0)
    np.testing.assert_allclose(scaled.x_train * spread + mean, data.x_train, atol=1e-5)
    np.testing.assert_allclose(scaled.x_test * spread + mean, data.x_test, atol=1e-5)
    np.testing.assert_allclose(scaled.x_train.mean(axis=0), 0, atol=1e-6)
    assert scaled.y_test is data.y_test
