"""The best learning rate of a grid, between its points; and grids that widen until it is inside."""

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr

from helpers import checks

COARSEST = 2**0.5  # factor between neighbours in a grid of learning rates
ROUNDING = 1e-3  # of that factor: 0.014 for 0.01 times the root of 2


def best_rate(values: xr.DataArray) -> xr.Dataset:
    """The learning rate with the smallest of ``values``, between the points of the grid.

    It is the vertex of the parabola through the best point and its two neighbours, over the
    logarithm of the learning rate. Where a neighbour is infinite, and where the best point is at an
    edge of the grid, it is that point itself.

    Args:
        values: what is to be small, such as updates to a target or a final loss, dimension
            learning_rate and any others. What is not a number counts as infinite. The learning
            rates rise by factors of at most the root of 2, at least 3 of them.

    Returns:
        All dimensions but learning_rate. Variables learning_rate, the best one; value, that of the
        parabola there; edge: low or high where the best point lies at that edge of the grid, so
        that the grid should be wider, none where all values are infinite, inside otherwise. Where
        all values are infinite, the learning rate is not a number and the value infinite.

    Raises:
        ValueError: the learning rates are too few, too coarse or do not rise.

    >>> rates = 0.1 * 2 ** (np.arange(5) / 2)
    >>> values = xr.DataArray(3 + np.log(rates / 0.22) ** 2, {"learning_rate": rates})
    >>> best = best_rate(values)
    >>> round(best.learning_rate.item(), 6), round(best.value.item(), 6), best.edge.item()
    (0.22, 3.0, 'inside')
    """
    rates = _checked(values.learning_rate.values)
    values = values.transpose(..., "learning_rate")
    flat = np.where(np.isnan(values), np.inf, values).reshape(-1, len(rates))
    best = [_vertex(np.log(rates), row) for row in flat]
    others = values.isel(learning_rate=0, drop=True)
    columns = zip(("learning_rate", "value", "edge"), zip(*best, strict=True), strict=True)
    return xr.Dataset(
        {name: (others.dims, np.reshape(column, others.shape)) for name, column in columns},
        others.coords,
    )


def widened(
    run: Callable[[list[float]], Sequence[float] | np.ndarray],
    learning_rates: Sequence[float],
    *,
    by: int = 4,
    at_most: int = 40,
) -> xr.Dataset:
    """Run a grid of learning rates, and widen it until the best one lies inside.

    The grid goes on by its own factor, at the edge at which the best point lies, at both if all
    values are infinite. No learning rate runs twice.

    Args:
        run: takes learning rates, which rise, and returns for each of them a value that is to be
            small; on the same seeds each time.
        learning_rates: the first grid, as for ``best_rate``.
        by: learning rates to add at a time to an edge, at least 1.
        at_most: learning rates in all, after which no more are added, at least as many as the
            first grid has.

    Returns:
        Variable values, dimension grid, the coordinate of which holds all learning rates that ran;
        and learning_rate, value and edge as ``best_rate`` has them. If edge is not inside, the cap
        was reached.

    Raises:
        ValueError: an argument is out of its range, or ``run`` returned another number of values.

    >>> ran = widened(lambda rates: np.log(rates) ** 2, [0.1, 0.125, 0.15625])
    >>> round(ran.learning_rate.item(), 6), ran.edge.item(), ran.sizes["grid"]
    (1.0, 'inside', 15)
    """
    rates = _checked(np.asarray(learning_rates, float))
    checks.whole_number("by", by, 1)
    checks.whole_number("at_most", at_most, len(rates), why="the learning rates given")
    values = _run(run, rates)
    while True:
        ran = xr.DataArray(values, {"learning_rate": rates})
        best = best_rate(ran)
        edge, room = best.edge.item(), at_most - len(rates)
        below = min(by, room) if edge in ("low", "none") else 0
        above = min(by, room - below) if edge in ("high", "none") else 0
        if below + above == 0:
            return best.assign(values=ran.rename(learning_rate="grid"))
        low = rates[0] * (rates[0] / rates[1]) ** np.arange(below, 0, -1)
        high = rates[-1] * (rates[-1] / rates[-2]) ** np.arange(1, above + 1)
        more = _run(run, np.concatenate([low, high]))
        rates = np.concatenate([low, rates, high])
        values = np.concatenate([more[:below], values, more[below:]])


def _run(run: Callable, rates: np.ndarray) -> np.ndarray:
    values = np.asarray(run(rates.tolist()), float)
    if values.shape != rates.shape:
        raise ValueError(
            f"run must return one value for each of {len(rates)} learning rates, got the shape "
            f"{values.shape}"
        )
    return values


def _checked(rates: np.ndarray) -> np.ndarray:
    checks.whole_number("number of learning rates", len(rates), 3)
    for rate in rates.tolist():
        checks.positive("learning_rate", rate)
    factors = rates[1:] / rates[:-1]
    if not (factors > 1).all():
        raise ValueError(f"learning rates must rise, got {rates.tolist()}")
    if (factors > COARSEST * (1 + ROUNDING)).any():
        raise ValueError(
            f"learning rates must rise by factors of at most the root of 2, got {factors.max():.3g}"
        )
    return rates


def _vertex(logs: np.ndarray, values: np.ndarray) -> tuple[float, float, str]:
    """Best learning rate, its value, and where the best point lies, from their logarithms."""
    at = int(values.argmin())
    if np.isinf(values[at]):
        return np.nan, np.inf, "none"
    if at in (0, len(values) - 1):
        return float(np.exp(logs[at])), float(values[at]), "high" if at else "low"
    (left, _, right), x = values[at - 1 : at + 2] - values[at], logs[at - 1 : at + 2] - logs[at]
    curvature = (right / x[2] - left / x[0]) / (x[2] - x[0])
    if not 0 < curvature < np.inf:
        return float(np.exp(logs[at])), float(values[at]), "inside"
    slope = left / x[0] - curvature * x[0]
    shift = -slope / (2 * curvature)
    return float(np.exp(logs[at] + shift)), float(values[at] + slope * shift / 2), "inside"
