"""The compiled program behind ``helpers.training``: all epochs of all replicates in one call.

``model.fit`` returns to Python at every batch. Here the loops over epochs and over batches are
part of the compiled function, and all replicates of a model are trained together (``stack``).
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from helpers.training.replicates import Values
from helpers.training.samples import Samples
from helpers.training.stack import Stack, over_batches

LAST_BATCH = ("keep", "drop", "weight")


def updates_per_epoch(n_train: int, batch_size: int, last_batch: str = "keep") -> int:
    """Updates of an epoch of ``n_train`` samples at a ``batch_size``; ``last_batch`` as for train.

    >>> updates_per_epoch(500, 32), updates_per_epoch(500, 32, "drop")
    (16, 15)
    """
    full, rest = divmod(n_train, batch_size)
    return full + (rest > 0 and last_batch != "drop")


class Program:
    """The training of R replicates of a model, compiled.

    Args:
        stack: the replicates and their optimizer.
        last_batch: the short last batch of an epoch: "keep" it as ``fit`` does, "drop" it, or
            "weight" its gradient by its size over the batch size.
        jit_compile: whether XLA compiles the program; otherwise TensorFlow runs it as a graph.
    """

    def __init__(self, stack: Stack, last_batch: str, jit_compile: bool):
        """Nothing is compiled yet: a batch size is when it is first used."""
        self.stack, self.n_replicates = stack, stack.n_replicates
        self.last_batch, self.jit_compile = last_batch, jit_compile
        self._functions: dict[tuple[int, bool], Callable] = {}

    def reset(self, replicates: list[Values], samples: Samples) -> None:
        """Start anew from each replicate's (trainable values, other values), on these samples.

        Samples of equal shapes at every call save compiling again.
        """
        self.stack.reset(replicates)
        self._samples = *samples[:4], samples.weights, samples.test_weights

    def is_compiled(self, batch_size: int, per_update: bool) -> bool:
        """Whether ``run`` needs no compiling for these two."""
        return (batch_size, per_update) in self._functions

    def run(
        self,
        batch_size: int,
        per_update: bool,
        order: np.ndarray,
        learning_rates: np.ndarray,
        n_epochs: int,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Train ``n_epochs`` epochs on from where the variables stand.

        Args:
            batch_size: samples per update, 1 to n_train, the same in all these epochs.
            per_update: whether the metrics of every update are wanted too.
            order: indices of training samples, int32, shape (capacity, S, n_train); row e is
                epoch e's order. An equal capacity at every call saves compiling again.
            learning_rates: shape (capacity, L); ignored if the optimizer has a schedule.
            n_epochs: 0 (compile only) to capacity.

        Returns:
            Per epoch (loss, accuracy, val_loss, val_accuracy), shape (n_epochs, 4, R), or
            (n_epochs, 5, R) with the val_weighted_accuracy of weighted test samples, and per update
            (loss, accuracy), shape (n_epochs, n_updates, 2, R) with n_updates 0 unless
            ``per_update``.
        """
        key = batch_size, per_update
        if not self.is_compiled(*key):
            self._functions[key] = tf.function(
                lambda *arguments: self._epochs(batch_size, per_update, *arguments),
                jit_compile=self.jit_compile,
                autograph=False,
            )
        arguments = map(tf.convert_to_tensor, (np.int32(n_epochs), order, learning_rates))
        epochs, updates = self._functions[key](*arguments, *self._samples)
        return epochs.numpy()[:n_epochs], updates.numpy()[:n_epochs]

    def _epochs(
        self, batch_size, per_update, n_epochs, order, learning_rates, x, y, x_test, y_test,
        weights, test_weights,
    ):  # fmt: skip
        capacity, _, n_train = order.shape
        n_metrics = 4 if test_weights is None else 5
        n_replicates, n_updates = self.n_replicates, 0
        if per_update:
            n_updates = updates_per_epoch(n_train, batch_size, self.last_batch)
        metrics = tf.TensorArray(tf.float32, capacity, element_shape=(n_metrics, n_replicates))
        updates = tf.TensorArray(tf.float32, capacity, element_shape=(n_updates, 2, n_replicates))

        def epoch(e, metrics, updates):
            self.stack.set_rates(learning_rates[e])
            train, detail = self._train_epoch(batch_size, n_updates, order[e], x, y, weights)
            validation = self.stack.evaluate(
                x_test,
                y_test,
                shared=x_test.shape.rank == x.shape.rank,
                weights=test_weights,
                beside=test_weights is not None,
            )
            metrics = metrics.write(e, tf.concat([train, validation], axis=0))
            return e + 1, metrics, updates.write(e, detail)

        start = (0, metrics, updates)
        _, metrics, updates = tf.while_loop(lambda e, *_: e < n_epochs, epoch, start)
        return metrics.stack(), updates.stack()

    def _train_epoch(self, batch_size, n_recorded, order, x, y, weights):
        """One pass; mean (loss, accuracy) over the samples, and per update if recorded."""
        record = tf.TensorArray(tf.float32, n_recorded, element_shape=(2, self.n_replicates))

        def update(start, size, total, record):
            samples = tf.slice(order, [0, start], [self.stack.n_seeds, size])
            scale = size / batch_size if self.last_batch == "weight" else 1.0
            some = None if weights is None else tf.gather(weights, samples)
            metrics = self.stack.update(tf.gather(x, samples), tf.gather(y, samples), scale, some)
            if n_recorded:
                record = record.write(start // batch_size, metrics)
            return total + size * metrics, record

        n_train, total = order.shape[-1], tf.zeros((2, self.n_replicates))
        keep_rest = self.last_batch != "drop"
        total, record = over_batches(n_train, batch_size, update, (total, record), keep_rest)
        n_seen = n_train if keep_rest else n_train // batch_size * batch_size
        return total / n_seen, record.stack()
