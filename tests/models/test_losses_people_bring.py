"""Losses that people compile a model with are taken, or refused in a sentence that leads on."""

import keras
import pytest
from keras import layers

from helpers.errors import ParameterError

CROSS_ENTROPY = keras.losses.CategoricalCrossentropy
LABELS = keras.losses.SparseCategoricalCrossentropy
NOT_PROBABILITIES = "Its outputs are not probabilities: the largest is the class."


def shared_loss(loss, units, activation=None, *more, kernel="glorot_uniform"):
    def make(shape):
        last = layers.Dense(units, activation, kernel_initializer=kernel)
        model = keras.Sequential([keras.Input(shape), layers.Dense(6, "relu"), last, *more])
        model.compile("sgd", loss)
        return model

    return make


def own_loss(y, outputs):
    return keras.ops.mean(abs(y - outputs) ** 1.5, axis=-1)


@pytest.mark.parametrize(
    ("make", "n_outputs", "predicts", "sentence"),
    [
        (shared_loss("binary_crossentropy", 1), 1, "numbers", "is compiled with the loss "
         "binary_crossentropy, which does not suit numbers that are standardised, "),
        (shared_loss("poisson", 1), 1, "numbers", "is compiled with the loss poisson, which does "),
        (shared_loss("categorical_crossentropy", 1, "sigmoid"), 2, "classes", "is compiled with "
         "the loss categorical_crossentropy, which does not suit one output: take "),
        (shared_loss(keras.losses.BinaryCrossentropy(from_logits=True), 1), 2, "classes",
         "is compiled with from_logits=True, but Keras takes an output above 0.5 for the second"),
        (shared_loss(CROSS_ENTROPY(reduction="sum"), 3, "softmax"), 3, "classes",
         "must be compiled with one Keras loss that averages over samples, or with none, got "),
        (shared_loss(["mse"], 3, "softmax"), 3, "classes", "must be compiled with one Keras loss "),
        (shared_loss("no_such", 3, "softmax"), 3, "classes", "must be compiled with one Keras "),
        *[(shared_loss(loss, 1), 1, "numbers", f"is compiled with the loss {loss}, which does not "
           "suit numbers that are standardised, about half of them below 0: take "
           "mean_squared_error, mean_absolute_error, huber, log_cosh, or a function of your own")
          for loss in ("kl_divergence", "hinge", "squared_hinge", "cosine_similarity", "dice")],
        *[(shared_loss(loss, 3, "softmax"), 3, "classes", f"is compiled with the loss {loss}, "
           "which does not suit classes: take sparse_categorical_crossentropy, "
           "categorical_crossentropy, ")
          for loss in ("cosine_similarity", "dice", "circle", "mean_absolute_percentage_error")],
        (shared_loss("kl_divergence", 1, "sigmoid"), 2, "classes", "is compiled with the loss "
         "kl_divergence, which does not suit one output: take binary_crossentropy, "),
        (shared_loss(LABELS(ignore_class=0), 3, "softmax"), 3, "classes", "is compiled with "
         "ignore_class=0, but every sample counts here: leave it out, and those samples out of "),
        (shared_loss("binary_crossentropy", 3), 3, "classes", "must give probabilities, each from "
         "0 to 1: end it on a sigmoid or a softmax, or compile it in the function with "
         "keras.losses.BinaryCrossentropy(from_logits=True)"),
        (shared_loss("binary_crossentropy", 3, kernel="zeros"), 3, "classes", "must give "
         "probabilities, each from 0 to 1: "),
        (shared_loss("poisson", 3, "tanh"), 3, "classes", "must give probabilities, each from 0 "),
        (shared_loss("kl_divergence", 3, "sigmoid"), 3, "classes", "must give probabilities, "
         "which add up to 1: end it on a softmax, "),
    ],
)  # fmt: skip
def test_losses_that_would_train_wrongly_are_refused(brought, make, n_outputs, predicts, sentence):
    with pytest.raises(ParameterError) as raised:
        brought(make, n_outputs=n_outputs, predicts=predicts)
    (problem,) = raised.value.problems
    assert problem.startswith(f"model 'brought:make' {sentence}")


@pytest.mark.parametrize(
    ("make", "n_outputs", "predicts", "activation"),
    [
        (shared_loss(None, 3, "softmax"), 3, "classes", "softmax"),
        (shared_loss(None, 3, "softmax", kernel="zeros"), 3, "classes", "softmax"),
        (shared_loss("binary_crossentropy", 3, "sigmoid"), 3, "classes", "sigmoid"),
        (shared_loss(None, 1, "sigmoid"), 2, "classes", "sigmoid"),
        (shared_loss("mse", 3, kernel="zeros"), 3, "classes", "linear"),
        (shared_loss(CROSS_ENTROPY(from_logits=True), 3), 3, "classes", "linear"),
        (shared_loss("mse", 1, kernel="zeros"), 1, "numbers", "linear"),
    ],
)
def test_what_the_outputs_are_is_known(brought, make, n_outputs, predicts, activation):
    assert brought(make, n_outputs=n_outputs, predicts=predicts).activation == activation


@pytest.mark.parametrize("loss", ["mean_squared_error", "categorical_hinge", own_loss])
def test_linear_outputs_are_taken_where_the_loss_needs_no_probabilities(brought, loss):
    assert NOT_PROBABILITIES in brought(shared_loss(loss, 3)).notes
    assert NOT_PROBABILITIES not in brought(shared_loss(loss, 3, "softmax")).notes


def test_logits_of_each_class_are_taken_with_a_loss_that_takes_them(brought):
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    build = brought(shared_loss(loss, 3))
    assert build.loss is loss
    assert NOT_PROBABILITIES not in build.notes


@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize("more", [["Flatten"], ["Rescaling"]])
def test_probabilities_may_pass_through_more_layers(brought, units, more):
    kinds = {"Flatten": layers.Flatten, "Rescaling": lambda: layers.Rescaling(-1, 1)}

    def make(shape):
        added = [kinds[name]() for name in more]
        return shared_loss("binary_crossentropy", units, "sigmoid", *added)(shape)

    assert brought(make, n_outputs=max(units, 2)).loss == "binary_crossentropy"


@pytest.mark.parametrize(
    "loss", ["mse", keras.losses.MeanAbsoluteError(), "huber", "log_cosh", own_loss]
)
def test_losses_between_numbers_are_taken_for_numbers(brought, loss):
    assert brought(shared_loss(loss, 1), n_outputs=1, predicts="numbers").loss is loss
