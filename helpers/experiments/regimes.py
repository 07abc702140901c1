"""Updates to a target loss against batch size, the learning rate tuned for each: three regimes.

Shallue et al., Measuring the effects of data parallelism on neural network training (arXiv
1811.03600). All rates of a seed run on the same fresh samples from the same start; what is raced to
is an expected loss, evaluated without noise and often, and the crossing is interpolated. So updates
do not come in epochs, and no test set blurs them.
"""

from collections.abc import Callable, Sequence

import joblib
import keras
import numpy as np
import xarray as xr

from helpers.analysis import best_rate, critical_batch_size
from helpers.data import Stream
from helpers.training import sweep

STEP = 2**0.5  # factor between neighbouring learning rates
EVALUATIONS = 48  # of each run, on a geometric grid
SHARE = 1 / 40  # of a run, before which it is not evaluated
EDGE = 3  # smallest, and largest, batch sizes that make the slopes at the ends
MIDDLE = 4  # factor around the critical batch size that makes the slope in the middle


def race(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    stream: Stream,
    *,
    loss: str,
    floor: float,
    batch_sizes: Sequence[int],
    largest_rate: float,
    knee: float,
    power: float,
    steps: int,
    updates: int,
    fewest: int,
    seeds: Sequence[int],
) -> xr.Dataset:
    """Train at every batch size, each with its own grid of learning rates.

    The grid is centred on ``largest_rate / (1 + knee / batch_size) ** power`` (for the power 1 that
    is equation 2.6 of McCandlish et al., arXiv 1812.06162, with the noise scale as knee), and goes
    by factors of the root of 2.

    Args:
        build, optimizer: as for ``helpers.train``.
        stream: whose evaluation is free of noise.
        loss: the name of a Keras loss.
        floor: the least expected loss, that of the best model there could be.
        batch_sizes: all different, each at least 1.
        largest_rate, knee, power: of the centres of the grids, above 0.
        steps: learning rates on either side of the centre, at least 1.
        updates, fewest: a run makes ``updates / batch_size + fewest`` updates.
        seeds: one run each, at every batch size and learning rate.

    Returns:
        Variables excess, the expected loss above the floor (batch_size, step, seed, evaluation);
        updates, at which it was evaluated (batch_size, evaluation), NaN where a batch size has
        fewer evaluations; learning_rate (batch_size, step). The coordinate step is the learning
        rate over the centre of its grid.
    """
    factors = STEP ** np.arange(-steps, steps + 1)
    centres = largest_rate / (1 + knee / np.array(batch_sizes)) ** power

    def at_size(size, centre):
        n = fewest + round(updates / size)
        at = np.unique(np.geomspace(max(1, n * SHARE), n, EVALUATIONS).round().astype(int))
        runs = sweep(
            build,
            optimizer,
            stream,
            batch_sizes=[size],
            learning_rates=(centre * factors).tolist(),
            updates=n,
            evaluate_at=at.tolist(),
            seeds=seeds,
            loss=loss,
            n_jobs=1,
            progress=False,
        )
        excess = np.full((len(factors), len(seeds), EVALUATIONS), np.nan, "float32")
        excess[..., : len(at)] = runs.val_loss.isel(batch_size=0) - floor
        return excess, np.pad(at.astype(float), (0, EVALUATIONS - len(at)), constant_values=np.nan)

    parallel = joblib.Parallel(-1, prefer="threads")
    runs = parallel(joblib.delayed(at_size)(*pair) for pair in zip(batch_sizes, centres, strict=True))
    excess, updates_at = (np.array(arrays) for arrays in zip(*runs, strict=True))
    return xr.Dataset(
        {
            "excess": (("batch_size", "step", "seed", "evaluation"), excess),
            "updates": (("batch_size", "evaluation"), updates_at),
            "learning_rate": (("batch_size", "step"), centres[:, None] * factors),
        },
        {"batch_size": list(batch_sizes), "step": factors, "seed": list(seeds)},
    )


