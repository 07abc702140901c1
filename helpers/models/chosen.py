"""The network and the optimizer that the parameters of a chapter name."""

from collections.abc import Callable, Sequence

import keras
import numpy as np

from helpers import checks
from helpers.models.networks import mlp
from helpers.models.user_models import user_model

OPTIMIZERS = {
    "sgd": keras.optimizers.SGD,
    "adam": keras.optimizers.Adam,
    "rmsprop": keras.optimizers.RMSprop,
}


def chosen_model(
    model: str, input_shape: tuple[int, ...], n_classes: int, hidden_units: Sequence[int]
) -> Callable[[], keras.Model]:
    """Return what builds the user's model, or a network of dense layers if none is named.

    Args:
        model: function that returns a Keras model, as module:function, or empty.
        input_shape: of one sample.
        n_classes: classes, at least 2.
        hidden_units: of each hidden layer of the network of dense layers.

    Raises:
        ParameterError: as for ``helpers.models.user_model``.

    >>> chosen_model("", (4,), 2, [32])().count_params()
    226
    """
    if model:
        return user_model(model, input_shape, n_classes)

    def build() -> keras.Model:
        return mlp(int(np.prod(input_shape)), n_classes, hidden_units)

    return build


def chosen_optimizer(
    name: str, momentum: float, learning_rate: float = 0.01
) -> keras.optimizers.Optimizer:
    """Return a new optimizer.

    Args:
        name: "sgd", "adam" or "rmsprop".
        momentum: of sgd, from 0 to below 1; the others do without.
        learning_rate: above 0.

    Raises:
        ValueError: ``name`` is none of these.

    >>> chosen_optimizer("sgd", 0.9).momentum
    0.9
    """
    make = OPTIMIZERS[checks.one_of("name", name, list(OPTIMIZERS))]
    return make(learning_rate, momentum=momentum) if name == "sgd" else make(learning_rate)
