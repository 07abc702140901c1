"""A quantity that is a function of a form collapses on it, on no other, and by the right factor."""

import numpy as np
import pytest
import xarray as xr

from helpers.analysis import collapse

SIZES, RATES, SEEDS = [1, 2, 5, 10, 50, 250], np.geomspace(1e-3, 1, 16), range(4)
CELLS = {"batch_size": SIZES, "learning_rate": RATES}
B, RATE = (xr.DataArray(values, {name: values}, name) for name, values in CELLS.items())
FORM = RATE * (500 / B - 1)
ALL = xr.ones_like(FORM, dtype=bool)


def of_seeds(values, spread=0.0):
    """The same values for every seed, or scattered about them by ``spread`` in the logarithm."""
    scatter = np.random.default_rng(0).normal(0, spread, (len(SEEDS), len(SIZES), len(RATES)))
    scatter = xr.DataArray(scatter, {"seed": SEEDS} | CELLS)
    return values.transpose(*CELLS) * np.exp(scatter)


def factor(values, form, within=ALL):
    return collapse.factor(collapse.errors(values, form, within))


def small(form, within=ALL):
    """Cells whose form lies inside what the other batch sizes cover, so nothing is clipped."""
    return within & (form < 50) & (form > 0.05)


@pytest.mark.parametrize("power", [0.5, -1.0])
def test_data_that_collapse_have_a_factor_near_one(power):
    found = factor(of_seeds(3 * FORM**power), FORM, small(FORM))
    assert found.dims == ("seed",)
    assert (found >= 1).all()
    assert (found < 1.02).all()


def test_they_do_not_collapse_on_other_forms():
    values = of_seeds(3 * FORM**0.5)
    for rival in (1 / B, RATE):
        assert (factor(values, rival, small(FORM)) > 1.5).all()


def test_scatter_of_the_seeds_shows_in_the_factor():
    found = factor(of_seeds(3 * FORM**0.5, spread=0.2), FORM, small(FORM))
    # The median distance of a normal variable is 0.674 standard deviations.
    np.testing.assert_allclose(np.log(found), 0.674 * 0.2, rtol=0.3)


def test_distances_are_those_computed_by_hand():
    rates = [1.0, 2.0, 4.0]
    cells = {"batch_size": [1, 2], "learning_rate": rates}
    rows = np.array([[[1.0, 8.0, 4.0], [2.0, 2.0, 32.0]]])
    values = xr.DataArray(rows, {"seed": [7]} | cells)
    form = xr.DataArray(rates, {"learning_rate": rates})
    within = xr.DataArray(np.ones((2, 3), bool), cells)
    # Logarithms to base 2, of batch size 1: 0 3 2, pooled to 0 2.5 2.5; of 2: 1 1 5 as it is.
    expected = np.array([[abs(0 - 1), abs(3 - 1), abs(2 - 5)], [1 - 0, 2.5 - 1, 5 - 2.5]])
    found = collapse.errors(values, form, within)
    np.testing.assert_allclose(found.sel(seed=7) / np.log(2), expected)
    middle = np.median(expected)
    assert collapse.factor(found).item() == pytest.approx(2**middle)


def test_beyond_the_other_batch_sizes_the_curve_stays_level():
    cells = {"batch_size": [1, 2], "learning_rate": [1.0]}
    values = xr.DataArray([[[3.0], [12.0]]], {"seed": [0]} | cells)
    form = xr.DataArray([[1.0], [100.0]], cells)
    found = collapse.errors(values, form, xr.ones_like(form, dtype=bool))
    np.testing.assert_allclose(found, np.log(4))


def test_between_cells_the_curve_is_a_straight_line_of_the_logarithms():
    cells = {"batch_size": [1, 2], "learning_rate": [1.0, 2.0]}
    values = xr.DataArray([[[1.0, 16.0], [4.0, 4.0]]], {"seed": [0]} | cells)
    form = xr.DataArray([[1.0, 100.0], [10.0, 10.0]], cells)
    found = collapse.errors(values, form, xr.ones_like(form, dtype=bool))
    np.testing.assert_allclose(found.sel(batch_size=2), 0, atol=1e-9)


