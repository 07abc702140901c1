"""What a model is trained for: its targets, its loss, and the metric beside the loss."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import keras
import numpy as np

from helpers import checks

ONE_OUTPUT = "binary_crossentropy"
LABELS = "sparse_categorical_crossentropy"
ONE_HOT = "categorical_crossentropy"
WITH_CLASSES = (ONE_HOT, LABELS)  # losses of a model with an output for each class
# Losses of Keras between numbers; with other targets than 0 and 1 they make it a regression.
OF_NUMBERS = {
    "mean_squared_error", "mean_absolute_error", "mean_squared_logarithmic_error",
    "mean_absolute_percentage_error", "huber", "log_cosh", "poisson", "cosine_similarity",
}  # fmt: skip


class Metric(NamedTuple):
    """The metric beside the loss.

    Attributes:
        name: "accuracy", or "error" of a regression.
        function: of (y_true, y_pred), one value per sample.
    """

    name: str
    function: Callable


def targets_like(outputs, y: np.ndarray) -> np.ndarray:
    """``y`` for a model with these outputs.

    An axis of length 1 is added at the end where only that is missing. Where one output stands for
    two classes, two one-hot columns become the second one.

    Args:
        outputs, y: of the model, and the targets beside them, first axis samples.
    """
    if outputs.shape[-1] == 1 and y.shape[1:] == tuple(outputs.shape[1:-1]):
        return y[..., None]
    if outputs.shape[-1] == 1 and y.shape[1:] == (*outputs.shape[1:-1], 2):
        return y[..., 1:]
    return y


def loss_for(loss: str | Callable | None, model: keras.Model, outputs, y: np.ndarray):
    """The loss that was given, or that the model is compiled with, or that suits the targets.

    Args:
        loss: as for ``train``.
        model: as ``build`` returned it.
        outputs, y: of the model, and the targets beside them.
    """
    of_maker = getattr(model, "loss", None)
    if loss is None and (isinstance(of_maker, str) or callable(of_maker)):
        loss = of_maker
    if loss is None:
        if outputs.shape[-1] == 1:
            loss = ONE_OUTPUT
        else:
            loss = ONE_HOT if y.shape[1:] == tuple(outputs.shape[1:]) else LABELS
    return loss


def loss_function(loss: str | Callable, outputs, y: np.ndarray, name: str = "y") -> Callable:
    """The function that Keras takes for ``loss``, tried on one sample.

    Args:
        loss: a Keras loss, its name, or a function of (y_true, y_pred).
        outputs, y: of the model, and the targets beside them, first axis samples.
        name: of the targets, in sentences.

    Raises:
        ValueError: there is no such loss, or it does not take these outputs and targets, or does
            not average over samples.
    """
    if isinstance(loss, (list, tuple, dict)):
        raise ValueError(f"loss must be one Keras loss or its name, got {loss!r}")
    function = keras.losses.get(loss)
    reduction = getattr(function, "reduction", "mean")
    if function is None or reduction in ("sum", "none", None):
        came = f"one with reduction={reduction!r}" if function else "None"
        raise ValueError(f"loss must be a Keras loss that averages over samples, got {came}")
    kind = loss_name(function)
    if kind in WITH_CLASSES and outputs.shape[-1] == 1:
        raise ValueError(
            f"the loss of a model with one output must be another, such as {ONE_OUTPUT!r} for two "
            f"classes or 'mean_squared_error' for numbers, got {kind!r}"
        )
    if kind in OF_NUMBERS and y.shape[1:] != tuple(outputs.shape[1:]):
        raise ValueError(
            f"the loss {kind!r} takes targets of the shape of the outputs, "
            f"{tuple(outputs.shape[1:])}, got {y.shape[1:]}"
        )
    if kind != ONE_HOT or y.shape[1:] == tuple(outputs.shape[1:]):
        check_targets(name, y, function, outputs.shape[-1])
    try:
        function(y[:1], outputs[:1])
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"the loss {loss!r} does not take targets of shape {y.shape[1:]} "
            f"and outputs of shape {tuple(outputs.shape[1:])}: {error}"
        ) from None
    return function


def loss_name(loss: Callable) -> str:
    """What Keras calls the function of a loss; of a loss of the user's own, nothing."""
    function = getattr(loss, "fn", loss)
    of_keras = getattr(function, "__module__", "").startswith("keras.")
    return getattr(function, "__name__", "") if of_keras else ""


