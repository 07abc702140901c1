"""Escape from a shallow minimum: at which learning rate half of the runs get out, by batch size.

The loss is that of the chapter that writes the loop in NumPy: a sine's frequency w and phase b,
fitted to noisy samples of a sine by least squares. A run begins inside the shallow pit, at a place
below its rim, sees a number of samples, and has escaped if descent on all samples from its end
leads to the deep minimum.

For small steps SGD is a diffusion whose noise is that of ε / B and whose time is ε times updates,
that is, ε / B times samples seen (Li, Tai & E, Stochastic modified equations, arXiv 1511.06251).
So after equally many samples whether a run gets out should depend on ε / B alone, and the learning
rate at which half of them do should grow in proportion to the batch size.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from helpers.analysis import bootstrap, log_slope
from helpers.experiments.experiment import Experiment
from helpers.experiments.pit import Pit


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset | None,
    *,
    n_train: int,
    data_seed: int,
    passes: int,
    batch_sizes: Sequence[int],
    ratios: Sequence[float],
) -> xr.Dataset:
    """Let every seed try to get out, at every batch size and every ε / B.

    Args:
        seeds: of the place of the start and of the order of the samples.
        tuning: nothing is tuned; None.
        n_train, data_seed: as for ``Pit``.
        passes: over the training samples, each reshuffled, at least 1.
        batch_sizes: samples per update, each a divisor of n_train.
        ratios: values of ε / B, which rise.

    Returns:
        Variable escaped, dimensions seed, batch_size and ratio; not a number where the learning
        rate is above the limit of the full batch. Variable limit, that learning rate.
    """
    pit = Pit(n_train, data_seed)
    columns = []
    for size in batch_sizes:
        rates = size * np.array(ratios)
        tried = rates <= pit.limit
        escaped = np.full((len(seeds), len(rates)), np.nan)
        escaped[:, tried] = pit.ends_deep(_ends(pit, seeds, size, rates[tried], passes))
        columns.append(escaped)
    return xr.Dataset(
        {"escaped": (("batch_size", "seed", "ratio"), columns), "limit": pit.limit},
        {"batch_size": list(batch_sizes), "seed": list(seeds), "ratio": list(ratios)},
    )


def _ends(pit, seeds, size, rates, passes):
    """Weights at the end of all runs of one batch size, shape (n_seeds, n_rates, 2)."""
    generators = [np.random.default_rng(seed) for seed in seeds]
    start = pit.below_rim[[g.integers(len(pit.below_rim)) for g in generators]]
    weights = np.repeat(start[:, None], len(rates), axis=1)
    for _ in range(passes):
        order = np.stack([generator.permutation(len(pit.x)) for generator in generators])
        for begin in range(0, len(pit.x), size):
            samples = order[:, begin : begin + size]
            weights = weights - rates[:, None] * pit.gradient(weights, samples)
    return weights


def threshold(escaped: xr.DataArray) -> xr.DataArray:
    """The ε / B at which half of the runs first get out.

    Between two values of the grid the share is taken for a straight line over the logarithm.

    Args:
        escaped: truth values, dimensions seed and ratio and any others.

    Returns:
        Values of ε / B, all dimensions but seed and ratio; not a number where no share reaches a
        half, or the first one does.
    """

    def crossing(shares):
        after = int(np.argmax(shares >= 0.5))
        if after == 0:
            return np.nan
        low, high = shares[after - 1 : after + 1]
        return np.exp(np.interp(0.5, [low, high], logs[after - 1 : after + 1]))

    logs = np.log(escaped.ratio.values)
    shares = escaped.mean("seed", skipna=False)
    return xr.apply_ufunc(crossing, shares, input_core_dims=[["ratio"]], vectorize=True)


def power(escaped: xr.DataArray) -> float:
    """The power of the batch size with which the learning rate grows at which half get out.

    Args:
        escaped: as for ``threshold``, with a dimension batch_size.
    """
    ratio = threshold(escaped)
    return float(log_slope(ratio * ratio.batch_size))


def values(measured: xr.Dataset, tuning: xr.Dataset | None) -> dict[str, dict[str, Any]]:
    """What decides claim C3.

    Args:
        measured: what ``measure`` returned.
        tuning: None.

    Returns:
        By claim and assertion: the power of the batch size with which the learning rate grows at
        which half of the runs get out.
    """

    return {"C3": {"set_by_ratio": bootstrap(power, measured.escaped, replicates=499)}}


SHALLOW_PIT = Experiment(
    name="shallow_pit",
    measure=measure,
    values=values,
    confirm={
        "n_train": 512,
        "data_seed": 2,
        "passes": 40,
        "batch_sizes": (1, 2, 4, 8),
        "ratios": tuple(0.05 * 2 ** (k / 4) for k in range(9)),
    },
    live={
        "n_train": 512,
        "data_seed": 2,
        "passes": 40,
        "batch_sizes": (2, 4, 8),
        "ratios": tuple(0.05 * 2 ** (k / 4) for k in range(9)),
    },
    quick={
        "n_train": 64,
        "data_seed": 2,
        "passes": 40,
        "batch_sizes": (2, 4),
        "ratios": (0.01, 0.05, 0.1, 0.2, 0.3),
    },
    first_seed=6000,
)
