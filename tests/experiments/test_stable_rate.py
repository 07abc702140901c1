"""The largest stable rates: how they are read off, and linear regression against theory."""

import numpy as np
import pytest
import xarray as xr

from helpers.experiments import edge_of_stability, stable_rate
from helpers.experiments.stable_rate import STABLE_RATE, largest_stable


def test_the_largest_stable_rate_lies_before_the_first_unstable_one():
    stable = xr.DataArray(
        [[1, 1, 1], [1, 0, 1], [0, 0, 1], [1, 0, 1]],
        {"learning_rate": [1.0, 4.0, 16.0, 64.0], "seed": [0, 1, 2]},
        ("learning_rate", "seed"),
    )
    assert largest_stable(stable.astype(bool)).tolist() == [8, 2, 128]


def test_values_compare_with_theory_and_across_batch_sizes():
    network = np.array([1.0, 4, 16, 32, 32])  # in proportion to the batch size, then level
    measured = xr.Dataset(
        {
            "linear": (("linear_size", "seed"), [[1.0, 1.0], [6.0, 6.0]]),
            "linear_limit": ("linear_size", [2.0, 3.0]),
            "curvature_limit": 4.0,
            "network": (("network_size", "seed"), np.outer(network, [1.0, 2.0])),
        },
        {"network_size": [1, 4, 16, 64, 256]},
    )
    decided = stable_rate.values(measured, None)
    np.testing.assert_allclose(decided["H24"]["as_predicted"], [[0.5, 2]] * 2)
    np.testing.assert_allclose(decided["H24"]["rises"], [1, 1])
    np.testing.assert_allclose(decided["H24"]["levels_off"], [-1, -1])
    np.testing.assert_allclose(decided["H19"]["limit_on_a_quadratic"], [1.5, 1.5])


def test_the_edge_is_a_sharpness_of_the_limit_at_rates_that_learn():
    rates = np.array([0.1, 0.2, 0.4])
    measured = xr.Dataset(
        {
            "sharpness": (("seed", "learning_rate"), [3.0 / rates] * 2),  # 2 (1 + m) / ε
            "learns": (("learning_rate", "seed"), [[True] * 2, [True] * 2, [False] * 2]),
            "momentum": 0.5,
        },
        {"learning_rate": rates, "seed": [0, 1]},
    )
    decided = edge_of_stability.values(measured, None)
    np.testing.assert_allclose(decided["H14"]["edge_at_every_rate"], np.ones((2, 2)))
    np.testing.assert_allclose(decided["H14"]["flatter"], [-1, -1])
    np.testing.assert_allclose(decided["H19"]["limit_of_a_small_rate"], 0.2 * 2**0.5 / 0.1)


@pytest.mark.slow
def test_linear_regression_is_stable_up_to_the_limit_of_theory():
    runs, _ = STABLE_RATE.run_quick()
    ratio = runs.linear / runs.linear_limit
    assert 0.5 < float(ratio.min()) < float(ratio.max()) < 2
    assert float(runs.linear_limit[-1] / runs.linear_limit[0]) > 20


@pytest.mark.slow
def test_a_small_rate_learns_and_the_sharpness_is_a_curvature():
    runs, _ = edge_of_stability.EDGE_OF_STABILITY.run_quick()
    assert (runs.sharpness > 0).all()
    assert runs.learns.isel(learning_rate=slice(2)).any()
