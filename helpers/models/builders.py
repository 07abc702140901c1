"""What builds the model that a chapter trains, with the loss and the optimizer of its maker."""

from collections.abc import Callable
from dataclasses import dataclass, field

import keras
import numpy as np

from helpers.errors import ParameterError


@dataclass(frozen=True)
class Builder:
    """Call it for a new model, which is not compiled.

    Attributes:
        make: returns a new Keras model, perhaps compiled.
        loss: Keras loss or its name; also the attribute ``loss`` of the models.
        metric: Keras's name of the metric beside it.
        one_output: whether the model has one output.
        its_optimizer: whether the model's maker compiled it with an optimizer.
        notes: what to know about the model, a sentence each.
    """

    make: Callable[[], keras.Model]
    loss: str | Callable
    metric: str = "accuracy"
    one_output: bool = False
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

    @property
    def usual_loss(self) -> bool:
        """Whether the loss is a cross-entropy, or the mean squared error: then guesses have one."""
        return self.loss in (
            "categorical_crossentropy",
            "binary_crossentropy",
            "mean_squared_error",
        )

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
