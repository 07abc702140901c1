"""Slopes of power laws, and the warm-up of a learning rate."""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import linregress

from helpers.analysis.power_law import log_slope
from helpers.training.schedules import warm_up

SIZES = [64, 128, 256, 512, 1024]


def by_size(values, sizes=SIZES):
    return xr.DataArray(np.array(values, float), {"batch_size": sizes}, ["batch_size"])


@pytest.mark.parametrize("power", [1, 0.5, 0, -1])
def test_slope_of_a_power_law_is_its_power_whatever_its_constant(power):
    law = 0.3 * by_size(SIZES) ** power
    assert float(log_slope(law)) == pytest.approx(power, abs=1e-12)


def test_each_seed_has_the_slope_that_linregress_finds():
    values = np.random.default_rng(0).lognormal(size=(4, len(SIZES)))
    runs = xr.DataArray(values, {"seed": [5, 6, 7, 8], "batch_size": SIZES})
    expected = [linregress(np.log(SIZES), np.log(row)).slope for row in values]
    found = log_slope(runs)
    assert found.dims == ("seed",)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(log_slope(runs[:, ::-1]), expected, rtol=1e-12)


@pytest.mark.parametrize("gone", [np.inf, 0, np.nan])
def test_what_has_no_logarithm_is_left_out_for_its_own_seed_only(gone):
    law, broken = by_size(SIZES) ** 0.5, by_size(SIZES) ** 2
    broken[1] = gone
    both = xr.concat([law, broken], xr.Variable("seed", [0, 1]))
    np.testing.assert_allclose(log_slope(both), [0.5, 2], rtol=1e-12)


def test_less_than_two_points_have_no_slope():
    assert np.isnan(log_slope(by_size([1, np.inf, np.inf, np.inf, np.inf])))
    assert np.isnan(log_slope(by_size([np.inf] * 5)))
    assert np.isnan(log_slope(by_size([3], [64])))


def test_slope_is_taken_along_the_dimension_named():
    law = xr.DataArray([1.0, 8.0], {"learning_rate": [0.1, 0.2]})
    assert float(log_slope(law, "learning_rate")) == pytest.approx(3)


def test_values_without_a_place_on_the_axis_are_refused():
    with pytest.raises(ValueError, match=r"^values must be at least 0, got -1\.0$"):
        log_slope(by_size([1, -1, 1, 1, 1]))
    with pytest.raises(ValueError, match=r"^batch_size must be above 0, got \[0, 64\]$"):
        log_slope(by_size([1, 1], [0, 64]))


def test_warm_up_rises_in_equal_steps_and_reaches_the_rate_right_after():
    rates = warm_up(1.6, 8, 5, start=0.1)
    np.testing.assert_allclose(rates, [0.1, 0.4, 0.7, 1.0, 1.3, 1.6, 1.6, 1.6], rtol=1e-12)
    assert warm_up(1.6, 4, 4, 0.4) == pytest.approx([0.4, 0.7, 1.0, 1.3])


def test_warm_up_of_no_epochs_or_of_no_step_is_the_plain_rate():
    assert warm_up(0.5, 3, 0, 0.1) == [0.5] * 3
    assert warm_up(0.5, 3, 2, 0.5) == [0.5] * 3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((0, 5, 2, 0.1), "learning_rate must be a finite number above 0, got 0"),
        ((0.5, 5, 2, -0.1), "start must be a finite number above 0, got -0.1"),
        ((0.5, 0, 0, 0.1), "epochs must be at least 1, got 0"),
        ((0.5, 5, 6, 0.1), "warm_up_epochs must be between 0 and 5 (the number of epochs), got 6"),
    ],
)
def test_bad_warm_ups_are_refused_in_one_sentence(arguments, sentence):
    with pytest.raises(ValueError) as refusal:
        warm_up(*arguments)
    assert str(refusal.value) == sentence
