"""Every batch size has its line, with a mark for each setting that has a finite median."""

import numpy as np
import pytest
import xarray as xr

from helpers import plots

LABELS = {"seed": range(3), "batch_size": [4, 8], "learning_rate": [0.1, 0.2, 0.4]}
VALUES = xr.DataArray(np.arange(1.0, 19).reshape(3, 2, 3), LABELS)


def test_marks_are_medians_at_the_number_of_their_setting(ax):
    across = VALUES.learning_rate / VALUES.batch_size
    plots.by_batch_size(ax, VALUES, across)
    four, eight = ax.lines
    assert [four.get_label(), eight.get_label()] == ["batch size 4", "batch size 8"]
    np.testing.assert_allclose(eight.get_xdata(), [0.0125, 0.025, 0.05])
    np.testing.assert_allclose(eight.get_ydata(), [10, 11, 12])
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_a_median_at_infinity_and_a_number_of_0_have_no_mark(ax):
    late = VALUES.copy()
    late.loc[{"batch_size": 4, "learning_rate": 0.4}] = np.inf
    across = VALUES.learning_rate * xr.DataArray([1, 0], {"batch_size": [4, 8]})
    plots.by_batch_size(ax, late, across)
    (four,) = ax.lines
    assert np.isfinite(four.get_ydata()).tolist() == [True, True, False]


def test_a_setting_that_has_no_volatility_has_no_mark(ax):
    plots.by_batch_size(ax, VALUES.where(VALUES.batch_size > 4), VALUES.learning_rate)
    assert [line.get_label() for line in ax.lines] == ["batch size 8"]


@pytest.mark.parametrize("nothing", [np.inf, np.nan])
def test_nothing_to_draw_leaves_empty_axes(ax, nothing):
    plots.by_batch_size(ax, xr.full_like(VALUES, nothing), VALUES.learning_rate)
    assert not ax.lines
