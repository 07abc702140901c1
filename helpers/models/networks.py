"""Keras models of the book, not yet compiled; each call builds a fresh one."""

from collections.abc import Sequence

import keras
import numpy as np


def mlp(
    n_inputs: int = 2, n_outputs: int = 3, hidden_units: int | Sequence[int] = 50
) -> keras.Model:
    """The tutorial's network, or a deeper one: hidden ReLU layers, softmax outputs.

    The hidden layers start from He-uniform weights, the output layer from Keras's default
    (Glorot uniform). With the defaults it has one hidden layer and 303 parameters.

    Args:
        n_inputs: features per sample, at least 1.
        n_outputs: classes, at least 2.
        hidden_units: units of the hidden layer, at least 1, or of each hidden layer in turn.

    Returns:
        A model from inputs of shape (batch, n_inputs) to probabilities (batch, n_outputs).

    >>> mlp().count_params()
    303
    """
    hidden = [
        keras.layers.Dense(units, activation="relu", kernel_initializer="he_uniform")
        for units in np.atleast_1d(hidden_units).tolist()
    ]
    outputs = keras.layers.Dense(n_outputs, activation="softmax")
    return keras.Sequential([keras.Input((n_inputs,)), *hidden, outputs])


def lenet(input_shape: tuple[int, int, int] = (28, 28, 1), n_outputs: int = 10) -> keras.Model:
    """LeNet-5: two convolutions, each with a pooling layer, and three dense layers.

    The layers have the sizes and the activation (tanh) of LeCun, Bottou, Bengio & Haffner,
    Gradient-based learning applied to document recognition, 1998, section II.B. As is usual
    today, pooling has no weights, every map of the second convolution sees all maps of the
    first, and the output is a softmax. Images below 12 pixels get kernels of 3 by 3 instead of
    5 by 5, which would not fit after the first pooling.

    Args:
        input_shape: rows and columns, at least 8 each, and channels of an image.
        n_outputs: classes, at least 2.

    Returns:
        A model from images of shape (batch, *input_shape) to probabilities (batch, n_outputs).

    Raises:
        ValueError: the images are too small.

    >>> lenet().count_params(), lenet((8, 8, 1)).count_params()
    (61706, 13994)
    """
    smallest = min(input_shape[:2])
    if smallest < 8:
        raise ValueError(f"images must have at least 8 rows and columns, got {input_shape}")
    kernel = 5 if smallest >= 12 else 3
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(6, kernel, padding="same", activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, kernel, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="tanh"),
            layers.Dense(84, activation="tanh"),
            layers.Dense(n_outputs, activation="softmax"),
        ]
    )
