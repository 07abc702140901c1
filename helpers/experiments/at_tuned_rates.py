"""Batch size 1 against the full batch, raw against scaled features, at tuned rates (D4, D9)."""

from collections.abc import Mapping, Sequence

import keras
import numpy as np
import xarray as xr

from helpers import models
from helpers.analysis import best_rate
from helpers.data import blob_draws, standardised
from helpers.experiments.experiment import Experiment
from helpers.parameters.seeds import TUNING
from helpers.training import sweep

LAST = 5  # epochs whose mean test loss counts
ONE, FULL, SCALED = "batch size 1", "full batch", "full batch, scaled features"


def tune(
    *, lowest: Mapping[str, float], n_rates: int, n_tuning: int, momentum: float, epochs: int
) -> xr.Dataset:
    """The learning rate of the least mean test loss, for each case.

    Args:
        lowest: learning rate of each case's grid, which rises by factors of the root of 2.
        n_rates: in each grid, at least 3.
        n_tuning: seeds that choose, each with samples of its own.
        momentum, epochs: as for ``measure``.

    Returns:
        Dimension case. Variables learning_rate, and edge, as ``helpers.analysis.best_rate`` has it.
    """
    best = []
    for case, low in lowest.items():
        rates = [low * 2 ** (k / 2) for k in range(n_rates)]
        runs = _runs(case, rates, TUNING[:n_tuning], momentum, epochs)
        best.append(best_rate(runs.val_loss.isel(epoch=slice(-LAST, None)).mean(["epoch", "seed"])))
    chosen = xr.concat(best, xr.IndexVariable("case", list(lowest)))
    return chosen[["learning_rate"]].assign(edge=chosen.edge.astype(str))


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset,
    *,
    lowest: Mapping[str, float],
    n_rates: int,
    n_tuning: int,
    momentum: float,
    epochs: int,
) -> xr.Dataset:
    """Train the tutorial's network at the tuned learning rate of each case.

    Args:
        seeds: each draws 500 training and 500 test samples, and the initial weights.
        tuning: what ``tune`` returned.
        lowest: its keys are the cases.
        n_rates, n_tuning: not used.
        momentum: of SGD.
        epochs: of each run, at least 5.

    Returns:
        Dimensions seed, case and epoch. Variables val_loss, the mean of the last epochs on the test
        samples (seed, case), and loss, on the training samples as ``fit`` reports it, both in nats.
    """
    del n_rates, n_tuning
    every = []
    for case in lowest:
        rate = tuning.learning_rate.sel(case=case).item()
        runs = _runs(case, [rate], seeds, momentum, epochs).squeeze("learning_rate", drop=True)
        last = runs.val_loss.isel(epoch=slice(-LAST, None)).mean("epoch")
        every.append(xr.Dataset({"loss": runs.loss, "val_loss": last}))
    cases = xr.IndexVariable("case", list(lowest))
    return xr.concat(every, cases).transpose("seed", "case", ...)


def _runs(case, learning_rates, seeds, momentum, epochs) -> xr.Dataset:
    draws = blob_draws(seeds)
    return sweep(
        models.mlp,
        keras.optimizers.SGD(momentum=momentum),
        [standardised(draw) for draw in draws] if case == SCALED else draws,
        batch_sizes=[1 if case == ONE else draws[0].n_train],
        learning_rates=learning_rates,
        epochs=epochs,
        seeds=seeds,
        progress=False,
    ).squeeze("batch_size", drop=True)


def values(measured: xr.Dataset, tuning: xr.Dataset) -> Mapping[str, Mapping[str, np.ndarray]]:
    """What the assertions at tuned learning rates are decided by, one value per seed.

    Args:
        measured: what ``measure`` returned.
        tuning: what ``tune`` returned; not used.
    """
    del tuning
    test = measured.val_loss
    raw, scaled = (measured.loss.sel(case=case) for case in (FULL, SCALED))
    level = (scaled <= raw.isel(epoch=-1)).argmax("epoch") + 1
    never = (scaled > raw.isel(epoch=-1)).all("epoch")
    return {
        "D4": {"at_its_tuned_rate": (test.sel(case=ONE) - test.sel(case=FULL)).values},
        "D9": {
            "converges_better": (raw - scaled).isel(epoch=-1).values,
            "sooner_level": xr.where(never, 0.0, measured.sizes["epoch"] / level).values,
        },
    }


SETTINGS = {
    "lowest": {ONE: 0.0002, FULL: 0.02, SCALED: 0.05},
    "n_rates": 8,
    "n_tuning": 20,
    "momentum": 0.9,
    "epochs": 50,
}

AT_TUNED_RATES = Experiment(
    name="at_tuned_rates",
    tune=tune,
    measure=measure,
    values=values,
    confirm=SETTINGS,
    live=SETTINGS | {"n_tuning": 10},
    quick=SETTINGS | {"n_rates": 3, "n_tuning": 3, "epochs": 5},
    first_seed=6000,
)
