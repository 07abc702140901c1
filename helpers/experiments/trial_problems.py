"""What the recipe is tried on: data drawn or split anew for each seed, and a network for each."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from sklearn import datasets

from helpers.data import Dataset, shifted

NUMBERS = "mean_squared_error"  # the loss of a regression
CLASSES = "categorical_crossentropy"
UPDATE_SECONDS = 1e-3  # what an update takes however small its batch, in the modelled time


@dataclass(frozen=True)
class Problem:
    """Data, a network, and what training costs.

    Attributes:
        name: what it is called in tables.
        draw: from a seed to inputs, shape (n, n_inputs), and one-hot targets or numbers, shape
            (n, n_outputs); the first n_train rows train.
        n_train: training samples.
        n_held: samples to validate on, and as many others to test on.
        hidden: units of each hidden layer.
        loss: the name of a Keras loss.
        sample_seconds: what a sample adds to the time of an update, in the modelled time.
    """

    name: str
    draw: Callable[[int], tuple[np.ndarray, np.ndarray]]
    n_train: int
    n_held: int
    hidden: tuple[int, ...]
    loss: str = CLASSES
    sample_seconds: float = 2e-6

    def data(self, seed: int) -> tuple[Dataset, Dataset]:
        """The training samples with those to validate on, and with those to test on.

        Features are standardised by the training samples, and so are numbers to predict, so that
        predicting their mean has a loss of about 1.

        Args:
            seed: of the draw.
        """
        x, y = self.draw(seed)
        x = _standardised(x, self.n_train)
        y = _standardised(y, self.n_train) if self.loss == NUMBERS else y.astype("float32")
        ends = self.n_train + self.n_held, self.n_train + 2 * self.n_held
        train, validate, test = slice(self.n_train), slice(self.n_train, ends[0]), slice(*ends)
        return (
            Dataset(x[train], y[train], x[validate], y[validate], f"{self.name}, validation"),
            Dataset(x[train], y[train], x[test], y[test], f"{self.name}, test"),
        )

    def build(self) -> keras.Model:
        """Hidden ReLU layers from He-uniform weights, and softmax outputs, or linear ones."""
        n_inputs, n_outputs = _shape(self)
        last = "linear" if self.loss == NUMBERS else "softmax"
        hidden = [
            keras.layers.Dense(units, activation="relu", kernel_initializer="he_uniform")
            for units in self.hidden
        ]
        outputs = keras.layers.Dense(n_outputs, activation=last)
        return keras.Sequential([keras.Input((n_inputs,)), *hidden, outputs])

    def seconds(self, batch_size):
        """Modelled seconds of an update: a fixed part, and one in proportion to the batch.

        Args:
            batch_size: one, or an array of them.
        """
        return UPDATE_SECONDS + self.sample_seconds * batch_size

    def of_a_constant(self) -> float:
        """The loss of a network that ignores its inputs; a run that ends higher is thrown away."""
        return 1.0 if self.loss == NUMBERS else float(np.log(_shape(self)[1]))


@functools.cache
def _shape(problem: Problem) -> tuple[int, int]:
    """Inputs and outputs of a network for a problem."""
    x, y = problem.draw(0)
    return x.shape[1], y.shape[1]


def _standardised(values: np.ndarray, n_train: int) -> np.ndarray:
    mean, spread = values[:n_train].mean(axis=0), values[:n_train].std(axis=0)
    return ((values - mean) / np.where(spread > 0, spread, 1)).astype("float32")


def _one_hot(labels: np.ndarray) -> np.ndarray:
    return np.eye(labels.max() + 1)[labels]


def _shuffled(x: np.ndarray, y: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng(seed).permutation(len(x))
    return x[order], y[order]


def _table(load: Callable, one_hot: bool = True) -> Callable[[int], tuple[np.ndarray, np.ndarray]]:
    """The rows of a table of scikit-learn in an order of the seed's."""

    def draw(seed):
        x, y = load(return_X_y=True)
        return _shuffled(x, _one_hot(y) if one_hot else y[:, None], seed)

    return draw


