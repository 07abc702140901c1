"""Sharpness is shown where a run has the training loss that was asked for, and nowhere else."""

import numpy as np
import pytest
import xarray as xr

from helpers.experiments.sharpness_at_losses import sharpness_at_losses, where_near


def test_what_lies_far_from_the_loss_asked_for_is_left_out():
    losses = [[1.1, 0.9], [0.4, 0.6], [0.14, 0.1]]
    values = np.arange(6.0).reshape(3, 2)
    dims = "level", "seed"
    measured = xr.Dataset(
        {"training_loss": (dims, losses), "sharpness": (dims, values), "test_loss": (dims, values)},
        {"level": [1.0, 0.5, 0.1]},
    )
    near = where_near(measured)
    expected = [[0, 1], [np.nan, np.nan], [np.nan, 5]]
    np.testing.assert_array_equal(near.sharpness.sel(training_loss=[1.0, 0.5, 0.1]), expected)
    np.testing.assert_array_equal(near.test_loss, expected)
    assert set(near) == {"sharpness", "test_loss"}


@pytest.mark.slow
def test_both_groups_are_measured_at_every_rate_where_they_come_near():
    got = sharpness_at_losses(
        [2.0, 1.0, 1e-6], n_train=32, batch_size=4, learning_rates=[0.1, 0.2], updates=100,
        seeds=[1, 2],
    )  # fmt: skip
    assert got.sharpness.sizes == {"group": 2, "learning_rate": 2, "training_loss": 3, "seed": 2}
    assert (got.sharpness.sel(training_loss=1.0) > 0).all()
    assert got.sharpness.sel(training_loss=1e-6).isnull().all()
