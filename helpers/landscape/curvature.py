"""The curvature of the loss at given weights: its Hessian, and the largest eigenvalue of that.

Both are those of the mean loss on all given samples, the model called as at evaluation. A product
of the Hessian with a vector costs about two gradients, and no matrix (Pearlmutter, Fast exact
multiplication by the Hessian, 1994): the product is the gradient of the slope along the vector.
"""

from collections.abc import Callable

import joblib
import keras
import numpy as np
import tensorflow as tf
from scipy.sparse.linalg import LinearOperator, eigsh

from helpers import checks
from helpers.landscape.gradients import loss_of_weights


def hessian(
    build: Callable[[], keras.Model],
    weights: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    loss: str | Callable = "categorical_crossentropy",
) -> np.ndarray:
    """The matrix of second derivatives of the mean loss, at each of the given weights.

    Its memory grows with the square of the number of weights: 303 of them make 92 thousand
    numbers each time. A ReLU unit counts as linear, also at its corner.

    Args:
        build, weights, x, y, loss: as for ``helpers.landscape.gradients.sample_gradients``.

    Returns:
        Symmetric matrices of shape (..., n_weights, n_weights), in the order of
        ``model.get_weights()``, for weights of shape (..., n_weights).

    Raises:
        ValueError: as for ``sample_gradients``.
    """
    weights = np.asarray(weights)
    product, n_weights, samples = _product(build, weights, x, y, loss)

    @tf.function(autograph=False, jit_compile=True)
    def rows(flat, x, y):
        directions = tf.eye(n_weights, dtype=flat.dtype)
        return tf.vectorized_map(lambda along: product(flat, along, x, y), directions)

    every = weights.reshape(-1, n_weights)
    result = np.empty((len(every), n_weights, n_weights), weights.dtype)
    for matrix, flat in zip(result, every, strict=True):
        raw = rows(tf.convert_to_tensor(flat), *samples).numpy()
        matrix[:] = (raw + raw.T) / 2  # symmetric but for rounding
    return result.reshape(*weights.shape, n_weights)


def largest_eigenvalue(
    build: Callable[[], keras.Model],
    weights: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    loss: str | Callable = "categorical_crossentropy",
    tolerance: float = 1e-3,
) -> np.ndarray:
    """The largest eigenvalue of the Hessian of the mean loss, at each of the given weights.

    Found by the Lanczos method (ARPACK, through ``scipy.sparse.linalg.eigsh``) from products of
    the Hessian with vectors, so it needs no matrix. The start vector is always the same one, so
    the same call gives the same number. Cohen et al. (arXiv 2103.00065) call it the sharpness;
    gradient descent on a quadratic with this curvature diverges above a learning rate of
    2 (1 + momentum) divided by it (their equation 1).

    Args:
        build, weights, x, y, loss: as for ``helpers.landscape.gradients.sample_gradients``.
        tolerance: relative accuracy, above 0.

    Returns:
        Eigenvalues of shape (...), float64, for weights of shape (..., n_weights); not a number
        where the weights or their loss are not finite, as after a run that diverged.

    Raises:
        ValueError: as for ``sample_gradients``; or the tolerance is not above 0.
    """
    checks.positive("tolerance", tolerance)
    weights = np.asarray(weights)
    product, n_weights, samples = _product(build, weights, x, y, loss)
    compiled = tf.function(product, autograph=False, jit_compile=True)
    start = np.random.default_rng(0).normal(size=n_weights)

    def at(flat):
        here = tf.convert_to_tensor(flat)

        def along(vector):
            vector = tf.convert_to_tensor(vector.ravel(), flat.dtype)
            return compiled(here, vector, *samples).numpy().astype(float)

        if not np.isfinite(along(start)).all():
            return np.nan
        if n_weights < 3:  # too small for Lanczos
            return np.linalg.eigvalsh([along(axis) for axis in np.eye(n_weights)])[-1]
        operator = LinearOperator((n_weights, n_weights), matvec=along, dtype=float)
        return eigsh(
            operator, 1, which="LA", v0=start, tol=tolerance, return_eigenvectors=False
        ).item()

    every = weights.reshape(-1, n_weights)
    values = joblib.Parallel(-1, prefer="threads")(joblib.delayed(at)(flat) for flat in every)
    return np.reshape(np.array(values, float), weights.shape[:-1])


def _product(build, weights, x, y, loss) -> tuple[Callable, int, tuple[tf.Tensor, tf.Tensor]]:
    """Hessian times vector, as a function of (flat weights, vector, x, y); n_weights; (x, y)."""
    mean_loss, n_weights, y = loss_of_weights(build, weights, x, y, loss)

    def product(flat, vector, x, y):
        with tf.GradientTape() as outer:
            outer.watch(flat)
            with tf.GradientTape() as inner:
                inner.watch(flat)
                value = mean_loss(flat, x, y)
            slope = tf.reduce_sum(inner.gradient(value, flat) * vector)
        return outer.gradient(slope, flat, unconnected_gradients="zero")

    return product, n_weights, (tf.convert_to_tensor(x), tf.convert_to_tensor(y))
