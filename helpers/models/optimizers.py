"""Optimizers that Keras does not have."""

import keras
from keras import ops

from helpers import checks


@keras.saving.register_keras_serializable(package="batch_size_book")
class Rprop(keras.optimizers.Optimizer):
    """Resilient propagation: a step size for each weight, and only the sign of its gradient.

    Rule for each weight, with gradient g and step size d, which starts at ``learning_rate``::

        if g * previous_g > 0:  d = min(d * increase, largest_step)
        if g * previous_g < 0:  d = max(d * decrease, smallest_step); g = 0
        weight = weight - sign(g) * d
        previous_g = g

    This is the variant iRprop- of Igel & Hüsken, Empirical evaluation of the improved Rprop
    learning algorithms (Neurocomputing 50, 2003): after a change of sign the weight rests for one
    update. The rule and its usual numbers are those of Riedmiller & Braun, A direct adaptive method
    for faster backpropagation learning: the RPROP algorithm (ICNN 1993). It is meant for the full
    batch, whose gradients change their sign only where a step went too far.

    Args:
        learning_rate: step size of every weight at first, above 0. A later change of it, such as
            by a schedule, scales all step sizes.
        increase: factor of the step size while the sign stays the same, above 1.
        decrease: factor after a change of sign, above 0 and below 1.
        smallest_step: lower bound of the step size, above 0.
        largest_step: upper bound of the step size, at least ``smallest_step``.
        name: name of the optimizer.
        **kwargs: as for every Keras optimizer.

    Raises:
        ValueError: an argument is out of its range.

    >>> Rprop().get_config()["increase"]
    1.2
    """

    elementwise = True  # each weight is updated by itself, so helpers.train may stack replicates

    def __init__(
        self,
        learning_rate: float = 0.1,
        increase: float = 1.2,
        decrease: float = 0.5,
        smallest_step: float = 1e-6,
        largest_step: float = 50.0,
        name: str = "rprop",
        **kwargs,
    ):
        """Check the arguments."""
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        if not isinstance(self._learning_rate, keras.optimizers.schedules.LearningRateSchedule):
            checks.positive("learning_rate", float(self.learning_rate))
        self.increase = checks.positive("increase", increase)
        self.decrease = checks.positive("decrease", decrease)
        self.smallest_step = checks.positive("smallest_step", smallest_step)
        self.largest_step = checks.positive("largest_step", largest_step)
        if increase <= 1:
            raise ValueError(f"increase must be above 1, got {increase!r}")
        if decrease >= 1:
            raise ValueError(f"decrease must be below 1, got {decrease!r}")
        if largest_step < smallest_step:
            raise ValueError(
                f"largest_step must be at least smallest_step ({smallest_step!r}), "
                f"got {largest_step!r}"
            )

    def build(self, variables):
        """Create a sign and a step size for each weight."""
        if self.built:
            return
        super().build(variables)
        self.signs, self.factors = [], []  # of the last gradient; of the step size
        for variable in variables:
            self.signs.append(self.add_variable_from_reference(variable, name="sign"))
            self.factors.append(
                self.add_variable_from_reference(variable, name="factor", initializer="ones")
            )

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable; the step size of each of its elements is learning_rate * factor."""
        index = self._get_variable_index(variable)
        factor, sign = self.factors[index], ops.sign(ops.cast(gradient, variable.dtype))
        rate = ops.cast(learning_rate, variable.dtype)
        agreement = sign * self.signs[index]
        changed = ops.where(agreement > 0, factor * self.increase, factor * self.decrease)
        bounded = ops.clip(changed, self.smallest_step / rate, self.largest_step / rate)
        factor_now = ops.where(agreement == 0, factor, bounded)
        sign_now = ops.where(agreement < 0, ops.zeros_like(sign), sign)
        self.assign(factor, factor_now)
        self.assign(self.signs[index], sign_now)
        self.assign_sub(variable, sign_now * factor_now * rate)

    def step_sizes(self) -> list:
        """The present step size of every weight, arrays shaped like the variables."""
        rate = ops.convert_to_numpy(self.learning_rate)
        return [ops.convert_to_numpy(factor) * rate for factor in self.factors]

    def get_config(self):
        """The arguments, for saving."""
        return super().get_config() | {
            "increase": self.increase,
            "decrease": self.decrease,
            "smallest_step": self.smallest_step,
            "largest_step": self.largest_step,
        }
