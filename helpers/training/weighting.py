"""Weights of samples: of training ones for each sample or for each class, and of test ones."""

from collections.abc import Mapping

import keras
import numpy as np

from helpers import checks
from helpers.training.targets import Aim


def sample_weights(
    aim: Aim,
    class_weight: Mapping[int, float] | None,
    sample_weight: np.ndarray | None,
) -> list[np.ndarray] | None:
    """The weights of the training samples, shape (n_train,), of each data set; or None.

    Args:
        aim: what the model is trained for.
        class_weight, sample_weight: as for ``train``.

    Raises:
        ValueError: both are given, or one does not fit the data.
    """
    if class_weight is not None and sample_weight is not None:
        raise ValueError("class_weight and sample_weight must not be given both, as in fit")
    if class_weight is not None:
        if aim.metric.name != "accuracy":
            raise ValueError("class_weight must be left out of a regression, which has no classes")
        if not isinstance(class_weight, Mapping):
            raise ValueError(f"class_weight must be a dict by class, got {class_weight!r}")
        last = max(aim.n_outputs, 2) - 1
        for label, weight in class_weight.items():
            checks.whole_number("class of class_weight", label, 0, last)
            checks.weight(f"class_weight of {label}", weight)
        by_class = np.ones(last + 1, keras.config.floatx())
        by_class[list(class_weight)] = list(class_weight.values())
        return [by_class[_classes(one.y_train)] for one in aim.data]
    if sample_weight is None:
        return None
    weights = checks.weights("sample_weight", sample_weight, len(aim.data), aim.data[0].n_train)
    return list(weights.astype(keras.config.floatx()))


def validation_weights(aim: Aim, weights: np.ndarray | None) -> np.ndarray | None:
    """The weights of the test samples, shape (n_test,); or None.

    Args:
        aim: what the model is trained for.
        weights: as ``validation_weight`` of ``train``.

    Raises:
        ValueError: they do not fit the data, or are all 0.
    """
    if weights is None:
        return None
    (weights,) = checks.weights("validation_weight", weights, 1, len(aim.data[0].x_test))
    if not weights.any():
        raise ValueError("validation_weight must not be 0 for every sample")
    return weights.astype(keras.config.floatx())


def _classes(y):
    """The class of each sample, as Keras takes it for class_weight."""
    if y.ndim > 1:
        y = y[..., 0] if y.shape[-1] == 1 else y.argmax(axis=-1)
    if y.ndim > 1:
        raise ValueError(f"class_weight takes one class per sample, got targets of {y.shape[1:]}")
    return np.round(y).astype(int)
