"""Models of the kinds that people bring are taken, or refused in a sentence that leads on."""

import keras
import numpy as np
import pytest
from keras import layers

from helpers.errors import ParameterError

CROSS_ENTROPY = keras.losses.CategoricalCrossentropy
ROWS, PIXELS = (5,), (8, 8, 1)


def sequential(shape, *last):
    return keras.Sequential([keras.Input(shape), layers.Flatten(), layers.Dense(6, "relu"), *last])


def compiled(model, optimizer="sgd", loss=None, **more):
    model.compile(optimizer, loss, **more)
    return model


def two_branches(input_shape, n_classes):
    rows = keras.Input(input_shape)
    wide, deep = layers.Dense(4)(rows), layers.Dense(4, "relu")(layers.Dense(8, "relu")(rows))
    both = layers.Concatenate()([wide, deep])
    return keras.Model(rows, layers.Dense(n_classes, "softmax")(both))


def transfer_head(input_shape, n_classes):
    """A frozen base, the same at every call, below a new layer."""
    first = keras.initializers.GlorotUniform(seed=0)
    base = keras.Sequential(
        [keras.Input(input_shape), layers.Conv2D(3, 3, kernel_initializer=first)], name="base"
    )
    base.trainable = False
    head = [base, layers.GlobalAveragePooling2D(), layers.Dense(n_classes, "softmax")]
    return keras.Sequential(head)


def recurrent(n_features, n_classes):
    return keras.Sequential(
        [
            keras.Input((n_features,)),
            layers.Reshape((n_features, 1)),
            layers.LSTM(4),
            layers.Dense(n_classes, "softmax"),
        ]
    )


def normalised(input_shape, n_classes):
    return sequential(
        input_shape,
        layers.BatchNormalization(),
        layers.Dropout(0.3),
        layers.Dense(n_classes, "softmax"),
    )


def softmax_apart(input_shape, n_classes):
    return sequential(input_shape, layers.Dense(n_classes), layers.Softmax())


def logits(input_shape, n_classes):
    return sequential(input_shape, layers.Dense(n_classes))


def logits_with_a_loss(input_shape, n_classes):
    return compiled(logits(input_shape, n_classes), "adam", CROSS_ENTROPY(from_logits=True))


def sigmoids_with_a_loss(input_shape, n_classes):
    model = sequential(input_shape, layers.Dense(n_classes, "sigmoid"))
    return compiled(model, "adam", "binary_crossentropy")


def one_unit(activation):
    return lambda input_shape: sequential(input_shape, layers.Dense(1, activation))


def nowhere(input_shape, n_classes):
    return sequential(input_shape, layers.Dense(n_classes, lambda x: x * np.nan))


def two_inputs(input_shape, n_classes):
    pair = [keras.Input(input_shape), keras.Input(input_shape)]
    return keras.Model(pair, layers.Dense(n_classes, "softmax")(layers.Add()(pair)))


def two_outputs(input_shape, n_classes):
    rows = keras.Input(input_shape)
    return keras.Model(rows, [layers.Dense(n_classes, "softmax")(rows), layers.Dense(1)(rows)])


def text(input_shape, n_classes):
    words = layers.TextVectorization(vocabulary=["a", "b"], output_sequence_length=4)
    last = [layers.Embedding(9, 2), layers.Flatten(), layers.Dense(n_classes, "softmax")]
    return keras.Sequential([keras.Input((1,), dtype="string"), words, *last])


class Subclass(keras.Model):
    def __init__(self, n_classes):
        super().__init__()
        self.hidden, self.last = layers.Dense(6, "relu"), layers.Dense(n_classes, "softmax")

    def call(self, x):
        return self.last(self.hidden(x))


def scaled_pixels(input_shape, n_classes):
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(n_classes, "softmax"),
        ]
    )


def seeded(input_shape, n_classes):
    keras.utils.set_random_seed(42)
    return softmax_apart(input_shape, n_classes)


def turned(input_shape, n_classes):
    random = layers.RandomRotation(0.1), layers.RandomZoom(0.1), layers.RandomTranslation(0.1, 0.1)
    last = [layers.Flatten(), layers.Dense(n_classes, "softmax")]
    return keras.Sequential([keras.Input(input_shape), *random, *last])


