"""Runs are repeatable, independent of each other, and say how they were made."""

import itertools
import json
import random
from importlib.metadata import version

import keras
import numpy as np
import pytest
import xarray as xr
from keras import optimizers

from helpers import analysis, models, train
from helpers.data.synthetic import blobs
from helpers.training import stack, stretches
from helpers.training.replicates import sample_orders
from helpers.training.results import METRICS

pytestmark = pytest.mark.slow

DATA = blobs()


def trained(optimizer=None, **settings):
    settings = {"batch_size": 100, "epochs": 3, "seeds": [1, 2]} | settings
    return train(models.mlp, optimizer or optimizers.SGD(0.01), DATA, progress=False, **settings)


@pytest.fixture(scope="module")
def runs():
    return trained(optimizers.Adam(0.02), seeds=[5, 3], snapshots=[0, 3], per_update=(2, 3))


def test_results_are_labelled_by_seed_and_epoch(runs):
    assert dict(runs.sizes) == {"seed": 2, "epoch": 3, "snapshot": 2, "weight": 303, "update": 10}
    assert {name: runs[name].dims for name in runs} == {
        **dict.fromkeys(METRICS, ("seed", "epoch")),
        "updates": ("epoch",),
        "diverged": ("seed",),
        "seconds_per_epoch": (),
        "weights": ("seed", "snapshot", "weight"),
        "update_loss": ("seed", "update"),
        "update_accuracy": ("seed", "update"),
    }
    assert {name: runs[name].dtype for name in METRICS} == dict.fromkeys(METRICS, np.float32)
    assert (runs.diverged.dtype, runs.updates.dtype) == (bool, int)
    assert runs.seed.values.tolist() == [5, 3]
    assert runs.epoch.values.tolist() == [1, 2, 3]
    assert runs.updates.values.tolist() == [5, 10, 15]
    assert not runs.isnull().any().to_array().any()


def test_attributes_say_how_the_runs_were_made(runs):
    settings = json.loads(runs.attrs["settings"])
    assert settings["optimizer"]["class_name"] == "Adam"
    assert settings["optimizer"]["config"]["learning_rate"] == pytest.approx(0.02)
    assert settings["loss"] == "categorical_crossentropy"
    assert settings["model"]["n_parameters"] == 303
    assert (settings["data"], settings["epochs"]) == ("blobs(std 2)", 3)
    assert json.loads(runs.attrs["versions"])["keras"] == keras.version()
    assert json.loads(runs.attrs["versions"])["tensorflow"] == version("tensorflow")
    assert json.loads(runs.attrs["batch_size"]) == 100
    assert json.loads(runs.attrs["learning_rate"]) is None
    assert runs.attrs["compile_seconds"] > 0 < runs.attrs["run_seconds"]


def test_results_come_back_from_a_netcdf_file_as_they_were(runs, tmp_path):
    runs.to_netcdf(tmp_path / "runs.nc", engine="h5netcdf")
    loaded = xr.load_dataset(tmp_path / "runs.nc", engine="h5netcdf")
    xr.testing.assert_identical(loaded, runs)
    assert {name: loaded[name].dtype for name in loaded} == {
        name: runs[name].dtype for name in runs
    }


def test_settings_name_schedules_and_losses_of_all_kinds():
    def own_loss(y_true, y_pred):
        return keras.losses.categorical_crossentropy(y_true, y_pred)

    smoothed = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    schedules = {"batch_size": [500, 250], "learning_rate": np.array([0.1, 0.01])}
    own, library = (
        trained(epochs=2, loss=loss, jit_compile=False, **schedules)
        for loss in (own_loss, smoothed)
    )
    assert json.loads(own.attrs["settings"])["loss"] == "own_loss"
    assert json.loads(library.attrs["settings"])["loss"]["config"]["label_smoothing"] == 0.1
    assert json.loads(own.attrs["batch_size"]) == [500, 250]
    assert json.loads(own.attrs["learning_rate"]) == [0.1, 0.01]


def test_same_call_gives_the_same_bits():
    first, second = (
        trained(optimizers.SGD(0.01, momentum=0.9), batch_size=1, snapshots=[3], per_update=(1, 1))
        for _ in range(2)
    )
    xr.testing.assert_equal(*(runs.drop_vars("seconds_per_epoch") for runs in (first, second)))


