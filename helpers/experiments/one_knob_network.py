"""The SGD noise level in the tutorial's network: runs at exactly equal g, in equal learning time.

Theory predicts no number for a network, but that g alone matters: at equal g and after equal
learning time, ε / (1 - m) times updates, small steps lead to the same expected loss, whatever the
batch size and the momentum (Li, Tai & E, Stochastic modified equations, arXiv 1511.06251). What
noise adds to it is the excess over the full batch, which has none, after the same learning time.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import xarray as xr

from helpers import models
from helpers.analysis import detrended_std
from helpers.data import blob_draws, standardised
from helpers.experiments.experiment import Experiment
from helpers.experiments.one_knob_exact import rate_for
from helpers.experiments.training_loss import on_training_samples
from helpers.training import sweep

CLUSTER_STD = 2.0  # of the blobs, the tutorial's


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset | None,
    *,
    n_train: int,
    noise_levels: Sequence[float],
    settings: Sequence[tuple[int, float]],
    samplings: Sequence[str],
    epochs: int,
    averaged: float,
    full_rate: float,
    full_momentum: float,
) -> xr.Dataset:
    """Train the network on standardised draws of the tutorial's data, by every sampling.

    Args:
        seeds: of the draws, the initial weights and the orders.
        tuning: nothing is tuned; None.
        n_train: training samples of each draw, a multiple of the batch sizes.
        noise_levels: g, each above 0.
        settings: pairs of batch size and momentum.
        samplings: "independent", "reshuffled" and, if wanted, "with replacement".
        epochs: of a run whose batch is small; larger batches take a share 1 - B / N of it without
            replacement, which makes the learning time equal.
        averaged: share of the learning time, at its end, over which losses and accuracies count.
        full_rate, full_momentum: of the run of the full batch.

    Returns:
        Variables excess, the mean training loss less that of the full batch, and volatility, the
        detrended standard deviation of the training accuracy, both at the ends of the epochs that
        count; dimensions sampling, setting, noise_level and seed.
    """
    draws = blob_draws(seeds, n_train, CLUSTER_STD)
    data = on_training_samples([standardised(draw) for draw in draws])

    def trained(size, momentum, rates, epochs, sampling):
        runs = sweep(
            models.mlp,
            keras.optimizers.SGD(rates[0], momentum=momentum),
            data,
            batch_sizes=[size],
            learning_rates=rates,
            epochs=epochs,
            seeds=seeds,
            sampling=sampling,
            n_jobs=1,
            progress=False,
        )
        return runs.squeeze("batch_size", drop=True)

    per_update = full_rate / (1 - full_momentum)
    times = np.array(noise_levels) * n_train * epochs
    full_epochs = int(np.ceil(max(times) / per_update))
    full = trained(n_train, full_momentum, [full_rate], full_epochs, "reshuffled").val_loss
    full = full.squeeze("learning_rate", drop=True)
    time = full.epoch * per_update
    floor = [
        full.where((time > (1 - averaged) * end) & (time <= end)).mean("epoch") for end in times
    ]
    floor = xr.concat(floor, "noise_level")
    by_sampling = []
    for sampling in samplings:
        by_setting = []
        for size, momentum in settings:
            rates = [rate_for(g, size, momentum, sampling, n_train) for g in noise_levels]
            share = 1 if sampling == "with replacement" else 1 - size / n_train
            n_epochs = round(epochs * share)
            runs = trained(size, momentum, rates, n_epochs, sampling)
            last = runs.isel(epoch=slice(-round(averaged * n_epochs), None))
            last = last.rename(learning_rate="noise_level").drop_vars("noise_level")
            by_setting.append(
                xr.Dataset(
                    {
                        "excess": last.val_loss.mean("epoch") - floor,
                        "volatility": detrended_std(last.val_accuracy),
                    }
                )
            )
        by_sampling.append(xr.concat(by_setting, "setting"))
    sizes, momenta = zip(*settings, strict=True)
    return xr.concat(by_sampling, "sampling").assign_coords(
        sampling=list(samplings),
        noise_level=list(noise_levels),
        batch_size=("setting", list(sizes)),
        momentum=("setting", list(momenta)),
    )


def values(measured: xr.Dataset, tuning: xr.Dataset | None) -> dict[str, dict[str, Any]]:
    """What decides claims E3, H17 and H23 in the network.

    The first setting is what the others are compared to, at the first noise level; the second
    setting has a larger batch.

    Args:
        measured: what ``measure`` returned.
        tuning: None.

    Returns:
        By claim and assertion, values of shape (n_seeds, n_cases); of accuracies the geometric mean
        over the cases.
    """

    def cases(ratio):
        return ratio.transpose("seed", ...).values.reshape(ratio.sizes["seed"], -1)

    independent = measured.sel(sampling="independent")
    reference, large = independent.isel(setting=0), independent.isel(setting=1)
    compared = [independent.excess.isel(setting=slice(1, None)) / reference.excess]
    if "with replacement" in measured.sampling:
        compared.append(measured.excess.sel(sampling="with replacement") / reference.excess)
    calmed = measured.sel(sampling="reshuffled") / independent
    larger_batch = large / reference
    decided = {
        "E3": {
            "network": np.concatenate(
                [cases(ratio.isel(noise_level=0)) for ratio in compared], axis=1
            )
        },
        "H17": {
            "as_noisy": larger_batch.excess.isel(noise_level=0).values,
            "as_volatile_if_independent": larger_batch.volatility.isel(noise_level=0).values,
        },
        "H23": {
            "calmer_network": cases(calmed.excess),
            "as_volatile": np.exp(np.log(cases(calmed.volatility)).mean(axis=1)),
        },
    }
    if measured.sizes["noise_level"] > 1:
        decided["H17"]["as_noisy_at_less"] = larger_batch.excess.isel(noise_level=1).values
    return decided


ONE_KNOB_NETWORK = Experiment(
    name="one_knob_network",
    measure=measure,
    values=values,
    confirm={
        "n_train": 500,
        "noise_levels": (0.03, 0.01),
        "settings": ((5, 0.9), (50, 0.9), (2, 0.0)),
        "samplings": ("independent", "reshuffled", "with replacement"),
        "epochs": 100,
        "averaged": 0.5,
        "full_rate": 0.1,
        "full_momentum": 0.9,
    },
    live={
        "n_train": 500,
        "noise_levels": (0.03,),
        "settings": ((10, 0.9), (50, 0.9)),
        "samplings": ("independent", "reshuffled"),
        "epochs": 100,
        "averaged": 0.5,
        "full_rate": 0.1,
        "full_momentum": 0.9,
    },
    quick={
        "n_train": 100,
        "noise_levels": (0.02, 0.01),
        "settings": ((10, 0.9), (50, 0.9)),
        "samplings": ("independent", "reshuffled"),
        "epochs": 20,
        "averaged": 0.5,
        "full_rate": 0.05,
        "full_momentum": 0.9,
    },
    first_seed=6200,
)
