"""Batch sizes at learning rates of their own, on the tutorial's data."""

import numpy as np
import pytest
import xarray as xr

from helpers.data import blobs
from helpers.experiments import tuned_blobs


def made_up(n_seeds=6):
    """Three batch sizes, whose best factors are 1, 10 / 3 and 10, the fastest ones a step up."""
    shape = (3, 4, n_seeds)
    wide = np.abs(np.arange(4) - np.arange(3)[:, None])
    fast = np.abs(np.arange(4) - np.arange(1, 4)[:, None])
    luck = np.linspace(-1e-3, 1e-3, n_seeds)
    sizes = list(tuned_blobs.LOWEST)
    rates = [[low * f for f in tuned_blobs.FACTORS] for low in tuned_blobs.LOWEST.values()]
    return xr.Dataset(
        {
            "accuracy": (
                ("batch_size", "factor", "seed"),
                0.82 - 0.05 * np.broadcast_to(wide[..., None], shape) + luck,
            ),
            "epochs": (
                ("batch_size", "factor", "seed"),
                (5.0 * np.array([1, 2, 4])[:, None, None]) * (1 + fast[..., None] + 0 * luck),
            ),
            "rate": (("batch_size", "factor"), rates),
            "best": ("batch_size", [tuned_blobs.FACTORS[k] for k in range(3)]),
            "fastest": ("batch_size", [tuned_blobs.FACTORS[k] for k in range(1, 4)]),
        },
        {"batch_size": sizes, "factor": list(tuned_blobs.FACTORS), "seed": range(n_seeds)},
    )


def test_values_take_each_batch_size_at_its_own_rates():
    decided = tuned_blobs.values(made_up())
    np.testing.assert_allclose(decided["E5"]["same_accuracy"], np.zeros((6, 2)), atol=1e-12)
    np.testing.assert_allclose(decided["A8"]["epochs_grow"], 4)
    rates = np.array([0.0003 * 10 / 3, 0.003 * 10, 0.01 * 100 / 3])
    power = np.polyfit(np.log([2, 32, 500]), np.log(rates), 1)[0]
    assert decided["A8"]["rate_grows"].estimate == pytest.approx(power)


def test_table_has_a_row_for_each_batch_size_and_says_never():
    measured = made_up()
    measured["epochs"][2] = np.inf
    table = tuned_blobs.table(measured)
    assert table.index.tolist() == [2, 32, 500]
    assert table.loc[2].tolist() == ["0.0003", "82.0", "0.001", "5"]
    assert table.loc[500].tolist()[-1] == "never"


def test_best_of_a_tie_is_the_smallest_and_a_rate_at_which_some_fail_is_not_best():
    accuracy = xr.DataArray(
        [[0.7, 0.7], [0.8199, 0.8199], [0.82, 0.82], [0.84, 0.33]],
        {"factor": [1, 2, 4, 8], "seed": [0, 1]},
    )
    assert tuned_blobs._most_accurate(accuracy) == 2


def test_fastest_suits_three_of_four_runs():
    epochs = xr.DataArray(
        [[9.0, 9, 9, 9], [5, 5, 6, np.inf], [1, 1, np.inf, np.inf]],
        {"factor": [1, 2, 4], "seed": range(4)},
    )
    assert tuned_blobs._fastest(epochs) == 2
    assert np.isnan(tuned_blobs._fastest(epochs.where(False, np.inf)))


def test_tuning_seeds_are_tested_on_fresh_samples():
    data = blobs()
    one, other = (tuned_blobs.on_fresh_samples(data, seed) for seed in (0, 1))
    assert one.x_train is data.x_train
    assert one.x_test.shape == data.x_test.shape
    assert not np.allclose(one.x_test, other.x_test)
    assert not np.allclose(one.x_test, data.x_test)


@pytest.mark.slow
def test_measure_trains_every_batch_size_at_every_rate():
    measured = tuned_blobs.measure([10_000, 10_001], [0, 1, 2], epochs={32: 8, 500: 8})
    assert measured.accuracy.sizes == {"batch_size": 2, "factor": 4, "seed": 2}
    assert measured.seed.values.tolist() == [10_000, 10_001]
    np.testing.assert_allclose(measured.rate.sel(batch_size=500), [0.01, 0.1 / 3, 0.1, 1 / 3])
    assert measured.best.isin(tuned_blobs.FACTORS).all()
