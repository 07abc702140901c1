"""Learning rates to begin with, by what an optimizer makes of them."""

import keras

FACTOR, COUNT = 10, 4
LONGEST = (
    1.0  # of SGD with momentum 0.9, which takes ten times the step of plain SGD in the long run
)
NORMALISED = 0.1  # of Adam and the like, whose steps are about as long as the rate


def suitable_learning_rates(optimizer: keras.optimizers.Optimizer) -> list[float]:
    """Four learning rates to begin with, a factor of ten apart.

    Args:
        optimizer: of SGD the momentum counts, since learning rate / (1 - momentum) is the length of
            its steps along a steady gradient; others divide by the size of the gradient.

    >>> suitable_learning_rates(keras.optimizers.SGD(momentum=0.9))
    [0.001, 0.01, 0.1, 1.0]
    >>> suitable_learning_rates(keras.optimizers.Adam())
    [0.0001, 0.001, 0.01, 0.1]
    """
    last = NORMALISED
    if isinstance(optimizer, keras.optimizers.SGD):
        last = LONGEST if optimizer.momentum >= 0.5 else FACTOR * LONGEST
    return [float(f"{last / FACTOR**i:.6g}") for i in reversed(range(COUNT))]
