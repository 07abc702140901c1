"""Updates to a target of the expected excess loss, at the best learning rate of each batch size."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from helpers import checks
from helpers.theory.problems import Quadratic
from helpers.theory.recursions import moments
from helpers.theory.stability import largest_rate_of_mean

# Grids of learning rates, a factor and its powers; the second around the best one of the first.
GRIDS = ((2**0.25, range(-64, 9)), (2 ** (1 / 32), range(-8, 9)))


def updates_to_target(
    problem: Quadratic,
    target: float,
    batch_size: float | np.ndarray,
    learning_rate: float | np.ndarray,
    momentum: float = 0.0,
    *,
    at_most: int = 100_000,
    only_fastest: bool = False,
    sampling: str = "stream",
    n_train: int | None = None,
) -> np.ndarray:
    """Updates at which the expected excess loss first falls to ``target``.

    Between two updates the logarithm of the loss is taken for a straight line.

    Args:
        problem, batch_size, learning_rate, momentum, sampling, n_train: as for
            ``helpers.theory.recursions.moments``.
        target: excess loss, above 0.
        at_most: updates after which a setting counts as never there, at least 1.
        only_fastest: whether to stop at the update at which the first of the settings gets there,
            and leave all that come later at infinity.

    Returns:
        Updates in the shape of batch_size and learning_rate together; 0 if the loss is there at
        the start, infinity if it never gets there.

    Raises:
        ValueError: an argument is out of its range.

    >>> float(updates_to_target(Quadratic([1.0], [0.0], [1.0]), 0.5 / 8, 1, 0.5))
    1.5
    """
    checks.positive("target", target)
    checks.whole_number("at_most", at_most, 1)
    run = moments(problem, batch_size, learning_rate, momentum, sampling, n_train)
    before = problem.excess_loss(next(run).squares)
    result = np.where(before <= target, 0.0, np.inf)
    for done, now in zip(range(at_most), run, strict=False):
        missing = np.isinf(result)
        racing = missing & np.isfinite(before)  # the others got there, or diverged
        if not racing.any() or (only_fastest and not missing.all()):
            break
        with np.errstate(over="ignore", invalid="ignore"):
            loss = problem.excess_loss(now.squares)
        crossed = racing & (loss <= target)
        with np.errstate(divide="ignore"):  # a loss of exactly 0
            share = np.log(before[crossed] / target) / np.log(before[crossed] / loss[crossed])
        result[crossed] = done + share
        before = loss
    return result


def fastest(
    problem: Quadratic,
    target: float,
    batch_sizes: Sequence[float],
    momentum: float = 0.0,
    *,
    at_most: int = 100_000,
    sampling: str = "stream",
    n_train: int | None = None,
) -> xr.Dataset:
    """The fewest updates to ``target`` at each batch size, and the learning rate that makes them.

    A grid of learning rates by factors of 2^(1/4), from the limit of the mean times 2^-16 to it
    times 4, since a rate above the limit may win a race of few updates; then one by factors of
    2^(1/32) around the best.

    Args:
        problem, target, momentum, at_most, sampling, n_train: as for ``updates_to_target``.
        batch_sizes: all different, each at least 1; infinity for the full gradient.

    Returns:
        Variables updates and learning_rate, dimension batch_size; infinity and not a number where
        no learning rate gets there.

    Raises:
        ValueError: an argument is out of its range.
    """
    sizes = checks.distinct("batch_sizes", batch_sizes)
    limit = largest_rate_of_mean(problem, momentum)
    rates, updates = [], []
    for size in sizes:
        rate = limit
        for factor, powers in GRIDS:
            grid = rate * factor ** np.array(powers, float)
            needed = updates_to_target(
                problem,
                target,
                size,
                grid,
                momentum,
                at_most=at_most,
                only_fastest=True,
                sampling=sampling,
                n_train=n_train,
            )
            if np.isinf(needed).all():
                rate = np.nan
                break
            rate = grid[needed.argmin()]
        rates.append(rate)
        updates.append(needed.min())
    return xr.Dataset(
        {"updates": ("batch_size", updates), "learning_rate": ("batch_size", rates)},
        {"batch_size": sizes},
    )