@pytest.mark.parametrize("change", [lambda f: 10 * f, lambda f: f**3, lambda f: 0.1 / f])
def test_multiples_and_powers_of_a_form_change_nothing(change):
    values = of_seeds(FORM**0.5 * B**0.1, spread=0.1)
    found = [collapse.errors(values, form, ALL) for form in (FORM, change(FORM))]
    np.testing.assert_allclose(*found, atol=1e-6)


def test_equal_forms_count_as_equal_though_products_round():
    rounded = 0.3 * (1 + 1e-13 * B) + 0 * RATE
    values = of_seeds(rounded / rounded, spread=0.1)
    np.testing.assert_allclose(factor(values, rounded), factor(values, 0 * rounded + 0.3))


def test_a_batch_size_never_helps_to_predict_itself():
    values = of_seeds(FORM**0.5)
    odd = values * xr.where(B == 10, 1e3, 1)
    found = collapse.errors(odd, FORM, small(FORM))
    assert (found.sel(batch_size=10).min() > 5).all()


def test_cells_that_do_not_count_change_nothing_and_have_no_error():
    values, within = of_seeds(FORM**0.5, spread=0.1), small(FORM)
    outside = xr.where(within, values, 1e9 * values)
    found = collapse.errors(outside, FORM, within)
    np.testing.assert_array_equal(found, collapse.errors(values, FORM, within))
    assert (np.isfinite(found).isel(seed=0, drop=True) == within).all()


def test_full_batch_where_the_form_is_zero_is_left_out():
    form = RATE * (250 / B - 1)
    found = collapse.errors(of_seeds(form + 1), form, ALL)
    assert found.sel(batch_size=250).isnull().all()
    assert found.sel(batch_size=50).notnull().all()


def test_censored_values_are_infinitely_off_and_fit_nothing():
    values, within = of_seeds(1 / FORM), small(FORM)
    hole = (B == 10) & (RATES[8] == RATE)
    found = collapse.errors(xr.where(hole, np.inf, values), FORM, within)
    assert np.isinf(found.where(hole, drop=True)).all()
    np.testing.assert_allclose(
        found.where(~hole).sel(batch_size=10),
        collapse.errors(values, FORM, within).where(~hole).sel(batch_size=10),
    )
    assert np.isfinite(collapse.factor(found)).all()


def test_nothing_to_score_is_infinitely_far_from_a_collapse():
    one_size = ALL & (B == 10)
    assert np.isinf(factor(of_seeds(FORM), FORM, one_size)).all()
    nothing = collapse.errors(of_seeds(FORM), FORM, one_size)
    assert (collapse.ratio(nothing, nothing) == 1).all()


def test_ratio_of_two_forms_is_that_of_the_logarithms_of_their_factors():
    values, within = of_seeds(FORM**0.5, spread=0.1), small(FORM)
    form, rival = (collapse.errors(values, each, within) for each in (FORM, RATE))
    expected = np.log(collapse.factor(rival)) / np.log(collapse.factor(form))
    np.testing.assert_allclose(collapse.ratio(rival, form), expected)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan])
def test_values_without_a_logarithm_are_refused(bad):
    values = xr.where((B == 5) & (RATES[3] == RATE), bad, of_seeds(FORM))
    with pytest.raises(ValueError, match="values must be above 0"):
        collapse.errors(values, FORM, ALL)


@pytest.mark.parametrize("bad", [-1.0, np.nan])
def test_forms_below_zero_are_refused(bad):
    with pytest.raises(ValueError, match="form must be at least 0"):
        collapse.errors(of_seeds(FORM), FORM.where(B != 5, bad), ALL)
