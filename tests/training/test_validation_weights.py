"""Weights of the test samples, as ``fit`` takes them with its validation data."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from helpers.data import blob_draws, blobs
from helpers.models import mlp
from helpers.training import sample_orders, stack, sweep, train, train_schedules
from helpers.training.snapshots import set_weights

pytestmark = pytest.mark.slow

DATA = blobs(80, cluster_std=2.0)
WEIGHTS = np.random.default_rng(0).uniform(0, 3, 40)  # their mean is not 1
RATE = 0.1


def build():
    return mlp(2, 3, 8)


def sgd():
    return keras.optimizers.SGD(RATE)


def fitted(seed, data, epochs, weights):
    """What fit reports of its validation data, by name, shape (epochs,)."""
    keras.utils.set_random_seed(seed)
    model = build()
    model.compile(
        sgd(), "categorical_crossentropy", metrics=["accuracy"], weighted_metrics=["accuracy"]
    )
    logs = [
        model.fit(
            data.x_train[order],
            data.y_train[order],
            batch_size=15,
            shuffle=False,
            verbose=0,
            validation_data=(data.x_test, data.y_test, weights),
            validation_batch_size=len(data.x_test),
        ).history
        for _, order in zip(range(epochs), sample_orders(seed, data.n_train), strict=False)
    ]
    names = ["val_loss", "val_accuracy", "val_weighted_accuracy"]
    return {name: np.array([log[name][0] for log in logs]) for name in names}


@pytest.mark.parametrize("together", [7, 1000])
@pytest.mark.parametrize("separate", [False, True], ids=["one set", "a set per seed"])
def test_weighted_and_plain_metrics_are_those_of_fit(monkeypatch, separate, together):
    monkeypatch.setattr(stack, "EVALUATED_TOGETHER", together)
    seeds, data = [1, 2], blob_draws([5, 6], 40) if separate else DATA
    n_test = len((data[0] if separate else data).x_test)
    weights = np.random.default_rng(1).uniform(0, 3, n_test)
    runs = train(
        build, sgd(), data, batch_size=15, epochs=3, seeds=seeds, validation_weight=weights
    )
    for i, seed in enumerate(seeds):
        for name, values in fitted(seed, data[i] if separate else data, 3, weights).items():
            np.testing.assert_allclose(runs[name].values[i], values, rtol=1e-5, err_msg=name)


def test_weights_of_one_over_the_size_of_its_class_give_the_balanced_accuracy():
    labels = DATA.y_test.argmax(axis=1)
    weights = 1 / np.bincount(labels)[labels]
    runs = train(
        build,
        sgd(),
        DATA,
        batch_size=8,
        epochs=2,
        seeds=[3],
        validation_weight=weights,
        snapshots=[2],
    )
    model = build()
    model(DATA.x_test[:1])
    set_weights(model, runs.weights.values[0, 0])
    predicted = model.predict(DATA.x_test, verbose=0).argmax(axis=1)
    assert runs.val_weighted_accuracy.values[0, -1] == pytest.approx(
        balanced_accuracy_score(labels, predicted), rel=1e-6
    )


def test_all_ways_to_train_take_them_and_the_training_stays_as_it_is():
    options = {"epochs": 2, "seeds": [1, 2], "validation_weight": WEIGHTS}
    single = train(build, sgd(), DATA, batch_size=8, **options)
    swept = sweep(build, sgd(), DATA, batch_sizes=[8], learning_rates=[RATE], **options)
    scheduled = train_schedules(build, sgd(), DATA, {"one": (8, RATE)}, **options)
    for runs in (swept, scheduled):
        np.testing.assert_allclose(
            runs.val_weighted_accuracy.values.ravel(),
            single.val_weighted_accuracy.values.ravel(),
            rtol=1e-6,
        )
    plain = train(build, sgd(), DATA, batch_size=8, epochs=2, seeds=[1, 2])
    assert "val_weighted_accuracy" not in plain
    for name in ("loss", "accuracy", "val_accuracy"):
        np.testing.assert_allclose(single[name], plain[name], rtol=1e-6)


def test_a_regression_has_a_weighted_error():
    data = replace(DATA, y_train=DATA.x_train[:, :1], y_test=DATA.x_test[:, :1])
    weights = np.zeros(40)
    weights[7] = 2  # the error is that of this sample alone
    runs = train(
        lambda: keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]),
        sgd(),
        data,
        batch_size=8,
        epochs=1,
        seeds=[1],
        loss="mean_squared_error",
        validation_weight=weights,
    )
    error = runs.val_weighted_error.item()
    assert runs.val_loss.item() == pytest.approx(2 * error**2 / 40, rel=1e-4)


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (WEIGHTS[:-1], r"validation_weight must have the shape \(40,\), got \(39,\)"),
        (np.zeros(40), "validation_weight must not be 0 for every sample"),
        (-WEIGHTS, "validation_weight must be finite and at least 0"),
    ],
)
def test_weights_that_do_not_fit_are_refused(weights, sentence):
    with pytest.raises(ValueError, match=sentence):
        train(build, sgd(), DATA, batch_size=8, epochs=1, seeds=[1], validation_weight=weights)


def test_they_go_with_epochs():
    with pytest.raises(ValueError, match="^validation_weight goes with epochs, got updates"):
        train(build, sgd(), DATA, batch_size=8, updates=1, seeds=[1], validation_weight=WEIGHTS)
