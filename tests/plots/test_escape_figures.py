"""The figures of the shallow minimum show the numbers that they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from helpers import plots


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


def test_a_path_is_drawn_from_its_circle_to_its_cross(ax):
    surface = xr.DataArray(np.arange(12.0).reshape(3, 4), {"b": [0, 1, 2], "w": [1, 2, 3, 4]})
    path = np.array([[1, 0], [2, 1], [np.nan, np.nan], [3, 2]])
    plots.draw_path(ax, surface, np.array([[1, 0], [1, 1]]), path)
    pit, drawn, start, end = ax.lines
    np.testing.assert_array_equal(drawn.get_xydata(), path)
    assert start.get_xydata().tolist() == [[1, 0]]
    assert end.get_xydata().tolist() == [[3, 2]]
    assert len(pit.get_xdata()) == 2


def test_shares_stand_at_their_ratios_up_to_that_of_single_samples(ax):
    out = np.zeros((4, 2, 2))  # batch sizes, seeds, learning rates
    out[0, :, 0] = 1
    out[1, 0, 1] = 1
    labels = {"batch_size": [1, 2, 4, 500], "seed": [5, 6], "learning_rate": [0.1, 0.2]}
    plots.draw_escapes(ax, xr.DataArray(out, labels))
    first, second = ax.lines
    np.testing.assert_allclose(first.get_xydata(), [[0.1, 100], [0.05, 0], [0.025, 0]])
    np.testing.assert_allclose(second.get_xydata(), [[0.2, np.nan], [0.1, 50], [0.05, 0]])
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["rate 0.1", "rate 0.2"]
