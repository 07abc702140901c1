"""What the recipe's budget path picks, against the best of a search of 60 trials (claim H29)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from helpers.analysis.findings import Values
from helpers.experiments.budget_path import BATCH_SIZE, USUAL, budget_path, optimizer
from helpers.experiments.decayed import decayed_sweep
from helpers.experiments.experiment import Experiment
from helpers.experiments.trial_problems import FIRST, PROBLEMS
from helpers.experiments.trial_ratios import compared
from helpers.experiments.trial_runs import DECIDES, best_of, by_pair, costs, final_loss, full_runs
from helpers.parameters.seeds import TUNING

NEAR = 1.2  # a target: so many times the final loss that the search's best has on the same samples
PICKED = ("batch_size", "learning_rate", "noise_scale", "trials", "epochs")


def tune(
    *,
    problems: Sequence[str],
    batch_sizes: Sequence[int],
    lowest: Mapping[str, float],
    n_rates: int,
    n_tuning: int,
    epochs: int,
) -> xr.Dataset:
    """Search all batch sizes and learning rates, each by a full run of several seeds.

    Args:
        problems: names in ``PROBLEMS``.
        batch_sizes: of the grid; the path picks none above the largest.
        lowest: learning rate of each optimizer's grid, which rises by factors of 2.
        n_rates: learning rates of the grid.
        n_tuning: seeds of a trial.
        epochs: of every run, under a rate that decays by a cosine.

    Returns:
        Dimensions problem, optimizer, batch_size and rate. Variables loss, the mean held-out loss
        at the end, at most that of a network that ignores its inputs; updates and seconds,
        geometric means to the target, infinite if a seed does not reach it. Coordinate
        learning_rate.
    """
    seeds = TUNING[:n_tuning]
    tables = []
    for problem in (PROBLEMS[name] for name in problems):
        data = [problem.data(seed)[0] for seed in seeds]
        for name, low in lowest.items():
            rates = [low * 2.0**k for k in range(n_rates)]
            runs = decayed_sweep(
                problem.build, optimizer(name), data, batch_sizes=batch_sizes,
                learning_rates=rates, epochs=epochs, seeds=seeds, loss=problem.loss,
            )  # fmt: skip
            runs = runs.assign_coords(learning_rate=range(n_rates)).rename(learning_rate="rate")
            final = final_loss(runs.val_loss, problem)
            means = final.mean("seed")
            target = NEAR * final.isel(means.argmin(["batch_size", "rate"]))
            to_target = costs(runs, target, problem)
            with np.errstate(divide="ignore"):
                logs = np.log(to_target).mean("seed")
            tables.append(np.exp(logs).assign(loss=means))
    grids = [low * 2.0 ** np.arange(n_rates) for low in lowest.values()]
    searched = by_pair(tables, problems, list(lowest))
    return searched.assign_coords(learning_rate=(("optimizer", "rate"), grids))


def compare(
    walk: Callable[..., xr.Dataset],
    seeds: Sequence[int],
    tuning: xr.Dataset,
    *,
    problems: Sequence[str],
    batch_sizes: Sequence[int],
    lowest: Mapping[str, float],
    n_rates: int,
    n_tuning: int,
    epochs: int,
) -> xr.Dataset:
    """Walk a path for every seed, and make full runs of what path and search picked.

    Args:
        walk: the path, with the arguments and the Dataset of ``budget_path``.
        seeds: of the samples, the path's runs, and the initial weights and orders of the full runs.
        tuning: what ``tune`` returned.
        problems, batch_sizes, lowest, epochs: as for ``tune``.
        n_rates, n_tuning: not used.

    Returns:
        Dimensions problem, optimizer, way and seed. The ways: path; search, the trial of the least
        loss; fewest updates and least time, those of the least updates and seconds to the target;
        usual, Keras's own batch size and learning rate. Variables loss, on samples that chose
        nothing, and updates and seconds to the target; without the dimension way, what the path
        picked: batch_size, learning_rate, noise_scale, trials and epochs; and full_run, the epochs
        of a full run.
    """
    del n_rates, n_tuning
    tables = []
    for problem in (PROBLEMS[name] for name in problems):
        validate, test = zip(*(problem.data(seed) for seed in seeds), strict=True)
        for name in lowest:
            path = walk(problem, name, validate, seeds, largest=max(batch_sizes), epochs=epochs)
            searched = tuning.sel(problem=problem.name, optimizer=name)
            picks = [list(zip(path.batch_size.values, path.learning_rate.values, strict=True))]
            picks += [[best_of(searched, by)] * len(seeds) for by in DECIDES.values()]
            picks += [[(BATCH_SIZE, USUAL[name])] * len(seeds)]
            runs = full_runs(problem, name, test, seeds, picks, epochs)
            loss = final_loss(runs.val_loss, problem)
            target = NEAR * loss.sel(way="search", drop=True)
            to_target = costs(runs, target, problem)
            tables.append(to_target.assign(loss=loss, **path[list(PICKED)]))
    return by_pair(tables, problems, list(lowest)).assign(full_run=epochs)


def measure(seeds: Sequence[int], tuning: xr.Dataset, **settings: Any) -> xr.Dataset:
    """``compare`` the path as the recipe first had it with the search.

    Args:
        seeds, tuning, settings: as for ``compare``.
    """
    return compare(budget_path, seeds, tuning, **settings)


def values(measured: xr.Dataset, tuning: xr.Dataset) -> dict[str, dict[str, Values]]:
    """What claim H29 is decided by.

    Args:
        measured: what ``measure`` returned.
        tuning: what ``tune`` returned.
    """
    return {"H29": compared(measured, tuning)}


SETTINGS = {
    "problems": tuple(FIRST),
    "batch_sizes": (8, 16, 32, 64, 128, 256),
    "lowest": {"SGD": 0.0025, "Adam": 0.0003},
    "n_rates": 10,
    "n_tuning": 3,
    "epochs": 32,
}
QUICK = {
    "problems": ("tumours",),
    "batch_sizes": (32,),
    "lowest": {"SGD": 0.02},
    "n_rates": 3,
    "n_tuning": 2,
    "epochs": 8,
}

RECIPE_TRIAL = Experiment(
    name="recipe_trial",
    measure=measure,
    values=values,
    tune=tune,
    confirm=SETTINGS,
    live=QUICK,
    quick=QUICK,
    first_seed=6000,
    looks=(10, 20, 40),
    part=10,
)
