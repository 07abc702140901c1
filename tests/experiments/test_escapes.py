"""Runs out of the shallow minimum: those of the experiment, one by one, and on one map."""

import numpy as np
import pytest

from helpers.experiments.escapes import LOWEST, TURN, escapes, fold, path, surface, updates
from helpers.experiments.pit import Pit
from helpers.experiments.shallow_pit import measure

PIT = Pit(n_train=64, data_seed=2)
SEEDS = [5, 6, 8]


def test_the_surface_is_the_loss_at_its_places():
    losses = surface(PIT)
    place = losses[40, 17]
    expected = PIT.loss(np.array([float(place.w), float(place.b)]))
    assert float(place) == pytest.approx(float(expected))
    assert losses.dims == ("b", "w")


def test_runs_side_by_side_are_those_that_run_alone():
    rates = [0.05, 0.2]
    together = np.array(list(updates(PIT, SEEDS, 24, rates, 2)))
    assert together.shape == (1 + 2 * 3, 3, 2, 2)  # the last batch of a pass is short
    alone = np.array(list(updates(PIT, [6], 24, rates[1:], 2)))
    np.testing.assert_allclose(together[:, 1, 1], alone[:, 0, 0], rtol=1e-12)


def test_a_run_is_gradient_descent_from_a_place_below_the_rim():
    generator = np.random.default_rng(6)
    weights = PIT.below_rim[generator.integers(len(PIT.below_rim))]
    order = generator.permutation(64)
    *_, end = updates(PIT, [6], 32, [0.1], 1)
    for batch in (order[:32], order[32:]):
        z = weights[0] * PIT.x[batch] + weights[1]
        slope = (np.sin(z) - PIT.y[batch]) * np.cos(z)
        weights = weights - 0.1 * np.array([np.mean(slope * PIT.x[batch]), np.mean(slope)])
    np.testing.assert_allclose(end[0, 0], weights, rtol=1e-12)


def test_the_same_runs_escape_as_in_the_experiment_on_it():
    shares, sizes = [0.1, 0.4], [1, 4]
    found = escapes(PIT, SEEDS, batch_sizes=sizes, limit_shares=shares, passes=10)
    assert found.dims == ("batch_size", "seed", "learning_rate")
    np.testing.assert_allclose(found.learning_rate, [0.1 * PIT.limit, 0.4 * PIT.limit])
    for size in sizes:
        ratios = (found.learning_rate / size).values
        settings = {"n_train": 64, "data_seed": 2, "passes": 10, "batch_sizes": [size]}
        expected = measure(SEEDS, None, ratios=ratios, **settings).escaped
        assert (found.sel(batch_size=size).values == expected[0].values).all()
    assert 0 < found.mean() < 1


def test_folded_weights_make_the_same_sine_within_one_turn():
    weights = np.random.default_rng(0).normal(0, 6, (200, 2))
    folded = fold(weights)
    x = np.linspace(-3, 3, 7)
    sines = [np.sin(w[:, :1] * x + w[:, 1:]) for w in (weights, folded)]
    np.testing.assert_allclose(*sines, atol=1e-9)
    assert (folded[:, 0] >= 0).all()
    assert (folded[:, 1] >= LOWEST).all()
    assert (folded[:, 1] < LOWEST + TURN).all()


def test_a_path_keeps_its_ends_and_breaks_where_it_leaves_the_map():
    settings = {"batch_size": 1, "limit_share": 0.4, "passes": 20}
    drawn = path(PIT, 6, points=500, **settings)
    every = np.array([w[0, 0] for w in updates(PIT, [6], 1, [0.4 * PIT.limit], 20)])
    assert np.isfinite(drawn[:, 0]).sum() <= 501
    np.testing.assert_allclose(drawn[[0, -1]], fold(every[[0, -1]]))
    assert np.isnan(drawn).any()
    assert np.nanmax(np.abs(np.diff(drawn[:, 1]))) <= TURN / 2
    assert not np.isnan(path(PIT, 6, batch_size=64, limit_share=0.1, passes=20)).any()
