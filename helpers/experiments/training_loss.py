"""Data sets whose training samples serve as validation data, too."""

from collections.abc import Sequence
from dataclasses import replace

from helpers.data import Dataset


def on_training_samples(data: Sequence[Dataset]) -> list[Dataset]:
    """The same data, evaluated on the training samples.

    ``val_loss`` and ``val_accuracy`` are then those of the whole training set at given weights,
    which the theory of SGD is about; ``loss`` is a mean over batches while the weights move.

    Args:
        data: one Dataset per seed.
    """
    return [replace(each, x_test=each.x_train, y_test=each.y_train) for each in data]