@functools.cache
def _pool():
    return datasets.make_classification(
        4096, n_features=20, n_informative=10, n_redundant=5, n_classes=5, flip_y=0.05,
        random_state=0,
    )  # fmt: skip


def _five_classes(seed):
    """One problem, of which every seed draws other samples."""
    x, labels = _pool()
    return _shuffled(x, _one_hot(labels), seed)


def _blobs(seed):
    """The tutorial's problem, its centers as they are, samples drawn anew."""
    x, labels, centers = datasets.make_blobs(
        1000, centers=3, n_features=2, cluster_std=2, random_state=2, return_centers=True
    )
    x, labels = datasets.make_blobs(1536, centers=centers, cluster_std=2, random_state=seed)
    return x, _one_hot(labels)


def _friedman1(seed):
    x, y = datasets.make_friedman1(2048, n_features=10, noise=1.0, random_state=seed)
    return x, y[:, None]


def _shifted_images(seed):
    """Digits, those to train on moved by up to a pixel each way: 1024 of the 4608 that result."""
    images, labels = datasets.load_digits(return_X_y=True)
    x, y = _shuffled(images.reshape(-1, 8, 8, 1), _one_hot(labels), seed)
    moved = shifted(Dataset(x[:512], y[:512], x[512:], y[512:], "digits"))
    some = np.random.default_rng(seed).permutation(len(moved.x_train))[:1024]
    x = np.concatenate([moved.x_train[some], moved.x_test])
    return x.reshape(len(x), -1), np.concatenate([moved.y_train[some], moved.y_test])


def _hastie(seed):
    x, y = datasets.make_hastie_10_2(2048, random_state=seed)
    return x, _one_hot((y > 0).astype(int))


def _quantiles(seed):
    x, labels = datasets.make_gaussian_quantiles(
        n_samples=2048, n_features=6, n_classes=3, random_state=seed
    )
    return _shuffled(x, _one_hot(labels), seed)


def _moons(seed):
    x, labels = datasets.make_moons(1536, noise=0.3, random_state=seed)
    return x, _one_hot(labels)


def _friedman2(seed):
    x, y = datasets.make_friedman2(2048, noise=100.0, random_state=seed)
    return x, y[:, None]


def _noisy_images(seed):
    """Digits with noise on every pixel; is the digit even?"""
    x, labels = datasets.load_digits(return_X_y=True)
    x, y = _shuffled(x, _one_hot(labels % 2), seed)
    return x + np.random.default_rng(seed).normal(0, 4, x.shape), y


FIRST = {  # that the recipe was first tried on
    problem.name: problem
    for problem in (
        Problem("digits", _table(datasets.load_digits), 1024, 386, (32,)),
        Problem("tumours", _table(datasets.load_breast_cancer), 320, 124, (16,)),
        Problem("five classes, made", _five_classes, 1024, 1024, (32,)),
        Problem("blobs", _blobs, 512, 512, (50,)),
        Problem("friedman1, regression", _friedman1, 1024, 512, (32,), NUMBERS),
        Problem("shifted images", _shifted_images, 1024, 512, (32, 32), sample_seconds=2e-5),
    )
}
OTHERS = {  # kept for what is changed after that
    problem.name: problem
    for problem in (
        Problem("diabetes, regression", _table(datasets.load_diabetes, False), 256, 93, (16,),
                NUMBERS),
        Problem("ten Gaussians, made", _hastie, 1024, 512, (32,)),
        Problem("shells, made", _quantiles, 1024, 512, (32,)),
        Problem("moons", _moons, 512, 512, (50,)),
        Problem("friedman2, regression", _friedman2, 1024, 512, (32,), NUMBERS),
        Problem("noisy images", _noisy_images, 1024, 386, (32, 32), sample_seconds=2e-5),
    )
}  # fmt: skip
PROBLEMS = FIRST | OTHERS
