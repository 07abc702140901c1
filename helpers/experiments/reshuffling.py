"""The excess loss in equilibrium where every epoch is reshuffled, as ``fit`` does, in closed form.

The batches of an epoch hold every sample once. So the mean gradients of two of them have the
covariance -Σ / N at the same weights, and over an epoch their noise adds up to nothing: what one
batch pulls away the others pull back, as far as the loss has not forgotten it by then (Cochran,
Sampling techniques, theorem 2.2, for the covariance). ``helpers.theory`` covers batches that are
independent; this module sets the two side by side.
"""

import numpy as np
from scipy.linalg import solve_discrete_lyapunov

from helpers import checks
from helpers.theory import Quadratic


def reshuffled_excess_loss(
    problem: Quadratic, batch_size: int, learning_rate: float, momentum: float, n_train: int
) -> float:
    """The expected excess training loss at the end of an epoch, after very many epochs.

    Along an eigenvector of curvature h the weight's offset and velocity follow s <- M s + b noise,
    and after an epoch of n updates s <- Mⁿ s + Σ_k c_k noise_k with c_k = M^(n - 1 - k) b. Their
    covariance C solves C = Mⁿ C Mⁿᵀ + V / B Σ c_k c_kᵀ - V / N (Σ c_k) (Σ c_k)ᵀ.

    Args:
        problem: with noise that is the same everywhere, the covariance of single gradients with
            the divisor N - 1.
        batch_size: samples per update, a divisor of n_train.
        learning_rate: above 0, small enough for the mean to converge.
        momentum: at least 0 and below 1.
        n_train: training samples, at least 2.

    Returns:
        The loss.

    Raises:
        ValueError: the batch size does not divide n_train.

    >>> problem = Quadratic([1.0], [1.0], [0.0])
    >>> reshuffled_excess_loss(problem, 4, 0.1, 0.0, 4)
    0.0
    """
    size = checks.whole_number("batch_size", batch_size, 1, n_train)
    n, rest = divmod(n_train, size)
    if rest:
        raise ValueError(f"batch_size must divide n_train ({n_train}), got {batch_size}")
    total = 0.0
    for h, noise in zip(problem.curvatures, problem.noise, strict=True):
        if h == 0 or n == 1:
            continue
        pull = learning_rate * h
        step = np.array([[1 - pull, momentum], [-pull, momentum]])
        kick = -learning_rate * np.ones(2)
        kicks = [kick]
        for _ in range(n - 1):
            kicks.append(step @ kicks[-1])
        kicks = np.array(kicks)
        together = kicks.sum(axis=0)
        made = noise * (kicks.T @ kicks / size - np.outer(together, together) / n_train)
        epoch = np.linalg.matrix_power(step, n)
        total += h / 2 * solve_discrete_lyapunov(epoch, made)[0, 0]
    return float(total)


def share_left(epoch_pull: np.ndarray) -> np.ndarray:
    """What reshuffling leaves of the variance along an eigenvector, for small steps.

    With x = ε h N / (B (1 - m)), how far an epoch pulls along that eigenvector, the limit of the
    sum above is 1 - tanh(x / 2) / (x / 2), about x² / 12 where x is small. It asks for small steps,
    and for a memory of momentum, 1 / (1 - m) updates, that is much shorter than an epoch.

    Args:
        epoch_pull: x, above 0, of any shape.

    Returns:
        Shares from 0 to 1, of the same shape.

    >>> share_left(np.array([0.2, 1.0, 10.0])).round(4).tolist()
    [0.0033, 0.0758, 0.8]
    """
    half = np.asarray(epoch_pull, float) / 2
    return 1 - np.tanh(half) / half
