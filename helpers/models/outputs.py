"""What a model gives, and the loss that takes it: whether they suit what is predicted."""

import warnings
from collections.abc import Callable

import keras
import numpy as np

from helpers.errors import ParameterError

NUMBERS = "numbers"  # what a regression predicts; anything else predicts classes
ONE_HOT, LABELS = "categorical_crossentropy", "sparse_categorical_crossentropy"
TWO_CLASSES, SQUARES = "binary_crossentropy", "mean_squared_error"
SUM_TO_1 = [ONE_HOT, "categorical_focal_crossentropy", "kl_divergence"]  # of the outputs
FROM_0_TO_1 = [
    TWO_CLASSES, "binary_focal_crossentropy", "poisson", "mean_squared_logarithmic_error"
]  # fmt: skip
# Losses of Keras that are a mean over samples and at least 0, for targets of these kinds.
FOR_NUMBERS = [SQUARES, "mean_absolute_error", "huber", "log_cosh"]
FOR_ONE_OUTPUT = [*FROM_0_TO_1, "hinge", "squared_hinge", *FOR_NUMBERS]
FOR_CLASSES = [LABELS, *SUM_TO_1, "categorical_hinge", *FOR_ONE_OUTPUT]
FAR = 100.0  # where an activation shows its range


def check_shape(
    outputs: np.ndarray, n_outputs: int, predicts: str, name: str, hint: str = ""
) -> None:
    """A ParameterError unless outputs have the shape that suits what is predicted.

    Args:
        outputs: of some samples.
        n_outputs: classes, or 1 for numbers.
        predicts: "classes" or "numbers".
        name: of the model, in the sentence.
        hint: what may help, at the end of the sentence.
    """
    if outputs.shape[1:] == (n_outputs,) or (outputs.shape[1:] == (1,) and n_outputs == 2):
        return
    one = "the number to predict" if predicts == NUMBERS else "each class"
    or_one = " (or one sigmoid unit)" if predicts != NUMBERS and n_outputs == 2 else ""
    raise ParameterError(
        f"{name} must give outputs of shape {(n_outputs,)}, one for {one}{or_one}, "
        f"got {outputs.shape[1:]}{hint}"
    )


def suitable_loss(
    model: keras.Model, n_units: int, predicts: str, name: str
) -> tuple[str | Callable, str]:
    """The loss of a model's maker, or Keras's usual one, and a sentence about it.

    Labels as whole numbers are one-hot here, so a loss of such labels becomes the one of one-hot
    targets, which is the same.

    Args:
        model: compiled or not.
        n_units: length of its outputs.
        predicts, name: as for ``check_shape``.

    Raises:
        ParameterError: the maker's loss does not suit what is predicted.
    """
    if model.loss is None:
        usual = TWO_CLASSES if n_units == 1 else ONE_HOT
        usual = SQUARES if predicts == NUMBERS else usual
        return usual, f"Its loss is {usual}."
    try:
        loss = keras.losses.get(model.loss)
    except (TypeError, ValueError):
        loss = None
    if not callable(loss) or getattr(loss, "reduction", "mean") in ("sum", "none", None):
        raise ParameterError(
            f"{name} must be compiled with one Keras loss that averages over samples, or with "
            f"none, got {_named(model.loss)}"
        )
    kind = loss_name(loss)
    if predicts == NUMBERS:
        what, allowed = "numbers that are standardised, about half of them below 0", FOR_NUMBERS
    elif n_units == 1:
        what, allowed = "one output", FOR_ONE_OUTPUT
    else:
        what, allowed = "classes", FOR_CLASSES
    if kind and kind not in allowed:
        raise ParameterError(
            f"{name} is compiled with the loss {kind}, which does not suit {what}: take "
            f"{', '.join(allowed)}, or a function of your own"
        )
    if n_units == 1 and getattr(loss, "from_logits", False):
        raise ParameterError(
            f"{name} is compiled with from_logits=True, but Keras takes an output above 0.5 for "
            "the second class: end it on a sigmoid, and leave from_logits out"
        )
    if getattr(loss, "ignore_class", None) is not None:
        raise ParameterError(
            f"{name} is compiled with ignore_class={loss.ignore_class}, but every sample counts "
            "here: leave it out, and those samples out of the data"
        )
    if kind == LABELS:
        loss = keras.losses.CategoricalCrossentropy(getattr(loss, "from_logits", False))
        return loss, f"Its loss is its own {kind}, with targets that are one-hot."
    return model.loss, f"Its loss is its own {_named(model.loss)}."


