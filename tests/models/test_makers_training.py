"""The chapter trains a model as its maker's own compile and Keras's fit do."""

import sys
import types

import keras
import numpy as np
import pytest
from keras import layers

from helpers import sweep
from helpers.data import Dataset
from helpers.errors import ParameterError
from helpers.models.chosen import chosen_model, chosen_optimizer
from helpers.training.replicates import sample_orders

GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(60, 4)).astype("float32")
LABELS = (X[:, 0] + 0.3 * GENERATOR.normal(size=60) > 0).astype(int)
NUMBERS = (X @ [[1.0], [-0.5], [0.2], [0.0]]).astype("float32")
RATE, EPOCHS, SIZE, SEED = 0.02, 3, 8, 4


def network(last, activation=None, *more):
    hidden = layers.Dense(6, "relu")
    return keras.Sequential([keras.Input((4,)), *more, hidden, layers.Dense(last, activation)])


def labelled():
    """Labels as whole numbers, and an optimizer whose exemption is in no config."""
    rule = keras.optimizers.AdamW(0.5, weight_decay=0.3, beta_1=0.6)
    rule.exclude_from_weight_decay(var_names=["bias"])
    model = network(2, "softmax")
    model.compile(rule, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def labelled_logits():
    model = network(2)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.5, beta_1=0.5), loss, metrics=["accuracy"])
    return model


def focal():
    model = network(2, "softmax")
    model.compile(
        "rmsprop", keras.losses.CategoricalFocalCrossentropy(gamma=5), metrics=["accuracy"]
    )
    return model


def sigmoid():
    model = network(1, "sigmoid")
    loss = keras.losses.BinaryCrossentropy(label_smoothing=0.1)
    model.compile(keras.optimizers.SGD(0.5, momentum=0.8), loss, metrics=["accuracy"])
    return model


def regression():
    model = network(1)
    model.compile("adam", keras.losses.Huber(0.3), metrics=["mean_absolute_error"])
    return model


def noisy():
    """With a layer that XLA cannot have, and that draws random numbers."""
    rotated = layers.Reshape((2, 2, 1)), layers.RandomRotation(0.1), layers.Flatten()
    model = network(2, "softmax", *rotated)
    rule = keras.optimizers.SGD(0.5, momentum=0.8)
    model.compile(rule, "categorical_crossentropy", metrics=["accuracy"])
    return model


def dropping():
    """With XLA, as the map has it, which draws other random numbers than TensorFlow alone."""
    model = network(2, "softmax", layers.Dropout(0.4))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"], jit_compile=True)
    return model


CASES = [
    (labelled, LABELS, "classes"),
    (labelled_logits, LABELS, "classes"),
    (focal, np.eye(2)[LABELS], "classes"),
    (sigmoid, LABELS[:, None], "classes"),
    (regression, NUMBERS, "numbers"),
    (noisy, np.eye(2)[LABELS], "classes"),
    (dropping, np.eye(2)[LABELS], "classes"),
]


@pytest.fixture
def chosen(monkeypatch):
    """Return what takes a function, as the chapter does it by its name."""

    def choose(make, predicts="classes", n_outputs=2):
        module = types.ModuleType("makers")
        module.make = make
        monkeypatch.setitem(sys.modules, "makers", module)
        n_outputs = 1 if predicts == "numbers" else n_outputs
        return chosen_model("makers:make", (4,), n_outputs, [8], predicts)

    return choose


def by_its_maker(make, y):
    """Loss and metric on the last samples after each epoch, by the maker's compile and fit."""
    keras.utils.set_random_seed(SEED)
    model = make()
    model.optimizer.learning_rate = RATE
    scores = []
    for _, order in zip(range(EPOCHS), sample_orders(SEED, 40), strict=False):
        model.fit(X[:40][order], y[:40][order], batch_size=SIZE, shuffle=False, verbose=0)
        scores.append(model.evaluate(X[40:], y[40:], verbose=0))
    return np.transpose(scores)


