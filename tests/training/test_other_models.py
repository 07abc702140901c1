"""Models, losses and targets of other kinds train as they do in ``model.fit``."""

import json
from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import Input, Sequential, layers, optimizers
from keras_reference import assert_same, fit

from helpers import models, train
from helpers.data.synthetic import blobs

pytestmark = pytest.mark.slow

BLOBS = blobs(200)
LABELS = replace(BLOBS, y_train=BLOBS.y_train.argmax(1), y_test=BLOBS.y_test.argmax(1))
COLUMN = replace(LABELS, y_train=LABELS.y_train[:, None], y_test=LABELS.y_test[:, None])
ONE_CLASS = replace(BLOBS, y_train=BLOBS.y_train[:, 0], y_test=BLOBS.y_test[:, 0])
ONE_CLASS_COLUMN = replace(BLOBS, y_train=BLOBS.y_train[:, :1], y_test=BLOBS.y_test[:, :1])
INTEGERS = replace(BLOBS, y_train=BLOBS.y_train.astype("uint8"))
NOISE = np.random.default_rng(0).normal(size=(2, 100, 6, 6, 1)).astype("float32")
IMAGES = replace(BLOBS, x_train=NOISE[0], x_test=NOISE[1])
SEQUENCES = replace(BLOBS, x_train=NOISE[0, ..., 0], x_test=NOISE[1, ..., 0])
TOKENS = replace(BLOBS, x_train=np.arange(500).reshape(100, 5) % 7, x_test=np.ones((100, 5), int))


class OwnModel(keras.Model):
    """A model written as a class; its weights come with the first samples."""

    def __init__(self):
        super().__init__()
        self.hidden, self.final = layers.Dense(8, "relu"), softmax()

    def call(self, x):
        return self.final(self.hidden(x))


class OwnDroppingModel(OwnModel):
    """A model that leaves it to Keras to tell its layers whether they are training."""

    def __init__(self):
        super().__init__()
        self.dropout = layers.Dropout(0.3)

    def call(self, x, training=None):
        return self.final(self.dropout(self.hidden(x)))


def normalised():
    return Sequential([Input((2,)), layers.Dense(8), layers.BatchNormalization(), softmax()])


def dropping():
    return Sequential([Input((2,)), layers.Dense(8, "relu"), layers.Dropout(0.3), softmax()])


def regularised():
    hidden = layers.Dense(8, "relu", kernel_regularizer="l2", activity_regularizer="l1")
    return Sequential([Input((2,)), hidden, softmax()])


def constrained():
    return Sequential([Input((2,)), layers.Dense(8, kernel_constraint="unit_norm"), softmax()])


def convolving():
    return Sequential([Input((6, 6, 1)), layers.Conv2D(4, 3), layers.Flatten(), softmax()])


def recurrent():
    return Sequential([Input((6, 6)), layers.SimpleRNN(4), softmax()])


def embedding():
    layer = layers.Embedding(7, 3)
    return Sequential([Input((5,)), layer, layers.GlobalAveragePooling1D(), softmax()])


def binary():
    return Sequential([Input((2,)), layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")])


def softmax():
    return layers.Dense(3, activation="softmax")


def own_loss(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** 1.5, axis=-1)


def assert_trains_as_fit(
    build, data, loss="categorical_crossentropy", seeds=(1, 2), xla=False, **options
):
    """Fail unless it does; return whether the replicates were stacked."""
    settings = {"optimizer": optimizers.SGD(0.05, momentum=0.9), "data": data, "loss": loss}
    settings |= {"batch_size": 30, "epochs": 2, "seeds": seeds}
    options |= {"snapshots": [1, 2], "progress": False, "jit_compile": xla}
    runs = train(build, **settings, **options)
    # What is random, such as dropout, XLA draws otherwise than TensorFlow does, in fit too.
    reference = fit(build, **settings, jit_compile=xla and build is dropping)
    assert_same(runs, reference, tolerance=1e-5)
    return json.loads(runs.attrs["settings"])["stacked"]


@pytest.mark.parametrize(
    ("build", "data"),
    [(normalised, BLOBS), (regularised, BLOBS), (OwnModel, BLOBS), (embedding, TOKENS)],
)
def test_models_of_other_kinds_train_together_as_in_fit(build, data):
    assert assert_trains_as_fit(build, data)


@pytest.mark.parametrize(
    ("build", "data"), [(constrained, BLOBS), (convolving, IMAGES), (recurrent, SEQUENCES)]
)
def test_models_that_cannot_or_need_not_be_stacked_train_one_by_one_as_in_fit(build, data):
    assert not assert_trains_as_fit(build, data, xla=True)


def test_convolutions_train_stacked_on_demand():
    assert assert_trains_as_fit(convolving, IMAGES, stacked=True, xla=True)


def test_stacking_models_with_weight_constraints_is_refused():
    with pytest.raises(ValueError, match="since its weight constraints treat the elements"):
        assert_trains_as_fit(constrained, BLOBS, stacked=True)


@pytest.mark.parametrize(
    ("build", "xla"), [(dropping, True), (dropping, False), (OwnDroppingModel, False)]
)
def test_each_replicate_drops_the_units_that_fit_drops_and_none_in_evaluation(build, xla):
    assert assert_trains_as_fit(build, BLOBS, xla=xla)


@pytest.mark.parametrize(
    ("build", "data", "loss"),
    [
        (models.mlp, LABELS, "sparse_categorical_crossentropy"),
        (models.mlp, COLUMN, "sparse_categorical_crossentropy"),
        (binary, ONE_CLASS, "binary_crossentropy"),
        (binary, ONE_CLASS_COLUMN, "binary_crossentropy"),
        (models.mlp, INTEGERS, "categorical_crossentropy"),
        (models.mlp, BLOBS, keras.losses.CategoricalCrossentropy(label_smoothing=0.1)),
        (models.mlp, BLOBS, own_loss),
    ],
)
def test_targets_and_losses_of_other_kinds_train_as_in_fit(build, data, loss):
    assert assert_trains_as_fit(build, data, loss=loss, seeds=[1])
