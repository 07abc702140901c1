"""Stuck runs: units that are dead by construction, and values from made-up runs."""

import numpy as np
import pytest
import xarray as xr

from helpers.analysis.findings import CONFIRMED, NOT_MET, OPPOSITE, find
from helpers.analysis.registry import claims
from helpers.experiments.stuck_runs import STUCK_RUNS, units_alive, values


def test_unit_is_dead_if_no_sample_reaches_it():
    weights = np.zeros((2, 303))
    weights[0, 100:150] = -1  # biases: every input is negative
    weights[1, 100:150] = [1] * 30 + [-1] * 20
    weights[1, 49] = 10  # the last unit of the first input: a sample of 1 lifts it
    assert units_alive(weights, np.array([[0.0, 0.0], [1.0, 0.0]])).tolist() == [0, 31]


def made_up(lost, freed):
    best = np.where(np.arange(60) < 20, 0.6, 0.8)
    alive = np.where(best < 0.7, 48 - lost, 48)
    return xr.Dataset(
        {name: ("seed", v) for name, v in
         {"best": best, "alive": alive, "freed": np.full(60, freed)}.items()}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lost", "a_tenth", "any_lost"), [(6, CONFIRMED, CONFIRMED), (2, OPPOSITE, CONFIRMED)]
)
def test_lost_units_are_counted_against_the_other_runs(lost, a_tenth, any_lost):
    by_name = values(made_up(lost, 0.8), None)["H5"]
    assert by_name["stuck_runs"].sum() == 20
    outcome = {n: find(claims()["H5"].assertions[n], v).outcome for n, v in by_name.items()}
    assert outcome["lost_a_tenth"] == a_tenth
    assert outcome["lost_units"] == any_lost


@pytest.mark.parametrize(("freed", "outcome"), [(0.8, CONFIRMED), (0.6, OPPOSITE)])
def test_runs_are_free_above_the_mark(freed, outcome):
    by_name = values(made_up(0, freed), None)["H8"]
    assert find(claims()["H8"].assertions["set_free"], by_name["set_free"]).outcome == outcome


def test_without_a_stuck_run_the_premise_is_not_met():
    runs = made_up(0, 0.8).isel(seed=slice(20, None))
    premise = claims()["H5"].assertions["stuck_runs"]
    assert find(premise, values(runs, None)["H5"]["stuck_runs"]).outcome == NOT_MET


@pytest.mark.slow
def test_quick_setting_has_a_value_for_each_run():
    measured, _ = STUCK_RUNS.run_quick()
    assert dict(measured.sizes) == {"seed": 3}
    assert ((measured.alive >= 0) & (measured.alive <= 50)).all()
