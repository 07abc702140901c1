"""What is recorded of runs that count in updates, and the Dataset that it becomes."""

import json
from dataclasses import dataclass

import numpy as np
import xarray as xr

from helpers.provenance import versions
from helpers.training.results import METRICS, settings, share_of
from helpers.training.update_setup import UpdateSetup


@dataclass(frozen=True)
class Results:
    """Arrays that the pieces fill in, NaN where nothing was trained.

    Attributes:
        metrics: shape (4, batch sizes, rates, seeds, evaluations).
        weights: shape (batch sizes, rates, seeds, snapshots, n_weights).
        seconds: to compile and to run, shape (2, batch sizes, rates).
    """

    metrics: np.ndarray
    weights: np.ndarray
    seconds: np.ndarray


def empty(plan: UpdateSetup) -> Results:
    """Results of a plan, all still missing."""
    shape = len(plan.batch_sizes), len(plan.learning_rates), len(plan.setup.seeds)
    weights = *shape, len(plan.snapshots), plan.setup.model.count_params()
    return Results(
        np.full((len(METRICS), *shape, len(plan.evaluate_at)), np.nan, "float32"),
        np.full(weights, np.nan, plan.setup.model.variable_dtype),
        np.zeros((2, *shape[:2])),
    )


def update_dataset(plan: UpdateSetup, results: Results) -> xr.Dataset:
    """The Dataset of ``run_updates``.

    Args:
        plan: what was trained.
        results: of all pieces.
    """
    setup, dims = plan.setup, ("batch_size", "learning_rate", "seed")
    # A run left undone holds NaN too, but no accuracy; a diverged one has accuracies.
    done = ~np.isnan(results.metrics[3])
    at = np.array(plan.evaluate_at)
    finite = np.isfinite(results.metrics[2]) & (np.isfinite(results.metrics[0]) | (at == 0))
    n_done = np.where(done, at, 0).max(axis=-1).sum(axis=-1)
    compiling, running = results.seconds
    made = settings(setup) | {"updates": plan.updates}
    made.pop("epochs")
    names = [name.replace("accuracy", setup.metric.name) for name in METRICS]
    runs = xr.Dataset(
        {name: ((*dims, "update"), results.metrics[i]) for i, name in enumerate(names)}
        | {"updates": (dims[:1], plan.updates)}
        | {"diverged": (dims, (done & ~finite).any(axis=-1))}
        | {"seconds_per_update": (dims[:2], running / np.maximum(n_done, 1), share_of("update"))},
        {
            "batch_size": plan.batch_sizes,
            "learning_rate": plan.learning_rates,
            "seed": setup.seeds,
            "update": plan.evaluate_at,
        },
        {"compile_seconds": float(compiling.sum()), "run_seconds": float(running.sum())}
        | {"settings": json.dumps(made), "versions": json.dumps(versions())},
    )
    if plan.snapshots:
        runs["weights"] = (*dims, "snapshot", "weight"), results.weights
        runs = runs.assign_coords(snapshot=plan.snapshots)
    return runs
