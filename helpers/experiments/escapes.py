"""Which runs get out of a shallow minimum, and where one of them goes, on the loss of ``Pit``.

A run begins at a place in the pit that its seed draws, below the rim, and sees the samples anew in
every pass, in batches. It has escaped if descent on all samples from its end leads to the deep
minimum.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr

from helpers.experiments.pit import MESH, Pit

TURN = 2 * np.pi  # of the phase b, after which the sine repeats itself
LOWEST = -1.38  # phase at the lower edge of the map


def surface(pit: Pit) -> xr.DataArray:
    """The loss of ``pit`` on a mesh over its weights, dimensions b (phase) and w (frequency)."""
    w, b = MESH
    losses = pit.loss(np.stack(np.meshgrid(w, b), axis=-1))
    return xr.DataArray(losses, {"b": b, "w": w}, ("b", "w"))


def updates(
    pit: Pit, seeds: Sequence[int], batch_size: int, learning_rates: Sequence[float], passes: int
) -> Iterator[np.ndarray]:
    """Yield the weights of all runs at their start and after every update.

    Args:
        pit: the loss and its samples.
        seeds: of the place of the start and of the order of the samples.
        batch_size: samples per update, 1 to all of them; the last batch of a pass may be short.
        learning_rates: each seed runs with every one of them.
        passes: over the samples, at least 1.

    Yields:
        Weights (w, b), shape (n_seeds, n_rates, 2).
    """
    generators = [np.random.default_rng(seed) for seed in seeds]
    n, rates = len(pit.x), np.array(learning_rates)[:, None]
    start = pit.below_rim[[g.integers(len(pit.below_rim)) for g in generators]]
    weights = np.repeat(start[:, None], len(rates), axis=1)
    yield weights
    for _ in range(passes):
        order = np.stack([generator.permutation(n) for generator in generators])
        for begin in range(0, n, batch_size):
            gradient = pit.gradient(weights, order[:, begin : begin + batch_size])
            weights = weights - rates * gradient
            yield weights


def escapes(
    pit: Pit,
    seeds: Sequence[int],
    *,
    batch_sizes: Sequence[int],
    limit_shares: Sequence[float],
    passes: int,
) -> xr.DataArray:
    """Which runs get out, at every batch size and learning rate.

    Args:
        pit, seeds, passes: as for ``updates``.
        batch_sizes: samples per update.
        limit_shares: learning rates as shares of the largest stable one, ``pit.limit``.

    Returns:
        Truth values, dimensions batch_size, seed and learning_rate.
    """
    rates = pit.limit * np.array(limit_shares)
    escaped = []
    for size in batch_sizes:
        for weights in updates(pit, seeds, size, rates, passes):
            end = weights
        escaped.append(pit.ends_deep(end))
    labels = {"batch_size": list(batch_sizes), "seed": list(seeds), "learning_rate": rates}
    return xr.DataArray(np.array(escaped), labels, tuple(labels))


def path(
    pit: Pit, seed: int, *, batch_size: int, limit_share: float, passes: int, points: int = 2000
) -> np.ndarray:
    """Where one run goes, folded onto one map.

    Args:
        pit, seed, batch_size, passes: as for ``updates``, of one run.
        limit_share: learning rate as a share of ``pit.limit``.
        points: most updates that are kept, evenly spaced, besides the last.

    Returns:
        Weights (w, b), shape (n, 2), with a row of NaN wherever the run leaves the map at its lower
        or upper edge and comes back at the other.
    """
    rates = [limit_share * pit.limit]
    visited = np.array([w[0, 0] for w in updates(pit, [seed], batch_size, rates, passes)])
    kept = fold(np.vstack([visited[: -1 : 1 + len(visited) // points], visited[-1:]]))
    jumps = np.flatnonzero(np.abs(np.diff(kept[:, 1])) > TURN / 2)
    return np.insert(kept, jumps + 1, np.nan, axis=0)


def fold(weights: np.ndarray) -> np.ndarray:
    """The same sines with a frequency of at least 0 and a phase within one turn.

    sin(w x + b) stays the same if b grows by a turn, or if w changes its sign and b becomes π - b.

    Args:
        weights: (w, b), shape (..., 2).

    >>> fold(np.array([-1.0, np.pi])).tolist()
    [1.0, 0.0]
    """
    w, b = weights[..., 0], weights[..., 1]
    b = np.where(w < 0, np.pi - b, b)
    return np.stack([np.abs(w), (b - LOWEST) % TURN + LOWEST], axis=-1)
