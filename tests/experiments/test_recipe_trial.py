"""The recipe's trial: its values and its table from made-up runs, and the committed table."""

import numpy as np
import pytest
import xarray as xr

from helpers.analysis import confirmations
from helpers.analysis.recipe_trials import TABLES, read, recipe_trial
from helpers.experiments.recipe_trial import RECIPE_TRIAL, values
from helpers.experiments.recipe_trial_revised import RECIPE_TRIAL_REVISED
from helpers.experiments.trial_problems import PROBLEMS
from helpers.experiments.trial_ratios import cost_ratios
from helpers.experiments.trial_runs import WAYS, best_of, costs, final_loss
from helpers.experiments.trial_table import table

BLOBS = PROBLEMS["blobs"]
LOSSES = {"path": 0.6, "search": 0.5, "fewest updates": 0.55, "least time": 0.55, "usual": 0.8}
UPDATES = {"path": 40.0, "search": 90.0, "fewest updates": 20.0, "least time": 30.0, "usual": 99.0}
CLAIMS = {"first": "H29", "revised": "H30"}


def made_up(n_seeds=6):
    """One problem and optimizer; every seed the same."""
    ones, dims = np.ones((1, 1, 1, n_seeds)), ("problem", "optimizer", "way", "seed")
    labels = {"problem": ["blobs"], "optimizer": ["SGD"], "way": list(WAYS), "seed": range(n_seeds)}
    by_way = {
        name: (dims, ones * np.array([of[way] for way in WAYS])[:, None])
        for name, of in (("loss", LOSSES), ("updates", UPDATES), ("seconds", UPDATES))
    }
    picked = {"batch_size": 64, "learning_rate": 0.03, "noise_scale": 70.0, "trials": 10}
    picked = {name: (("problem", "optimizer", "seed"), ones[0] * v) for name, v in picked.items()}
    measured = xr.Dataset(by_way | picked, labels).assign(full_run=40)
    measured["epochs"] = measured.trials * 10 + 40
    grid = ("problem", "optimizer", "batch_size", "rate")
    tuning = xr.Dataset(
        {name: (grid, [[[[3.0, 1.0], [2.0, 4.0]]]]) for name in ("loss", "updates", "seconds")},
        {"problem": ["blobs"], "optimizer": ["SGD"], "batch_size": [8, 16], "rate": [0, 1]}
        | {"learning_rate": (("optimizer", "rate"), [[0.1, 0.2]])},
    )
    return measured, tuning


def test_values_are_the_path_over_the_best_of_the_search_by_each_measure():
    found = values(*made_up(2))["H29"]
    assert found["loss"].estimate == pytest.approx(1.2)
    assert found["better_than_usual"].estimate == pytest.approx(0.75)
    np.testing.assert_allclose(found["updates"], 2)
    np.testing.assert_allclose(found["seconds"], 40 / 30)
    assert found["close"].tolist() == [False]
    np.testing.assert_allclose(found["cheaper"], (10 * 10 + 40) / (4 * 40))


def test_path_that_does_not_get_there_takes_infinitely_longer():
    measured, tuning = made_up()
    measured.updates.loc[{"way": "path"}] = np.inf
    assert np.isinf(cost_ratios(measured, "updates")).all()
    assert np.isinf(table(measured, tuning).updates_ratio).all()


def test_table_has_a_row_for_each_pair():
    [row] = table(*made_up()).to_dict("records")
    assert (row["problem"], row["optimizer"]) == ("blobs", "SGD")
    assert (row["batch_size"], row["search_batch_size"]) == (64, 8)
    assert row["search_learning_rate"] == pytest.approx(0.2)
    assert row["full_runs"] == pytest.approx(3.5)
    assert row["loss_low"] == pytest.approx(row["loss_high"]) == pytest.approx(1.2)


def test_best_trial_is_the_least_of_the_table():
    _, tuning = made_up()
    assert best_of(tuning.sel(problem="blobs", optimizer="SGD"), "loss") == (8, 0.2)


def test_a_run_that_diverged_ends_at_the_loss_of_a_constant():
    curves = xr.DataArray([[1.0, np.nan], [1.0, 50.0], [1.0, 0.4]], dims=("seed", "epoch"))
    np.testing.assert_allclose(final_loss(curves, BLOBS), [np.log(3), np.log(3), 0.4])


def test_costs_count_to_the_end_of_the_first_epoch_at_the_target():
    runs = xr.Dataset(
        {
            "val_loss": (("seed", "epoch"), [[0.9, 0.5, 0.6], [0.9, 0.8, 0.7]]),
            "updates": ("epoch", [10, 20, 30]),
            "batch_size": 50,
        }
    )
    cost = costs(runs, xr.DataArray([0.5, 0.5], dims="seed"), BLOBS)
    assert cost.updates.values.tolist() == [20, np.inf]
    np.testing.assert_allclose(cost.seconds[0], 20 * (1e-3 + 2e-6 * 50))


@pytest.mark.parametrize("path", CLAIMS)
def test_committed_table_is_that_of_the_confirmed_rows(path):
    rows, confirmed = read(path), confirmations.rows()
    of = confirmed[confirmed.claim == CLAIMS[path]].set_index("assertion")
    mean = np.exp(np.log(rows.loss_ratio).mean())
    assert of.effect["loss"] == pytest.approx(mean, rel=1e-4)
    assert of.effect["close"] == pytest.approx((rows.loss_ratio <= 1.1).mean())
    shown = recipe_trial(path)
    assert len(shown) == len(rows) == 12
    assert shown.map(lambda text: isinstance(text, str)).all(axis=None)


def test_every_table_belongs_to_a_claim():
    assert set(TABLES) == set(CLAIMS)


@pytest.mark.slow
@pytest.mark.parametrize("experiment", [RECIPE_TRIAL, RECIPE_TRIAL_REVISED], ids=lambda e: e.name)
def test_quick_setting_walks_the_path_for_every_seed(experiment):
    measured, tuning = experiment.run_quick()
    assert set(measured.way.values) == set(WAYS)
    assert (measured.batch_size <= 32).all()
    assert (measured.trials >= 9).all()
    assert np.isfinite(measured.loss).all()
    size, rate = best_of(tuning.isel(problem=0, optimizer=0), "loss")
    assert size == 32
    assert rate in tuning.learning_rate
