"""A learning rate per replicate, for an optimizer that knows only one."""

import keras
import numpy as np


class Rates(keras.optimizers.schedules.LearningRateSchedule):
    """The learning rates of R replicates, as a schedule that an optimizer reads them from.

    Args:
        n_replicates: R.
        dtype: type of the optimizer's own learning rate.
    """

    def __init__(self, n_replicates: int, dtype: str):
        """All are 0 until they are assigned."""
        self.values = keras.Variable(np.zeros((n_replicates, 1)), trainable=False, dtype=dtype)

    def __call__(self, step):
        """A column, which multiplies the rows of the stacked variables; ``step`` is not used."""
        return self.values.value
