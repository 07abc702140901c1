"""Hessians and their largest eigenvalues, against closed forms and finite differences."""

import keras
import numpy as np
import pytest

from helpers import models
from helpers.data.synthetic import blobs
from helpers.landscape.curvature import hessian, largest_eigenvalue
from helpers.landscape.gradients import sample_gradients

DATA = blobs(n_samples=60)
INPUTS = np.random.default_rng(5).normal(size=(80, 6)) * [5, 3, 2, 1, 0.5, 0.1]
SPECTRUM = np.linalg.eigvalsh(2 * INPUTS.T @ INPUTS / 80)  # of the mean of squared errors


@pytest.fixture
def double_precision():
    """Models in float64, whose differences are exact enough to be a reference."""
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


def line():
    """A linear model without a bias: its squared error is a quadratic form."""
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(1, use_bias=False)])


def weights_near_the_start(*shape, dtype="float32"):
    keras.utils.set_random_seed(1)
    start = np.concatenate([np.ravel(w) for w in models.mlp().get_weights()])
    moved = start + 0.2 * np.random.default_rng(3).normal(size=(*shape, 303))
    return moved.astype(dtype)


def test_hessian_of_a_quadratic_is_its_matrix_wherever_it_is_taken():
    weights = np.random.default_rng(1).normal(size=(2, 6)).astype("float32")
    x = INPUTS.astype("float32")
    found = hessian(line, weights, x, np.zeros((80, 1), "float32"), "mean_squared_error")
    assert found.shape == (2, 6, 6)
    np.testing.assert_allclose(found, [2 * INPUTS.T @ INPUTS / 80] * 2, rtol=1e-4, atol=1e-4)


def test_largest_eigenvalue_of_a_quadratic_with_a_known_spectrum():
    weights = np.random.default_rng(1).normal(size=(2, 3, 6)).astype("float32")
    problem = INPUTS.astype("float32"), np.zeros((80, 1), "float32"), "mean_squared_error"
    found = largest_eigenvalue(line, weights, *problem)
    np.testing.assert_allclose(found, np.full((2, 3), SPECTRUM[-1]), rtol=1e-3)


def test_largest_eigenvalue_is_the_most_positive_not_the_largest_in_size():
    """The negative of a squared error has no positive eigenvalue: the largest is the least bent."""

    def loss(y_true, y_pred):
        return -keras.losses.mean_squared_error(y_true, y_pred)

    weights, x = np.ones(6, "float32"), INPUTS.astype("float32")
    found = largest_eigenvalue(line, weights, x, np.zeros((80, 1), "float32"), loss, 1e-6)
    assert found == pytest.approx(-SPECTRUM[0], rel=1e-2)


def test_hessian_of_logistic_regression_is_its_closed_form():
    """Mean over samples of x x' times (diag p - p p'), with p the probabilities."""

    def build():
        dense = keras.layers.Dense(3, use_bias=False, activation="softmax")
        return keras.Sequential([keras.Input((2,)), dense])

    weights = np.random.default_rng(2).normal(size=6).astype("float32") / 5
    found = hessian(build, weights, DATA.x_train, DATA.y_train)
    scores = DATA.x_train @ weights.reshape(2, 3)
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    bent = p[:, :, None] * np.eye(3) - p[:, :, None] * p[:, None, :]
    expected = np.einsum("ni,nj,nkl->ikjl", DATA.x_train, DATA.x_train, bent) / DATA.n_train
    np.testing.assert_allclose(found, expected.reshape(6, 6), rtol=1e-3, atol=1e-4)


def test_hessian_of_the_tutorials_network_is_that_of_finite_differences(double_precision):
    weights = weights_near_the_start(dtype="float64")
    x, y = DATA.x_train.astype("float64"), DATA.y_train.astype("float64")
    step = 1e-6
    around = weights + step * np.concatenate([np.eye(303), -np.eye(303)])
    gradients = sample_gradients(models.mlp, around, x, y).mean(axis=1)
    expected = (gradients[:303] - gradients[303:]) / (2 * step)
    found = hessian(models.mlp, weights, x, y)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
def test_lanczos_finds_the_largest_eigenvalue_of_the_exact_hessian():
    weights = weights_near_the_start(2, 2)
    problem = models.mlp, weights, DATA.x_train, DATA.y_train
    exact = np.linalg.eigvalsh(hessian(*problem).astype(float))[..., -1]
    found = largest_eigenvalue(*problem)
    assert found.shape == (2, 2)
    np.testing.assert_allclose(found, exact, rtol=2e-3)
    assert np.ptp(exact) > 0.01 * exact.max()  # the weights differ, and so do the eigenvalues
    np.testing.assert_array_equal(found, largest_eigenvalue(*problem))


def test_penalties_of_the_weights_bend_the_loss_too():
    def build():
        dense = keras.layers.Dense(1, use_bias=False, kernel_regularizer=keras.regularizers.L2(3))
        return keras.Sequential([keras.Input((6,)), dense])

    weights, x = np.ones(6, "float32"), INPUTS.astype("float32")
    problem = build, weights, x, np.zeros((80, 1), "float32"), "mean_squared_error"
    assert largest_eigenvalue(*problem) == pytest.approx(SPECTRUM[-1] + 6, rel=1e-3)
    assert np.linalg.eigvalsh(hessian(*problem))[-1] == pytest.approx(SPECTRUM[-1] + 6, rel=1e-3)


def test_one_weight_has_one_eigenvalue():
    def build():
        dense = keras.layers.Dense(1, use_bias=False)
        return keras.Sequential([keras.Input((1,)), dense])

    x, y = np.full((4, 1), 3, "float32"), np.ones((4, 1), "float32")
    found = largest_eigenvalue(build, np.ones(1, "float32"), x, y, "mean_squared_error")
    assert found == pytest.approx(18)


def test_weights_of_a_run_that_diverged_have_no_eigenvalue():
    weights = weights_near_the_start(2)
    weights[0] = np.nan
    found = largest_eigenvalue(models.mlp, weights, DATA.x_train, DATA.y_train)
    assert np.isnan(found).tolist() == [True, False]


@pytest.mark.parametrize("function", [hessian, largest_eigenvalue])
def test_weights_that_do_not_fit_are_refused(function):
    with pytest.raises(ValueError, match=r"weights must have the shape \(\.\.\., 303\) .* \(7,\)"):
        function(models.mlp, np.zeros(7, "float32"), DATA.x_train, DATA.y_train)


def test_tolerance_must_be_above_zero():
    with pytest.raises(ValueError, match="tolerance must be a finite number above 0, got 0"):
        largest_eigenvalue(
            models.mlp, np.zeros(303, "float32"), DATA.x_train, DATA.y_train, tolerance=0
        )
