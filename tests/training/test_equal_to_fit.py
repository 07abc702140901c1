"""Weights of samples and classes, accumulated gradients and losses of many samples, as in `fit`."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from fit_models import Adding, dense, through, units
from keras import layers, ops, optimizers
from keras_reference import assert_same, fit

from helpers import sweep, train
from helpers.data import blob_draws, blobs
from helpers.training import evaluate, sample_orders, stack, train_schedules

pytestmark = pytest.mark.slow

DATA = blobs(80, cluster_std=1.0)  # 40 train
SETTINGS = {"epochs": 1, "progress": False, "jit_compile": False}
WEIGHTS = np.random.default_rng(0).uniform(0, 3, size=(2, 40))


def sgd(**settings):
    return optimizers.SGD(0.02, momentum=0.9, **settings)


@pytest.mark.parametrize(("batch_size", "batches"), [(15, [3, 6, 9]), ([8, 40, 15], [5, 6, 9])])
def test_updates_of_accumulated_batches_run_on_over_epochs(batch_size, batches):
    optimizer, settings = sgd(gradient_accumulation_steps=4), {"batch_size": batch_size}
    settings |= {"data": DATA, "seeds": [2], "epochs": 3}
    runs = train(dense, optimizer, **SETTINGS | {"snapshots": [1, 2, 3]} | settings)
    assert_same(runs, fit(dense, optimizer, **settings), tolerance=1e-5)
    assert runs.updates.values.tolist() == [n // 4 for n in batches]


def test_dropped_last_batches_are_not_accumulated():
    optimizer = sgd(gradient_accumulation_steps=2)
    options = {"batch_size": 15, "seeds": [2], "snapshots": [1], **SETTINGS}
    dropped = train(dense, optimizer, DATA, last_batch="drop", **options)
    first = next(sample_orders(2, 40))[:30]
    whole = replace(DATA, x_train=DATA.x_train[first], y_train=DATA.y_train[first])
    kept = train(dense, sgd(), whole, sampling="in order", **options | {"batch_size": 30})
    np.testing.assert_allclose(dropped.weights, kept.weights, rtol=1e-5, atol=1e-6)
    assert dropped.updates.values.tolist() == [1]


def root_of_mean(y_true, y_pred):
    return ops.sqrt(ops.mean(ops.square(y_true - y_pred)))


@pytest.mark.parametrize(
    ("build", "loss"),
    [
        (through(lambda: layers.Dense(4), Adding), "categorical_crossentropy"),
        (dense, root_of_mean),
        (dense, keras.losses.CategoricalCrossentropy()),
    ],
)
def test_losses_that_look_at_all_samples_are_evaluated_on_all_of_them(monkeypatch, build, loss):
    settings = {"batch_size": 15, "seeds": [1], "loss": loss}
    monkeypatch.setattr(stack, "EVALUATED_TOGETHER", 7)
    runs = train(build, sgd(), DATA, snapshots=[1], **settings, **SETTINGS)
    reference = fit(build, sgd(), DATA, epochs=1, **settings)  # of 40 test samples at once
    assert_same(runs, reference, tolerance=1e-5)


def test_samples_have_weights_by_seed_where_they_have_data_by_seed():
    draws, seeds = blob_draws([5, 6], 40), [5, 6]
    options = {"batch_size": 15, "snapshots": [1], **SETTINGS}
    both = train(dense, sgd(), draws, seeds=seeds, sample_weight=WEIGHTS, **options)
    by_class = train(dense, sgd(), draws, seeds=seeds, class_weight={1: 4.0}, **options)
    for i, seed in enumerate(seeds):
        alone = train(dense, sgd(), draws[i], seeds=[seed], sample_weight=WEIGHTS[i], **options)
        np.testing.assert_allclose(both.weights[i], alone.weights[0], rtol=1e-5, atol=1e-6)
        alone = train(dense, sgd(), draws[i], seeds=[seed], class_weight={1: 4.0}, **options)
        np.testing.assert_allclose(by_class.weights[i], alone.weights[0], rtol=1e-5, atol=1e-6)


def test_sweeps_and_schedules_weight_samples_too():
    weighted = {"sample_weight": WEIGHTS[0], "seeds": [1], **SETTINGS}
    single = train(dense, sgd(), DATA, batch_size=40, **weighted)
    swept = sweep(dense, sgd(), DATA, batch_sizes=[40], **weighted)
    scheduled = train_schedules(dense, sgd(), DATA, {"one": (40, None)}, **weighted)
    unweighted = train(dense, sgd(), DATA, batch_size=40, seeds=[1], **SETTINGS)
    assert single.loss.item() != pytest.approx(unweighted.loss.item(), rel=1e-3)
    assert single.accuracy.item() == unweighted.accuracy.item()
    for runs in (swept, scheduled):
        np.testing.assert_allclose(runs.loss.values.ravel(), single.loss.values.ravel(), rtol=1e-5)


def test_accuracy_of_one_output_for_two_classes_is_that_of_the_second():
    pairs = [np.eye(2, dtype="float32")[y.argmax(1) % 2] for y in (DATA.y_train, DATA.y_test)]
    data, build = replace(DATA, y_train=pairs[0], y_test=pairs[1]), units(1, "sigmoid")
    runs = train(build, sgd(), data, batch_size=10, seeds=[1], snapshots=[1], **SETTINGS)
    accuracy = evaluate(build, runs, data.x_test, data.y_test)
    np.testing.assert_allclose(accuracy.values.ravel(), runs.val_accuracy.values.ravel())


def test_a_regression_that_diverges_is_marked_and_has_an_infinite_error():
    data = replace(DATA, y_train=DATA.x_train[:, 0] * 1e6, y_test=DATA.x_test[:, 0] * 1e6)
    options = {"batch_size": 5, "seeds": [1], "loss": "mean_squared_error"} | SETTINGS
    runs = train(units(1), optimizers.SGD(10.0), data, **options | {"epochs": 3})
    assert runs.diverged.all()
    assert np.isinf(runs.error[0, -1]) and np.isinf(runs.val_error[0, -1])
    with pytest.raises(ValueError, match="^evaluate gives accuracies, which runs of a regression"):
        evaluate(units(1), runs, data.x_test, data.y_test)
    assert set(runs) >= {"loss", "error", "val_loss", "val_error"} and "accuracy" not in runs


def test_what_xla_cannot_compile_is_said_before_training():
    def outside(x):
        y = tf.numpy_function(lambda a: a, [x], x.dtype)
        return tf.ensure_shape(y, x.shape)

    build = through(lambda: layers.Lambda(outside))
    with pytest.raises(ValueError, match="^XLA cannot compile this model, so give jit_"):
        train(build, sgd(), DATA, batch_size=40, seeds=[1], epochs=1, progress=False)


def test_what_cannot_be_mapped_over_replicates_is_said_before_training(monkeypatch):
    def cannot(*arguments):
        raise ValueError("No pfor vectorization defined for SomeOperation")

    monkeypatch.setattr(stack.tf, "vectorized_map", cannot)
    with pytest.raises(ValueError, match="^the seeds of this model cannot train together, so give"):
        train(dense, sgd(), DATA, batch_size=40, seeds=[1, 2], **SETTINGS)


def test_a_model_with_kept_layers_is_refused():
    shared = layers.Dense(8)
    with pytest.raises(ValueError, match="^build must return a new model at every call"):
        train(lambda: through(lambda: shared)(), sgd(), DATA, batch_size=40, seeds=[1], **SETTINGS)


def test_the_loss_of_the_maker_is_used_where_none_is_given():
    def build():
        model = dense()
        model.compile("sgd", keras.losses.CategoricalCrossentropy(label_smoothing=0.4))
        return model

    with pytest.warns(UserWarning, match="its optimizer SGD, which the trainer does not use"):
        by_maker = train(build, sgd(), DATA, batch_size=15, seeds=[1], **SETTINGS)
    smoothed = keras.losses.CategoricalCrossentropy(label_smoothing=0.4)
    given = train(dense, sgd(), DATA, batch_size=15, seeds=[1], loss=smoothed, **SETTINGS)
    np.testing.assert_allclose(by_maker.loss, given.loss)
