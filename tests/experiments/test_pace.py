"""What the pace explains, from made-up epochs, and a quick run."""

import numpy as np
import pytest
import xarray as xr

from helpers.experiments.explained import epochs_to_target, explained
from helpers.experiments.pace import PACE, values

RATES, SIZES = [0.001, 0.01, 0.1], [10, 100]


def epochs(rate_power, size_power):
    rates = xr.DataArray(RATES, {"learning_rate": RATES})
    sizes = xr.DataArray(SIZES, {"batch_size": SIZES})
    return rates**rate_power * sizes**size_power


def test_inverse_proportion_to_the_pace_is_explained_whole():
    shares = explained(epochs(-1, 1))
    np.testing.assert_allclose([shares["pace"], shares["power"]], [1, -1])
    # Logarithms of three rates have a variance of 2/3, of two sizes one of 1/4, in decades.
    parts = shares["learning rate"], shares["batch size"]
    np.testing.assert_allclose(parts, np.array([2 / 3, 1 / 4]) / (2 / 3 + 1 / 4))


def test_epochs_that_follow_the_rate_alone_are_explained_by_it():
    assert explained(epochs(-1, 0))["learning rate"] == pytest.approx(1)


def loss(constant):
    """Losses that fall as exp(-learning time), at every batch size."""
    updates = xr.DataArray(np.arange(1, 3001, 3), dims="update")
    updates = updates.assign_coords(update=updates.values)
    rates = xr.DataArray(RATES, {"learning_rate": RATES})
    time = updates * rates
    curves = np.exp(-time) * xr.DataArray([1.0, 1.0], {"batch_size": SIZES})
    return curves.where(time < 3) * xr.DataArray([constant] * 4, {"seed": range(4)})


def test_runs_of_different_lengths_reach_the_target_at_their_own_update():
    at = epochs_to_target(loss(1.0), target=np.exp(-1), n_train=1000)
    expected = epochs(-1, 1) / 1000
    np.testing.assert_allclose(at.transpose(*expected.dims), expected, rtol=1e-3)


def test_values_are_those_of_the_curves():
    excess = xr.DataArray(
        np.exp(-np.arange(21) / 5.0), {"momentum_update": np.arange(21)}, ("momentum_update",)
    )
    lagging = excess.shift(momentum_update=4, fill_value=1.0)  # four updates late
    both = xr.concat([excess, lagging], "momentum").expand_dims(seed=range(4), momentum_size=[8])
    measured = xr.Dataset(
        {"loss": loss(1.0), "excess": both, "n_train": 1000}
        | {"target": np.exp(-1), "early_target": np.exp(-2)}
    )
    decided = values(measured, None)
    assert decided["H18"]["explains"].estimate == pytest.approx(1, abs=1e-3)
    assert decided["H18"]["power"].estimate == pytest.approx(-1, abs=1e-3)
    assert decided["H20"]["lag"].estimate == pytest.approx(4)
    assert decided["H20"]["early"].estimate == pytest.approx(10 / 14)
    np.testing.assert_allclose(decided["H20"]["late"], np.exp(-4 / 5))


@pytest.mark.slow
def test_momentum_lags_at_first():
    runs, _ = PACE.run_quick()
    assert 0 < values(runs, None)["H20"]["lag"].estimate < 9
