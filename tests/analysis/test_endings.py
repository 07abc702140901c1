"""What the choice of an epoch decides, and whether runs calm down."""

import numpy as np
import pytest
import xarray as xr

from helpers import analysis


def runs_of(*accuracies):
    epochs = np.arange(1, len(accuracies[0]) + 1)
    values = xr.DataArray(
        np.array(accuracies), {"seed": range(len(accuracies)), "epoch": epochs}, ("seed", "epoch")
    )
    return xr.Dataset({"val_accuracy": values})


def test_best_minus_worst_looks_at_the_last_epochs_only():
    runs = runs_of([0.1, 0.5, 0.8, 0.6], [0.9, 0.7, 0.7, 0.7])
    np.testing.assert_allclose(analysis.best_minus_worst(runs, 3), [0.3, 0.0])
    np.testing.assert_allclose(analysis.best_minus_worst(runs, 4), [0.7, 0.2])


def test_end_to_middle_is_below_one_for_a_run_that_calms_down():
    swings = 0.8 + np.tile([0.04, -0.04], 8)
    calming = np.concatenate([swings[:8], 0.8 + (swings[8:] - 0.8) / 4])
    ratios = analysis.end_to_middle(runs_of(calming, swings), 4)
    np.testing.assert_allclose(ratios, [0.25, 1.0])


def test_middle_is_as_many_epochs_up_to_half_of_all():
    accuracy = np.concatenate(
        [np.zeros(4), [0.8, 0.9, 0.8, 0.9], np.full(4, 0.8), [0.8, 1, 0.8, 1]]
    )
    np.testing.assert_allclose(analysis.end_to_middle(runs_of(accuracy), 4), 2.0)
    few = analysis.end_to_middle(runs_of(accuracy), 12)  # the middle has but 8 epochs
    expected = analysis.detrended_std(runs_of(accuracy).val_accuracy.isel(epoch=slice(0, 8)))
    np.testing.assert_allclose(few, analysis.volatility(runs_of(accuracy), 12) / expected)


@pytest.mark.parametrize("last", [2, 5])
def test_end_to_middle_refuses_too_few_epochs_and_more_than_there_are(last):
    with pytest.raises(ValueError, match="last must be"):
        analysis.end_to_middle(runs_of([0.1, 0.2, 0.3, 0.4]), last)
