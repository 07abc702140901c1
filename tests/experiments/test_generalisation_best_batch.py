"""Batch sizes at their own best: who wins, and what is made of made-up scores."""

import numpy as np
import pytest
import xarray as xr

from helpers.experiments import generalisation_best_with_noise
from helpers.experiments.generalisation_best_batch import (
    GENERALISATION_BEST_BATCH,
    GROUPS,
    values,
    winners,
)


def test_the_winner_of_each_group_has_the_least_test_loss_and_its_rate():
    sizes = [2, 8, 32, 64, 128]
    tuning = xr.Dataset(
        {
            "value": (("case", "batch_size"), [[0.3, 0.2, 0.4, 0.25, 0.1]]),
            "learning_rate": (("case", "batch_size"), [[1.0, 2.0, 3.0, 4.0, 5.0]]),
        },
        {"case": ["true"], "batch_size": sizes},
    )
    assert winners(tuning, "true") == [(8, 2.0), (128, 5.0)]
    tuning.value[0, 2] = 0.1  # 32 is small
    assert winners(tuning, "true")[0] == (32, 3.0)


def test_values_are_large_over_small_in_loss_and_small_minus_large_in_accuracy():
    labels = {"case": ["true", "longer", "wrong"], "group": list(GROUPS), "seed": [0, 1]}
    loss = [[[0.2] * 2, [0.3] * 2], [[0.2] * 2, [0.22] * 2], [[0.4] * 2, [0.38] * 2]]
    accuracy = np.zeros((3, 2, 2)) + [[[0.95], [0.94]]]
    measured = xr.Dataset(
        {"test_loss": (tuple(labels), loss), "test_accuracy": (tuple(labels), accuracy)}, labels
    )
    got = values(measured, None)["A10"]
    expected = {
        "least_loss_is_small": 1.5,
        "least_loss_is_small_longer": 1.1,
        "best_is_small": 0.01,
        "as_well_with_noise": 0.95,
    }
    assert got.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(got[name], value, err_msg=name)
    alone = generalisation_best_with_noise.values(measured.sel(case=["wrong"]), None)["A10"]
    np.testing.assert_allclose(alone["least_loss_is_small_with_noise"], 0.95)


@pytest.mark.slow
def test_it_runs_from_tuning_to_values():
    measured, tuning = GENERALISATION_BEST_BATCH.run_quick()
    assert measured.sizes == {"case": 3, "group": 2, "seed": 3}
    assert tuning.sizes == {"case": 3, "batch_size": 2}
    assert (measured.test_loss.sel(case="wrong") > measured.test_loss.sel(case="true")).all()