@pytest.mark.slow
@pytest.mark.parametrize(("make", "y", "predicts"), CASES)
def test_a_map_trains_as_the_makers_compile_and_fit(chosen, make, y, predicts):
    build = chosen(make, predicts)
    given = (NUMBERS if predicts == "numbers" else np.eye(2)[LABELS]).astype("float32")
    runs = sweep(
        build,
        chosen_optimizer("auto", 0.9, build=build),
        Dataset(X[:40], given[:40], X[40:], given[40:], "drawn"),
        batch_sizes=[SIZE],
        learning_rates=[3 * RATE, RATE],
        epochs=EPOCHS,
        seeds=[SEED + 1, SEED],
        loss=build.loss,
        progress=False,
    )
    metric = "val_error" if predicts == "numbers" else "val_accuracy"
    runs = runs.squeeze().sel(learning_rate=RATE, seed=SEED)
    trained = [runs[name].values for name in ("val_loss", metric)]
    np.testing.assert_allclose(trained, by_its_maker(make, y), rtol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(("make", "y", "predicts"), CASES[:5])
def test_the_plain_keras_of_the_chapter_trains_as_the_makers(chosen, make, y, predicts):
    build = chosen(make, predicts)
    given = NUMBERS if predicts == "numbers" else np.eye(2)[LABELS]
    rule = chosen_optimizer("auto", 0.9, RATE, build)
    keras.utils.set_random_seed(SEED)
    model = build()
    model.compile(rule, build.loss, metrics=[build.metric])
    scores = []
    for _, order in zip(range(EPOCHS), sample_orders(SEED, 40), strict=False):
        targets = build.targets(given[:40])[order]
        model.fit(X[:40][order], targets, batch_size=SIZE, shuffle=False, verbose=0)
        scores.append(model.evaluate(X[40:], build.targets(given[40:]), verbose=0))
    np.testing.assert_allclose(np.transpose(scores), by_its_maker(make, y), rtol=1e-5)


def test_the_makers_optimizer_is_taken_unless_another_is_named(chosen):
    build = chosen(labelled)
    own = chosen_optimizer("auto", 0.9, 0.25, build)
    assert (type(own).__name__, own.beta_1, float(own.learning_rate)) == ("AdamW", 0.6, 0.25)
    assert type(chosen_optimizer("sgd", 0.7, 0.25, build)).__name__ == "SGD"
    assert (
        chosen_optimizer("auto", 0.7, 0.25, chosen(lambda: network(2, "softmax"))).momentum == 0.7
    )
    assert chosen_optimizer("auto", 0.7).momentum == 0.7


def test_what_is_used_of_a_makers_compile_is_told(chosen):
    lines = chosen(labelled).about("auto").splitlines()
    assert lines == [
        "The model has 44 weights.",
        "makers:make was called without arguments.",
        "Its loss is its own sparse_categorical_crossentropy, with targets that are one-hot.",
        "It is trained by its own AdamW, at the learning rates of the map.",
    ]
    assert (
        chosen(labelled)
        .about("adam")
        .endswith(
            "It is trained by adam, as the parameter optimizer says, and not by its own AdamW."
        )
    )
    assert chosen(regression, "numbers").notes[2:] == [
        "Not used of what it was compiled with: metrics."
    ]


def test_a_model_that_is_not_compiled_has_the_usual_loss_and_optimizer(chosen):
    lines = chosen(lambda: network(2, "softmax")).about("auto").splitlines()
    assert lines[2:] == [
        "Its loss is categorical_crossentropy.",
        "It is trained by SGD with momentum.",
    ]


@pytest.mark.parametrize("rate", [keras.optimizers.schedules.CosineDecay(0.1, 100), lambda: 0.1])
def test_a_schedule_of_the_makers_is_refused_unless_another_optimizer_is_named(chosen, rate):
    def scheduled():
        model = network(2, "softmax")
        model.compile(keras.optimizers.Adam(rate), "categorical_crossentropy")
        return model

    build = chosen(scheduled)
    for use in (lambda: build.about("auto"), lambda: chosen_optimizer("auto", 0.9, 0.1, build)):
        with pytest.raises(ParameterError, match="Adam has a schedule of the learning rate, where"):
            use()
    assert build.about("sgd")
