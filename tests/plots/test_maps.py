"""The map and the trade-off are drawn, however few cells there are to draw."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from helpers.analysis.recommendation import recommend
from helpers.plots import maps


@pytest.mark.parametrize("reached", [0, 1, 6])
def test_maps_are_drawn_however_few_cells_arrive(reached):
    values = np.full(6, np.inf)
    values[:reached] = np.arange(1, reached + 1)
    labels = {"batch_size": [4, 8], "learning_rate": [0.1, 0.2, 0.3], "seed": range(7)}
    cost = xr.DataArray(np.repeat(values.reshape(2, 3, 1), 7, axis=2), labels)
    figure, (left, right) = plt.subplots(1, 2)
    maps.draw_map(left, cost.isel(seed=0), recommend(cost))
    maps.draw_trade_off(right, cost, cost)
    figure.canvas.draw()
    words = [text.get_text() for text in left.texts]
    assert words.count("–") == 6 - reached
    assert len(left.patches) == (reached > 0)
    assert len(right.lines[-1].get_xdata()) == min(1, reached)  # the front
    plt.close(figure)
