"""The recipe's trial as a table, a row for each data set and optimizer."""

import numpy as np
import pandas as pd
import xarray as xr

from helpers.analysis import bootstrap
from helpers.experiments.trial_ratios import cost_ratios, loss_ratios
from helpers.experiments.trial_runs import best_of


def table(measured: xr.Dataset, tuning: xr.Dataset) -> pd.DataFrame:
    """A row for each problem and optimizer, as ``helpers.analysis.recipe_trial`` shows it.

    Args:
        measured: what ``measure`` returned.
        tuning: what ``tune`` returned.
    """
    again = bootstrap(lambda drawn: loss_ratios(drawn).values.ravel(), measured)
    usual = loss_ratios(measured, "usual")
    rows = []
    pairs = [(p, o) for p in measured.problem.values for o in measured.optimizer.values]
    for (problem, name), ratio in zip(pairs, again, strict=True):
        of, searched = (d.sel(problem=problem, optimizer=name) for d in (measured, tuning))
        size, rate = best_of(searched, "loss")
        low, high = np.quantile(ratio.replicates, [0.025, 0.975])
        taken = {cost: cost_ratios(measured, cost).sel(problem=problem, optimizer=name)
                 for cost in ("updates", "seconds")}  # fmt: skip
        rows.append(
            {
                "problem": problem,
                "optimizer": name,
                "batch_size": typical(of.batch_size),
                "learning_rate": typical(of.learning_rate),
                "search_batch_size": size,
                "search_learning_rate": rate,
                "trials": typical(of.trials),
                "full_runs": float((of.epochs / of.full_run).median()),
                "loss_ratio": ratio.estimate,
                "loss_low": low,
                "loss_high": high,
                "over_usual": float(usual.sel(problem=problem, optimizer=name)),
                "updates_ratio": float(taken["updates"].median()),
                "seconds_ratio": float(taken["seconds"].median()),
                "reached": float(np.isfinite(of.updates.sel(way="path")).mean()),
            }
        )
    return pd.DataFrame(rows)


def typical(values: xr.DataArray) -> float:
    """The lower of the two medians, which is one of the values.

    Args:
        values: dimension seed.

    >>> typical(xr.DataArray([8, 16, 32, 64], dims="seed"))
    16.0
    """
    return float(values.quantile(0.5, method="lower"))
