"""Gaussian blobs, the tutorial's problem, and what is known exactly about them."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog
from sklearn.datasets import make_blobs
from sklearn.metrics import pairwise_distances_argmin

from helpers import checks
from helpers.data.dataset import Dataset


def blobs(
    n_samples: int = 1000,
    centers: int = 3,
    cluster_std: float = 2.0,
    data_seed: int = 2,
    n_features: int = 2,
) -> Dataset:
    """Gaussian blobs; the defaults are the tutorial's problem, in two dimensions.

    The first half of the samples is the training set, the rest the test set.

    Args:
        n_samples: samples in all, at least 2 per class.
        centers: number of classes, each with one center, at least 2.
        cluster_std: standard deviation of every blob along each axis, above 0, in feature units.
        data_seed: seed of the centers and the samples (scikit-learn's ``random_state``).
        n_features: dimensions, at least 1.

    Returns:
        A Dataset; each half has x of shape (n, n_features) and one-hot y of shape (n, centers).

    >>> blobs().x_train.shape, blobs().y_train.shape
    ((500, 2), (500, 3))
    """
    x, labels = make_blobs(
        n_samples, n_features, centers=centers, cluster_std=cluster_std, random_state=data_seed
    )
    x = x.astype("float32")
    y = np.eye(centers, dtype="float32")[labels]
    half = n_samples // 2
    return Dataset(x[:half], y[:half], x[half:], y[half:], f"blobs(std {cluster_std:g})")


def blob_centers(centers: int = 3, data_seed: int = 2) -> np.ndarray:
    """True centers of ``blobs`` with the same ``centers`` and ``data_seed``, shape (centers, 2).

    They do not depend on the number of samples or their spread.
    """
    _, _, true_centers = make_blobs(
        centers, centers=centers, n_features=2, random_state=data_seed, return_centers=True
    )
    return true_centers


def new_blob_samples(
    n: int, centers: int = 3, cluster_std: float = 2.0, data_seed: int = 2, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Draw n fresh samples around the true centers of ``blobs``.

    Args:
        n: samples in all, at least 1 per class.
        centers, cluster_std, data_seed: as for ``blobs``.
        seed: seed of the fresh samples.

    Returns:
        x of shape (n, 2), float64, and the labels of shape (n,), integers in 0 .. centers - 1.
    """
    x, labels = make_blobs(
        n, centers=blob_centers(centers, data_seed), cluster_std=cluster_std, random_state=seed
    )
    return x, labels


def blob_draws(
    seeds: Sequence[int],
    n_train: int = 500,
    cluster_std: float = 2.0,
    n_test: int = 500,
    centers: int = 3,
    data_seed: int = 2,
) -> list[Dataset]:
    """For each seed a fresh draw of samples around the true centers of ``blobs``.

    A statement about runs on such draws is one about the distribution, not about one data set.

    Args:
        seeds: of the draws, whole numbers from 0 to 2**32 - 1.
        n_train, n_test: samples to train and to test on, at least 1 per class each.
        cluster_std, centers, data_seed: as for ``blobs``.

    Returns:
        One Dataset per seed, x of shape (n, 2), one-hot y of shape (n, centers), float32. Training
        and test samples are independent draws, with equally many samples of each class, to one.

    Raises:
        ValueError: there are fewer samples than classes.

    >>> [draw.x_train.shape for draw in blob_draws([0, 1], n_train=100)]
    [(100, 2), (100, 2)]
    """
    for name, n in (("n_train", n_train), ("n_test", n_test)):
        checks.whole_number(name, n, centers)
    one_hot = np.eye(centers, dtype="float32")

    def draw(n, stream):
        x, labels = new_blob_samples(n, centers, cluster_std, data_seed, stream)
        return x.astype("float32"), one_hot[labels]

    draws = []
    for seed in seeds:
        streams = np.random.SeedSequence(seed).generate_state(2).tolist()
        arrays = [*draw(n_train, streams[0]), *draw(n_test, streams[1])]
        draws.append(Dataset(*arrays, f"blobs(std {cluster_std:g}), draw {seed}"))
    return draws


def nearest_center(x: np.ndarray, true_centers: np.ndarray) -> np.ndarray:
    """The Bayes rule for blobs of equal size and equal spread: the label of the nearest center.

    With equal priors and equal spherical covariances the most probable class of a point is the
    one whose center is nearest (Duda, Hart & Stork, Pattern Classification, section 2.6.1), so no
    classifier can expect a higher accuracy on new samples.

    Args:
        x: points, shape (n, n_features).
        true_centers: shape (n_classes, n_features), in the same units.

    Returns:
        Labels of shape (n,), integers in 0 .. n_classes - 1.

    >>> nearest_center(np.array([[0.9, 0.0]]), np.array([[0.0, 0.0], [1.0, 0.0]]))
    array([1])
    """
    return pairwise_distances_argmin(x, true_centers)


def linearly_separable(x: np.ndarray, labels: np.ndarray) -> bool:
    """Whether some linear classifier puts every sample into its own class.

    Exact, by linear programming: weights and biases are sought for which every sample scores at
    least 1 more for its own class than for any other (the multiclass form of Mangasarian, Linear
    and nonlinear separation of patterns by linear programming, 1965).

    Args:
        x: samples, shape (n, n_features).
        labels: shape (n,), integers in 0 .. n_classes - 1.

    >>> linearly_separable(np.array([[0.0], [1.0], [2.0]]), np.array([0, 0, 1]))
    True
    >>> linearly_separable(np.array([[0.0], [1.0], [2.0]]), np.array([0, 1, 0]))
    False
    """
    n_classes = labels.max() + 1
    extended = np.hstack([x, np.ones((len(x), 1))])  # the bias is the weight of a constant
    rows = []
    for label in range(n_classes):
        own = extended[labels == label]
        for other in range(n_classes):
            if other != label:
                row = np.zeros((len(own), n_classes, extended.shape[1]))
                row[:, label], row[:, other] = -own, own
                rows.append(row.reshape(len(own), -1))
    constraints = np.vstack(rows)
    found = linprog(
        np.zeros(constraints.shape[1]), constraints, -np.ones(len(constraints)), bounds=(None, None)
    )
    return found.status == 0
