"""The map and the trade-off are drawn, however few cells there are to draw."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from helpers.analysis.goals import GOALS, recommendations, shown_medians
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


def some_cost(n_rates):
    """Costs of two batch sizes at some learning rates, the last setting first in all goals."""
    labels = {"batch_size": [4, 8], "learning_rate": 0.1 * np.arange(1, n_rates + 1)}
    shape = (2, n_rates, 12)
    falling = np.repeat(np.arange(2 * n_rates, 0, -1.0), 12).reshape(shape)
    values = {"updates": 1e4 * falling, "epochs": falling, "volatility": falling / 7}
    values |= {"final": np.full(shape, 0.9), "miss": falling}
    dims = ("batch_size", "learning_rate", "seed")
    arrays = {name: (dims, each) for name, each in values.items()}
    return xr.Dataset(arrays, labels, {"metric": "accuracy", "epochs": 60})


@pytest.mark.parametrize(("n_rates", "rows"), [(3, 2), (8, 4)])
def test_maps_of_the_goals_stand_side_by_side_if_there_is_room(n_rates, rows):
    cost = some_cost(n_rates)
    figure = maps.goal_maps(shown_medians(cost, 0.01), recommendations(cost, 0.01))
    assert len({ax.get_position().y0 for ax in figure.axes}) == rows
    figure.canvas.draw()
    titles = [ax.get_title().splitlines() for ax in figure.axes]
    assert [title[0].partition(" (")[0] for title in titles] == list(GOALS)
    assert {title[1] for title in titles} == {f"first: 8 at {0.1 * n_rates:g}"}
    plt.close(figure)


def test_a_map_of_a_goal_that_is_never_reached_says_so():
    cost = some_cost(3)
    cost["updates"] = cost.updates * np.inf
    figure = maps.goal_maps(shown_medians(cost, 0.01), recommendations(cost, 0.01))
    assert figure.axes[0].get_title().endswith("never reached")
    plt.close(figure)


def test_numbers_of_a_map_are_written_as_everywhere():
    assert [maps._word(v) for v in (16582.0, 12.5, 2.0, 0.2034, np.nan)] == [
        "16,582",
        "12",
        "2",
        "0.2",
        "–",
    ]


def test_the_ends_of_the_front_are_named():
    cost = some_cost(3)
    cost["volatility"] = 8 - cost.epochs
    figure, ax = plt.subplots()
    maps.draw_trade_off(ax, cost.updates, cost.volatility)
    assert [text.get_text() for text in ax.texts] == ["8 at 0.3", "4 at 0.1"]
    plt.close(figure)
