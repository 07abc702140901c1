"""Training and test samples of one problem, and what can be done to any of them."""

from dataclasses import dataclass, replace

import numpy as np
from sklearn.preprocessing import StandardScaler


@dataclass(frozen=True)
class Dataset:
    """Training and test samples of one classification problem.

    Attributes:
        x_train: training inputs, shape (n_train, ...), float32.
        y_train: one-hot training targets, shape (n_train, n_classes), float32.
        x_test: test inputs, shape (n_test, ...), float32.
        y_test: one-hot test targets, shape (n_test, n_classes), float32.
        name: what the data set is called in figures and in the attributes of runs.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    name: str

    @property
    def n_train(self) -> int:
        """Number of training samples."""
        return len(self.x_train)


def standardised(data: Dataset) -> Dataset:
    """``data`` with every feature shifted and scaled to mean 0 and standard deviation 1.

    Mean and standard deviation are those of the training set, for the test set too. A feature
    that is constant over the training set is only shifted.

    Args:
        data: x of shape (n, n_features), as ``flattened`` makes of images.

    >>> from helpers.data import blobs
    >>> standardised(blobs()).x_train.std(axis=0).round(3).tolist()
    [1.0, 1.0]
    """
    scaler = StandardScaler().fit(data.x_train)
    x_train, x_test = (scaler.transform(x) for x in (data.x_train, data.x_test))
    return replace(data, x_train=x_train, x_test=x_test, name=f"{data.name}, standardised")
