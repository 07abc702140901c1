"""Cases compared at tuned learning rates: values from made-up curves."""

import numpy as np
import pytest
import xarray as xr

from helpers.experiments.at_tuned_rates import AT_TUNED_RATES, FULL, ONE, SCALED, values


def test_values_are_differences_and_epochs_to_the_level_of_raw_features():
    curves = [[[9.0, 9, 9, 9], [4.0, 3, 2, 1], [2.0, 1, 0.8, 0.5]]]
    measured = xr.Dataset(
        {
            "loss": (("seed", "case", "epoch"), curves),
            "val_loss": (("seed", "case"), [[0.5, 0.7, 0.4]]),
        },
        {"case": [ONE, FULL, SCALED]},
    )
    by_claim = values(measured, None)
    np.testing.assert_allclose(by_claim["D4"]["at_its_tuned_rate"], [-0.2])
    np.testing.assert_allclose(by_claim["D9"]["converges_better"], [0.5])
    np.testing.assert_allclose(by_claim["D9"]["sooner_level"], [4 / 2])  # 1 in the second epoch


def test_scaled_features_that_never_get_there_count_as_slower():
    curves = [[[9.0, 9], [4.0, 1], [5.0, 3]]]
    measured = xr.Dataset(
        {
            "loss": (("seed", "case", "epoch"), curves),
            "val_loss": (("seed", "case"), [[0.5, 0.7, 0.4]]),
        },
        {"case": [ONE, FULL, SCALED]},
    )
    assert values(measured, None)["D9"]["sooner_level"].tolist() == [0.0]


@pytest.mark.slow
def test_quick_setting_trains_each_case_at_its_tuned_rate():
    measured, tuning = AT_TUNED_RATES.run_quick()
    lowest = AT_TUNED_RATES.quick["lowest"]
    for case, low in lowest.items():
        rate = tuning.learning_rate.sel(case=case).item()
        assert low * (1 - 1e-9) <= rate <= 2 * low * (1 + 1e-9)
    assert measured.loss.dims == ("seed", "case", "epoch")
    assert np.isfinite(measured.loss).all()
