"""Schedules are compared within their phases, seed by seed, after the step that parts them."""

import numpy as np
import pytest
import xarray as xr

from helpers.analysis.phases import along_the_run, minus, phase_summary, volatility_by_phase

STEADY, RESTLESS = [0.5, 0.6, 0.7, 0.9, 0.9, 0.9], [0.5, 0.6, 0.7, 0.9, 0.5, 0.9]
LABELS = {"schedule": ["decay", "constant"], "seed": [7, 8], "epoch": range(1, 7)}


@pytest.fixture
def runs():
    accuracy = np.repeat(np.array([STEADY, RESTLESS])[:, None], 2, axis=1)
    data = {
        "val_accuracy": (LABELS, accuracy),
        "val_loss": (LABELS, 1 - accuracy),
        "updates": (("schedule", "epoch"), [[10, 20, 30, 35, 40, 1045], [10, 20, 30, 40, 50, 60]]),
    }
    return xr.Dataset(data, LABELS)


def test_volatility_is_that_about_the_trend_of_each_phase(runs):
    found = volatility_by_phase(runs, [3])
    assert found.dims == ("phase", "schedule", "seed")
    assert found.phase.values.tolist() == [1, 2]
    np.testing.assert_allclose(found.sel(phase=1), 0, atol=1e-9)  # a trend is no volatility
    np.testing.assert_allclose(found.sel(phase=2, schedule="decay"), 0, atol=1e-9)
    residuals = np.array([2, -4, 2]) * 0.4 / 6  # of 0.9, 0.5, 0.9, which has no slope
    expected = np.sqrt((residuals**2).sum() / 1)
    np.testing.assert_allclose(found.sel(phase=2, schedule="constant"), expected)


def test_a_phase_of_two_epochs_is_refused(runs):
    with pytest.raises(ValueError, match="number of epochs must be at least 3, got 2"):
        volatility_by_phase(runs, [4])


def test_differences_are_taken_seed_by_seed(runs):
    values = runs.val_accuracy.isel(epoch=4).copy()
    values[:, 1] = [0.2, 0.3]
    assert minus(values, "constant", "decay").values.round(3).tolist() == [-0.4, 0.1]


def test_curves_are_compared_after_the_first_step_alone(runs):
    difference, ratio = along_the_run(runs, "constant", "decay", 3)
    assert difference.dims == ratio.dims == ("seed",)
    np.testing.assert_allclose(difference, -0.4 / 3)
    np.testing.assert_allclose(ratio, (1 + 5 + 1) / 3)
    earlier, _ = along_the_run(runs, "constant", "decay", 0)
    np.testing.assert_allclose(earlier, -0.4 / 6)


def test_a_loss_that_is_no_number_counts_as_infinitely_far(runs):
    runs.val_loss[1, 0, 4] = np.nan
    _, ratio = along_the_run(runs, "constant", "decay", 3)
    assert ratio[0] == np.inf
    assert np.isfinite(ratio[1])


def test_no_epoch_left_to_compare_is_refused(runs):
    with pytest.raises(ValueError, match="after must be between 0 and 5"):
        along_the_run(runs, "constant", "decay", 6)


def test_summary_has_the_last_phase_in_per_cent_and_points(runs):
    table = phase_summary(runs, [3])
    assert table.loc["decay"].tolist() == ["90.0", "0.100", "0.00", "1,045"]
    assert table.loc["constant"].tolist() == ["76.7", "0.233", "32.66", "60"]
    assert table.columns.tolist() == [
        "final accuracy (%)",
        "final loss",
        "volatility (points)",
        "updates",
    ]