def check_values(
    model: keras.Model, outputs: np.ndarray, loss: str | Callable, predicts: str, name: str
) -> None:
    """A ParameterError unless a model can give what is predicted.

    Args:
        model: of one output, or of one for each class.
        outputs: of some samples, shape (n, n_units).
        loss: as ``suitable_loss`` returned it.
        predicts, name: as for ``check_shape``.
    """
    if not np.isfinite(outputs).all():
        raise ParameterError(f"{name} must give finite outputs, got NaN or infinity")
    low, high = output_range(model)
    if predicts == NUMBERS:
        if low > -3 or high < 3:
            raise ParameterError(
                f"{name} must be able to give any number, since the target is standardised, but "
                f"its last activation gives {low:.3g} to {high:.3g}: end it on Dense(1)"
            )
        return
    function = keras.losses.get(loss)
    kind = loss_name(function)
    if outputs.shape[1] == 1:
        known = np.isfinite(low) and not np.allclose((low, high), (0, 1))
        if known or (outputs < 0).any() or (outputs > 1).any():
            raise ParameterError(
                f"{name} must give the probability of the second class: end it on "
                "Dense(1, activation='sigmoid')"
            )
    elif getattr(function, "from_logits", False):
        return
    elif kind in SUM_TO_1:
        if (outputs < 0).any() or not np.allclose(outputs.sum(axis=1), 1, atol=1e-3):
            raise ParameterError(
                f"{name} must give probabilities, which add up to 1: end it on a softmax, or "
                "compile it in the function with "
                "keras.losses.CategoricalCrossentropy(from_logits=True)"
            )
    elif kind in FROM_0_TO_1 and kind_of_outputs(model, outputs) == "linear":
        raise ParameterError(
            f"{name} must give probabilities, each from 0 to 1: end it on a sigmoid or a softmax, "
            "or compile it in the function with keras.losses.BinaryCrossentropy(from_logits=True)"
        )


def kind_of_outputs(model: keras.Model, outputs: np.ndarray) -> str:
    """What outputs are: "softmax", "sigmoid" or "linear", as for ``Builder``.

    Args:
        model: of these outputs.
        outputs: of some samples, shape (n, n_units).
    """
    low, high = output_range(model)
    known = np.isfinite(low) and (low < 0 or high > 1)  # all weights may begin at 0
    if known or (outputs < 0).any() or (outputs > 1).any():
        return "linear"
    return "softmax" if np.allclose(outputs.sum(axis=1), 1, atol=1e-3) else "sigmoid"


def output_range(model: keras.Model) -> tuple[float, float]:
    """What the last activation of a model gives far below and far above 0.

    Infinite where the model does not tell its last layer, or that has no such range.
    """
    tensors = getattr(model, "outputs", None)  # a class that only has call has none
    return _range(tensors[0]) if tensors else (-np.inf, np.inf)


def _range(tensor):
    """The range of what the layer of a tensor gives, followed up to the last one with weights."""
    last = tensor._keras_history.operation
    if isinstance(last, keras.Model):
        return output_range(last)
    try:
        if getattr(last, "weights", None):
            function, ends = last.activation, (-FAR, FAR)
        else:
            function, ends = last, np.clip(_range(last.input), -FAR, FAR)
        with warnings.catch_warnings(action="ignore"):  # of a softmax over one number
            low, high = np.sort(np.ravel(function(np.array(ends, "float32")[:, None])))
    except Exception:  # it has no activation, or other inputs, such as the two of an addition
        return -np.inf, np.inf
    return float(low), float(high)


def loss_name(loss: Callable) -> str:
    """What Keras calls the function of a loss; of a loss of the user's own, nothing."""
    function = getattr(loss, "fn", loss)
    of_keras = getattr(function, "__module__", "").startswith("keras.")
    return getattr(function, "__name__", "") if of_keras else ""


def _named(loss) -> str:
    """A loss as a sentence shows it."""
    if isinstance(loss, (str, list, tuple, dict)):
        return str(loss)
    return getattr(loss, "__name__", type(loss).__name__)
