"""Seeds train in lanes, side by side, and the result does not depend on how many cores do it."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from helpers import models, sweep, train
from helpers.data.synthetic import blobs
from helpers.training import lanes

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
TRAIN = """
import hashlib, os, sys
os.sched_setaffinity(0, set(list(os.sched_getaffinity(0))[:int(sys.argv[1])]))
import keras
from helpers import models, train
from helpers.data import blobs
from helpers.training import lanes
lanes.LONG_SECONDS = 0
runs = train(models.mlp, keras.optimizers.SGD(0.01, momentum=0.9), blobs(),
             batch_size=25, epochs=4, seeds=range(20), snapshots=[4], progress=False)
print(hashlib.sha256(runs.weights.values.tobytes() + runs.val_loss.values.tobytes()).hexdigest())
"""


def untimed(runs):
    return runs.drop_vars("seconds_per_epoch").drop_attrs()


def trained(**settings):
    optimizer = keras.optimizers.SGD(0.01, momentum=0.9)
    settings = {"batch_size": 25, "epochs": 4, "seeds": range(20), "snapshots": [4]} | settings
    return train(models.mlp, optimizer, blobs(), progress=False, **settings)


@pytest.mark.parametrize("n", [1, 15, 16, 30, 31, 47])
def test_every_seed_is_in_one_lane_of_at_most_fifteen(n):
    found = lanes.lanes(n, True, 1e9)
    places = [place for lane in found for place in range(n)[lane]]
    assert places == [*range(n)]
    assert max(len(range(n)[lane]) for lane in found) <= lanes.LANE


def test_seeds_that_cannot_share_a_program_have_a_lane_each():
    assert lanes.lanes(3, False, 0.0) == [slice(0, 1), slice(1, 2), slice(2, 3)]


def test_short_training_stays_in_one_lane():
    assert lanes.lanes(30, True, lanes.LONG_SECONDS / 2) == [slice(0, 30)]


def test_predicted_seconds_grow_with_all_that_makes_training_long():
    base = {"batch_sizes": [4] * 9, "n_updates": [125] * 9, "n_weights": 303, "n": 30}
    seconds = lanes.run_seconds(**base, stacked=True)
    assert lanes.run_seconds(**base | {"n": 60}, stacked=True) == pytest.approx(2 * seconds)
    assert lanes.run_seconds(**base | {"n_weights": 999}, stacked=True) > seconds
    assert lanes.run_seconds(**base | {"n_updates": [250] * 9}, stacked=True) > seconds
    assert lanes.run_seconds(**base, stacked=False) > seconds


def test_batch_size_stays_with_one_program_while_other_sizes_keep_the_cores_busy():
    halves = [slice(0, 15), slice(15, 30)]
    work = lanes.side_by_side([1, 1, 32], [halves, halves, [slice(0, 30)]], [9.0, 9.0, 1.0], 2)
    assert [{number for number, _ in pieces} for pieces in work] == [{0, 1}, {2}]


def test_lanes_of_the_only_batch_size_are_spread_over_the_cores():
    halves = [slice(0, 15), slice(15, 30)]
    work = lanes.side_by_side([1, 1], [halves, halves], [9.0, 9.0], 4)
    assert work == [[(0, halves[0]), (1, halves[0])], [(0, halves[1]), (1, halves[1])]]


def test_longest_begins_first():
    whole = [slice(0, 30)]
    work = lanes.side_by_side([32, 1, 8], [whole] * 3, [1.0, 3.0, 2.0], 2)
    assert [pieces[0][0] for pieces in work] == [1, 2, 0]


@pytest.mark.slow
def test_lanes_give_the_runs_of_one_program_and_the_same_bits_with_any_jobs(monkeypatch):
    together = trained()
    monkeypatch.setattr(lanes, "LONG_SECONDS", 0.0)
    alone, beside = (trained(n_jobs=n) for n in (1, 2))
    assert untimed(alone).identical(untimed(beside))
    np.testing.assert_allclose(alone.weights, together.weights, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(alone.seed, together.seed)


@pytest.mark.slow
def test_sweep_in_lanes_is_the_sweep_with_one_job(monkeypatch):
    monkeypatch.setattr(lanes, "LONG_SECONDS", 0.0)
    optimizer = keras.optimizers.SGD(momentum=0.9)
    settings = {"batch_sizes": [50], "learning_rates": [0.01, 0.02], "epochs": 3}
    one, several = (
        sweep(
            models.mlp, optimizer, blobs(), seeds=range(17), progress=False, n_jobs=n,
            **settings,
        )
        for n in (1, 3)
    )  # fmt: skip
    assert untimed(one).identical(untimed(several))


@pytest.mark.slow
def test_bits_do_not_depend_on_the_number_of_cores():
    hashes = {
        subprocess.run(
            [sys.executable, "-c", TRAIN, cores],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for cores in ("1", "2")
    }
    assert len(hashes) == 1
