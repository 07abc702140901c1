"""How often networks answer differently."""

import keras
import numpy as np
import xarray as xr

from helpers.experiments.disagreement import share_answered_differently

LIMITS = (-1.0, 1.0, -1.0, 1.0)


def build():
    """A network without a hidden layer: two inputs, two classes."""
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])


def weights_of(*biases):
    """Class 1 where the first feature is above minus the bias."""
    flat = [[-1, 1, 0, 0, -bias, bias] for bias in biases]
    return xr.DataArray(np.array(flat, "float32"), {"seed": range(len(biases))}, ("seed", "weight"))


def test_counts_the_points_that_two_networks_answer_differently():
    shares = share_answered_differently(build, weights_of(0, 0.5, 0.25, 0.25), LIMITS)
    np.testing.assert_allclose(shares, [0.25, 0], atol=0.011)


def test_odd_one_out_has_no_pair():
    assert share_answered_differently(build, weights_of(0, 0.5, 0.1), LIMITS).shape == (1,)
    assert share_answered_differently(build, weights_of(0), LIMITS).tolist() == [np.inf]
