"""The expected excess loss after very many updates, where noise and descent are in balance."""

import numpy as np

from helpers.theory.problems import Quadratic
from helpers.theory.recursions import gradient_share
from helpers.theory.samplings import check_rate


def equilibrium_excess_loss(
    problem: Quadratic,
    batch_size: float | np.ndarray,
    learning_rate: float | np.ndarray,
    momentum: float = 0.0,
    sampling: str = "stream",
    n_train: int | None = None,
) -> np.ndarray:
    """The expected excess loss after very many updates, in closed form.

    The fixed point of the recursion has, along an eigenvector of curvature h, E[h o²] = q V, with V
    the gradient noise of a sample there, q = s ε / (1 - m) / (2 - ε h / (1 + m)) and s the share of
    a batch. Half its sum is g tr(Σ) / 4 for small steps, g the ``noise_level``. On Gaussian inputs
    V grows with the loss, which makes it one linear equation for the loss.

    Args:
        problem, batch_size, learning_rate, momentum, sampling, n_train: as for
            ``helpers.theory.recursions.moments``.

    Returns:
        Losses of shape (...); infinity where the mean square diverges.

    Raises:
        ValueError: as for ``helpers.theory.recursions.moments``.

    >>> round(float(equilibrium_excess_loss(Quadratic([1.0], [4.0], [0.0]), 1, 0.001)), 5)
    0.001
    """
    made, growth = noise_and_growth(problem, batch_size, learning_rate, momentum, sampling, n_train)
    stable = growth < 1
    return np.divide(made / 2, 1 - growth, out=np.full(growth.shape, np.inf), where=stable)


def noise_and_growth(
    problem: Quadratic,
    batch_size: float | np.ndarray,
    learning_rate: float | np.ndarray,
    momentum: float = 0.0,
    sampling: str = "stream",
    n_train: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """The sum of h o² that the noise at the minimum makes, and its growth by the noise it makes.

    Noise that grows with the loss adds h T to V, with T the sum of h o² over all eigenvectors, and
    h (h o²), so T = Σ p V + T Σ p h with p = q / (1 - q h), V the noise at the minimum.

    Args:
        problem, batch_size, learning_rate, momentum, sampling, n_train: as for
            ``helpers.theory.recursions.moments``.

    Returns:
        Σ p V, and the growth Σ p h, which is 0 for noise that is the same everywhere, both of shape
        (...). The mean square converges where the growth is below 1; it is infinite where a
        direction diverges by itself.

    Raises:
        ValueError: as for ``helpers.theory.recursions.moments``.
    """
    share = gradient_share(problem, batch_size, sampling, n_train)
    check_rate(learning_rate, momentum)
    rate, share = (a[..., None] for a in np.broadcast_arrays(learning_rate, share))
    grows = float(problem.gaussian_inputs)
    # p is share / room: share / q, less what the noise of a direction adds to itself.
    room = (2 - rate * problem.curvatures / (1 + momentum)) * (1 - momentum) / rate
    room = room - grows * share * problem.curvatures
    alone = (room > 0) | (problem.curvatures == 0)
    p = np.divide(share, room, out=np.zeros(room.shape), where=alone & (problem.curvatures > 0))
    made, growth = p @ problem.noise, grows * (p @ problem.curvatures)
    return made, np.where(alone.all(axis=-1), growth, np.inf)
