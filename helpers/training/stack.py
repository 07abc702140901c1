"""R replicates of a model, side by side: one update of all of them, and one evaluation.

Each variable carries a leading axis of length R. The gradient is Keras's own stateless call, mapped
over that axis; the update is a Keras optimizer applied to the stacked variables, which is right
exactly when the optimizer treats every element of a variable alike.
"""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from helpers.training.replicates import Values

EVALUATED_TOGETHER = 65_536  # samples of all replicates in one forward pass; bounds the memory


class Stack:
    """R replicates of one model with their optimizer.

    Args:
        model: a built Keras model with one input and one output.
        optimizer: a Keras optimizer that nothing else uses.
        loss: a Keras loss object or function of (y_true, y_pred).
        accuracy: a function of (y_true, y_pred) giving one value per sample.
        n_replicates: R, at least 1.
        stacked: whether variables carry the replicate axis. False needs R = 1 and trains the
            model's own variables, by any optimizer.
    """

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        loss: Callable,
        accuracy: Callable,
        n_replicates: int,
        stacked: bool,
    ):
        """Create the variables."""
        self.model, self.optimizer, self.loss, self.accuracy = model, optimizer, loss, accuracy
        self.n_replicates, self.stacked = n_replicates, stacked
        self.trainable = [self._stack(v) for v in model.trainable_variables]
        self.state = [self._stack(v) for v in model.non_trainable_variables]
        optimizer.build(self.trainable)
        self._optimizer_start = [keras.ops.convert_to_numpy(v) for v in optimizer.variables]

    def _stack(self, variable: keras.Variable) -> keras.Variable:
        if not self.stacked:
            return variable
        zeros = np.zeros((self.n_replicates, *variable.shape), variable.dtype)
        return keras.Variable(zeros, dtype=variable.dtype, name=variable.name)

    def reset(self, replicates: list[Values]) -> None:
        """Start anew from each replicate's (trainable values, other values)."""
        for kind, variables in enumerate((self.trainable, self.state)):
            for i, variable in enumerate(variables):
                values = [replicate[kind][i] for replicate in replicates]
                variable.assign(np.stack(values) if self.stacked else values[0])
        for variable, start in zip(self.optimizer.variables, self._optimizer_start, strict=True):
            variable.assign(start)

    def weights(self) -> np.ndarray:
        """All of ``model.weights``, flattened, of each replicate: shape (R, n_weights)."""
        variables = [*self.model.trainable_variables, *self.model.non_trainable_variables]
        stacked = dict(zip(map(id, variables), [*self.trainable, *self.state], strict=True))
        arrays = [keras.ops.convert_to_numpy(stacked[id(w)]) for w in self.model.weights]
        flat = [array.reshape(self.n_replicates, -1) for array in arrays]
        return np.concatenate(flat, axis=1)

    def update(self, x, y, scale):
        """One update of every replicate on x and y, of shape (R, size, ...).

        The gradients are multiplied by ``scale``. Returns mean (loss, accuracy), shape (2, R).
        """

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

    def evaluate(self, x, y, *, shared):
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
        (total,) = over_batches(n, size, add, (tf.zeros((2, self.n_replicates)),))
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
            return tf.vectorized_map(lambda replicate: function(*replicate), (*values, *batch))
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


def over_batches(n, size, step, carry, keep_rest=True):
    """Thread ``carry`` through step(start, size, *carry) over n samples, in batches of ``size``.

    The short rest comes last, unless ``keep_rest`` is false.
    """
    full, rest = divmod(n, size)
    _, *carry = tf.while_loop(
        lambda i, *_: i < full, lambda i, *held: (i + 1, *step(i * size, size, *held)), (0, *carry)
    )
    return step(full * size, rest, *carry) if rest and keep_rest else carry
