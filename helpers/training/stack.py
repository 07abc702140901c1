"""R replicates of a model, side by side: one update of all of them, and one evaluation.

Replicates are S seeds at L learning rates each, R = S L. A variable of the model becomes one of
shape (R, size), a row for each replicate. The gradient is Keras's own stateless call, mapped over
the rows; the update is a Keras optimizer applied to these variables, with a column of learning
rates, which is right exactly when the optimizer treats every element of a variable alike.
"""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from helpers.training.copies import spare_alike
from helpers.training.rates import Rates
from helpers.training.replicates import Values
from helpers.training.stacking import has_schedule

EVALUATED_TOGETHER = 65_536  # samples of all replicates in one forward pass; bounds the memory


class Stack:
    """R replicates of one model with their optimizer.

    Args:
        model: a built Keras model with one input and one output.
        optimizer: a Keras optimizer that nothing else uses.
        loss: a Keras loss object or function of (y_true, y_pred).
        accuracy: a function of (y_true, y_pred) giving one value per sample, such as the accuracy.
        n_seeds: S, at least 1.
        stacked: whether variables carry the replicate axis. False needs R = 1 and trains the
            model's own variables, by any optimizer.
        n_rates: L, at least 1: replicates that share the samples of a seed.
        adds_up: whether the loss of many samples is the mean over parts of them; otherwise all
            test samples are evaluated together.
    """

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        loss: Callable,
        accuracy: Callable,
        n_seeds: int,
        stacked: bool,
        n_rates: int = 1,
        adds_up: bool = True,
    ):
        """Create the variables."""
        self.n_seeds, self.n_rates, self.n_replicates = n_seeds, n_rates, n_seeds * n_rates
        self.stacked, self.adds_up, self._rates = stacked, adds_up, None
        if not has_schedule(optimizer):
            self._rates = optimizer.learning_rate
            if stacked:
                schedule = Rates(self.n_replicates, self._rates.dtype)
                optimizer.learning_rate, self._rates = schedule, schedule.values
        model.compile(optimizer, loss)  # as for fit, in half precision with another optimizer
        self.model, self.optimizer, self.accuracy = model, model.optimizer, accuracy
        self.trainable = [self._stack(v) for v in model.trainable_variables]
        self.state = [self._stack(v) for v in model.non_trainable_variables]
        if stacked:
            spare_alike(optimizer, model.trainable_variables, self.trainable)
        self.optimizer.build(self.trainable)
        self._optimizer_start = [keras.ops.convert_to_numpy(v) for v in self.optimizer.variables]

    def _stack(self, variable: keras.Variable) -> keras.Variable:
        if not self.stacked:
            return variable
        zeros = np.zeros((self.n_replicates, int(np.prod(variable.shape))), variable.dtype)
        return keras.Variable(zeros, dtype=variable.dtype, name=variable.name)

    def reset(self, seeds: list[Values]) -> None:
        """Start anew from each seed's (trainable values, other values)."""
        for kind, variables in enumerate((self.trainable, self.state)):
            for i, variable in enumerate(variables):
                values = [values[kind][i] for values in seeds]
                if self.stacked:
                    rows = np.reshape(values, (self.n_seeds, -1))
                    variable.assign(np.repeat(rows, self.n_rates, axis=0))
                else:
                    variable.assign(values[0])
        for variable, start in zip(self.optimizer.variables, self._optimizer_start, strict=True):
            variable.assign(start)

    def set_rates(self, rates) -> None:
        """Set the learning rates, shape (L,), unless the optimizer has a schedule of its own."""
        if self._rates is None:
            return
        rates = tf.cast(rates, self._rates.dtype)
        if self.stacked:
            self._rates.assign(tf.tile(rates, [self.n_seeds])[:, None])
        else:
            self._rates.assign(rates[0])

    def weights(self) -> np.ndarray:
        """All of ``model.weights``, flattened, of each replicate: shape (R, n_weights)."""
        variables = [*self.model.trainable_variables, *self.model.non_trainable_variables]
        stacked = dict(zip(map(id, variables), [*self.trainable, *self.state], strict=True))
        arrays = [keras.ops.convert_to_numpy(stacked[id(w)]) for w in self.model.weights]
        flat = [array.reshape(self.n_replicates, -1) for array in arrays]
        return np.concatenate(flat, axis=1)

    def update(self, x, y, scale, weights=None):
        """One update of every replicate on x and y of its seed, of shape (S, size, ...).

        The gradients are multiplied by ``scale``, the losses of samples by their ``weights``, of
        shape (S, size). Returns mean (loss, accuracy), shape (2, R).
        """
        depends = []  # for each variable, whether the loss depends on it

        def gradient(trainable, state, x, y, weights=None):
            with tf.GradientTape() as tape:
                tape.watch(trainable)
                loss, outputs, state = self._forward(
                    trainable, state, x, y, training=True, weights=weights
                )
                scaled = self.optimizer.scale_loss(loss)
            slopes = tape.gradient(scaled, trainable)
            depends[:] = [slope is not None for slope in slopes]
            slopes = [
                tf.zeros_like(value) if slope is None else self._scaled(slope, scale)
                for slope, value in zip(slopes, trainable, strict=True)
            ]
            return slopes, state, loss, outputs

        batch = (x, y) if weights is None else (x, y, weights)
        slopes, state, loss, outputs = self._per_replicate(gradient, *batch)
        # As in fit, a variable without a gradient is left as it is, by weight decay too.
        slopes = [slope if used else None for slope, used in zip(slopes, depends, strict=True)]
        self.optimizer.apply_gradients(zip(slopes, self.trainable, strict=True))
        for variable, value in zip(self.state, state, strict=True):
            variable.assign(value)
        return self._metrics(loss, y, outputs)

    def _scaled(self, slope, scale):
        """A gradient times ``scale``; that of few rows stays so where replicates train alone."""
        if isinstance(slope, tf.IndexedSlices) and not self.stacked:
            return tf.IndexedSlices(scale * slope.values, slope.indices, slope.dense_shape)
        return scale * tf.convert_to_tensor(slope)

    def evaluate(self, x, y, *, shared, weights=None, beside=False):
        """Mean (val_loss, val_accuracy) over all samples, shape (2, R).

        The first axis of x and y is that of the samples where they are ``shared``; otherwise it is
        that of the seeds, and the second that of the samples. ``weights`` of the samples, shape
        (n,), weight the loss as Keras does, and the accuracy: both are sums over n, and weighted
        means where the weights have mean 1. With the accuracy ``beside`` its weighted mean it is
        (val_loss, val_accuracy, val_weighted_accuracy), shape (3, R), whatever their mean.
        """
        axis = 0 if shared else 1
        n = x.shape[axis]

        def add(start, size, total):
            batch = [tf.gather(array, start + tf.range(size), axis=axis) for array in (x, y)]

            some = None if weights is None else tf.gather(weights, start + tf.range(size))

            def forward(trainable, state, x=batch[0], y=batch[1]):
                values = self._forward(trainable, state, x, y, training=False, weights=some)
                return [], [], *values[:2]

            _, _, loss, outputs = self._per_replicate(forward, *([] if shared else batch))
            y_each = batch[1]
            if shared:
                y_each = tf.broadcast_to(y_each, (self.n_seeds, *y_each.shape))
            metrics = self._metrics(loss, y_each, outputs, some)
            if beside:
                plain = self._metrics(loss, y_each, outputs)
                weighted = metrics[1:] / tf.reduce_mean(tf.cast(weights, tf.float32))
                metrics = tf.concat([plain, weighted], axis=0)
            return (total + size * metrics,)

        size = min(n, max(1, EVALUATED_TOGETHER // self.n_replicates)) if self.adds_up else n
        zeros = tf.zeros((3 if beside else 2, self.n_replicates))
        (total,) = over_batches(n, size, add, (zeros,))
        return total / n

    def _forward(self, trainable, state, x, y, *, training, weights=None):
        """Loss, outputs and new state of one replicate on one batch, its samples weighted or not.

        This is what the model's ``train_step`` and ``test_step`` do: only a ``call`` that takes
        ``training`` is told of it, and the loss is that of ``compute_loss``.
        """
        model, others = self.model, self.model.non_trainable_variables
        variables, values = [*model.trainable_variables, *others], [*trainable, *state]
        if self.stacked:  # where they are rows
            values = [tf.reshape(v, like.shape) for v, like in zip(values, variables, strict=True)]
        pairs = zip(variables, values, strict=True)
        with keras.StatelessScope(pairs, collect_losses=True) as scope:
            outputs = model(x, training=training) if model._call_has_training_arg else model(x)
            loss = model._compute_loss(
                x=x, y=y, y_pred=outputs, sample_weight=weights, training=training
            )
        state = [
            tf.reshape(scope.get_current_value(variable), value.shape)
            for variable, value in zip(others, state, strict=True)
        ]
        return loss, outputs, state

    def _per_replicate(self, function, *batch):
        """``function`` of (trainable, state, *batch) for each replicate.

        It gives two lists shaped like variables, then a loss and outputs, which gain the
        replicate axis here.
        """
        values = [[tf.identity(v.value) for v in held] for held in (self.trainable, self.state)]
        if not self.stacked:
            *variables, loss, outputs = function(*values, *(array[0] for array in batch))
            return *variables, loss[None], outputs[None]
        if self.n_rates == 1 or not batch:
            return tf.vectorized_map(lambda replicate: function(*replicate), (*values, *batch))

        def of_seed(seed):
            trainable, state, *batch = seed
            return tf.vectorized_map(
                lambda replicate: function(*replicate, *batch), (trainable, state)
            )

        by_seed = tf.nest.map_structure(
            lambda rows: tf.reshape(rows, (self.n_seeds, self.n_rates, -1)), values
        )
        result = tf.vectorized_map(of_seed, (*by_seed, *batch))
        return tf.nest.map_structure(self._flat, result)

    def _flat(self, array):
        """``array`` of shape (S, L, ...) with the axis of the replicates in place of these two."""
        return tf.reshape(array, tf.concat([[self.n_replicates], tf.shape(array)[2:]], 0))

    def _metrics(self, loss, y, outputs, weights=None):
        """Mean (loss, accuracy) over a batch of every replicate, shape (2, R), float32.

        The targets are those of each seed, the outputs those of each replicate.

        The accuracy stays outside of the map over replicates: Keras finds the largest output by
        an operation that the map knows only as a loop.
        """
        if self.n_rates > 1:
            y = tf.repeat(y, self.n_rates, axis=0)
        correct = tf.cast(self.accuracy(y, outputs), tf.float32)
        if weights is not None:
            correct *= _along_samples(tf.cast(weights, tf.float32), correct.ndim, axis=1)
        accuracy = tf.reduce_mean(correct, axis=range(1, correct.ndim))
        return tf.stack([tf.cast(loss, tf.float32), accuracy])


def _along_samples(weights, ndim, axis=0):
    """``weights`` of shape (n,) with axes of length 1 around it, n at the given ``axis``."""
    return tf.reshape(weights, [-1 if i == axis else 1 for i in range(ndim)])


def over_batches(n, size, step, carry, keep_rest=True):
    """Thread ``carry`` through step(start, size, *carry) over n samples, in batches of ``size``.

    The short rest comes last, unless ``keep_rest`` is false.
    """
    full, rest = divmod(n, size)
    _, *carry = tf.while_loop(
        lambda i, *_: i < full, lambda i, *held: (i + 1, *step(i * size, size, *held)), (0, *carry)
    )
    return step(full * size, rest, *carry) if rest and keep_rest else carry
