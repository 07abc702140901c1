"""What runs that count in updates refuse, and the grid on which they are evaluated."""

import keras
import numpy as np
import pytest
from keras import layers, optimizers

from helpers import train
from helpers.data import Dataset, regression_stream
from helpers.training.clock import geometric_grid

pytestmark = pytest.mark.slow

STREAM = regression_stream([1.0, 0.5, 0.25], weights=[1.0, -1.0, 2.0])
X, Y = STREAM.draw(np.random.default_rng(0), 30)
FINITE = Dataset(X[:20], Y[:20], X[20:], Y[20:], "finite")
QUIET = {"progress": False, "loss": "mean_squared_error"}


def linear():
    return keras.Sequential([keras.Input((3,)), layers.Dense(1)])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "one of epochs and updates must be given, got none"),
        ({"epochs": 1, "updates": 2}, "one of epochs and updates .* epochs=1 and updates=2"),
        ({"epochs": 2}, "a stream has no epochs: give updates, got epochs=2"),
        ({"updates": 0}, "updates must be at least 1, got 0"),
        ({"updates": 5, "evaluate_at": [6]}, "evaluate_at must be between 0 and 5, got 6"),
        ({"updates": 5, "evaluate_at": []}, "evaluate_at must hold at least one value"),
        ({"updates": 5, "snapshots": [-1]}, "a value of snapshots must be between 0 and 5"),
        ({"updates": 5, "per_update": (1, 1)}, "per_update goes with epochs"),
        ({"updates": 5, "batch_size": [1, 2]}, r"batch_size must be one number with updates"),
        ({"updates": 5, "learning_rate": [0.1] * 5}, "learning_rate must be one number"),
        ({"updates": 5, "sampling": "shuffled"}, "sampling must be one of reshuffled, in order"),
        ({"updates": 5, "start": np.zeros(4)}, "start must be the weights of one snapshot"),
        (
            {"updates": 5, "data": FINITE, "batch_size": 21},
            r"batch_size must be between 1 and 20",
        ),
        ({"epochs": 1, "data": FINITE, "evaluate_at": [1]}, "evaluate_at goes with updates"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(settings, message):
    settings = {"data": STREAM, "batch_size": 2, "seeds": [1], **QUIET} | settings
    with pytest.raises(ValueError, match=message):
        train(linear, optimizers.SGD(0.1), **settings)


def test_a_start_without_a_seed_is_refused():
    runs = train(
        linear, optimizers.SGD(0.1), STREAM, batch_size=2, updates=1, seeds=[1], snapshots=[1],
        **QUIET,
    )  # fmt: skip
    with pytest.raises(ValueError, match="start must hold the weights of every seed, .* of seed 2"):
        train(
            linear, optimizers.SGD(0.1), STREAM, batch_size=2, updates=1, seeds=[1, 2],
            start=runs.weights.sel(snapshot=1), **QUIET,
        )  # fmt: skip


def test_the_grid_is_geometric():
    grid = geometric_grid(10_000)
    assert (grid[0], grid[1], grid[-1]) == (0, 1, 10_000)
    assert 24 <= len(grid) <= 30
    np.testing.assert_allclose(np.diff(np.log(grid[-10:])), np.log(10_000) / 28, rtol=0.01)
    assert geometric_grid(1) == [0, 1]
