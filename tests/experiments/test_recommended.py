"""What the validation split recommends, against the best on the test set, in made-up costs."""

import numpy as np
import pytest
import xarray as xr

from helpers.experiments.recommended import RECOMMENDED, compared, costs, values


def made_up(updates):
    """Costs of two settings by six runs each; their epochs and volatility go with the updates."""
    table = np.repeat(np.array(updates, float)[None, :, None], 6, axis=2)
    dims = ("batch_size", "learning_rate", "seed")
    labels = {"batch_size": [8], "learning_rate": [0.1, 0.01], "seed": range(6)}
    both = {name: (dims, table) for name in ("updates", "epochs", "volatility")}
    return xr.Dataset(both | {"accuracy": (dims, np.full_like(table, 0.9))}, labels)


def test_ratio_is_1_where_both_splits_agree():
    assert compared(made_up([10, 20]), made_up([30, 60])) == [1, 1, 1]


def test_ratio_is_that_of_the_test_set_where_they_do_not():
    assert compared(made_up([20, 10]), made_up([30, 60])) == [2, 2, 2]


def test_setting_that_does_not_get_there_is_infinitely_worse():
    ratios = compared(made_up([20, 10]), made_up([30, np.inf]))
    assert ratios[:2] == [np.inf, np.inf]
    assert np.isnan(compared(made_up([20, 10]), made_up([np.inf, np.inf]))[0])


def test_volatility_is_at_least_the_rounding_error_of_an_accuracy():
    dims = ("batch_size", "learning_rate", "seed", "epoch")
    runs = xr.Dataset(
        {"val_accuracy": (dims, np.full((1, 1, 2, 10), 0.9))},
        {"batch_size": [8], "learning_rate": [0.1], "seed": [0, 1], "epoch": range(1, 11)},
    )
    runs["updates"] = ("batch_size", "epoch"), np.arange(1, 11)[None] * 5
    cost = costs(runs, 0.85, 5, 100)
    np.testing.assert_allclose(cost.volatility, 0.01 / np.sqrt(12))
    np.testing.assert_allclose(cost.updates, 5)


@pytest.mark.slow
def test_quick_setting_has_a_ratio_for_each_split_and_goal():
    measured, _ = RECOMMENDED.run_quick()
    ratio = values(measured, None)["H21"]["nearly_best"]
    assert ratio.shape == (3, 3)
    assert (ratio[:, :2][np.isfinite(ratio[:, :2])] >= 1).all()  # the best is the least
