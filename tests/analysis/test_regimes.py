"""The critical batch size is the one that made the updates, also where runs are censored."""

import numpy as np
import pytest
import xarray as xr

from helpers.analysis.critical_batch import critical_batch_size

SIZES = np.array([1, 2, 5, 10, 20, 50, 100, 250, 500])


def updates(*rows):
    return xr.DataArray(list(rows), {"seed": range(len(rows)), "batch_size": SIZES})


@pytest.mark.parametrize("critical", [3.0, 40.0, 300.0])
def test_both_numbers_are_those_that_made_the_updates(critical):
    fit = critical_batch_size(updates(35 * (1 + critical / SIZES), 70 * (1 + critical / SIZES)))
    np.testing.assert_allclose(fit.critical_batch_size, critical, rtol=1e-3)
    np.testing.assert_allclose(fit.fewest_updates, [35, 70], rtol=1e-3)


def test_censored_batch_sizes_are_left_out():
    made = 35 * (1 + 40 / SIZES)
    censored = np.where(np.isin(SIZES, [1, 100]), np.inf, made)
    fit = critical_batch_size(updates(censored))
    assert fit.critical_batch_size.item() == pytest.approx(40, rel=1e-3)


def test_fewer_than_two_batch_sizes_fit_nothing():
    fit = critical_batch_size(updates(np.where(SIZES == 5, 100.0, np.inf)))
    assert np.isnan(fit.critical_batch_size.item())
    assert np.isnan(fit.fewest_updates.item())


def test_noise_in_either_direction_counts_the_same():
    made = 35 * (1 + 40 / SIZES)
    factor = np.where(np.arange(len(SIZES)) % 2, 1.3, 1 / 1.3)
    up, down = critical_batch_size(updates(made * factor, made / factor)).critical_batch_size
    assert np.sqrt(float(up) * float(down)) == pytest.approx(40, rel=0.1)


@pytest.mark.parametrize(("power", "at_end"), [(-1, 5e5), (0, 1e-3)])
def test_without_a_bend_the_search_stops_at_its_end(power, at_end):
    fit = critical_batch_size(updates(1000.0 * SIZES ** float(power)))
    assert fit.critical_batch_size.item() == pytest.approx(at_end, rel=0.1)


@pytest.mark.parametrize("bad", [0.0, -3.0, np.nan])
def test_updates_that_are_none_are_refused(bad):
    with pytest.raises(ValueError, match="updates must be numbers above 0"):
        critical_batch_size(updates(np.where(SIZES == 5, bad, 100.0)))
