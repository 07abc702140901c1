"""The SGD noise level where theory is exact: excess loss in equilibrium against its prediction.

Two models whose minimum, Hessian and gradient noise are known: linear regression on a training set,
and softmax regression on a stream of blobs. All runs start at the minimum, at exactly equal noise
levels g, and their excess loss is averaged once noise and descent are in balance. Nothing is
fitted.

Time is counted in learning rates: an update counts ε / (1 - m), so runs at one g that are equally
long are so in this *learning time*, whatever their batch size and momentum.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from helpers.experiments import equilibrium_linear, equilibrium_softmax
from helpers.experiments.experiment import Experiment
from helpers.theory import batch_share, equilibrium_excess_loss

SAMPLINGS = ("independent", "with replacement", "reshuffled")

Settings = Sequence[tuple[float, int]]


def rate_for(
    noise_level: float, batch_size: int, momentum: float, sampling: str, n_train: int | None
) -> float:
    """The learning rate that makes the SGD noise level.

    Args:
        noise_level: g, above 0.
        batch_size, momentum, sampling, n_train: as for ``helpers.theory.noise_level``; reshuffled
            epochs get the rate of independent batches.
    """
    sampling = "independent" if sampling == "reshuffled" else sampling
    n_train = n_train if sampling == "independent" else None
    return float(noise_level * (1 - momentum) / batch_share(batch_size, sampling, n_train))


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset | None,
    *,
    n_train: int,
    n_inputs: int,
    linear_settings: Settings,
    linear_times: tuple[float, float],
    softmax_settings: Settings,
    softmax_times: tuple[float, float],
    momenta: Sequence[float],
) -> xr.Dataset:
    """Train both models from every seed at every setting.

    Args:
        seeds: of the training set, of the order of its samples, and of the stream.
        tuning: nothing is tuned; None.
        n_train: training samples of the linear regression, a multiple of its batch sizes.
        n_inputs: of the linear regression, of variances 1, 1/2, 1/3 and so on.
        linear_settings, softmax_settings: pairs of the noise level g and the batch size. For the
            losses as Keras has them: the squared error without a half, and the cross-entropy.
        linear_times, softmax_times: learning time before the average begins, and over which it
            is taken.
        momenta: each at least 0 and below 1.

    Returns:
        Variables linear and linear_predicted, dimensions sampling, momentum, linear_setting and
        seed, and softmax and softmax_predicted, dimensions momentum, softmax_setting and, of the
        first, seed: excess losses. Coordinates of the settings: noise level and batch size.
    """
    data = [equilibrium_linear.regression(seed, n_train, n_inputs) for seed in seeds]
    problems = [equilibrium_linear.problem_of(draw) for draw in data]
    shape = len(SAMPLINGS), len(momenta), len(linear_settings)
    linear, linear_predicted = np.empty((2, *shape, len(seeds)))
    softmax = np.empty((len(momenta), len(softmax_settings), len(seeds)))
    softmax_predicted = np.empty(softmax.shape[:2])
    for j, momentum in enumerate(momenta):
        for i, sampling in enumerate(SAMPLINGS):
            for k, (noise_level, size) in enumerate(linear_settings):
                rate = rate_for(noise_level, size, momentum, sampling, n_train)
                linear[i, j, k] = equilibrium_linear.excess_loss(
                    data, seeds, size, rate, momentum, sampling, linear_times
                )
                linear_predicted[i, j, k] = [
                    equilibrium_linear.prediction(problem, size, rate, momentum, sampling, n_train)
                    for problem in problems
                ]
        for k, (noise_level, size) in enumerate(softmax_settings):
            rate = rate_for(noise_level, size, momentum, "stream", None)
            softmax[j, k] = equilibrium_softmax.excess_loss(
                seeds, size, rate, momentum, softmax_times
            )
            softmax_predicted[j, k] = equilibrium_excess_loss(
                equilibrium_softmax.fisher_quadratic(), size, rate, momentum
            )
    over = "momentum", "linear_setting", "seed"
    return xr.Dataset(
        {
            "linear": (("sampling", *over), linear),
            "linear_predicted": (("sampling", *over), linear_predicted),
            "softmax": (("momentum", "softmax_setting", "seed"), softmax),
            "softmax_predicted": (("momentum", "softmax_setting"), softmax_predicted),
        },
        {
            "sampling": list(SAMPLINGS),
            "momentum": list(momenta),
            "seed": list(seeds),
            **_labels("linear", linear_settings),
            **_labels("softmax", softmax_settings),
        },
    )


def _labels(name, settings):
    levels, sizes = zip(*settings, strict=True)
    dimension = f"{name}_setting"
    return {
        f"{name}_noise_level": (dimension, list(levels)),
        f"{name}_batch_size": (dimension, list(sizes)),
    }


def values(measured: xr.Dataset, tuning: xr.Dataset | None) -> dict[str, dict[str, Any]]:
    """What decides claims E3 and H23 where theory is exact.

    Args:
        measured: what ``measure`` returned.
        tuning: None.

    Returns:
        By claim and assertion, values of shape (n_seeds, n_settings).
    """

    def cases(ratio):
        return ratio.transpose("seed", ...).values.reshape(ratio.sizes["seed"], -1)

    ratio = measured.linear / measured.linear_predicted
    softmax = measured.softmax / measured.softmax_predicted
    independent, replaced, reshuffled = (ratio.sel(sampling=s) for s in SAMPLINGS)
    first, *others = measured.momentum.values
    calmed = measured.linear.sel(sampling="reshuffled") / measured.linear.sel(
        sampling="independent"
    )
    as_independent = measured.linear_predicted.sel(sampling="independent")
    return {
        "E3": {
            "excess_loss": cases(ratio.sel(sampling=["independent", "with replacement"])),
            "independent": cases(independent.sel(momentum=first)),
            "with_replacement": cases(replaced.sel(momentum=first)),
            "with_momentum": cases(
                ratio.sel(sampling=["independent", "with replacement"], momentum=others)
            ),
            "softmax": cases(softmax),
            "reshuffled": cases(measured.linear.sel(sampling="reshuffled") / as_independent),
        },
        "H23": {"calmer": cases(calmed), "as_predicted": cases(reshuffled)},
    }


ONE_KNOB_EXACT = Experiment(
    name="one_knob_exact",
    measure=measure,
    values=values,
    confirm={
        "n_train": 512,
        "n_inputs": 10,
        "linear_settings": (
            (0.004, 1), (0.004, 16), (0.002, 4), (0.002, 64), (0.0005, 16), (0.0005, 256)
        ),
        "linear_times": (10.0, 150.0),
        "softmax_settings": ((0.02, 4), (0.02, 16), (0.02, 64), (0.005, 16), (0.005, 64)),
        "softmax_times": (100.0, 1000.0),
        "momenta": (0.0, 0.9),
    },
    live={
        "n_train": 512,
        "n_inputs": 10,
        "linear_settings": ((0.002, 4), (0.002, 64)),
        "linear_times": (10.0, 100.0),
        "softmax_settings": ((0.02, 16), (0.02, 64)),
        "softmax_times": (100.0, 500.0),
        "momenta": (0.9,),
    },
    quick={
        "n_train": 64,
        "n_inputs": 2,
        "linear_settings": ((0.008, 16),),
        "linear_times": (2.0, 10.0),
        "softmax_settings": ((0.02, 64),),
        "softmax_times": (20.0, 100.0),
        "momenta": (0.0, 0.9),
    },
    first_seed=6000,
)  # fmt: skip
