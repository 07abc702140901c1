"""The network and the optimizer that the parameters of a chapter name."""

from collections.abc import Sequence

import keras
import numpy as np

from helpers import checks
from helpers.models.builders import Builder
from helpers.models.networks import mlp
from helpers.models.outputs import NUMBERS
from helpers.models.user_models import user_model

OPTIMIZERS = {
    "sgd": keras.optimizers.SGD,
    "adam": keras.optimizers.Adam,
    "rmsprop": keras.optimizers.RMSprop,
}


def chosen_model(
    model: str,
    input_shape: tuple[int, ...],
    n_outputs: int,
    hidden_units: Sequence[int],
    predicts: str = "classes",
) -> Builder:
    """Return what builds the user's model, or a network of dense layers if none is named.

    Args:
        model: function that returns a Keras model, as module:function, or empty.
        input_shape: of one sample.
        n_outputs: classes, at least 2, or 1 for numbers.
        hidden_units: of each hidden layer of the network of dense layers.
        predicts: "classes" or "numbers".

    Raises:
        ParameterError: as for ``helpers.models.user_model``.

    >>> chosen_model("", (4,), 2, [32])().count_params()
    226
    """
    if model:
        return user_model(model, input_shape, n_outputs, predicts)
    n_inputs = int(np.prod(input_shape))
    if predicts == NUMBERS:
        return Builder(
            lambda: regression_mlp(n_inputs, hidden_units),
            loss="mean_squared_error",
            metric="mean_absolute_error",
            one_output=True,
            activation="linear",
        )
    return Builder(lambda: mlp(n_inputs, n_outputs, hidden_units), "categorical_crossentropy")


def regression_mlp(n_inputs: int, hidden_units: Sequence[int]) -> keras.Model:
    """``helpers.models.mlp`` with one linear output in the place of the softmax.

    Args:
        n_inputs: features per sample, at least 1.
        hidden_units: of each hidden layer in turn.

    >>> regression_mlp(4, [32]).output_shape
    (None, 1)
    """
    hidden = mlp(n_inputs, 2, hidden_units).layers[:-1]
    return keras.Sequential([keras.Input((n_inputs,)), *hidden, keras.layers.Dense(1)])


def chosen_optimizer(
    name: str, momentum: float, learning_rate: float = 0.01, build: Builder | None = None
) -> keras.optimizers.Optimizer:
    """Return a new optimizer.

    Args:
        name: "sgd", "adam" or "rmsprop", or "auto" for that which the model's maker compiled it
            with, or else sgd.
        momentum: of sgd, from 0 to below 1; the others do without.
        learning_rate: above 0.
        build: the model's builder, for "auto".

    Raises:
        ValueError: ``name`` is none of these.
        ParameterError: the maker's optimizer has a schedule of the learning rate.

    >>> chosen_optimizer("sgd", 0.9).momentum
    0.9
    """
    checks.one_of("name", name, ["auto", *OPTIMIZERS])
    if name == "auto" and build is not None and build.its_optimizer:
        return build.optimizer(learning_rate)
    if name in ("auto", "sgd"):
        return keras.optimizers.SGD(learning_rate, momentum=momentum)
    return OPTIMIZERS[name](learning_rate)
