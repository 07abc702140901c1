"""A function is given what its signature asks for, in words that a notebook can print."""

import functools

import keras
import pytest

from helpers.errors import ParameterError
from helpers.models.signatures import call_for


class Configured:
    def __init__(self, width):
        self.width = width

    def __call__(self, input_shape, n_classes):
        return self.width, input_shape, n_classes


class Camel:
    def __call__(self, inputShape, numClasses):  # noqa: N803
        return inputShape, numClasses


class Network(keras.Model):
    def __init__(self, num_classes, width=8):
        super().__init__()
        self.units = num_classes, width


class Bare(keras.Model):
    """Without an __init__ of its own."""


def wrapped(function):
    @functools.wraps(function)
    def call(*args, **kwargs):
        return function(*args, **kwargs)

    return call


@wrapped
def decorated(n_classes, input_shape):
    return input_shape, n_classes


def called(make, input_shape=(4,)):
    call = call_for("f", make, input_shape, 3)
    return make(*call.positional, **call.named), call.words


@pytest.mark.parametrize(
    ("make", "result", "words"),
    [
        (lambda input_shape, n_classes: (input_shape, n_classes), ((4,), 3),
         "with input_shape=(4,) and n_classes=3"),
        (lambda n_classes, input_shape: (input_shape, n_classes), ((4,), 3),
         "with n_classes=3 and input_shape=(4,)"),
        (lambda input_dim, units=16, rate=0.2: (input_dim, units, rate), (4, 16, 0.2),
         "with input_dim=4, and the defaults of units and rate"),
        (lambda n_features, n_outputs, dropout=0.2: (n_features, n_outputs), (4, 3),
         "with n_features=4 and n_outputs=3, and the default of dropout"),
        (Camel(), ((4,), 3), "with inputShape=(4,) and numClasses=3"),
        (lambda shape=(28, 28, 1), classes=10: (shape, classes), ((4,), 3),
         "with shape=(4,) and classes=3"),
        (lambda shape, n: (shape, n), ((4,), 3), "with shape=(4,) and n=3"),
        (lambda a, b: (a, b), ((4,), 3), "with a=(4,) and b=3"),
        (lambda dims, n, width=8: (dims, n), ((4,), 3),
         "with dims=(4,) and n=3, and the default of width"),
        (lambda a, b, /: (a, b), ((4,), 3), "with a=(4,) and b=3"),
        (lambda *, n_classes: n_classes, 3, "with n_classes=3"),
        (lambda n_classes, **more: (n_classes, more), (3, {}), "with n_classes=3"),
        (lambda *anything: anything, ((4,), 3), "with (4,) and 3"),
        (lambda neurons=16, k=3: (neurons, k), (16, 3),
         "without arguments, and the defaults of neurons and k"),
        (lambda: "nothing", "nothing", "without arguments"),
        (functools.partial(lambda width, n_classes: (width, n_classes), 5), (5, 3),
         "with n_classes=3"),
        (Configured(5), (5, (4,), 3), "with input_shape=(4,) and n_classes=3"),
        (decorated, ((4,), 3), "with n_classes=3 and input_shape=(4,)"),
    ],
)  # fmt: skip
def test_a_function_is_given_what_it_asks_for_by_name_or_else_by_place(make, result, words):
    assert called(make) == (result, words)


def test_a_class_of_models_is_given_what_its_init_asks_for():
    network, words = called(Network)
    assert network.units == (3, 8)
    assert words == "with num_classes=3, and the default of width"
    assert called(Bare)[1] == "without arguments"


def test_a_default_for_the_number_of_features_is_kept_where_samples_are_images():
    assert called(lambda n_features=7, n_classes=2: (n_features, n_classes), (8, 8, 1))[0] == (7, 3)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda config: config, "f needs 'config', which the chapter cannot give: input_shape, "),
        (lambda input_shape, n_classes, units: units, "f needs 'units', which the chapter cannot "),
        (lambda input_shape, units: units, "f needs 'units', which the chapter cannot give: "),
        (lambda k, dims: k, "f needs 'dims', which the chapter cannot give: "),
        (lambda a, b, d: a, "f needs 'a', 'b' and 'd', which the chapter cannot give: "),
        (lambda *, hp, seed: hp, "f needs 'hp' and 'seed', which the chapter cannot give: "),
    ],
)
def test_what_cannot_be_given_is_named_with_what_can(make, sentence):
    with pytest.raises(ParameterError) as raised:
        call_for("f", make, (4,), 3)
    assert str(raised.value).startswith(sentence)
    assert str(raised.value).endswith("and any other argument needs a default")


def test_a_number_of_features_is_not_asked_of_images():
    with pytest.raises(ParameterError) as raised:
        call_for("f", lambda n_features, n_classes: None, (8, 8, 1), 3)
    assert str(raised.value) == (
        "f takes n_features, but a sample has the shape (8, 8, 1): let it take input_shape"
    )


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (lambda n, k: None, "'n' and 'k'"),
        (lambda *, out, c: None, "'out' and 'c'"),
        (lambda n, n_classes: None, "'n' and 'n_classes'"),
        (lambda n, num_classes=10: None, "'n' and 'num_classes'"),
        (lambda input_shape, n, k: None, "'n' and 'k'"),
    ],
)
def test_two_names_that_could_be_the_number_of_outputs_are_not_both_given_it(make, names):
    with pytest.raises(ParameterError) as raised:
        call_for("f", make, (4,), 3)
    assert str(raised.value) == (
        f"f takes {names}, each of which could be the number of outputs: name that n_classes (or "
        "n_outputs), and the others input_shape or n_features"
    )
