"""Plain Keras, as the independent reference that the trainer is compared with."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf
import xarray as xr

from helpers.data.dataset import Dataset
from helpers.training.replicates import sample_orders
from helpers.training.results import METRICS


def flat(weights: list[np.ndarray]) -> np.ndarray:
    """Return all weights of a model in one row."""
    return np.concatenate([np.ravel(weight) for weight in weights])


def started(build: Callable, optimizer: keras.optimizers.Optimizer, seed: int, **compiling):
    """Return a compiled model with the initial weights of a seed."""
    keras.utils.set_random_seed(seed)
    model = build()
    own = type(optimizer).from_config(optimizer.get_config())
    model.compile(optimizer=own, metrics=["accuracy"], **compiling)
    return model


def fit(
    build: Callable,
    optimizer: keras.optimizers.Optimizer,
    data: Dataset,
    *,
    batch_size: int | Sequence[int],
    epochs: int,
    seeds: Sequence[int],
    learning_rate: Sequence[float] | None = None,
    loss: str | Callable = "categorical_crossentropy",
    jit_compile: bool = False,
) -> xr.Dataset:
    """Train by ``model.fit`` in the trainer's order; metrics and weights after every epoch."""
    metrics = np.empty((len(seeds), epochs, len(METRICS)))
    weights = []
    for i, seed in enumerate(seeds):
        model = started(
            build, optimizer, seed, loss=loss, jit_compile=jit_compile,
            steps_per_execution=50 if batch_size == 1 else 1,  # the same updates, sooner
        )  # fmt: skip
        weights.append([])
        for epoch, order in zip(range(epochs), sample_orders(seed, data.n_train), strict=False):
            if learning_rate is not None:
                model.optimizer.learning_rate = learning_rate[epoch]
            log = model.fit(
                data.x_train[order],
                data.y_train[order],
                batch_size=batch_size if np.isscalar(batch_size) else batch_size[epoch],
                shuffle=False,
                verbose=0,
                validation_data=(data.x_test, data.y_test),
                validation_batch_size=len(data.x_test),
            )
            metrics[i, epoch] = [log.history[name][0] for name in METRICS]
            weights[i].append(flat(model.get_weights()))
    variables = {name: (("seed", "epoch"), metrics[..., j]) for j, name in enumerate(METRICS)}
    return xr.Dataset(variables | {"weights": (("seed", "snapshot", "weight"), np.array(weights))})


def update_by_update(
    build: Callable,
    optimizer: keras.optimizers.Optimizer,
    data: Dataset,
    *,
    batch_size: int,
    epochs: int,
    seed: int,
    last_batch: str = "keep",
) -> tuple[np.ndarray, np.ndarray]:
    """Train by hand; (loss, accuracy) before every update, and the weights in the end."""
    model = started(build, optimizer, seed, loss="categorical_crossentropy")
    metrics = []
    for _, order in zip(range(epochs), sample_orders(seed, data.n_train), strict=False):
        for start in range(0, data.n_train, batch_size):
            batch = order[start : start + batch_size]
            if last_batch == "drop" and len(batch) < batch_size:
                continue
            y = data.y_train[batch]
            with tf.GradientTape() as tape:
                outputs = model(data.x_train[batch], training=True)
                loss = tf.reduce_mean(keras.losses.categorical_crossentropy(y, outputs))
            slopes = tape.gradient(loss, model.trainable_variables)
            if last_batch == "weight":
                slopes = [slope * len(batch) / batch_size for slope in slopes]
            model.optimizer.apply(slopes, model.trainable_variables)
            correct = np.argmax(outputs, axis=1) == np.argmax(y, axis=1)
            metrics.append([float(loss), correct.mean()])
    return np.array(metrics), flat(model.get_weights())


def assert_same(runs: xr.Dataset, reference: xr.Dataset, tolerance: float) -> None:
    """Fail unless weights agree, and metrics, which are float32, as far as float32 can."""
    for name in ("weights", *METRICS):
        close = tolerance if name == "weights" else max(tolerance, 1e-6)
        np.testing.assert_allclose(
            runs[name], reference[name], rtol=close, atol=close, err_msg=name
        )