@pytest.mark.parametrize(
    ("make", "shape", "loss"),
    [
        (two_branches, ROWS, "categorical_crossentropy"),
        (transfer_head, PIXELS, "categorical_crossentropy"),
        (recurrent, ROWS, "categorical_crossentropy"),
        (normalised, ROWS, "categorical_crossentropy"),
        (softmax_apart, ROWS, "categorical_crossentropy"),
        (Subclass, ROWS, "categorical_crossentropy"),
        (sigmoids_with_a_loss, ROWS, "binary_crossentropy"),
    ],
)
def test_models_of_many_kinds_are_taken(brought, make, shape, loss):
    build = brought(make, shape)
    assert build.loss == build().loss == loss
    assert build().count_params() and not build().compiled
    assert build.targets(np.eye(3)).shape == (3, 3)
    assert build.metric == "accuracy"


def test_logits_are_taken_with_a_loss_that_takes_them(brought):
    assert brought(logits_with_a_loss).loss.from_logits


def test_one_sigmoid_unit_takes_the_second_column_of_two_classes(brought):
    build = brought(one_unit("sigmoid"), n_outputs=2)
    assert build.loss == "binary_crossentropy"
    y = build.targets(np.array([[1, 0], [0, 1], [0, 1]], "float32"))
    assert y.tolist() == [[0], [1], [1]]


def test_numbers_take_one_linear_output_and_their_own_shape(brought):
    build = brought(one_unit(None), n_outputs=1, predicts="numbers")
    assert build.loss == "mean_squared_error"
    assert build.metric == "mean_absolute_error"
    assert build.targets(np.ones((4, 1))).shape == (4, 1)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (seeded, "It starts from the same weights at every call, so seeds differ in the order of "
                 "the samples alone."),
        (scaled_pixels, "Pixels come as values from 0 to 1, and its Rescaling makes them smaller "
                        "still: leave it out."),
        (turned, "It trains without XLA, which cannot compile RandomRotation, RandomTranslation, "
                 "RandomZoom, so it takes longer."),
    ],
)  # fmt: skip
def test_what_a_maker_may_not_expect_is_told(brought, make, told):
    assert told in brought(make, PIXELS).notes
    assert told not in brought(normalised, PIXELS).notes


@pytest.mark.parametrize(
    ("make", "n_outputs", "predicts", "sentence"),
    [
        (logits, 3, "classes", "must give probabilities, which add up to 1: end it on a softmax"),
        (two_inputs, 3, "classes", "must have one input and one output, got 2 inputs; all "),
        (two_outputs, 3, "classes", "must have one input and one output, got 2 outputs; "),
        (text, 3, "classes", "must take numbers, got the layer 'text_vectorization"),
        (one_unit("sigmoid"), 3, "classes", "must give outputs of shape (3,), one for each class"),
        (one_unit(None), 2, "classes", "must give the probability of the second class: end it "),
        (one_unit("relu"), 2, "classes", "must give the probability of the second class: "),
        (one_unit("tanh"), 2, "classes", "must give the probability of the second class: "),
        (one_unit("softmax"), 2, "classes", "must give the probability of the second class: "),
        (one_unit("relu"), 1, "numbers", "must be able to give any number, since the target is "
         "standardised, but its last activation gives 0 to 100: end it on Dense(1)"),
        (one_unit("sigmoid"), 1, "numbers", "must be able to give any number, since the target "),
        (softmax_apart, 1, "numbers", "must be able to give any number, since the target is "),
        (lambda shape: logits(shape, 2), 1, "numbers", "must give outputs of shape (1,), one for "
         "the number to predict, got (2,)"),
        (nowhere, 3, "classes", "must give finite outputs"),
    ],
)  # fmt: skip
def test_models_that_would_train_wrongly_are_refused(brought, make, n_outputs, predicts, sentence):
    with pytest.raises(ParameterError) as raised:
        brought(make, n_outputs=n_outputs, predicts=predicts)
    (problem,) = raised.value.problems
    assert problem.startswith(f"model 'brought:make' {sentence}")


def test_a_model_in_the_place_of_a_function_is_refused(brought):
    with pytest.raises(ParameterError, match="a new model at every call, got a model$"):
        brought(softmax_apart(ROWS, 3))


def test_what_is_no_model_of_keras_is_named_with_its_library(brought):
    with pytest.raises(ParameterError, match="must return a Keras model, got ndarray of numpy$"):
        brought(lambda: np.zeros(3))


def test_an_optimizer_that_all_models_share_is_refused(brought):
    shared = keras.optimizers.Adam()
    with pytest.raises(ParameterError, match="must make a new optimizer at every call$"):
        brought(lambda shape, n: compiled(softmax_apart(shape, n), shared))


def test_layers_that_all_models_share_are_refused(brought):
    shared = layers.Dense(6)
    with pytest.raises(ParameterError, match="a new model at every call, with layers of its own$"):
        brought(lambda shape, n: sequential(shape, shared, layers.Dense(n, "softmax")))
