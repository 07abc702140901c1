"""Weights kept at snapshots: put back into a model, and evaluated on any samples."""

from collections.abc import Callable

import keras
import numpy as np
import xarray as xr


def set_weights(model: keras.Model, weights: np.ndarray) -> keras.Model:
    """``model`` with the flat ``weights`` of one run at one snapshot, shape (n_weights,).

    Raises:
        ValueError: the model has another number of weights.
    """
    if np.shape(weights) != (model.count_params(),):
        raise ValueError(
            f"weights must have the shape ({model.count_params()},) of the model's, "
            f"got {np.shape(weights)}"
        )
    shapes = [weight.shape for weight in model.weights]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
    pieces = np.split(np.asarray(weights), ends)
    model.set_weights([piece.reshape(s) for piece, s in zip(pieces, shapes, strict=True)])
    return model


def evaluate(
    build: Callable[[], keras.Model], runs: xr.Dataset, x: np.ndarray, y: np.ndarray
) -> xr.DataArray:
    """Accuracy on (x, y) of the weights kept at every snapshot of ``runs``.

    It is what ``model.evaluate`` gives after that epoch. The training accuracy that ``fit`` and
    ``train`` report for an epoch is another number: a mean taken while the weights move.

    Args:
        build: the function that built the trained models.
        runs: what ``train`` returned, with ``snapshots``.
        x: inputs, shape (n, ...).
        y: one-hot targets, shape (n, n_classes).

    Returns:
        Accuracies from 0 to 1 with dimensions (seed, snapshot).
    """
    model, labels = build(), np.argmax(y, axis=-1)

    def accuracy(weights):
        outputs = set_weights(model, weights)(x, training=False)
        return np.mean(keras.ops.convert_to_numpy(outputs).argmax(axis=-1) == labels)

    return xr.apply_ufunc(accuracy, runs.weights, input_core_dims=[["weight"]], vectorize=True)