def crossings(excess: xr.DataArray, update: xr.DataArray, targets: Sequence[float]) -> xr.DataArray:
    """Updates at which the mean excess loss over seeds first falls to each target.

    Between two evaluations the logarithm of the mean is a straight line over that of the updates.

    Args:
        excess, update: as ``race`` returns them.
        targets: above 0.

    Returns:
        Updates, dimensions target, batch_size and step; infinity where the mean never gets there.
    """
    mean = excess.mean("seed").transpose("batch_size", "step", "evaluation").values
    mean = np.where(np.isfinite(mean), mean, np.inf)
    at = np.broadcast_to(update.values[:, None], mean.shape)
    rows = []
    for target in targets:
        there = mean <= target
        after = there.argmax(-1)[..., None]
        before = np.maximum(after - 1, 0)
        (high, low), (start, end) = (
            [np.take_along_axis(a, i, -1)[..., 0] for i in (before, after)] for a in (mean, at)
        )
        with np.errstate(all="ignore"):
            share = np.log(high / target) / np.log(high / low)
            crossed = start * (end / start) ** np.where(high > low, share, 1)
        rows.append(np.where(there.any(-1), np.where(np.isinf(high), end, crossed), np.inf))
    return xr.DataArray(
        rows,
        {"target": list(targets), "batch_size": excess.batch_size, "step": excess.step},
        ("target", "batch_size", "step"),
    )


def at_tuned_rates(updates: xr.DataArray, tuning: xr.DataArray) -> xr.Dataset:
    """Updates at the learning rate that other seeds have tuned, for each target and batch size.

    Args:
        updates: of the seeds that report, as ``crossings`` returns them.
        tuning: the same of the seeds that tune.

    Returns:
        Variables updates, a straight line between the two rates of the grid around the best, over
        logarithms; step, the best rate over the centre of its grid; edge, as of ``best_rate``.
    """
    best = best_rate(tuning.rename(step="learning_rate"))
    steps = np.log(updates.step.values)
    place = (np.log(best.learning_rate.values) - steps[0]) / (steps[1] - steps[0])
    left = np.clip(np.nan_to_num(place).astype(int), 0, len(steps) - 2)
    share = np.nan_to_num(place) - left
    with np.errstate(all="ignore"):
        low, high = (
            np.log(np.take_along_axis(updates.values, i[..., None], -1)[..., 0])
            for i in (left, left + 1)
        )
        between = np.where(share < 0.5, low, high)  # where one of the two never gets there
        both = np.isfinite(low) & np.isfinite(high)
        between = np.where(both, low + share * (high - low), between)
    return xr.Dataset(
        {
            "updates": (("target", "batch_size"), np.exp(between)),
            "step": (("target", "batch_size"), best.learning_rate.values),
            "edge": (("target", "batch_size"), best.edge.values),
        },
        {"target": updates.target, "batch_size": updates.batch_size},
    )


def regimes(updates: xr.DataArray) -> xr.Dataset:
    """The fit S = S_min (1 + B_crit / B), and how far the updates' slopes are from those of it.

    Args:
        updates: S, dimensions target and batch_size.

    Returns:
        Variables fewest_updates and critical_batch_size (target); rms, of the logarithms' distance
        from the fit (target); slope, that of log S over log B by least squares, and fit_slope, that
        of the fit at the same batch sizes, which is about -B_crit / (B + B_crit) (target, regime).
        Regimes: small, the three smallest batch sizes; middle, those within a factor of 4 of
        B_crit; large, the three largest.
    """
    fit = critical_batch_size(updates.rename(target="seed")).rename(seed="target")
    sizes = updates.batch_size.values.astype(float)
    order = np.argsort(sizes)
    logs = np.log(updates.transpose("target", "batch_size").values[:, order])
    sizes = sizes[order]
    critical = fit.critical_batch_size.values[:, None]
    curve = np.log(fit.fewest_updates.values[:, None]) + np.log1p(critical / sizes)
    rank = np.arange(len(sizes))
    parts = {
        "small": np.broadcast_to(rank < EDGE, logs.shape),
        "middle": np.abs(np.log(sizes / critical)) <= np.log(MIDDLE),
        "large": np.broadcast_to(rank >= len(sizes) - EDGE, logs.shape),
    }
    slope, fit_slope = (
        np.array(
            [[_slope(sizes, row, part[i]) for part in parts.values()] for i, row in enumerate(rows)]
        )
        for rows in (logs, curve)
    )
    rms = np.sqrt(np.mean((logs - curve) ** 2, axis=1))
    return fit.assign(
        rms=("target", rms),
        slope=(("target", "regime"), slope),
        fit_slope=(("target", "regime"), fit_slope),
    ).assign_coords(regime=list(parts))


def _slope(sizes: np.ndarray, logs: np.ndarray, part: np.ndarray) -> float:
    x, y = np.log(sizes[part]), logs[part]
    if part.sum() < 2:
        return np.nan
    return float(np.sum((x - x.mean()) * y) / np.sum((x - x.mean()) ** 2))
