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

from helpers.data import Stream
from helpers.training import sweep

STEP = 2**0.5  # factor between neighbouring learning rates
EVALUATIONS = 32  # of each run, on a geometric grid
SHARE = 1 / 20  # of a run, before which it is not evaluated
AXES = ("batch_size", "step", "seed", "evaluation")


def evaluation_grid(updates: int) -> list[int]:
    """The updates at which a run is evaluated, at most ``EVALUATIONS`` of them.

    Args:
        updates: of the run, at least 1.
    """
    grid = np.geomspace(max(1, updates * SHARE), updates, EVALUATIONS)
    return np.unique(grid.round().astype(int)).tolist()


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
    keep: Sequence[int] = (),
) -> xr.Dataset:
    """Train at every batch size, each with its own grid of learning rates.

    The grid is centred on ``largest_rate / (1 + knee / batch_size) ** power`` (for the power 1 that
    is what McCandlish et al., arXiv 1812.06162, section 2.2, derive, with the noise scale as knee),
    and goes by factors of the root of 2.

    Args:
        build, optimizer: as for ``helpers.train``.
        stream: whose evaluation is free of noise.
        loss: the name of a Keras loss.
        floor: the least expected loss, that of the best model there could be.
        batch_sizes: in order, all different, each at least 1.
        largest_rate, knee, power: of the centres of the grids, above 0.
        steps: learning rates on either side of the centre, at least 1.
        updates, fewest: a run makes ``updates / batch_size + fewest`` updates.
        seeds: one run each, at every batch size and learning rate.
        keep: batch sizes whose weights are kept at every evaluation.

    Returns:
        Variables excess, the expected loss above the floor (batch_size, step, seed, evaluation);
        updates, after which it was evaluated (batch_size, evaluation), NaN where a batch size has
        fewer evaluations; learning_rate (batch_size, step). The coordinate step is the learning
        rate over the centre of its grid. With ``keep``, weights
        (kept, step, seed, evaluation, weight).
    """
    factors = STEP ** np.arange(-steps, steps + 1)
    centres = largest_rate / (1 + knee / np.array(batch_sizes)) ** power

    def at_size(size, centre):
        n = fewest + round(updates / size)
        at = evaluation_grid(n)
        runs = sweep(
            build,
            optimizer,
            stream,
            batch_sizes=[size],
            learning_rates=(centre * factors).tolist(),
            updates=n,
            evaluate_at=at,
            snapshots=at if size in keep else (),
            seeds=seeds,
            loss=loss,
            n_jobs=1,
            progress=False,
        )
        missing = EVALUATIONS - len(at)
        runs = runs.isel(batch_size=0).pad(update=(0, missing), snapshot=(0, missing))
        kept = runs.weights.astype("float32") if size in keep else None
        return runs.val_loss.values - floor, [*at, *[np.nan] * missing], kept

    settings = zip(batch_sizes, centres, strict=True)
    runs = joblib.Parallel(-1, prefer="threads")(joblib.delayed(at_size)(*s) for s in settings)
    excess, evaluated, weights = zip(*runs, strict=True)
    result = xr.Dataset(
        {
            "excess": (AXES, np.array(excess, "float32")),
            "updates": (("batch_size", "evaluation"), np.array(evaluated)),
            "learning_rate": (("batch_size", "step"), centres[:, None] * factors),
        },
        {"batch_size": list(batch_sizes), "step": factors, "seed": list(seeds)},
    )
    if keep:
        order = ("learning_rate", "seed", "snapshot", "weight")
        kept = [w.transpose(*order).values for w in weights if w is not None]
        sizes = [size for size in batch_sizes if size in keep]
        axes = ("kept", "step", "seed", "evaluation", "weight")
        result = result.assign(weights=(axes, np.array(kept))).assign_coords(kept=sizes)
    return result


def crossings(losses: np.ndarray, updates: np.ndarray, targets: Sequence[float]) -> np.ndarray:
    """Updates at which a loss first falls to each target.

    ``helpers.analysis.updates_to`` for many settings at once, each with evaluations of its own.
    Between two of them the logarithm of the loss is a straight line over that of the updates.

    Args:
        losses: above 0, shape (..., batch sizes, steps, evaluations).
        updates: after which they were evaluated, shape (..., batch sizes, evaluations).
        targets: above 0.

    Returns:
        Updates of shape (..., targets, batch sizes, steps), the first evaluation's if the loss is
        there already, infinity where it never gets there.
    """
    losses = losses[..., None, :, :, :]
    at = updates[..., None, :, None, :]
    target = np.reshape(targets, (-1, 1, 1, 1))
    there = losses <= target
    after = there.argmax(-1)[..., None]
    before = np.maximum(after - 1, 0)
    (high, low), (start, end) = (
        [
            np.take_along_axis(np.broadcast_to(array, there.shape), index, -1)[..., 0]
            for index in (before, after)
        ]
        for array in (losses, at)
    )
    with np.errstate(all="ignore"):
        share = np.log(high / target[..., 0]) / np.log(high / low)
        crossed = np.where((after > before)[..., 0], start * (end / start) ** share, end)
    return np.where(there.any(-1), crossed, np.inf)


def best_places(updates: np.ndarray) -> np.ndarray:
    """Where in its grid the best learning rate lies, between the steps.

    The vertex of the parabola through the best and its neighbours, as of
    ``helpers.analysis.best_rate``, for many grids at once.

    Args:
        updates: shape (..., steps), infinity where a target was not reached.

    Returns:
        Places from 0 to steps - 1, shape (...).
    """
    with np.errstate(all="ignore"):
        at = np.clip(updates.argmin(-1), 1, updates.shape[-1] - 2)
        left, middle, right = (
            np.take_along_axis(updates, (at + k)[..., None], -1)[..., 0] for k in (-1, 0, 1)
        )
        curvature = left - 2 * middle + right
        inside = (middle <= left) & (middle <= right) & np.isfinite(curvature) & (curvature > 0)
        shift = np.where(inside, (left - right) / (2 * curvature), 0)
    return np.where(inside, at + shift, updates.argmin(-1))


def at_places(updates: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Updates between two steps of a grid, logarithms on a straight line.

    Args:
        updates: shape (..., steps).
        places: as ``best_places`` returns them, shape (...).

    Returns:
        Updates of shape (...); between two steps of which one is infinite, those of the other.
    """
    left = np.clip(places.astype(int), 0, updates.shape[-1] - 2)
    share = places - left
    low, high = (np.take_along_axis(updates, i[..., None], -1)[..., 0] for i in (left, left + 1))
    with np.errstate(all="ignore"):
        between = low * (high / low) ** share
    both = np.isfinite(low) & np.isfinite(high)
    return np.where(both, between, np.where(share < 1, np.minimum(low, high), high))
