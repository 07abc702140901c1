"""Runs on data sets drawn anew: each seed alone gives the same, scored on fresh samples."""

import keras
import numpy as np
import pytest

from helpers import models
from helpers.data import blob_draws, new_blob_samples
from helpers.experiments import draws, train_on_draws

pytestmark = pytest.mark.slow
SETTINGS = {"n_train": 60, "cluster_std": 2.0, "data_seed": 2, "epochs": 6, "last_epochs": 4}
SCHEDULES = {"one": (1, 0.001), "all": (60, 0.01)}


@pytest.fixture(scope="module")
def runs():
    sgd = keras.optimizers.SGD(momentum=0.9)
    return train_on_draws(
        models.mlp, sgd, SCHEDULES, seeds=[3, 8], n_fresh=999, progress=False, **SETTINGS
    )


def test_it_says_what_schedules_do_in_each_epoch_and_ends_on_one_final_accuracy_per_run(runs):
    assert runs.val_accuracy.sizes == {"schedule": 2, "seed": 2, "epoch": 6}
    assert runs.final_accuracy.sizes == {"schedule": 2, "seed": 2}
    assert "weights" not in runs


def test_a_run_is_that_of_fit_on_its_own_draw(runs):
    [draw] = blob_draws([8], 60, cluster_std=2.0, data_seed=2)
    keras.utils.set_random_seed(8)
    model = models.mlp()
    sgd = keras.optimizers.SGD(0.01, momentum=0.9)
    model.compile(sgd, "categorical_crossentropy", metrics=["accuracy"])
    x, labels = new_blob_samples(999, cluster_std=2.0, data_seed=2, seed=draws.FRESH_SEED)
    finals = []
    for _ in range(SETTINGS["epochs"]):  # of one update each, whatever the order
        model.fit(draw.x_train, draw.y_train, batch_size=60, shuffle=False, verbose=0)
        finals.append(np.mean(model.predict(x, verbose=0).argmax(axis=1) == labels))
    final = runs.final_accuracy.sel(schedule="all", seed=8).item()
    assert final == pytest.approx(np.mean(finals[2:]), abs=1 / 999)


def test_draws_differ_from_seed_to_seed_but_not_from_schedule_to_schedule(runs):
    first = runs.loss.isel(epoch=0)
    assert len(np.unique(first)) == first.size
    one, other = blob_draws([3, 8], 60)
    assert not np.array_equal(one.x_train, other.x_train)
