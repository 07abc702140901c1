"""A batch that grows with the noise scale against constant batches, in closed form.

Merrill, Arora, Groeneveld & Hajishirzi, Critical batch size revisited (arXiv 2505.23971), grow the
batch along the measured critical batch size. In linear regressions drawn at random that is the
noise scale at the weights of the moment, which theory has exactly.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from helpers.experiments.experiment import Experiment
from helpers.theory import Quadratic, fastest, largest_rate_of_mean, linear_regression

RATES = 2.0 ** (np.arange(-24, 5) / 4)  # learning rates over the limit of the mean


def measure(
    seeds: Sequence[int],
    tuning: None,
    *,
    batch_sizes: Sequence[int],
    inputs: tuple[int, int],
    exponents: tuple[float, float],
    noise: tuple[float, float],
    shares: tuple[float, float],
    at_most: int,
) -> xr.Dataset:
    """Compare a growing batch with the constant batch of as many samples, one problem per seed.

    Both have one constant learning rate, that of the fewest updates: with the batch in proportion
    to the noise scale, the best rate of McCandlish et al. (arXiv 1812.06162, section 2.2) does not
    change along the run.

    Args:
        seeds: one problem each.
        tuning: not used.
        batch_sizes: constant ones, in order; between two of them logarithms are on a line.
        inputs, exponents, noise, shares: of the problems, as for
            ``helpers.experiments.noise_scale_map.measure``.
        at_most: updates of a run with a growing batch.

    Returns:
        Variables updates, those of the growing batch over those of the constant one with as many
        samples, or of batch size 1 if no constant one does with so few; samples, the same at as
        many updates; growth, the last batch size over the first (seed).
    """
    rows = []
    for seed in seeds:
        generator = np.random.default_rng(seed)
        between = (np.exp(generator.uniform(*np.log(ends))) for ends in (inputs, noise, shares))
        n_inputs, noise_std, share = between
        rank, exponent = np.arange(1.0, round(n_inputs) + 1), generator.uniform(*exponents)
        problem = linear_regression(rank**-exponent, noise_std, np.ones(len(rank)))
        target = share * float(problem.excess_loss(problem.offset**2))
        updates, samples, growth = growing(problem, target, at_most)
        constant = np.log(fastest(problem, target, batch_sizes).updates.values)
        spent = constant + np.log(batch_sizes)
        at_samples = np.interp(np.log(samples), spent, constant)
        at_updates = np.interp(-np.log(updates), -constant, spent)
        rows.append([updates / np.exp(at_samples), samples / np.exp(at_updates), growth])
    names = ("updates", "samples", "growth")
    columns = {name: ("seed", part) for name, part in zip(names, np.transpose(rows), strict=True)}
    return xr.Dataset(columns, {"seed": list(seeds)})


def growing(problem: Quadratic, target: float, at_most: int) -> tuple[float, float, float]:
    """The run with the noise scale as batch size, at the learning rate that needs fewest updates.

    Without momentum the second moments alone follow a recursion (Zhang et al., arXiv 1907.04164).

    Args:
        problem: of ``helpers.theory``.
        target: expected excess loss, above 0.
        at_most: updates, after which infinity is returned.

    Returns:
        Updates to the target, samples, and the last batch size over the first.
    """
    rate = largest_rate_of_mean(problem) * RATES[:, None]
    squares = np.broadcast_to(problem.offset**2, (len(rate), problem.offset.size))
    samples, before = np.zeros(len(rate)), problem.excess_loss(squares)
    first = np.maximum(1, problem.noise_scale(squares))
    for done in range(at_most):
        size = np.maximum(1, problem.noise_scale(squares))
        with np.errstate(all="ignore"):
            noise = rate**2 * problem.gradient_noise(squares) / size[:, None]
            squares = (1 - rate * problem.curvatures) ** 2 * squares + noise
            loss = problem.excess_loss(squares)
            share = np.log(before / target) / np.log(before / loss)
        if (loss <= target).any():
            at = np.where(loss <= target, share, np.inf).argmin()
            last = samples[at] + share[at] * size[at]
            return float(done + share[at]), float(last), float(size[at] / first[at])
        samples, before = samples + size, loss
    return np.inf, np.inf, np.nan


def values(measured: xr.Dataset, tuning: None) -> Mapping[str, Mapping[str, Any]]:
    """What E6 says of linear regressions.

    Args:
        measured: what ``measure`` returned.
        tuning: None.
    """
    return {
        "E6": {
            "saves": measured.updates.values,
            "as_much": measured.updates.values,
            "samples": measured.samples.values,
        }
    }


BATCH_GROWTH = Experiment(
    name="batch_growth",
    measure=measure,
    values=values,
    confirm=dict(
        batch_sizes=[4**k for k in range(9)],
        inputs=(5, 100),
        exponents=(0.0, 2.0),
        noise=(0.3, 3.0),
        shares=(1 / 50, 1 / 5),
        at_most=30_000,
    ),
    live=dict(
        batch_sizes=[4**k for k in range(9)],
        inputs=(5, 50),
        exponents=(0.0, 2.0),
        noise=(0.3, 3.0),
        shares=(1 / 20, 1 / 5),
        at_most=30_000,
    ),
    quick=dict(
        batch_sizes=[4**k for k in range(8)],
        inputs=(5, 20),
        exponents=(0.0, 2.0),
        noise=(0.3, 1.0),
        shares=(1 / 10, 1 / 5),
        at_most=10_000,
    ),
    first_seed=6000,
    looks=(40, 80, 160),
)
