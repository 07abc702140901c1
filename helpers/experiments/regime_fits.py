"""The fit S = S_min (1 + B_crit / B) to tuned races, and how far the updates are from it."""

import numpy as np
import xarray as xr

from helpers.analysis.intervals import Resampled
from helpers.experiments.regimes import at_places, best_places, crossings

REGIMES = ("small", "middle", "large")
ENDS = 3  # smallest, and largest, batch sizes that make the slopes at the ends
MIDDLE = 8  # factor around the critical batch size that makes the slope in the middle
HUGE = 1e9  # loss of a run that diverged
TOGETHER = 50  # bootstrap samples at a time
BEYOND = 1e3  # how far beyond the batch sizes the critical one is searched, as a factor


def critical_batches(sizes: np.ndarray, updates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """S_min and B_crit, as ``helpers.analysis.critical_batch_size`` has them, of many at once.

    Args:
        sizes: batch sizes B, shape (n,).
        updates: S, shape (..., n); infinity is left out.

    Returns:
        S_min and B_crit, each of shape (...); not a number where fewer than 2 got there.
    """
    seen = np.isfinite(updates)
    logs = np.log(np.where(seen, updates, 1))
    low, high = np.log(sizes.min() / BEYOND), np.log(sizes.max() * BEYOND)
    best, width = np.full(updates.shape[:-1], (low + high) / 2), (high - low) / 2
    n = np.where(seen.sum(-1) > 1, seen.sum(-1), np.nan)
    for points in (201, 41, 41):  # a grid, and two finer ones around its best point
        tried = np.clip(best[..., None] + np.linspace(-width, width, points), low, high)
        rest = logs[..., None, :] - np.log1p(np.exp(tried)[..., None] / sizes)
        rest = np.where(seen[..., None, :], rest, 0)
        mean = rest.sum(-1) / n[..., None]
        spread = (rest**2).sum(-1) / n[..., None] - mean**2
        at = np.nan_to_num(spread, nan=np.inf).argmin(-1)[..., None]
        best, offset = (np.take_along_axis(a, at, -1)[..., 0] for a in (tried, mean))
        width *= 4 / (points - 1)
    return np.exp(offset), np.where(np.isnan(n), np.nan, np.exp(best))


def fit_regimes(sizes: np.ndarray, updates: np.ndarray) -> dict[str, np.ndarray]:
    """The fit, its distance from the updates, and the slopes of both in three regimes.

    The slope of log S over log B is that of a least-squares line: small, over the three smallest
    batch sizes; middle, over those within a factor of 8 of B_crit; large, over the three largest.
    The fit's, by the same batch sizes, is about -B_crit / (B + B_crit).

    Args:
        sizes: batch sizes in order, shape (n,).
        updates: shape (..., n).

    Returns:
        By name: fewest (S_min) and critical (B_crit), shape (...); rms, of the logarithms'
        distances from the fit (...); slope and departure, the slope less that of the fit
        (..., regimes).
    """
    fewest, critical = critical_batches(sizes, updates)
    logs = np.log(updates)
    curve = np.log(fewest)[..., None] + np.log1p(critical[..., None] / sizes)
    rank, shape = np.arange(len(sizes)), logs.shape
    near = np.abs(np.log(sizes / critical[..., None])) <= np.log(MIDDLE)
    ends = (np.broadcast_to(end, shape) for end in (rank < ENDS, rank >= len(sizes) - ENDS))
    small, large = ends
    slopes = [_slopes(sizes, logs, part) for part in (small, near, large)]
    of_fit = [_slopes(sizes, curve, part) for part in (small, near, large)]
    slope = np.stack(slopes, -1)
    return {
        "fewest": fewest,
        "critical": critical,
        "rms": np.sqrt(np.mean((logs - curve) ** 2, -1)),
        "slope": slope,
        "departure": slope - np.stack(of_fit, -1),
    }


def _slopes(sizes: np.ndarray, logs: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Slope of a least-squares line through the points in ``part``; NaN for fewer than 2."""
    n = part.sum(-1, keepdims=True)
    with np.errstate(all="ignore"):
        x, y = (
            np.where(part, a - np.where(part, a, 0).sum(-1, keepdims=True) / n, 0)
            for a in (np.broadcast_to(np.log(sizes), logs.shape), logs)
        )
        return np.sum(x * y, -1) / np.sum(x**2, -1)


def fitted(
    runs: xr.Dataset, tuning: xr.Dataset, average: str, replicates: int = 1999
) -> dict[str, np.ndarray]:
    """Tuned updates and their fits, from the seeds as they are and from whole seeds drawn anew.

    The bootstrap of ``helpers.analysis.bootstrap``, quick for what depends on means over seeds
    alone. Both the seeds that report and those that tune are drawn anew.

    Args:
        runs, tuning: races (``helpers.experiments.regimes.race``), with the dimension optimizer in
            front and the coordinate target, above 0.
        average: arithmetic or geometric, the mean loss over seeds that is to fall to a target.
        replicates: bootstrap samples, at least 1.

    Returns:
        What ``fit_regimes`` returns, and updates, those to each target at the learning rate that
        the tuning seeds have chosen for it, shape (optimizers, targets, batch sizes). Each has an
        axis in front: the estimate, then the replicates.
    """
    kinds = (runs, 0), (tuning, 1)
    shares = [seed_shares(part.sizes["seed"], replicates, kind) for part, kind in kinds]
    sizes, pieces = runs.batch_size.values.astype(float), []
    for first in range(0, replicates + 1, TOGETHER):
        reported, tried = (
            _crossings(part, share[first : first + TOGETHER], average)
            for part, share in zip((runs, tuning), shares, strict=True)
        )
        updates = at_places(reported, best_places(tried))
        pieces.append(fit_regimes(sizes, updates) | {"updates": updates})
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


def tuned_places(tuning: xr.Dataset, average: str) -> xr.DataArray:
    """Where in their grids the learning rates lie that the tuning seeds choose, as they are.

    Args:
        tuning, average: as for ``fitted``.

    Returns:
        Places from 0 to steps - 1, dimensions optimizer, target and batch_size.
    """
    places = best_places(_crossings(tuning, seed_shares(tuning.sizes["seed"], 0, 1), average)[0])
    names = ("optimizer", "target", "batch_size")
    return xr.DataArray(places, {name: tuning[name].values for name in names}, names)


def seed_shares(n: int, replicates: int, kind: int = 0) -> np.ndarray:
    """The share of each seed in the estimate, and in each bootstrap sample.

    Args:
        n: number of seeds.
        replicates: bootstrap samples, at least 0.
        kind: 0 for the seeds that report, 1 for those that tune, which are drawn by themselves.

    Returns:
        Shares of shape (1 + replicates, n); each row adds up to 1.
    """
    drawn = np.random.default_rng(kind).multinomial(n, np.full(n, 1 / n), size=replicates)
    return np.concatenate([np.ones((1, n)), drawn]) / n


def _crossings(runs: xr.Dataset, shares: np.ndarray, average: str) -> np.ndarray:
    """Updates, shape (samples, optimizers, targets, batch sizes, steps)."""
    at = runs.updates.transpose("optimizer", "batch_size", "evaluation").values
    return crossings(_means(runs, shares, average), at, runs.target.values)


def _means(runs: xr.Dataset, shares: np.ndarray, average: str) -> np.ndarray:
    """Means over seeds, shape (samples, optimizers, batch sizes, steps, evaluations)."""
    losses = runs.excess.transpose("seed", "optimizer", "batch_size", "step", "evaluation").values
    losses = np.clip(np.nan_to_num(losses.astype(float), nan=HUGE), 1 / HUGE, HUGE)
    if average == "geometric":
        return np.exp(np.tensordot(shares, np.log(losses), 1))
    return np.tensordot(shares, losses, 1)


def resampled(drawn: np.ndarray, n: int) -> Resampled:
    """A number of the estimate and its replicates.

    Args:
        drawn: shape (1 + replicates,), the estimate first.
        n: number of seeds.
    """
    return Resampled(float(drawn[0]), drawn[1:], n)


def farthest(drawn: np.ndarray) -> np.ndarray:
    """The value farthest from 0 of all but the first axis, with its sign.

    Args:
        drawn: shape (1 + replicates, ...).
    """
    flat = drawn.reshape(len(drawn), -1)
    at = np.nan_to_num(np.abs(flat), nan=np.inf).argmax(1)
    return flat[np.arange(len(flat)), at]
