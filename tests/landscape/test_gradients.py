"""Gradients of single samples are those of the tape, and losses those of Keras."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers import models
from helpers.data.synthetic import blobs
from helpers.landscape import gradients
from helpers.landscape.gradients import losses, sample_gradients
from helpers.training import set_weights

DATA = blobs(n_samples=40)


class HalfWhenTraining(keras.layers.Layer):
    """Gives half of its inputs, but only in training."""

    def call(self, x, training=False):
        """Return the inputs, or half of them."""
        return x / 2 if training else x


def random_weights(*shape):
    return np.random.default_rng(3).normal(size=(*shape, 303)).astype("float32")


def tape(model, samples):
    with tf.GradientTape() as record:
        outputs = model(DATA.x_train[samples])
        loss = keras.losses.CategoricalCrossentropy()(DATA.y_train[samples], outputs)
    return np.concatenate([np.ravel(s) for s in record.gradient(loss, model.trainable_variables)])


def test_gradient_of_each_sample_is_that_of_the_tape_and_their_mean_that_of_the_batch():
    weights = random_weights()
    found = sample_gradients(models.mlp, weights, DATA.x_train, DATA.y_train)
    model = set_weights(models.mlp(), weights)
    each = [tape(model, slice(i, i + 1)) for i in range(DATA.n_train)]
    np.testing.assert_allclose(found, each, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found.mean(axis=0), tape(model, slice(None)), rtol=1e-4, atol=1e-5)


def test_every_weight_vector_of_an_array_has_its_own_gradients():
    weights = random_weights(2, 3)
    found = sample_gradients(models.mlp, weights, DATA.x_train[:4], DATA.y_train[:4])
    assert found.shape == (2, 3, 4, 303)
    alone = sample_gradients(models.mlp, weights[1, 2], DATA.x_train[:4], DATA.y_train[:4])
    np.testing.assert_allclose(found[1, 2], alone, rtol=1e-5, atol=1e-6)


def test_losses_are_what_keras_evaluates():
    weights = random_weights(3)
    found = losses(models.mlp, weights, DATA.x_test, DATA.y_test)
    for each, loss in zip(weights, found, strict=True):
        model = set_weights(models.mlp(), each)
        model.compile(loss="categorical_crossentropy")
        expected = model.evaluate(DATA.x_test, DATA.y_test, verbose=0)
        assert loss == pytest.approx(expected, rel=1e-5)


def test_losses_of_many_weights_do_not_depend_on_how_many_go_together(monkeypatch):
    weights = random_weights(5)
    together = losses(models.mlp, weights, DATA.x_test, DATA.y_test)
    monkeypatch.setattr(gradients, "EVALUATED_TOGETHER", 2 * len(DATA.x_test))
    in_twos = losses(models.mlp, weights, DATA.x_test, DATA.y_test)
    np.testing.assert_allclose(in_twos, together, rtol=1e-6)


def test_loss_has_the_penalties_of_the_model_as_it_is_at_evaluation():
    def build():
        layers = keras.layers
        return keras.Sequential(
            [
                keras.Input((2,)),
                layers.Dense(4, kernel_regularizer=keras.regularizers.L2(0.3)),
                HalfWhenTraining(),
                layers.Dense(1, activation="sigmoid"),
            ]
        )

    y = DATA.y_train[:, 0]
    weights = np.random.default_rng(4).normal(size=17).astype("float32")
    model = set_weights(build(), weights)
    model.compile(loss="binary_crossentropy")
    expected = model.evaluate(DATA.x_train, y, verbose=0)
    assert losses(build, weights, DATA.x_train, y, "binary_crossentropy") == pytest.approx(
        expected, rel=1e-5
    )


def test_weights_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"weights must have the shape \(\.\.\., 303\) .* \(7,\)"):
        sample_gradients(models.mlp, np.zeros(7, "float32"), DATA.x_train, DATA.y_train)


def test_model_with_state_is_refused():
    def build():
        layers = [keras.Input((2,)), keras.layers.BatchNormalization(), keras.layers.Dense(3)]
        return keras.Sequential(layers)

    weights = np.zeros(build().count_params(), "float32")
    with pytest.raises(ValueError, match="must have trainable weights only, got moving_mean"):
        sample_gradients(build, weights, DATA.x_train, DATA.y_train)
