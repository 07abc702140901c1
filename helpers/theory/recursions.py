"""How the mean and the covariance of weights and velocity go on from update to update.

Momentum as ``keras.optimizers.SGD`` has it: v <- m v - ε g, then w <- w + v, from v = 0, with g
the gradient of a batch. On a quadratic that is linear in the weights, so both moments follow linear
recursions, exactly (Zhang et al., Which algorithmic choices matter at which batch sizes?, arXiv
1907.04164). Arguments batch_size and learning_rate may be arrays of any shapes that NumPy
broadcasts, for many settings at once.
"""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from helpers import checks
from helpers.theory.problems import Quadratic
from helpers.theory.samplings import batch_share, check_rate


class Moments(NamedTuple):
    """Mean and covariance of offsets and velocities after an update, each of shape (..., n).

    Attributes:
        offset: mean distance of each weight from the minimum, with its sign.
        velocity: mean velocity, that is, the last change of the offset.
        offset_variance: variance of the offset.
        covariance: that of offset and velocity.
        velocity_variance: variance of the velocity.
    """

    offset: np.ndarray
    velocity: np.ndarray
    offset_variance: np.ndarray
    covariance: np.ndarray
    velocity_variance: np.ndarray

    @property
    def squares(self) -> np.ndarray:
        """Expected squared offsets, shape (..., n)."""
        return self.offset**2 + self.offset_variance


def moments(
    problem: Quadratic,
    batch_size: float | np.ndarray,
    learning_rate: float | np.ndarray,
    momentum: float = 0.0,
    sampling: str = "stream",
    n_train: int | None = None,
) -> Iterator[Moments]:
    """The moments of the run: those of the initial weights, then those after each update, for ever.

    Args:
        problem: of ``helpers.theory.problems``.
        batch_size, sampling, n_train: as for ``helpers.theory.samplings.batch_share``.
        learning_rate: above 0. Where it is too large, the moments grow until they are infinite or
            not a number.
        momentum: at least 0 and below 1.

    Raises:
        ValueError: an argument is out of its range, or a linear regression is not on a stream.
    """
    share = gradient_share(problem, batch_size, sampling, n_train)
    check_rate(learning_rate, momentum)
    rate, share = np.broadcast_arrays(np.asarray(learning_rate, float), share)
    return _moments(problem, rate[..., None], momentum, share[..., None])


def _moments(problem, rate, momentum, share) -> Iterator[Moments]:
    zero = np.zeros(np.broadcast_shapes(rate.shape, problem.offset.shape))
    now = Moments(problem.offset + zero, zero, zero, zero, zero)
    pull = rate * problem.curvatures
    while True:
        yield now
        with np.errstate(over="ignore", invalid="ignore"):
            velocity = momentum * now.velocity - pull * now.offset
            # The covariance of the weight before the update with the velocity after it.
            across = momentum * now.covariance - pull * now.offset_variance
            velocity_variance = (
                momentum**2 * now.velocity_variance
                - 2 * momentum * pull * now.covariance
                + pull**2 * now.offset_variance
                + rate**2 * share * problem.gradient_noise(now.squares)
            )
            now = Moments(
                now.offset + velocity,
                velocity,
                now.offset_variance + 2 * across + velocity_variance,
                across + velocity_variance,
                velocity_variance,
            )


def excess_losses(
    problem: Quadratic,
    batch_size: float | np.ndarray,
    learning_rate: float | np.ndarray,
    momentum: float = 0.0,
    *,
    updates: int,
    sampling: str = "stream",
    n_train: int | None = None,
) -> np.ndarray:
    """The expected excess loss along a run.

    Args:
        problem, batch_size, learning_rate, momentum, sampling, n_train: as for ``moments``.
        updates: at least 0.

    Returns:
        Losses of shape (updates + 1, ...): before the first update, and after each.

    Raises:
        ValueError: as for ``moments``.

    >>> problem = Quadratic([1.0], [0.0], [1.0])
    >>> excess_losses(problem, 1, 0.5, updates=2).tolist()
    [0.5, 0.125, 0.03125]
    """
    n = checks.whole_number("updates", updates, 0) + 1
    run = moments(problem, batch_size, learning_rate, momentum, sampling, n_train)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.array([problem.excess_loss(now.squares) for now in islice(run, n)])


def gradient_share(
    problem: Quadratic, batch_size: float | np.ndarray, sampling: str, n_train: int | None
) -> np.ndarray:
    """``batch_share``, or a ValueError if the problem has no exact recursion for the sampling.

    Args:
        problem: of ``helpers.theory.problems``.
        batch_size, sampling, n_train: as for ``helpers.theory.samplings.batch_share``.
    """
    share = batch_share(batch_size, sampling, n_train)
    if problem.gaussian_inputs and sampling != "stream":
        raise ValueError(
            f"linear regression is exact on a stream of fresh samples only, got {sampling!r}; on "
            "a training set use helpers.theory.quadratic, whose noise is the same everywhere"
        )
    return share
