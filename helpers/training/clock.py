"""Updates as a clock: the compiled updates of runs that do not count in epochs.

Some updates of one batch size are one call. Between two calls Python hands over the next samples,
evaluates, or keeps the weights.
"""

import numpy as np
import tensorflow as tf

from helpers import checks
from helpers.training.stack import Stack

EVALUATIONS = 30  # about how many the default grid has


def geometric_grid(updates: int, n: int = EVALUATIONS) -> list[int]:
    """About n updates from 0 to ``updates``, each by about the same factor after the one before.

    Args:
        updates: the last of them, at least 1.
        n: at least 2; there are fewer where whole numbers coincide.

    >>> geometric_grid(100, 8)
    [0, 1, 2, 5, 10, 22, 46, 100]
    """
    updates, n = checks.whole_number("updates", updates, 1), checks.whole_number("n", n, 2)
    return [0, *np.unique(np.geomspace(1, updates, n - 1).round().astype(int)).tolist()]


class UpdateProgram:
    """Updates of the replicates of a stack, and their evaluation, as TensorFlow functions.

    Args:
        stack: the replicates and their optimizer.
        xla_updates: whether XLA compiles the updates, for each batch size anew; otherwise
            TensorFlow runs one graph for all batch sizes.
        xla_evaluation: whether XLA compiles the evaluation.
    """

    def __init__(self, stack: Stack, *, xla_updates: bool, xla_evaluation: bool):
        """Nothing is compiled yet."""
        self.stack, self.xla_updates = stack, xla_updates
        self._functions = {}
        self._evaluate = tf.function(stack.evaluate, jit_compile=xla_evaluation, autograph=False)

    def is_compiled(self, size: int) -> bool:
        """Whether ``run`` needs no compiling for updates of this many samples."""
        return self._key(size) in self._functions

    def _key(self, size):
        return size if self.xla_updates else None

    def run(self, x: np.ndarray, y: np.ndarray, size: int, n: int, scale: float) -> np.ndarray:
        """Train n updates on from where the variables stand.

        Args:
            x, y: samples of each seed, first axes (S, at least n size). With XLA, an equal length
                at every call saves compiling again.
            size: samples per update.
            n: updates, at least 0; with 0 it only compiles.
            scale: factor of the gradients.

        Returns:
            Loss and accuracy, each summed over the updates, shape (2, R).
        """
        if not self.is_compiled(size):
            self._functions[self._key(size)] = (
                self._of_one_size(size) if self.xla_updates else self._of_any_size(x, y)
            )
        values = (np.int32(size), x, y, np.int32(n), np.float32(scale))
        return self._functions[self._key(size)](*map(tf.convert_to_tensor, values)).numpy()

    def evaluate(self, x, y, weights, shared: bool) -> np.ndarray:
        """Mean (val_loss, val_accuracy), shape (2, R); the arguments are those of the stack's."""
        return self._evaluate(x, y, weights=weights, shared=shared).numpy()

    def _of_one_size(self, size):
        return tf.function(
            lambda _, *samples: self._updates(size, *samples), jit_compile=True, autograph=False
        )

    def _of_any_size(self, x, y):
        arrays = [tf.TensorSpec((len(a), None, *a.shape[2:]), a.dtype) for a in (x, y)]
        number, factor = tf.TensorSpec((), tf.int32), tf.TensorSpec((), tf.float32)
        signature = [number, *arrays, number, factor]
        return tf.function(self._updates, input_signature=signature, autograph=False)

    def _updates(self, size, x, y, n, scale):
        def batch(array, i):
            rest = array.shape[2:]
            begin, shape = [0, i * size, *[0] * len(rest)], [self.stack.n_seeds, size, *rest]
            return tf.slice(array, begin, shape)

        def update(i, total):
            return i + 1, total + self.stack.update(batch(x, i), batch(y, i), scale)

        start = 0, tf.zeros((2, self.stack.n_replicates))
        return tf.while_loop(lambda i, _: i < n, update, start)[1]
