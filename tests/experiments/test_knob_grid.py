"""A grid's table of settings has what was put into its runs, and p and g as the chapter says."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from helpers.experiments import knob_grid

SIZES, RATES, SEEDS, EPOCHS = [4, 20, 100], [0.01, 0.1], range(3), 40
DATA = SimpleNamespace(n_train=100)


@pytest.fixture
def runs():
    """Runs at 0.9 from epoch 5 on, the full batch only from epoch 30 on, all without noise."""
    first = xr.DataArray([5, 5, 30], {"batch_size": SIZES})
    epoch = xr.DataArray(np.arange(1, EPOCHS + 1), dims="epoch")
    epoch = epoch.assign_coords(epoch=epoch)
    over = xr.DataArray(np.zeros((2, 3)), {"learning_rate": RATES, "seed": list(SEEDS)})
    accuracy = xr.where(epoch >= first, 0.9, 0.5) + over
    diverged = (over != 0).broadcast_like(first).copy()
    return xr.Dataset({"val_accuracy": accuracy, "diverged": diverged})


def settings(runs, last=20):
    return knob_grid.settings(runs, DATA, momentum=0.9, target=0.8, last=last)


def test_p_and_g_are_those_of_their_formulas(runs):
    grid = settings(runs).sel(learning_rate=0.01)
    np.testing.assert_allclose(grid.p, 0.1 * np.array([25, 5, 1]))
    np.testing.assert_allclose(grid.g, 0.1 * np.array([24, 4, 0]))


def test_a_batch_and_a_rate_twice_as_large_leave_p_as_it_is(runs):
    runs = runs.assign_coords(batch_size=[10, 20, 40], learning_rate=[0.01, 0.02])
    grid = settings(runs)
    double = grid.p.sel(batch_size=20, learning_rate=0.02)
    np.testing.assert_allclose(double, grid.p.sel(batch_size=10, learning_rate=0.01))


def test_speed_is_in_epochs_and_volatility_in_percentage_points(runs):
    wave = xr.where(runs.epoch % 2 == 0, 0.01, -0.01)
    grid = settings(runs.assign(val_accuracy=runs.val_accuracy + wave))
    assert (grid.epochs.sel(batch_size=4) == 5).all()
    np.testing.assert_allclose(grid.volatility.sel(batch_size=4), 1, rtol=0.1)


def test_volatility_is_that_of_settings_that_arrived_before_the_last_epochs(runs):
    volatility = settings(runs).volatility
    assert np.isfinite(volatility.sel(batch_size=[4, 20])).all()
    assert volatility.sel(batch_size=100).isnull().all()
    assert np.isfinite(settings(runs, last=10).volatility).all()


def test_volatility_is_missing_where_a_run_diverged(runs):
    runs.diverged.loc[{"batch_size": 4, "learning_rate": 0.1, "seed": 1}] = True
    volatility = settings(runs).volatility.sel(batch_size=4)
    assert volatility.sel(learning_rate=0.1).isnull().all()
    assert np.isfinite(volatility.sel(learning_rate=0.01)).all()
