"""A data set per seed: each seed trains on its own samples, as it would alone."""

import json
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from keras import optimizers
from keras_reference import assert_same, fit

from helpers import models, sweep, train
from helpers.data import blob_centers, blob_draws, blobs, digits, nearest_center
from helpers.training import evaluate, lanes, train_schedules
from helpers.training.results import METRICS

SEEDS = [4, 9, 2]
DRAWS = blob_draws(SEEDS, n_train=120, n_test=70)
SGD = optimizers.SGD(0.01, momentum=0.9)
SETTINGS = {"batch_size": 32, "epochs": 3, "snapshots": [0, 3], "progress": False}


def trained(data=DRAWS, seeds=SEEDS, build=models.mlp, **settings):
    return train(build, SGD, data, seeds=seeds, **SETTINGS | settings)


def assert_each_is_as_alone(runs, draws=DRAWS, **settings):
    for i, (seed, draw) in enumerate(zip(runs.seed.values.tolist(), draws, strict=True)):
        alone = trained(draw, [seed], **settings)
        for name in ("weights", *METRICS):
            np.testing.assert_allclose(runs[name][i], alone[name][0], rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_every_seed_is_trained_and_tested_on_its_own_samples():
    runs = trained(jit_compile=False)
    assert_each_is_as_alone(runs, jit_compile=False)
    assert len(np.unique(runs.val_loss[:, 0])) == 3


@pytest.mark.slow
def test_seeds_one_at_a_time_have_the_bits_that_each_has_alone():
    runs = trained(stacked=False)
    for i, (seed, draw) in enumerate(zip(SEEDS, DRAWS, strict=True)):
        alone = trained(draw, [seed], stacked=False)
        for name in ("weights", *METRICS):
            assert np.array_equal(runs[name][i], alone[name][0])


@pytest.mark.slow
def test_lanes_keep_each_seed_with_its_samples(monkeypatch):
    seeds = range(17)
    draws = blob_draws(seeds, n_train=60, n_test=40)
    together = trained(draws, seeds, jit_compile=False)
    monkeypatch.setattr(lanes, "LONG_SECONDS", 0.0)
    in_lanes = trained(draws, seeds, jit_compile=False)
    np.testing.assert_allclose(in_lanes.weights, together.weights, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(in_lanes.val_loss, together.val_loss, rtol=1e-4)
    assert_each_is_as_alone(in_lanes.isel(seed=[0, 16]), [draws[0], draws[16]], jit_compile=False)


@pytest.mark.slow
def test_one_seed_of_several_is_what_fit_gives_on_its_samples():
    settings = {"batch_size": 32, "epochs": 3}
    runs = trained(snapshots=[1, 2, 3]).isel(seed=[1])
    assert_same(runs, fit(models.mlp, SGD, DRAWS[1], seeds=[9], **settings), tolerance=1e-5)


@pytest.mark.slow
def test_test_samples_of_each_seed_are_scored_in_pieces_as_at_once(monkeypatch):
    at_once = trained(jit_compile=False)
    monkeypatch.setattr("helpers.training.stack.EVALUATED_TOGETHER", 3 * 32)  # of 70 samples
    in_pieces = trained(jit_compile=False)
    for name in METRICS:
        np.testing.assert_allclose(in_pieces[name], at_once[name], rtol=1e-5)


@pytest.mark.slow
def test_sweeps_and_schedules_take_a_data_set_per_seed():
    settings = {"epochs": 2, "seeds": SEEDS, "jit_compile": False, "progress": False}
    alone = train(models.mlp, SGD, DRAWS, batch_size=40, **settings)
    swept = sweep(models.mlp, SGD, DRAWS, batch_sizes=[40], **settings)
    planned = train_schedules(models.mlp, SGD, DRAWS, {"a": (40, None)}, **settings)
    for runs in (swept.squeeze(["batch_size", "learning_rate"]), planned.squeeze("schedule")):
        assert np.array_equal(runs.val_loss, alone.val_loss)


@pytest.mark.slow
def test_provenance_names_the_data_set_of_each_seed():
    runs = trained(epochs=1, snapshots=(), jit_compile=False)
    assert json.loads(runs.attrs["settings"])["data"] == [draw.name for draw in DRAWS]
    assert DRAWS[1].name == "blobs(std 2), draw 9"


@pytest.mark.slow
def test_snapshots_are_evaluated_on_the_samples_of_each_seed():
    runs = trained(jit_compile=False)
    x, y = [draw.x_test for draw in DRAWS], [draw.y_test for draw in DRAWS]
    accuracies = evaluate(models.mlp, runs, x, y)
    assert accuracies.dims == ("seed", "snapshot")
    np.testing.assert_allclose(accuracies.sel(snapshot=3), runs.val_accuracy[:, -1], atol=1e-6)
    swept = runs.expand_dims(batch_size=[32])
    again = evaluate(models.mlp, swept, x, y).squeeze("batch_size", drop=True)
    xr.testing.assert_equal(again, accuracies)


def test_samples_of_another_number_of_seeds_are_not_evaluated():
    runs = xr.Dataset({"weights": (("seed", "snapshot", "weight"), np.zeros((3, 1, 303), "f4"))})
    with pytest.raises(ValueError, match="^x and y must hold the samples of 3 seeds, got 2$"):
        evaluate(models.mlp, runs, [d.x_test for d in DRAWS[:2]], [d.y_test for d in DRAWS[:2]])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda: DRAWS[:2], "data must be a Dataset or one per seed (3), got 2"),
        (lambda: [*DRAWS[:2], 5], "data must be a Dataset or one per seed (3), got [Data"),
        (lambda: 5, "data must hold several values, got 5"),
        (lambda: [*DRAWS[:2], blobs(200)],
         "the data sets of all seeds must have the same shapes and types, got x_train of "
         "(120, 2), float32, and of (100, 2), float32"),
        (lambda: [*DRAWS[:2], replace(DRAWS[2], x_test=DRAWS[2].x_test[1:])],
         "x_test and y_test must hold equally many samples, at least one, got 69 and 70"),
    ],
)  # fmt: skip
def test_data_sets_that_do_not_go_together_are_refused_in_one_sentence(change, sentence):
    with pytest.raises(ValueError) as refusal:
        trained(change())
    assert str(refusal.value).startswith(sentence)


def test_draws_are_fresh_samples_around_the_true_centers():
    first, again, other = blob_draws([3, 3, 4], n_train=3000, cluster_std=0.1, n_test=600)
    assert np.array_equal(first.x_train, again.x_train)
    for fresh in (other.x_train, first.x_test):
        assert not {*map(tuple, first.x_train)} & {*map(tuple, fresh)}
    assert {array.dtype for array in (first.x_train, first.y_test)} == {np.dtype("float32")}
    for x, y in ((first.x_train, first.y_train), (other.x_test, other.y_test)):
        labels = y.argmax(axis=1)
        assert np.array_equal(nearest_center(x, blob_centers()), labels)
        assert np.ptp(y.sum(axis=0)) == 0
    spread = first.x_train - blob_centers()[first.y_train.argmax(axis=1)]
    assert spread.std() == pytest.approx(0.1, rel=0.05)
    assert blob_draws([0])[0].x_test.shape == (500, 2)


def test_too_few_samples_for_the_classes_are_refused():
    with pytest.raises(ValueError, match="^n_test must be at least 3, got 2$"):
        blob_draws([0], n_test=2)


def test_digits_are_split_anew_for_every_seed():
    one, other = (digits(data_seed=seed) for seed in (0, 1))
    assert one.x_train.shape == other.x_train.shape
    assert not np.array_equal(one.x_train, other.x_train)
