"""Full runs of the recipe's trial, and what they cost to a target."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from helpers.data import Dataset
from helpers.experiments.budget_path import optimizer
from helpers.experiments.decayed import decayed_sweep
from helpers.experiments.trial_problems import Problem

DECIDES = {"search": "loss", "fewest updates": "updates", "least time": "seconds"}
WAYS = ("path", *DECIDES, "usual")  # to a batch size and a learning rate


def full_runs(
    problem: Problem,
    name: str,
    data: Sequence[Dataset],
    seeds: Sequence[int],
    picks: Sequence[Sequence[tuple[int, float]]],
    epochs: int,
) -> xr.Dataset:
    """A full run of every seed at each way's batch size and learning rate.

    Args:
        problem, name: the network, and the optimizer.
        data: for each seed, with the samples to test on.
        seeds: of initial weights and orders.
        picks: for each of ``WAYS`` and each seed a batch size and a learning rate.
        epochs: of each run.

    Returns:
        Dimensions way, seed and epoch. Variables val_loss and updates, and batch_size
        (way, seed).
    """
    settings = sorted({(int(size), float(rate)) for way in picks for size, rate in way})
    curves, updates = {}, {}
    for size in sorted({size for size, _ in settings}):
        rates = [rate for of, rate in settings if of == size]
        runs = decayed_sweep(
            problem.build, optimizer(name), data, batch_sizes=[size], learning_rates=rates,
            epochs=epochs, seeds=seeds, loss=problem.loss,
        ).isel(batch_size=0)  # fmt: skip
        curves |= {(size, rate): runs.val_loss.values[i] for i, rate in enumerate(rates)}
        updates[size] = runs.updates.values[0] if runs.updates.ndim > 1 else runs.updates.values
    rows = [[(int(size), float(rate)) for size, rate in way] for way in picks]
    labels = {"way": list(WAYS), "seed": list(seeds), "epoch": range(1, epochs + 1)}
    return xr.Dataset(
        {
            "val_loss": (tuple(labels), [[curves[s][i] for i, s in enumerate(w)] for w in rows]),
            "updates": (tuple(labels), [[updates[size] for size, _ in way] for way in rows]),
            "batch_size": (("way", "seed"), [[size for size, _ in way] for way in rows]),
        },
        labels,
    )


def final_loss(val_loss: xr.DataArray, problem: Problem) -> xr.DataArray:
    """The loss after the last epoch; what has diverged counts as one that ignores its inputs.

    Args:
        val_loss: dimension epoch and any others.
        problem: whose loss it is.
    """
    worst = problem.of_a_constant()
    return np.minimum(val_loss.isel(epoch=-1, drop=True).fillna(worst), worst).astype(float)


def costs(runs: xr.Dataset, target: xr.DataArray, problem: Problem) -> xr.Dataset:
    """Updates and modelled seconds to the end of the first epoch with a loss at the target.

    Args:
        runs: variables val_loss and updates, dimension epoch and any others; batch_size.
        target: for each seed, or more.
        problem: which says what an update costs.

    Returns:
        Variables updates and seconds without the dimension epoch, infinite where no epoch is there.
    """
    reached = runs.val_loss <= target
    done = runs.updates.where(reached).min("epoch").fillna(np.inf)
    return xr.Dataset({"updates": done, "seconds": done * problem.seconds(runs.batch_size)})


def best_of(searched: xr.Dataset, by: str) -> tuple[int, float]:
    """Batch size and learning rate of the trial with the least of a variable.

    Args:
        searched: what ``tune`` returned, of one problem and optimizer.
        by: loss, updates or seconds.
    """
    best = searched.isel(searched[by].argmin(["batch_size", "rate"]))
    return int(best.batch_size), float(best.learning_rate)


def by_pair(
    tables: Sequence[xr.Dataset], problems: Sequence[str], optimizers: Sequence[str]
) -> xr.Dataset:
    """Datasets of each problem and optimizer in turn as one, with these two dimensions.

    Args:
        tables: the Datasets, all of the same dimensions.
        problems, optimizers: their names.
    """
    n, how = len(optimizers), {"coords": "minimal", "compat": "override", "join": "exact"}
    rows = [
        xr.concat(tables[i : i + n], xr.Variable("optimizer", optimizers), **how)
        for i in range(0, len(tables), n)
    ]
    return xr.concat(rows, xr.Variable("problem", list(problems)), **how)
