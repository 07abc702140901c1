"""A model of one's own is built, or one plain sentence says why not."""

import pytest

from helpers.errors import ParameterError
from helpers.models import user_model

MODELS = """
import keras
import numpy as np

def good(shape, n):
    return keras.Sequential([keras.Input(shape), keras.layers.Flatten(),
                             keras.layers.Dense(n, activation="softmax")])

def one_more(shape, n):
    return good(shape, n + 1)

def linear(shape, n):
    return keras.Sequential([keras.Input(shape), keras.layers.Dense(n)])

def other_shape(shape, n):
    return good((shape[0] + 1,), n)

def breaks(shape, n):
    raise RuntimeError("no\\nluck")

def no_model(shape, n):
    return "a model"

def no_arguments():
    return good((4,), 2)

def grid_search(neurons=16, dropout=0.2):
    model = keras.Sequential([
        keras.Input((3,)), keras.layers.Dense(neurons), keras.layers.Dropout(dropout),
        keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model

def needs_neurons(neurons):
    return grid_search(neurons)

def leaves(shape, n):
    raise SystemExit(3)

held = good((3,), 2)

def same(shape, n):
    return held
"""
REFUSED = {
    "none_such": "module 'mine_16' has no function 'none_such', but 'good', 'one_more', ",
    "one_more": "model 'mine_16:one_more' must give outputs of shape (2,), one for each class "
    "(or one sigmoid unit), got (3,)",
    "linear": "model 'mine_16:linear' must give probabilities, which add up to 1: end it on a "
    "softmax, or compile it in the function with keras.losses.CategoricalCrossentropy("
    "from_logits=True)",
    "other_shape": "model 'mine_16:other_shape' must take samples of shape (3,): ",
    "breaks": "model 'mine_16:breaks' fails with shape=(3,) and n=2: RuntimeError: no luck",
    "no_model": "model 'mine_16:no_model' must return a Keras model, got str",
    "no_arguments": "model 'mine_16:no_arguments' must take samples of shape (3,): ValueError: ",
    "needs_neurons": "model 'mine_16:needs_neurons' needs 'neurons', which the chapter cannot "
    "give: input_shape, n_features and n_classes (or n_outputs) are given by these names, ",
    "leaves": "model 'mine_16:leaves' fails with shape=(3,) and n=2: SystemExit: 3",
    "same": "model 'mine_16:same' must return a new model at every call, with layers of its own",
}


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of models that Python finds."""
    (tmp_path / "mine_16.py").write_text(MODELS)
    (tmp_path / "broken_16.py").write_text("import no_such_thing")
    monkeypatch.syspath_prepend(tmp_path)


def test_a_model_of_ones_own_is_built_anew_at_each_call(module):
    build = user_model("mine_16:good", (3, 2), 2)
    assert build() is not build()
    assert build().output_shape == (None, 2)


def test_a_function_for_a_grid_search_is_called_with_its_defaults(module):
    model = user_model("mine_16:grid_search", (3,), 2)()
    assert model.output_shape == (None, 2)
    assert model.layers[1].rate == 0.2


@pytest.mark.parametrize("function", REFUSED)
def test_models_that_cannot_be_trained_are_refused(module, function):
    with pytest.raises(ParameterError) as raised:
        user_model(f"mine_16:{function}", (3,), 2)
    (sentence,) = raised.value.problems
    assert sentence.startswith(REFUSED[function])
    assert "\n" not in sentence


def test_a_module_that_fails_is_named(module):
    with pytest.raises(ParameterError) as raised:
        user_model("broken_16:make", (3,), 2)
    assert str(raised.value) == (
        "model 'broken_16:make' cannot be imported: ModuleNotFoundError: No module named "
        "'no_such_thing'"
    )
