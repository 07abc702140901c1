"""The loss and its gradients at given weights, such as those of a run's snapshots."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from helpers.training.snapshots import set_weights
from helpers.training.targets import loss_function, targets_like

EVALUATED_TOGETHER = 65_536  # samples in one forward pass, all weights together; bounds the memory


def sample_gradients(
    build: Callable[[], keras.Model],
    weights: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    loss: str | Callable = "categorical_crossentropy",
) -> np.ndarray:
    """The gradient of the loss on each sample, at each of the given weights.

    Args:
        build: returns a new Keras model, whose weights are all trainable; it is called as at
            evaluation (``training=False``).
        weights: flat weights, shape (..., n_weights), such as those that ``helpers.train`` keeps
            at its snapshots.
        x: inputs, shape (n, ...).
        y: targets, shape (n, ...).
        loss: a Keras loss that averages over samples, or its name.

    Returns:
        Gradients of shape (..., n, n_weights), in the order of ``model.get_weights()``; their mean
        over n is the gradient of the batch (x, y).

    Raises:
        ValueError: the weights do not fit the model, or the loss does not average over samples.
    """
    weights = np.asarray(weights)
    mean_loss, n_weights, y = loss_of_weights(build, weights, x, y, loss)

    def gradient(flat, x, y):
        with tf.GradientTape() as tape:
            tape.watch(flat)
            value = mean_loss(flat, x[None], y[None])
        return tape.gradient(value, flat)

    @tf.function(autograph=False)
    def gradients(flat, x, y):
        return tf.vectorized_map(lambda sample: gradient(flat, *sample), (x, y))

    samples = tf.convert_to_tensor(x), tf.convert_to_tensor(y)
    result = np.empty((weights.size // n_weights, len(x), n_weights), weights.dtype)
    for of_weights, flat in zip(result, weights.reshape(-1, n_weights), strict=True):
        of_weights[:] = gradients(tf.convert_to_tensor(flat), *samples)
    return result.reshape(*weights.shape[:-1], len(x), n_weights)


def losses(
    build: Callable[[], keras.Model],
    weights: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    loss: str | Callable = "categorical_crossentropy",
) -> np.ndarray:
    """The mean loss on (x, y) at each of the given weights: what ``model.evaluate`` gives there.

    Args:
        build, weights, x, y, loss: as for ``sample_gradients``.

    Returns:
        Losses of shape (...), for weights of shape (..., n_weights).

    Raises:
        ValueError: as for ``sample_gradients``.
    """
    weights = np.asarray(weights)
    mean_loss, n_weights, y = loss_of_weights(build, weights, x, y, loss)
    samples = tf.convert_to_tensor(x), tf.convert_to_tensor(y)

    @tf.function(autograph=False)
    def evaluate(some, x, y):
        return tf.vectorized_map(lambda flat: mean_loss(flat, x, y), some)

    every = weights.reshape(-1, n_weights)
    size = max(1, EVALUATED_TOGETHER // len(x))
    result = np.empty(len(every), weights.dtype)
    for start in range(0, len(every), size):
        part = slice(start, start + size)
        result[part] = evaluate(tf.convert_to_tensor(every[part]), *samples)
    return result.reshape(weights.shape[:-1])


def squared_lengths(
    build: Callable[[], keras.Model],
    weights: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    batches: np.ndarray,
    loss: str | Callable = "categorical_crossentropy",
) -> np.ndarray:
    """The squared length |g|² of the gradient of each batch, the model called as in training.

    So batch normalisation takes mean and variance from the batch, and dropout drops units anew.

    Args:
        build: returns a new Keras model.
        weights: flat weights, shape (..., n_weights), in the order of ``model.get_weights()``.
        x, y, loss: as for ``sample_gradients``.
        batches: indices of the samples of each batch, shape (draws, batch_size).

    Returns:
        Squared lengths, shape (..., draws), float64, by the trainable weights.

    Raises:
        ValueError: the weights do not fit the model, or the loss does not average over samples.
    """
    model = build()
    outputs = model(x[:1], training=False)
    y = targets_like(outputs, y)
    loss = loss_function(loss, outputs, y)
    samples = tf.convert_to_tensor(x), tf.convert_to_tensor(y)

    def length(batch):
        inputs, targets = (tf.gather(array, batch) for array in samples)
        with tf.GradientTape() as tape:
            outputs = model(inputs, training=True)
            value = tf.reduce_mean(loss(targets, outputs)) + sum(model.losses)
        slopes = tape.gradient(value, [v.value for v in model.trainable_variables])
        return sum(tf.reduce_sum(tf.cast(s, tf.float64) ** 2) for s in slopes if s is not None)

    @tf.function(autograph=False)
    def lengths(batches):
        return tf.map_fn(length, batches, fn_output_signature=tf.float64)

    weights, batches = np.asarray(weights), tf.convert_to_tensor(batches)
    every = weights.reshape(-1, weights.shape[-1])
    result = []
    for flat in every:
        set_weights(model, flat)
        result.append(lengths(batches).numpy())
    return np.reshape(result, (*weights.shape[:-1], len(batches)))


def loss_of_weights(
    build: Callable[[], keras.Model],
    weights: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    loss: str | Callable,
) -> tuple[Callable, int, np.ndarray]:
    """The mean loss as a function of (flat weights, x, y); the number of weights; fitting y.

    Args:
        build, weights, x, y, loss: as for ``sample_gradients``.

    Raises:
        ValueError: as for ``sample_gradients``.
    """
    model = build()
    outputs = model(x[:1], training=False)
    shapes = [variable.shape for variable in model.trainable_variables]
    n_weights = model.count_params()
    if model.non_trainable_variables:
        names = ", ".join(variable.name for variable in model.non_trainable_variables)
        raise ValueError(f"the model must have trainable weights only, got {names}")
    if weights.shape[-1:] != (n_weights,):
        raise ValueError(
            f"weights must have the shape (..., {n_weights}) of the model's, got {weights.shape}"
        )
    y = targets_like(outputs, y)
    loss = loss_function(loss, outputs, y)
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])

    def mean_loss(flat, x, y):
        pieces = [
            tf.reshape(flat[end - int(np.prod(shape)) : end], shape)
            for shape, end in zip(shapes, ends, strict=True)
        ]
        held = list(zip(model.trainable_variables, pieces, strict=True))
        with keras.StatelessScope(held, collect_losses=True):
            outputs = model(x, training=False)
            penalties = model.losses
        return tf.reduce_mean(loss(y, outputs)) + sum(penalties)

    return mean_loss, n_weights, y
