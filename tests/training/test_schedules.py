"""Schedules, snapshots, metrics of single updates, and the short last batch."""

import keras
import numpy as np
import pytest
import xarray as xr
from keras import optimizers
from keras_reference import assert_same, fit, flat, update_by_update

from helpers import models, train
from helpers.data.synthetic import blobs
from helpers.training import evaluate, set_weights

pytestmark = pytest.mark.slow

DATA = blobs(200)
MOMENTUM = optimizers.SGD(0.01, momentum=0.9)


def trained(optimizer=MOMENTUM, **settings):
    settings = {"batch_size": 30, "epochs": 4, "seeds": [1001], "jit_compile": False} | settings
    return train(models.mlp, optimizer, DATA, progress=False, **settings)


def test_learning_rate_schedule_of_keras_counts_updates_as_in_fit():
    decay = optimizers.schedules.ExponentialDecay(0.05, decay_steps=3, decay_rate=0.5)
    settings = {"batch_size": 30, "epochs": 4, "seeds": [1, 2]}
    runs = trained(optimizers.Adam(decay), snapshots=[1, 2, 3, 4], **settings)
    reference = fit(models.mlp, optimizers.Adam(decay), DATA, **settings)
    assert_same(runs, reference, tolerance=1e-5)


def test_batch_size_and_learning_rate_by_epoch_are_those_of_fit_called_epoch_by_epoch():
    settings = {"batch_size": [10, 10, 45, 100], "learning_rate": [0.01, 0.001, 0.001, 0.02]}
    settings |= {"epochs": 4, "seeds": [1001]}
    runs = trained(snapshots=[1, 2, 3, 4], **settings)
    assert_same(runs, fit(models.mlp, MOMENTUM, DATA, **settings), tolerance=1e-5)
    again = trained(**settings).drop_vars("seconds_per_epoch")
    xr.testing.assert_equal(again, runs.drop_dims("snapshot").drop_vars("seconds_per_epoch"))
    assert runs.updates.values.tolist() == [10, 20, 23, 24]


def test_snapshots_are_the_weights_of_those_epochs_from_the_initial_ones_on():
    runs = trained(snapshots=[3, 0])
    keras.utils.set_random_seed(1001)
    assert runs.snapshot.values.tolist() == [0, 3]
    assert np.array_equal(runs.weights.sel(snapshot=0).squeeze(), flat(models.mlp().get_weights()))
    shorter = trained(epochs=3, snapshots=[3])
    assert np.array_equal(runs.weights.sel(snapshot=[3]), shorter.weights)


def test_snapshot_put_into_a_model_has_the_accuracy_that_evaluate_gives():
    runs = trained(snapshots=[0, 4], seeds=[1, 2])
    accuracies = evaluate(models.mlp, runs, DATA.x_test, DATA.y_test)
    model = models.mlp()
    model.compile(loss="categorical_crossentropy", metrics=["accuracy"])
    expected = np.empty((2, 2))
    for i, j in np.ndindex(2, 2):
        set_weights(model, runs.weights[i, j])
        expected[i, j] = model.evaluate(DATA.x_test, DATA.y_test, verbose=0)[1]
    np.testing.assert_allclose(accuracies, expected, atol=1e-6)
    assert accuracies.dims == ("seed", "snapshot")
    np.testing.assert_allclose(accuracies[:, -1], runs.val_accuracy[:, -1], atol=1e-6)


def test_weights_of_another_model_are_refused():
    with pytest.raises(
        ValueError, match=r"must have the shape \(303,\) of the model's, got \(9,\)"
    ):
        set_weights(models.mlp(), np.zeros(9))


def test_metrics_of_single_updates_are_those_before_each_update():
    runs = trained(per_update=(2, 3))
    expected, _ = update_by_update(models.mlp, MOMENTUM, DATA, batch_size=30, epochs=3, seed=1001)
    assert runs["update"].values.tolist() == [5, 6, 7, 8, 9, 10, 11, 12]  # counted from 1
    np.testing.assert_allclose(runs.update_loss[0], expected[4:, 0], rtol=1e-5)
    np.testing.assert_allclose(runs.update_accuracy[0], expected[4:, 1], atol=1e-6)


def test_metrics_of_single_updates_average_to_those_of_the_epoch():
    runs = trained(per_update=(1, 4), seeds=[1, 2])
    sizes = xr.DataArray([30, 30, 30, 10] * 4, dims="update")
    by_epoch = (runs[["update_loss", "update_accuracy"]] * sizes).coarsen(update=4).sum() / 100
    np.testing.assert_allclose(by_epoch.update_loss, runs.loss, rtol=1e-5)
    np.testing.assert_allclose(by_epoch.update_accuracy, runs.accuracy, atol=1e-6)


@pytest.mark.parametrize(("last_batch", "n_updates"), [("keep", 4), ("drop", 3), ("weight", 4)])
@pytest.mark.parametrize("stacked", [True, False])
def test_short_last_batch_is_kept_dropped_or_weighted(last_batch, n_updates, stacked):
    runs = trained(last_batch=last_batch, stacked=stacked, snapshots=[4])
    metrics, weights = update_by_update(
        models.mlp, MOMENTUM, DATA, batch_size=30, epochs=4, seed=1001, last_batch=last_batch
    )
    np.testing.assert_allclose(runs.weights.squeeze(), weights, rtol=1e-5, atol=1e-5)
    sizes = [30, 30, 30, 10][:n_updates]
    by_epoch = np.average(metrics.reshape(4, n_updates, 2), axis=1, weights=sizes)
    np.testing.assert_allclose(runs.loss[0], by_epoch[:, 0], rtol=1e-5)
    np.testing.assert_allclose(runs.accuracy[0], by_epoch[:, 1], atol=1e-6)
    assert runs.updates.values.tolist() == [n_updates * epoch for epoch in (1, 2, 3, 4)]
