"""Noise scale and critical batch size in closed form, for linear regressions drawn at random."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import xarray as xr

from helpers.experiments.experiment import Experiment
from helpers.experiments.regime_fits import critical_batches
from helpers.theory import Quadratic, fastest, linear_regression, moments

RUNS = {"small_run": 1 / 16, "near_run": 1.0, "large_run": 16.0}  # batch sizes over the critical
KINDS = ("simple", "hessian", "path")
RUN, KIND = 1, 0  # the places of near_run and simple
WITHIN = 3.0  # factor within which a prediction counts as right


def measure(
    seeds: Sequence[int],
    tuning: None,
    *,
    batch_sizes: Sequence[int],
    inputs: tuple[int, int],
    exponents: tuple[float, float],
    noise: tuple[float, float],
    shares: tuple[float, float],
) -> xr.Dataset:
    """Compare the noise scale with the critical batch size, for one problem per seed.

    Linear regression on Gaussian inputs of variances 1, 2^-a, 3^-a, …, all weights 1 off at first.
    All of it is exact: the updates of the expected loss at the best learning rate of each batch
    size, and the noise scale as the ratio of expected noise and signal when it reaches the target.

    Args:
        seeds: one problem each.
        tuning: not used.
        batch_sizes: from which the critical one is fitted, in order.
        inputs: fewest and most inputs; drawn uniformly over the logarithm.
        exponents: least and largest a; drawn uniformly.
        noise: least and largest standard deviation of the label noise; over the logarithm.
        shares: least and largest share of the initial excess loss to reach; over the logarithm.

    Returns:
        Variables n_inputs, exponent, noise, share, critical (B_crit) and rms of its fit (seed);
        isotropic, the simple noise scale over B_crit if a is 0 instead (seed);
        scale (seed, run, kind), along the run whose batch size is nearest to 1/16, 1 or 16 times
        B_crit: simple, tr(Σ) / |G|², and hessian, tr(H Σ) / Gᵀ H G, both at the target, and path,
        the mean of the simple one over the updates of the run, as McCandlish et al. (arXiv
        1812.06162) average it over training.
    """
    rows = []
    for seed in seeds:
        generator = np.random.default_rng(seed)
        between = (np.exp(generator.uniform(*np.log(ends))) for ends in (inputs, noise, shares))
        n_inputs, noise_std, share = between
        rank, exponent = np.arange(1.0, round(n_inputs) + 1), generator.uniform(*exponents)
        drawn, alike = (
            _compare(linear_regression(rank**-power, noise_std, rank**0), share, batch_sizes)
            for power in (exponent, 0)
        )
        isotropic = alike[-1][RUN, KIND] / alike[0]
        rows.append([len(rank), exponent, noise_std, share, isotropic, *drawn])
    columns = list(zip(*rows, strict=True))
    names = ("n_inputs", "exponent", "noise", "share", "isotropic", "critical", "rms")
    return xr.Dataset(
        {name: ("seed", np.array(column)) for name, column in zip(names, columns, strict=False)}
        | {"scale": (("seed", "run", "kind"), np.array(columns[-1]))},
        {"seed": list(seeds), "run": list(RUNS), "kind": list(KINDS)},
    )


def _compare(problem: Quadratic, share: float, batch_sizes) -> tuple[float, float, np.ndarray]:
    """B_crit, the rms of its fit, and the noise scales, shape (runs, kinds)."""
    target = share * float(problem.excess_loss(problem.offset**2))
    best = fastest(problem, target, batch_sizes)
    sizes, updates = np.array(batch_sizes, float), best.updates.values
    fewest, critical = critical_batches(sizes, updates)
    seen = np.isfinite(updates)
    rest = np.log(updates / fewest / (1 + critical / sizes))[seen]
    scales = []
    for factor in RUNS.values():
        off = np.abs(np.log(sizes / (factor * critical)))
        at = np.where(seen, off, np.inf).argmin()
        scales.append(noise_scales(problem, sizes[at], best.learning_rate.values[at], updates[at]))
    return float(critical), float(np.sqrt(np.mean(rest**2))), np.array(scales)


def noise_scales(
    problem: Quadratic, batch_size: float, learning_rate: float, updates: float
) -> list[float]:
    """Simple noise scale, the one weighted by the Hessian, and the mean along the run.

    Args:
        problem: of ``helpers.theory``.
        batch_size, learning_rate: of the run.
        updates: after which the expected loss is at the target; rounded up.
    """
    run = moments(problem, batch_size, learning_rate)
    squares = np.array([now.squares for now in islice(run, int(np.ceil(updates)) + 1)])
    simple, last = problem.noise_scale(squares), squares[-1]
    curvatures = problem.curvatures
    weighted = problem.gradient_noise(last) @ curvatures / (last @ curvatures**3)
    return [float(simple[-1]), float(weighted), float(simple[1:].mean())]


def values(measured: xr.Dataset, tuning: None) -> Mapping[str, Mapping[str, Any]]:
    """What E1 says of linear regressions, by the noise scale over the critical batch size.

    Args:
        measured: what ``measure`` returned.
        tuning: None.
    """
    ratio = measured.scale / measured.critical
    off = np.abs(np.log(ratio))  # how far off a prediction is, as a logarithm
    simple, near = off.sel(kind="simple"), off.sel(run="near_run")
    at_large = off.sel(run="large_run")
    return {
        "E1": {
            "linear": (simple.sel(run="near_run") <= np.log(WITHIN)).values,
            "linear_average": ratio.sel(run="near_run", kind="simple").values,
            "linear_large_run": ratio.sel(run="large_run", kind="simple").values,
            "linear_path": (at_large.sel(kind="simple") - at_large.sel(kind="path")).values,
            "linear_hessian": (near.sel(kind="simple") - near.sel(kind="hessian")).values,
            "linear_isotropic": measured.isotropic.values,
        }
    }


NOISE_SCALE_MAP = Experiment(
    name="noise_scale_map",
    measure=measure,
    values=values,
    confirm=dict(
        batch_sizes=[4**k for k in range(9)],
        inputs=(5, 100),
        exponents=(0.0, 2.0),
        noise=(0.3, 3.0),
        shares=(1 / 50, 1 / 5),
    ),
    live=dict(
        batch_sizes=[4**k for k in range(9)],
        inputs=(5, 50),
        exponents=(0.0, 2.0),
        noise=(0.3, 3.0),
        shares=(1 / 20, 1 / 5),
    ),
    quick=dict(
        batch_sizes=[4**k for k in range(8)],
        inputs=(5, 20),
        exponents=(0.0, 2.0),
        noise=(0.3, 1.0),
        shares=(1 / 10, 1 / 5),
    ),
    first_seed=6000,
    looks=(40, 80, 160),
)
