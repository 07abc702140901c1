"""Loss and sharpness of many networks at once, each on samples of its own."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from scipy.linalg import eigvalsh_tridiagonal

from helpers.landscape.gradients import loss_of_weights

LOSS = "categorical_crossentropy"
TOGETHER = 400  # networks evaluated at the same time; bounds the memory


class Landscape:
    """The training loss of networks that have a training set each, as a function of their weights.

    Args:
        build: returns a new model, whose weights are all trainable.
        weights: any flat weights of it, shape (n_weights,).
        x: inputs, shape (n_sets, n, ...).
        y: one-hot targets, shape (n_sets, n, n_classes).
    """

    def __init__(
        self, build: Callable[[], keras.Model], weights: np.ndarray, x: np.ndarray, y: np.ndarray
    ):
        """Prepare what is compiled at the first call."""
        mean_loss, self.n_weights, _ = loss_of_weights(build, weights, x[0], y[0], LOSS)
        self.x, self.y = np.asarray(x), np.asarray(y)

        def product(flat, along, x, y):
            with tf.GradientTape() as outer:
                outer.watch(flat)
                with tf.GradientTape() as inner:
                    inner.watch(flat)
                    value = mean_loss(flat, x, y)
                slope = tf.reduce_sum(inner.gradient(value, flat) * along)
            return outer.gradient(slope, flat)

        @tf.function(autograph=False)
        def losses(flat, x, y):
            return tf.vectorized_map(lambda row: mean_loss(*row), (flat, x, y))

        @tf.function(autograph=False, jit_compile=True)
        def products(flat, along, x, y):
            return tf.vectorized_map(lambda row: product(*row), (flat, along, x, y))

        self._losses, self._products = losses, products

    def losses(self, weights: np.ndarray) -> np.ndarray:
        """The mean loss of each network on its set.

        Args:
            weights: shape (..., n_sets, n_weights).

        Returns:
            Shape (..., n_sets), float64.
        """
        n_sets = len(self.x)
        flat = weights.reshape(-1, n_sets, self.n_weights)
        at_once = max(1, TOGETHER // n_sets)
        parts = []
        for start in range(0, len(flat), at_once):
            some = flat[start : start + at_once]
            x, y = (np.tile(a, (len(some), *[1] * (a.ndim - 1))) for a in (self.x, self.y))
            rows = self._losses(some.reshape(-1, self.n_weights), x, y).numpy()
            parts.append(rows.reshape(len(some), n_sets))
        return np.concatenate(parts).reshape(weights.shape[:-1]).astype(float)

    def sharpness(self, weights: np.ndarray, steps: int = 30) -> np.ndarray:
        """The largest eigenvalue of the Hessian of each network's loss, by the Lanczos method.

        All networks share the start vector, and go the same number of steps side by side, with full
        reorthogonalisation (Golub & Van Loan, Matrix computations, section 10.3).

        Args:
            weights: shape (..., n_sets, n_weights).
            steps: products of the Hessian with a vector, at least 2. The result is never above the
                eigenvalue, but for rounding.

        Returns:
            Shape (..., n_sets), float64.
        """
        flat = weights.reshape(-1, len(self.x), self.n_weights)
        return np.reshape([self._lanczos(some, steps) for some in flat], weights.shape[:-1])

    def _lanczos(self, flat, steps):
        n_sets = len(flat)
        start = np.random.default_rng(0).normal(size=self.n_weights)
        vector = np.tile(start / np.linalg.norm(start), (n_sets, 1))
        basis = np.empty((0, n_sets, self.n_weights))
        diagonal, beside = np.empty((2, steps, n_sets))
        for step in range(steps):
            basis = np.concatenate([basis, vector[None]])
            rows = self._products(flat, vector.astype(flat.dtype), self.x, self.y)
            image = rows.numpy().astype(float)
            diagonal[step] = np.sum(image * vector, axis=1)
            for _ in range(2):  # twice is enough
                image -= np.einsum("ks,ksw->sw", np.einsum("sw,ksw->ks", image, basis), basis)
            beside[step] = np.linalg.norm(image, axis=1)
            vector = image / beside[step][:, None]
        last = steps - 1, steps - 1
        return [
            eigvalsh_tridiagonal(diagonal[:, i], beside[:-1, i], select="i", select_range=last)[0]
            for i in range(n_sets)
        ]
