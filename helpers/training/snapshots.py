"""Weights kept at snapshots: put back into a model, and evaluated on any samples."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf
import xarray as xr

from helpers.training.replicates import new_model


def set_weights(model: keras.Model, weights: np.ndarray) -> keras.Model:
    """``model`` with the flat ``weights`` of one run at one snapshot, shape (n_weights,).

    Raises:
        ValueError: the model has another number of weights.
    """
    _check_shape(model, np.shape(weights))
    pieces = np.split(np.asarray(weights), np.cumsum(_sizes(model))[:-1])
    model.set_weights([p.reshape(w.shape) for p, w in zip(pieces, model.weights, strict=True)])
    return model


def starting_weights(start: xr.DataArray | None, seeds: Sequence[int]) -> np.ndarray | None:
    """The flat weights that each seed starts from, shape (n_seeds, n_weights); None if not given.

    Args:
        start: as for ``train``.
        seeds: as for ``train``.

    Raises:
        ValueError: it has other dimensions, lacks a seed, or holds NaN or infinity.
    """
    if start is None:
        return None
    dims = set(start.dims) if isinstance(start, xr.DataArray) else type(start).__name__
    if dims != {"seed", "weight"}:
        raise ValueError(
            "start must be the weights of one snapshot, a DataArray with the dimensions seed and "
            f"weight, such as runs.weights.sel(snapshot=5), got {dims}"
        )
    missing = sorted(set(seeds) - set(start.seed.values.tolist()))
    if missing:
        raise ValueError(
            f"start must hold the weights of every seed, got none of seed {missing[0]}"
        )
    weights = start.sel(seed=list(seeds)).transpose("seed", "weight").values
    if not np.isfinite(weights).all():
        raise ValueError("start must be finite, got NaN or infinity in it")
    return weights


def evaluate(
    build: Callable[[], keras.Model],
    runs: xr.Dataset,
    x: np.ndarray | Sequence[np.ndarray],
    y: np.ndarray | Sequence[np.ndarray],
) -> xr.DataArray:
    """Accuracy on (x, y) of the weights kept at every snapshot of ``runs``.

    It is what ``model.evaluate`` gives after that epoch. The training accuracy that ``fit`` and
    ``train`` report for an epoch is another number: a mean taken while the weights move.

    Args:
        build: the function that built the trained models.
        runs: what ``train``, ``sweep`` or ``train_schedules`` returned, with ``snapshots``.
        x: inputs, shape (n, ...), or (n_seeds, n, ...) for samples of each seed.
        y: one-hot targets, shape (n, n_classes), or (n_seeds, n, n_classes), also for a model with
            one output for two classes.

    Returns:
        Accuracies from 0 to 1 with dimensions (seed, snapshot), and those of the settings in front.

    Raises:
        ValueError: the runs are of a regression, the model has another number of weights than they
            have, or there are samples of another number of seeds.
    """
    if "error" in runs:
        raise ValueError("evaluate gives accuracies, which runs of a regression do not have")
    x, labels = np.asarray(x), np.argmax(y, axis=-1)
    predict = _predictor(new_model(build, x[:1] if labels.ndim == 1 else x[0, :1], 0), runs)

    def on(samples, labels, weights):
        samples = tf.convert_to_tensor(samples)

        def accuracy(flat):
            return np.mean(predict(tf.convert_to_tensor(flat), samples).numpy() == labels)

        return xr.apply_ufunc(accuracy, weights, input_core_dims=[["weight"]], vectorize=True)

    if labels.ndim == 1:
        return on(x, labels, runs.weights)
    n_seeds = runs.sizes["seed"]
    if not len(x) == len(labels) == n_seeds:
        raise ValueError(f"x and y must hold the samples of {n_seeds} seeds, got {len(x)}")
    return xr.concat(
        [on(x[i], labels[i], runs.weights.isel(seed=[i])) for i in range(n_seeds)], "seed"
    )


def _predictor(model: keras.Model, runs: xr.Dataset) -> Callable:
    """The predicted classes, compiled, as a function of (flat weights, x)."""
    _check_shape(model, (runs.sizes["weight"],))

    @tf.function(autograph=False)
    def predict(flat, x):
        pieces = tf.split(flat, _sizes(model))
        values = [tf.reshape(p, w.shape) for p, w in zip(pieces, model.weights, strict=True)]
        with keras.StatelessScope(zip(model.weights, values, strict=True)):
            outputs = model(x, training=False)
            if outputs.shape[-1] == 1:
                return tf.cast(outputs[..., 0] > 0.5, "int64")
            return tf.argmax(outputs, axis=-1)

    return predict


def _sizes(model: keras.Model) -> list[int]:
    """The number of elements of each of the model's weights."""
    return [int(np.prod(weight.shape)) for weight in model.weights]


def _check_shape(model: keras.Model, shape: tuple[int, ...]) -> None:
    if shape != (model.count_params(),):
        raise ValueError(
            f"weights must have the shape ({model.count_params()},) of the model's, got {shape}"
        )
