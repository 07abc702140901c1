"""What a model is trained for: its targets, its loss, and the metric beside the loss."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import keras
import numpy as np

from helpers.data.dataset import Dataset

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


class Aim(NamedTuple):
    """What a model is trained for.

    Attributes:
        data: the data sets, their targets shaped like the model's outputs.
        n_outputs: length of the last axis of the outputs.
        loss: a function of (y_true, y_pred).
        metric: beside the loss.
    """

    data: list[Dataset]
    n_outputs: int
    loss: Callable
    metric: Metric


def aim(model: keras.Model, data: Sequence[Dataset], loss: str | Callable | None) -> Aim:
    """What ``model`` is trained for on some data sets of equal shapes.

    Args:
        model: as ``build`` returned it, with its variables.
        data: the data sets.
        loss: as for ``train``.

    Raises:
        ValueError: the loss does not take the targets.
    """
    outputs = model(data[0].x_train[:1])
    shaped = [
        replace(
            one,
            y_train=targets_like(outputs, one.y_train),
            y_test=targets_like(outputs, one.y_test),
        )
        for one in data
    ]
    y, n_outputs = shaped[0].y_train, outputs.shape[-1]
    function = loss_function(loss_for(loss, model, outputs, y), outputs, y, "y_train")
    for one in shaped:
        check_targets("y_train", one.y_train, function, n_outputs)
        check_targets("y_test", one.y_test, function, n_outputs)
    return Aim(shaped, n_outputs, function, metric_for(function, outputs, y))


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
    have the shape of the outputs and are neither 0 and 1 alone nor probabilities of classes.

    Args:
        loss: a Keras loss or a function of (y_true, y_pred).
        outputs, y: of the model, and the targets beside them, first axis samples.
    """
    numbers = loss_name(loss) in {"", *OF_NUMBERS} and y.shape[1:] == tuple(outputs.shape[1:])
    shares = outputs.shape[-1] > 1 and (y >= 0).all() and np.allclose(y.sum(axis=-1), 1, atol=1e-3)
    if numbers and not shares and not np.isin(y, (0, 1)).all():
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