def test_seed_alone_gives_what_it_gives_among_thirty():
    settings = {
        "epochs": 5,
        "batch_size": 32,
        "snapshots": range(6),
        "optimizer": optimizers.Adam(),
    }
    alone, among = trained(seeds=[7], **settings), trained(seeds=range(30), **settings)
    for name in ("weights", *METRICS):
        np.testing.assert_allclose(alone[name][0], among[name].sel(seed=7), rtol=1e-5, atol=1e-5)


def test_diverged_runs_are_marked_and_stay_in_the_statistics():
    fine, diverged = trained(), trained(learning_rate=[0.01, 1e6, 1e6])
    assert not fine.diverged.any()
    assert diverged.diverged.all()
    assert diverged.loss.notnull().sum("epoch").values.tolist() == [1, 1]
    assert np.isinf(analysis.epochs_to(diverged, 0.5, hold=2)).all()
    assert np.isfinite(analysis.final_accuracy(diverged, 2)).all()
    assert np.isinf(analysis.speed(diverged, 0.5, hold=2).to_array()).all()


def test_order_of_samples_is_another_in_every_epoch_and_for_every_seed():
    orders = [next(draws) for draws in (sample_orders(1, 50), sample_orders(2, 50))]
    orders += itertools.islice(sample_orders(1, 50), 3)
    assert all(sorted(order) == list(range(50)) for order in orders)
    assert np.array_equal(orders[0], orders[2])
    assert len({tuple(order) for order in orders}) == 4


def test_how_much_is_computed_at_once_does_not_change_the_result(monkeypatch):
    settings = {"learning_rate": [0.1, 0.01, 0.02, 0.03, 0.04], "epochs": 5, "jit_compile": False}
    at_once = trained(per_update=(2, 4), **settings)
    monkeypatch.setattr(stretches, "ORDER_ELEMENTS", 2 * 500 * 2)  # two epochs of two seeds
    monkeypatch.setattr(stack, "EVALUATED_TOGETHER", 2 * 130)  # of 500 samples
    in_pieces = trained(per_update=(2, 4), **settings)
    at_once, in_pieces = (runs.drop_vars("seconds_per_epoch") for runs in (at_once, in_pieces))
    xr.testing.assert_allclose(at_once, in_pieces, rtol=1e-5)


def test_progress_bar_counts_the_epochs(capsys):
    settings = {"batch_size": 100, "epochs": 5, "seeds": [1, 2], "jit_compile": False}
    for stacked, n_epochs in [(True, 5), (False, 10)]:  # then each seed has epochs of its own
        train(models.mlp, optimizers.SGD(0.01), DATA, stacked=stacked, **settings)
        shown = capsys.readouterr().err
        assert "2 seeds: 100%" in shown and f" {n_epochs}/{n_epochs} [" in shown


def broken_after_seed_2():
    broken = random.random() > 0.5  # of the seeds 1 to 3 only after seed 2
    model = models.mlp()
    if broken:
        model.set_weights([np.nan * weight for weight in model.get_weights()])
    return model


def test_run_that_diverges_leaves_the_others_as_they_are():
    optimizer, settings = optimizers.SGD(0.01), {"batch_size": 100, "epochs": 2, "progress": False}
    runs, others = (
        train(broken_after_seed_2, optimizer, DATA, seeds=seeds, **settings)
        for seeds in ([1, 2, 3], [1, 3])
    )
    assert runs.diverged.values.tolist() == [False, True, False]
    for name in METRICS:
        np.testing.assert_allclose(runs[name].sel(seed=[1, 3]), others[name], rtol=1e-5)


def test_another_epoch_or_learning_rate_needs_no_compiling():
    traced = []

    def loss(y_true, y_pred):
        traced.append(1)
        return keras.losses.categorical_crossentropy(y_true, y_pred)

    trained(epochs=1, loss=loss)
    n_traces = len(traced)
    traced.clear()
    trained(epochs=6, learning_rate=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6], loss=loss)
    assert len(traced) == n_traces
