"""Validation by expectation: what a model loses on all samples there could be, without drawing any.

For Gaussian blobs the expectation is a weighted sum over points; for linear regression it has a
closed form. Both are free of the noise of a validation set.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp, xlogy

from helpers import checks

NEGLIGIBLE = 1e-7  # of the largest weight, below which a point is left out


class Expectation(NamedTuple):
    """Points whose weighted sums are expected values over a distribution of labelled samples.

    The target of a point is the probability of each class there, not one class, so a network's
    expected loss is the weighted sum of its cross-entropy, which Keras has for such targets too.
    The accuracy that Keras reports for them is how often it agrees with the Bayes rule; the
    expected one is ``accuracy``.

    Attributes:
        x: points, shape (n, n_features).
        y: probability of each class at each point, shape (n, n_classes); each row adds up to 1.
        weight: of each point, shape (n,), above 0; they add up to 1.
    """

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray

    def accuracy(self, labels: np.ndarray) -> np.ndarray:
        """Expected accuracy of predicted labels.

        Args:
            labels: predicted at each point, shape (..., n), integers in 0 .. n_classes - 1.

        Returns:
            Accuracies from 0 to 1, shape (...).
        """
        return self.y[np.arange(len(self.y)), labels] @ self.weight

    def excess_loss(self, probabilities: np.ndarray) -> np.ndarray:
        """Expected cross-entropy of predicted probabilities, above that of the Bayes rule.

        It is the expected Kullback-Leibler divergence of the prediction from y (Cover & Thomas,
        Elements of information theory, section 2.3).

        Args:
            probabilities: predicted at each point, shape (..., n, n_classes), above 0.

        Returns:
            Losses in nats, at least 0, shape (...).
        """
        return (xlogy(self.y, self.y) - self.y * np.log(probabilities)).sum(axis=-1) @ self.weight

    @property
    def bayes_loss(self) -> float:
        """Cross-entropy of the Bayes rule, in nats: the least that any model can expect."""
        return float(-xlogy(self.y, self.y).sum(axis=-1) @ self.weight)

    @property
    def bayes_accuracy(self) -> float:
        """Accuracy of the Bayes rule, from 0 to 1: the most that any model can expect."""
        return float(self.y.max(axis=-1) @ self.weight)


def blob_expectation(centers: np.ndarray, cluster_std: float, order: int = 32) -> Expectation:
    """Points and weights for expected values over Gaussian blobs, one blob per class.

    Gauss-Hermite points around every center, along every axis (Davis & Rabinowitz, Methods of
    numerical integration), exact for polynomials up to the degree 2 order - 1. A network's ReLU
    units have kinks; for the tutorial's network, as long as its excess loss is above 0.01 nats,
    twice the default order changes it by less than 1 %. For other models compare the two.
    Accuracies, which jump, are right to half a percentage point only.

    Args:
        centers: true centers, shape (n_classes, n_features), n_classes at least 2, such as
            ``blob_centers()``. The number of points grows with the power n_features of the order.
        cluster_std: standard deviation of every blob along each axis, above 0.
        order: points per axis and blob, at least 2. Points of negligible weight are left out.

    Returns:
        Expectation, in the units of the centers; scale its x as the inputs of the model are.

    Raises:
        ValueError: an argument is out of its range.

    >>> from helpers.data import blob_centers
    >>> tutorial = blob_expectation(blob_centers(), cluster_std=2.0, order=128)
    >>> round(tutorial.bayes_loss, 4), round(tutorial.bayes_accuracy, 3)
    (0.4008, 0.822)
    """
    centers = np.asarray(centers, float)
    if centers.ndim != 2 or len(centers) < 2 or not np.isfinite(centers).all():
        raise ValueError(
            "centers must be finite, of shape (n_classes, n_features) with at least 2 classes, "
            f"got the shape {centers.shape}"
        )
    std = checks.positive("cluster_std", cluster_std)
    order = checks.whole_number("order", order, 2)
    points, weights = np.polynomial.hermite_e.hermegauss(order)  # of the weight exp(-z² / 2)
    n_features = centers.shape[1]
    z = np.stack(np.meshgrid(*[points] * n_features, indexing="ij"), axis=-1)
    weight = np.prod(np.meshgrid(*[weights] * n_features, indexing="ij"), axis=0)
    kept = weight > NEGLIGIBLE * weight.max()
    x = (centers[:, None] + std * z[kept]).reshape(-1, n_features)
    weight = np.tile(weight[kept], len(centers))
    return Expectation(x, blob_probabilities(x, centers, std), weight / weight.sum())


def blob_probabilities(x: np.ndarray, centers: np.ndarray, cluster_std: float) -> np.ndarray:
    """Probability of each class at points among Gaussian blobs of equal size and spread.

    Args:
        x: points, shape (n, n_features).
        centers, cluster_std: as for ``blob_expectation``.

    Returns:
        Probabilities of shape (n, n_classes); each row adds up to 1.

    >>> blob_probabilities(np.array([[0.5]]), np.array([[0.0], [1.0]]), 1.0).tolist()
    [[0.5, 0.5]]
    """
    squares = np.sum((np.asarray(x)[:, None] - centers) ** 2, axis=-1)
    logs = -squares / (2 * cluster_std**2)
    return np.exp(logs - logsumexp(logs, axis=1, keepdims=True))


def linear_excess_loss(
    weights: np.ndarray, true_weights: np.ndarray, hessian: np.ndarray
) -> np.ndarray:
    """Expected loss of a linear model above that of the true weights: ½ (w - w*) H (w - w*).

    For the loss of half the squared error, whose Hessian is H = E[x x'], whatever the label noise.
    Keras's mean squared error lacks the half, and has twice that.

    Args:
        weights: w, shape (..., n).
        true_weights: w*, shape (n,).
        hessian: H, shape (n, n), or its diagonal, shape (n,).

    Returns:
        Losses of shape (...), at least 0.

    Raises:
        ValueError: the shapes do not fit each other.

    >>> float(linear_excess_loss([2.0, 1.0], [1.0, 1.0], [3.0, 5.0]))
    1.5
    """
    weights, true_weights, hessian = (
        np.asarray(array, float) for array in (weights, true_weights, hessian)
    )
    n = true_weights.size
    if true_weights.shape != (n,) or weights.shape[-1:] != (n,):
        raise ValueError(
            "weights must have the shape (..., n) and true_weights (n,), "
            f"got {weights.shape} and {true_weights.shape}"
        )
    if hessian.shape not in ((n,), (n, n)):
        raise ValueError(f"hessian must have the shape {(n, n)} or {(n,)}, got {hessian.shape}")
    offset = weights - true_weights
    pull = offset * hessian if hessian.ndim == 1 else offset @ hessian
    return np.sum(offset * pull, axis=-1) / 2