def metric_for(loss: Callable, outputs, y: np.ndarray) -> Metric:
    """What Keras takes for the metric "accuracy", or the mean absolute error of a regression.

    It is a regression if the loss is one between numbers, or of the user's own, and the targets
    have the shape of the outputs and are not 0 and 1 alone.

    Args:
        loss: a Keras loss or a function of (y_true, y_pred).
        outputs, y: of the model, and the targets beside them, first axis samples.
    """
    numbers = loss_name(loss) in {"", *OF_NUMBERS} and y.shape[1:] == tuple(outputs.shape[1:])
    if numbers and not np.isin(y, (0, 1)).all():
        return Metric("error", keras.metrics.mean_absolute_error)
    if outputs.shape[-1] == 1:
        return Metric("accuracy", keras.metrics.binary_accuracy)
    if y.shape[1:] == tuple(outputs.shape[1:]):
        return Metric("accuracy", keras.metrics.categorical_accuracy)
    return Metric("accuracy", keras.metrics.sparse_categorical_accuracy)


def check_targets(name: str, y: np.ndarray, loss: Callable, n_outputs: int) -> None:
    """A ValueError unless targets are what a cross-entropy of Keras takes.

    Args:
        name: of the targets, in the sentence.
        y: shape (n, ...).
        loss: a function or object.
        n_outputs: length of the last axis of the outputs.
    """
    kind = loss_name(loss)
    if kind == LABELS:
        ignored = getattr(loss, "ignore_class", None)
        wrong = (y != ignored) & ((y < 0) | (y >= n_outputs) | (y != np.round(y)))
        allowed = f"whole numbers from 0 to {n_outputs - 1}, one below the number of outputs"
        if wrong.any():
            raise ValueError(f"{name} must hold {allowed}, got {y[wrong][0]}")
    elif kind in (ONE_HOT, "categorical_focal_crossentropy"):
        sums = y.sum(axis=-1)
        wrong = (y < 0).any(axis=-1) | ~np.isclose(sums, 1, atol=1e-3)
        if wrong.any():
            raise ValueError(
                f"{name} must be one-hot, or probabilities that add up to 1 in each row, got the "
                f"row {y[wrong][0].tolist()}"
            )
    elif kind in (ONE_OUTPUT, "binary_focal_crossentropy") and ((y < 0) | (y > 1)).any():
        raise ValueError(
            f"{name} must lie from 0 to 1 for the loss {kind!r}, got {y[(y < 0) | (y > 1)][0]}; "
            "numbers to predict take loss='mean_squared_error'"
        )


def sample_weights(
    y: Sequence[np.ndarray],
    n_outputs: int,
    metric: Metric,
    class_weight: Mapping[int, float] | None,
    sample_weight: np.ndarray | None,
) -> list[np.ndarray] | None:
    """The weights of the training samples, shape (n_train,), of each data set; or None.

    Args:
        y: training targets of each data set.
        n_outputs: length of the last axis of the model's outputs.
        metric: beside the loss.
        class_weight, sample_weight: as for ``train``.

    Raises:
        ValueError: both are given, or one does not fit the data.
    """
    if class_weight is not None and sample_weight is not None:
        raise ValueError("class_weight and sample_weight must not be given both, as in fit")
    if class_weight is not None:
        if metric.name != "accuracy":
            raise ValueError("class_weight must be left out of a regression, which has no classes")
        if not isinstance(class_weight, Mapping):
            raise ValueError(f"class_weight must be a dict by class, got {class_weight!r}")
        last = max(n_outputs, 2) - 1
        for label, weight in class_weight.items():
            checks.whole_number("class of class_weight", label, 0, last)
            checks.weight(f"class_weight of {label}", weight)
        by_class = np.ones(last + 1, keras.config.floatx())
        by_class[list(class_weight)] = list(class_weight.values())
        return [by_class[_classes(one)] for one in y]
    if sample_weight is None:
        return None
    weights = checks.weights("sample_weight", sample_weight, len(y), len(y[0]))
    return list(weights.astype(keras.config.floatx()))


def _classes(y):
    """The class of each sample, as Keras takes it for class_weight."""
    if y.ndim > 1:
        y = y[..., 0] if y.shape[-1] == 1 else y.argmax(axis=-1)
    if y.ndim > 1:
        raise ValueError(f"class_weight takes one class per sample, got targets of {y.shape[1:]}")
    return np.round(y).astype(int)
