"""What builds the model that a chapter trains, with the loss and the optimizer of its maker."""

from collections.abc import Callable
from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf
from scipy.optimize import minimize

from helpers.errors import ParameterError
from helpers.models.outputs import loss_name


@dataclass(frozen=True)
class Builder:
    """Call it for a new model, which is not compiled.

    Attributes:
        make: returns a new Keras model, perhaps compiled.
        loss: Keras loss or its name; also the attribute ``loss`` of the models.
        metric: Keras's name of the metric beside it.
        one_output: whether the model has one output.
        activation: "softmax" for outputs that add up to 1, "sigmoid" for outputs from 0 to 1,
            "linear" for any others.
        its_optimizer: whether the model's maker compiled it with an optimizer.
        notes: what to know about the model, a sentence each.
    """

    make: Callable[[], keras.Model]
    loss: str | Callable
    metric: str = "accuracy"
    one_output: bool = False
    activation: str = "softmax"
    its_optimizer: bool = False
    notes: list[str] = field(default_factory=list)

    def __call__(self) -> keras.Model:
        """Return a new model, not compiled."""
        model = self.make()
        model.compiled = False  # its loss is kept, its optimizer comes from ``optimizer``
        model.loss = self.loss
        return model

    def optimizer(self, learning_rate: float) -> keras.optimizers.Optimizer:
        """A new optimizer as the model's maker compiled it, with another learning rate.

        Raises:
            ParameterError: it has a schedule of the learning rate.
        """
        optimizer = self.make().optimizer
        inner = getattr(optimizer, "inner_optimizer", optimizer)  # of a LossScaleOptimizer
        if not isinstance(inner._learning_rate, keras.Variable):  # a schedule, or a function
            raise ParameterError(
                f"the model's own {type(inner).__name__} has a schedule of the learning rate, "
                "where the chapter tries rates of its own: compile the model with a number, or "
                "name another optimizer, such as -p optimizer adam"
            )
        optimizer.learning_rate = learning_rate
        return optimizer

    def guessed_loss(self, y_train: np.ndarray, y: np.ndarray) -> float:
        """Loss on some samples of the constant output that has the least loss on the training set.

        For cross-entropies that is the share of each class, for the mean squared error the mean,
        for the mean absolute error of numbers the median; others, such as focal losses, have a
        best constant of their own.

        Args:
            y_train: targets of the training samples, as for ``targets``.
            y: targets of the samples on which the loss is taken, alike.

        Returns:
            Not a number if the loss is the user's own.

        Raises:
            ParameterError: a loss of the user's own is below 0 where the outputs are the targets.
        """
        loss = keras.losses.get(self.loss)
        if not loss_name(loss):
            exact = self.targets(y.astype("float32"))
            if (least := float(np.mean(loss(exact, exact)))) < 0:
                raise ParameterError(
                    "metric must be another than loss, since the model's own loss falls below 0: "
                    f"it is {least:.3g} where the outputs are the targets"
                )
            return np.nan
        of_samples = getattr(loss, "call", loss)  # one value per sample, in double precision
        y_train, y = y_train.astype("float64"), self.targets(y.astype("float64"))
        if y_train.shape[1] == 1:  # numbers
            rows, counts = y_train, np.ones(len(y_train))
        else:
            rows, counts = self.targets(np.eye(y_train.shape[1])), y_train.sum(axis=0)
        activation = keras.activations.get(self.activation)

        def constant(free, n):
            return keras.ops.broadcast_to(activation(free[None]), (n, len(free)))

        def training_loss(free):
            free = tf.constant(free)
            with tf.GradientTape() as tape:
                tape.watch(free)
                losses = of_samples(rows, constant(free, len(rows)))
                mean = tf.reduce_sum(losses * counts) / counts.sum()
            return float(mean), tape.gradient(mean, free).numpy()

        start = np.zeros(rows.shape[1])
        if self.activation == "linear":
            start = np.median(self.targets(y_train), axis=0)
            if loss_name(loss) == "hinge":
                start = 2 * start - 1  # to which Keras turns targets of 0 and 1
        best = minimize(training_loss, start, jac=True, options={"gtol": 1e-9}).x
        return float(np.mean(of_samples(y, constant(tf.constant(best), len(y)))))

    def targets(self, y: np.ndarray) -> np.ndarray:
        """Targets as the model's outputs: of two one-hot columns the second, for one output.

        Args:
            y: one-hot, shape (n, n_classes), or numbers, shape (n, 1).
        """
        return y[:, 1:] if self.one_output and y.shape[1] == 2 else y

    def about(self, optimizer: str) -> str:
        """What is trained, by which loss and which optimizer, and what to know about it.

        Args:
            optimizer: name, as for ``helpers.models.chosen.chosen_optimizer``.
        """
        lines = [f"The model has {self().count_params():,} weights.", *self.notes]
        lines.append(self._about_optimizer(optimizer))
        return "\n".join(lines)

    def _about_optimizer(self, name):
        if name == "auto" and self.its_optimizer:
            kind = type(self.optimizer(0.01)).__name__
            return f"It is trained by its own {kind}, at the learning rates of the map."
        if name == "auto":
            return "It is trained by SGD with momentum."
        if not self.its_optimizer:
            return f"It is trained by {name}."
        kind = type(self.make().optimizer).__name__
        return (
            f"It is trained by {name}, as the parameter optimizer says, and not by its own {kind}."
        )
