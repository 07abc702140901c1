"""Escape from the shallow pit: its loss, its threshold, and what decides the claim."""

import numpy as np
import pytest
import xarray as xr

from helpers.experiments.pit import Pit
from helpers.experiments.shallow_pit import SHALLOW_PIT, power, threshold

PIT = Pit(n_train=64, data_seed=2)


def test_the_gradient_is_that_of_the_loss():
    weights, step = np.array([[[1.3, 0.4]]]), 1e-6
    slopes = [
        (PIT.loss(weights + step * axis) - PIT.loss(weights - step * axis)).item() / (2 * step)
        for axis in np.eye(2)
    ]
    gradient = PIT.gradient(weights, np.arange(64)[None])
    np.testing.assert_allclose(gradient.ravel(), slopes, rtol=1e-6)


def test_descent_from_the_pit_stays_and_from_the_sine_itself_ends_deep():
    places = np.array([[PIT.below_rim[0]], [[3.0, 0.0]]])
    assert PIT.ends_deep(places).tolist() == [[False], [True]]


def test_the_limit_is_where_full_descent_at_the_deep_minimum_turns_unstable():
    everything = np.arange(64)[None]
    minimum = np.array([[[3.0, 0.0]]])
    for _ in range(2000):
        minimum = minimum - PIT.limit / 2 * PIT.gradient(minimum, everything)
    distances = []
    for factor in (0.95, 1.05):
        place = minimum + 1e-4
        for _ in range(100):
            place = place - factor * PIT.limit * PIT.gradient(place, everything)
        distances.append(np.abs(place - minimum).max())
    assert distances[0] < 1e-4 < 10 * 1e-4 < distances[1]


def escaped(thresholds, ratios, n_seeds=20):
    """Runs that all get out above the threshold of their batch size."""
    out = [[np.array(ratios) > limit] * n_seeds for limit in thresholds.values()]
    coordinates = {"batch_size": list(thresholds), "seed": range(n_seeds), "ratio": ratios}
    return xr.DataArray(np.array(out, float), coordinates, ("batch_size", "seed", "ratio"))


def test_the_threshold_lies_halfway_between_none_and_all():
    at = threshold(escaped({4: 1.5, 8: 5}, [1.0, 2.0, 4.0]))
    np.testing.assert_allclose(at, [2**0.5, np.nan])


@pytest.mark.parametrize("expected", [0, 0.5, 1])
def test_the_power_of_the_learning_rate_is_read_off(expected):
    ratios = (2.0 ** np.arange(-10, 3)).tolist()
    limits = {size: 0.9 * size ** (expected - 1) for size in (1, 4, 16)}
    np.testing.assert_allclose(power(escaped(limits, ratios)), expected, atol=1e-9)


def test_quick_runs_are_those_of_their_seeds():
    runs, _ = SHALLOW_PIT.run_quick()
    seed = runs.seed.values[1]
    alone = SHALLOW_PIT.measure([seed], None, **SHALLOW_PIT.quick)
    xr.testing.assert_equal(alone.escaped, runs.escaped.sel(seed=[seed]))
