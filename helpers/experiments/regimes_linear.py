"""The three regimes in linear regression on a stream, beside what theory says of them exactly."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import xarray as xr

from helpers.data import regression_stream
from helpers.experiments.experiment import Experiment
from helpers.experiments.regime_fits import farthest, fitted, resampled
from helpers.experiments.regimes import race
from helpers.theory import fastest, linear_regression

MOMENTUM = {"SGD": 0.0, "momentum": 0.9}


def tune(*, n_tuning: int, **settings: Any) -> xr.Dataset:
    """The races of the seeds that tune, from 0 on.

    Args:
        n_tuning: number of these seeds.
        **settings: as for ``measure``.
    """
    return _races(range(n_tuning), **settings)


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset | None,
    *,
    n_tuning: int,
    n_inputs: int,
    grids: Mapping[str, Mapping[str, float]],
    batch_sizes: Sequence[int],
    steps: int,
    shares: Sequence[float],
) -> xr.Dataset:
    """Race a linear model to shares of its initial excess loss, at every batch size and rate.

    Inputs have the variances 1, 1/2, 1/3, …; label noise has the variance 1; weights start at 0
    and belong at 1.

    Args:
        seeds: one run each.
        tuning: what ``tune`` returned; only ``values`` uses it.
        n_tuning: not used here.
        n_inputs: number of weights.
        grids: by optimizer, SGD or momentum (0.9), largest_rate, knee, power, updates and fewest as
            for ``helpers.experiments.regimes.race``.
        batch_sizes, steps: as for ``race``.
        shares: of the initial excess loss, to which to race, falling.

    Returns:
        What ``race`` returns, with the dimension optimizer in front; theory, the updates that the
        expected loss takes at the best learning rate (optimizer, target, batch_size). The targets
        are excess mean squared errors.
    """
    races = _races(seeds, n_inputs, grids, batch_sizes, steps, shares)
    problem = linear_regression(_spectrum(n_inputs), 1.0, np.ones(n_inputs))
    theory = [
        # the loss of the theory is half the squared error
        [fastest(problem, target / 2, batch_sizes, MOMENTUM[name]).updates for target in part]
        for name, part in zip(grids, [races.target.values] * len(grids), strict=True)
    ]
    return races.assign(theory=(("optimizer", "target", "batch_size"), theory))


def _races(seeds, n_inputs, grids, batch_sizes, steps, shares) -> xr.Dataset:
    def build():
        weights = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
        return keras.Sequential([keras.Input((n_inputs,)), weights])

    spectrum = _spectrum(n_inputs)
    stream = regression_stream(spectrum, label_noise=1.0)
    races = [
        race(
            build,
            keras.optimizers.SGD(momentum=MOMENTUM[name]),
            stream,
            loss="mean_squared_error",
            floor=1.0,
            batch_sizes=batch_sizes,
            steps=steps,
            seeds=seeds,
            **grid,
        )
        for name, grid in grids.items()
    ]
    targets = [share * spectrum.sum() for share in shares]
    return xr.concat(races, "optimizer").assign_coords(optimizer=list(grids), target=targets)


def _spectrum(n_inputs: int) -> np.ndarray:
    return 1 / np.arange(1.0, n_inputs + 1)


def values(measured: xr.Dataset, tuning: xr.Dataset) -> dict[str, dict[str, Any]]:
    """What E2 and H22 say of linear regression.

    Args:
        measured, tuning: what ``measure`` and ``tune`` returned.
    """
    fits = fitted(measured, tuning, "arithmetic")
    n = measured.sizes["seed"]
    small, middle, large = np.moveaxis(fits["departure"].mean(2), -1, 0)  # of the targets
    off = np.log(fits["updates"] / measured.theory.values).mean(-1)  # of the batch sizes
    growth = fits["critical"][:, :, -1] / fits["critical"][:, :, 0]
    return {
        "E2": {
            "linear_perfect": resampled(farthest(small), n),
            "linear_diminishing": resampled(farthest(middle), n),
            "linear_no_gain": resampled(farthest(large), n),
            "linear_fit": resampled(fits["rms"].max((1, 2)), n),
            "linear_theory": resampled(np.exp(farthest(off)), n),
        },
        "H22": {"linear": resampled(growth.min(1), n)},
    }


GRIDS = {
    "SGD": dict(largest_rate=0.85, knee=25, power=1, updates=2400, fewest=20),
    "momentum": dict(largest_rate=0.08, knee=25, power=1, updates=2400, fewest=50),
}
REGIMES_LINEAR = Experiment(
    name="regimes_linear",
    measure=measure,
    values=values,
    tune=tune,
    confirm=dict(
        n_tuning=60,
        n_inputs=20,
        grids=GRIDS,
        batch_sizes=[2**k for k in range(12)],
        steps=4,
        shares=[1 / 20, 1 / 40],
    ),
    live=dict(
        n_tuning=20,
        n_inputs=20,
        grids={"SGD": GRIDS["SGD"]},
        batch_sizes=[1, 4, 16, 64, 256, 2048],
        steps=3,
        shares=[1 / 20, 1 / 40],
    ),
    quick=dict(
        n_tuning=3,
        n_inputs=5,
        grids={"SGD": dict(largest_rate=0.6, knee=25, power=1, updates=300, fewest=20)},
        batch_sizes=[1, 4, 16, 64, 256],
        steps=1,
        shares=[1 / 4, 1 / 8],
    ),
    first_seed=6000,
)
