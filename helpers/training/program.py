"""The compiled program behind ``helpers.training``: all epochs of all replicates in one call.

``model.fit`` returns to Python at every batch. Here the loops over epochs and over batches are
part of the compiled function, and R replicates of a model are trained together: each of their
variables carries a leading axis of length R. The gradient is Keras's own stateless call, mapped
over that axis; the update is a Keras optimizer applied to the stacked variables, which is right
exactly when the optimizer treats every element of a variable alike.
"""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from helpers.training.replicates import Values
from helpers.training.samples import Samples
from helpers.training.stacking import has_schedule

LAST_BATCH = ("keep", "drop", "weight")
EVALUATED_TOGETHER = 65_536  # samples of all replicates in one forward pass; bounds the memory


def updates_per_epoch(n_train: int, batch_size: int, last_batch: str = "keep") -> int:
    """Updates of an epoch of n_train samples, its short last batch kept, dropped or weighted.

    >>> updates_per_epoch(500, 32), updates_per_epoch(500, 32, "drop")
    (16, 15)
    """
    full, rest = divmod(n_train, batch_size)
    return full + (rest > 0 and last_batch != "drop")


class Program:
    """R replicates of one model with their optimizer, compiled for training.

    Args:
        model: a built Keras model with one input and one output.
        optimizer: a Keras optimizer that nothing else uses.
        loss: a Keras loss object or function of (y_true, y_pred).
        accuracy: a function of (y_true, y_pred) giving one value per sample.
        n_replicates: R, at least 1.
        stacked: whether variables carry the replicate axis. False needs R = 1 and trains the
            model's own variables, by any optimizer.
        last_batch: the short last batch of an epoch: "keep" it as ``fit`` does, "drop" it, or
            "weight" its gradient by its size over the batch size.
        jit_compile: whether XLA compiles the program; otherwise TensorFlow runs it as a graph.
    """

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        loss: Callable,
        accuracy: Callable,
        n_replicates: int,
        *,
        stacked: bool,
        last_batch: str,
        jit_compile: bool,
    ):
        """Create the variables; a batch size is compiled when it is first used."""
        self.model, self.optimizer, self.loss, self.accuracy = model, optimizer, loss, accuracy
        self.n_replicates, self.stacked = n_replicates, stacked
        self.last_batch, self.jit_compile = last_batch, jit_compile
        self.trainable = [self._stack(v) for v in model.trainable_variables]
        self.state = [self._stack(v) for v in model.non_trainable_variables]
        optimizer.build(self.trainable)
        self._optimizer_start = [keras.ops.convert_to_numpy(v) for v in optimizer.variables]
        self._functions: dict[tuple[int, bool], Callable] = {}

    def _stack(self, variable: keras.Variable) -> keras.Variable:
        if not self.stacked:
            return variable
        zeros = np.zeros((self.n_replicates, *variable.shape), variable.dtype)
        return keras.Variable(zeros, dtype=variable.dtype, name=variable.name)

    def reset(self, replicates: list[Values], samples: Samples) -> None:
        """Start anew from each replicate's (trainable values, other values), on these samples.

        Samples of equal shapes at every call save compiling again.
        """
        self._samples = samples[:4]
        for part, variables in enumerate((self.trainable, self.state)):
            for i, variable in enumerate(variables):
                values = [replicate[part][i] for replicate in replicates]
                variable.assign(np.stack(values) if self.stacked else values[0])
        for variable, start in zip(self.optimizer.variables, self._optimizer_start, strict=True):
            variable.assign(start)

    def weights(self) -> np.ndarray:
        """All of ``model.weights``, flattened, of each replicate: shape (R, n_weights)."""
        own = [*self.model.trainable_variables, *self.model.non_trainable_variables]
        held = dict(zip(map(id, own), [*self.trainable, *self.state], strict=True))
        arrays = [keras.ops.convert_to_numpy(held[id(w)]) for w in self.model.weights]
        flat = [array.reshape(self.n_replicates, -1) for array in arrays]
        return np.concatenate(flat, axis=1)

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
            order: indices of training samples, int32, shape (capacity, R, n_train); row e is
                epoch e's order. An equal capacity at every call saves compiling again.
            learning_rates: shape (capacity,); ignored if the optimizer has a schedule.
            n_epochs: 0 (compile only) to capacity.

        Returns:
            Per epoch (loss, accuracy, val_loss, val_accuracy), shape (n_epochs, 4, R), and per
            update (loss, accuracy), shape (n_epochs, n_updates, 2, R) with n_updates 0 unless
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
        self, batch_size, per_update, n_epochs, order, learning_rates, x, y, x_test, y_test
    ):
        capacity, n_replicates, n_train = order.shape
        n_updates = 0
        if per_update:
            n_updates = updates_per_epoch(n_train, batch_size, self.last_batch)
        metrics = tf.TensorArray(tf.float32, capacity, element_shape=(4, n_replicates))
        updates = tf.TensorArray(tf.float32, capacity, element_shape=(n_updates, 2, n_replicates))

        def epoch(e, metrics, updates):
            if not has_schedule(self.optimizer):
                self.optimizer.learning_rate.assign(learning_rates[e])
            train, detail = self._train_epoch(batch_size, n_updates, order[e], x, y)
            validation = self._evaluate(x_test, y_test, shared=x_test.shape.rank == x.shape.rank)
            metrics = metrics.write(e, tf.concat([train, validation], axis=0))
            return e + 1, metrics, updates.write(e, detail)

        start = (0, metrics, updates)
        _, metrics, updates = tf.while_loop(lambda e, *_: e < n_epochs, epoch, start)
        return metrics.stack(), updates.stack()

    def _train_epoch(self, batch_size, n_recorded, order, x, y):
        """One pass; mean (loss, accuracy) over the samples, and per update if recorded."""
        record = tf.TensorArray(tf.float32, n_recorded, element_shape=(2, self.n_replicates))

        def update(start, size, total, record):
            samples = tf.slice(order, [0, start], [self.n_replicates, size])
            scale = size / batch_size if self.last_batch == "weight" else 1.0
            metrics = self._update(tf.gather(x, samples), tf.gather(y, samples), scale)
            if n_recorded:
                record = record.write(start // batch_size, metrics)
            return total + size * metrics, record

        n_train, total = order.shape[-1], tf.zeros((2, self.n_replicates))
        keep_rest = self.last_batch != "drop"
        total, record = _over_batches(n_train, batch_size, update, (total, record), keep_rest)
        n_seen = n_train if keep_rest else n_train // batch_size * batch_size
        return total / n_seen, record.stack()

    def _update(self, x, y, scale):
        """One update of every replicate on x and y, of shape (R, size, ...)."""

        def gradient(trainable, state, x, y):
            with tf.GradientTape() as tape:
                tape.watch(trainable)
                loss, outputs, state = self._forward(trainable, state, x, y, training=True)
            slopes = tape.gradient(loss, trainable, unconnected_gradients="zero")
            return [scale * tf.convert_to_tensor(s) for s in slopes], state, loss, outputs

        slopes, state, loss, outputs = self._per_replicate(gradient, x, y)
        self.optimizer.apply(slopes, self.trainable)
        for variable, value in zip(self.state, state, strict=True):
            variable.assign(value)
        return self._metrics(loss, y, outputs)

    def _evaluate(self, x, y, *, shared):
        """Mean (val_loss, val_accuracy) over all samples, shape (2, R).

        The first axis of x and y is that of the samples where they are ``shared``; otherwise it is
        that of the replicates, and the second that of the samples.
        """
        axis = 0 if shared else 1
        n = x.shape[axis]

        def add(start, size, total):
            batch = [tf.gather(array, start + tf.range(size), axis=axis) for array in (x, y)]

            def forward(trainable, state, x=batch[0], y=batch[1]):
                return [], [], *self._forward(trainable, state, x, y, training=False)[:2]

            _, _, loss, outputs = self._per_replicate(forward, *([] if shared else batch))
            y_each = batch[1]
            if shared:
                y_each = tf.broadcast_to(y_each, (self.n_replicates, *y_each.shape))
            return (total + size * self._metrics(loss, y_each, outputs),)

        size = min(n, max(1, EVALUATED_TOGETHER // self.n_replicates))
        (total,) = _over_batches(n, size, add, (tf.zeros((2, self.n_replicates)),))
        return total / n

    def _forward(self, trainable, state, x, y, *, training):
        """Loss, outputs and new state of one replicate on one batch.

        This is the model's ``stateless_call``, which tells only the models of Keras's own classes
        that they are ``training``.
        """
        others = self.model.non_trainable_variables
        values = zip([*self.model.trainable_variables, *others], [*trainable, *state], strict=True)
        with keras.StatelessScope(values, collect_losses=True) as scope:
            outputs = self.model(x, training=training)
            penalties = self.model.losses
        state = [scope.get_current_value(variable) for variable in others]
        return tf.reduce_mean(self.loss(y, outputs)) + sum(penalties), outputs, state

    def _per_replicate(self, function, *batch):
        """``function`` of (trainable, state, *batch) for each replicate.

        It gives two lists shaped like variables, then a loss and outputs, which gain the
        replicate axis here.
        """
        values = [[tf.identity(v.value) for v in held] for held in (self.trainable, self.state)]
        if self.stacked:
            return tf.vectorized_map(lambda each: function(*each), (*values, *batch))
        *variables, loss, outputs = function(*values, *(array[0] for array in batch))
        return *variables, loss[None], outputs[None]

    def _metrics(self, loss, y, outputs):
        """Mean (loss, accuracy) over a batch of every replicate, shape (2, R), float32.

        The accuracy stays outside of the map over replicates: Keras finds the largest output by
        an operation that the map knows only as a loop.
        """
        correct = tf.cast(self.accuracy(y, outputs), tf.float32)
        accuracy = tf.reduce_mean(correct, axis=range(1, correct.ndim))
        return tf.stack([tf.cast(loss, tf.float32), accuracy])


def _over_batches(n, size, step, carry, keep_rest=True):
    """Thread ``carry`` through step(start, size, *carry) over n samples, the short rest last."""
    full, rest = divmod(n, size)
    _, *carry = tf.while_loop(
        lambda i, *_: i < full, lambda i, *held: (i + 1, *step(i * size, size, *held)), (0, *carry)
    )
    return step(full * size, rest, *carry) if rest and keep_rest else carry
