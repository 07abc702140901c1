"""Loss and sharpness of many networks at once, against those of one at a time."""

import keras
import numpy as np
import pytest

from helpers.experiments.sharpness import Landscape
from helpers.landscape import hessian, largest_eigenvalue, losses

pytestmark = pytest.mark.slow


def build():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="relu"),
                             keras.layers.Dense(2, activation="softmax")])  # fmt: skip


@pytest.fixture(scope="module")
def networks():
    """Two training sets, and weights at two moments for each."""
    generator = np.random.default_rng(1)
    x = generator.normal(size=(2, 20, 3)).astype("float32")
    y = np.eye(2, dtype="float32")[generator.integers(2, size=(2, 20))]
    weights = generator.normal(size=(2, 2, build().count_params())).astype("float32")
    return Landscape(build, weights[0, 0], x, y), weights, x, y


def test_losses_are_those_of_each_network_on_its_set(networks):
    landscape, weights, x, y = networks
    each = [losses(build, weights[:, i], x[i], y[i]) for i in range(2)]
    np.testing.assert_allclose(landscape.losses(weights), np.transpose(each), rtol=1e-5)


def test_sharpness_is_the_largest_eigenvalue_of_the_matrix(networks):
    landscape, weights, x, y = networks
    sharpness = landscape.sharpness(weights, steps=15)
    for i in range(2):
        matrices = hessian(build, weights[:, i], x[i], y[i]).astype(float)
        np.testing.assert_allclose(sharpness[:, i], np.linalg.eigvalsh(matrices)[:, -1], rtol=1e-4)


def test_thirty_steps_are_enough_for_the_digits():
    from helpers.experiments.generalisation import network, split

    data = [split(seed, 64, 0) for seed in (1, 2)]
    x, y = np.stack([d.x_train for d in data]), np.stack([d.y_train for d in data])
    keras.utils.set_random_seed(1)
    weights = np.stack([np.concatenate([w.ravel() for w in network().get_weights()])] * 2)
    sharpness = Landscape(network, weights[0], x, y).sharpness(weights)
    one = [largest_eigenvalue(network, weights[i], x[i], y[i]) for i in range(2)]
    np.testing.assert_allclose(sharpness, one, rtol=2e-3)
