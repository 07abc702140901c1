"""The three regimes of the tutorial's network on fresh blobs, and its noise scale at equal loss."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import xarray as xr

from helpers.data import blob_centers, blob_expectation, blob_stream
from helpers.experiments.experiment import Experiment
from helpers.experiments.noise_at_loss import noise_at_loss
from helpers.experiments.regime_fits import tuned_places
from helpers.experiments.regimes import race
from helpers.experiments.regimes_network_values import values
from helpers.models import mlp

OPTIMIZERS = {
    "SGD": lambda: keras.optimizers.SGD(),
    "momentum": lambda: keras.optimizers.SGD(momentum=0.9),
    "Adam": lambda: keras.optimizers.Adam(),
}
CLUSTER_STD, ORDER = 2.0, 12  # of the tutorial's blobs; points of the quadrature along an axis


def tune(*, n_tuning: int, **settings: Any) -> xr.Dataset:
    """The races of the seeds that tune, from 0 on.

    Args:
        n_tuning: number of these seeds.
        **settings: as for ``measure``.
    """
    return _races(range(n_tuning), settings)


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset,
    *,
    n_tuning: int,
    grids: Mapping[str, Mapping[str, float]],
    batch_sizes: Sequence[int],
    steps: int,
    targets: Sequence[float],
    noise_runs: Mapping[str, tuple[str, int]],
    noise_samples: int,
    hessian_samples: int,
) -> xr.Dataset:
    """Race the network to losses above the Bayes rule's, at every batch size and learning rate.

    Inputs are standardised over the whole distribution; the loss is that of the population.

    Args:
        seeds: one run each.
        tuning: what ``tune`` returned.
        n_tuning: not used here.
        grids: by optimizer (SGD, momentum or Adam), largest_rate, knee, power, updates and fewest
            as for ``helpers.experiments.regimes.race``.
        batch_sizes, steps: as for ``race``.
        targets: excess cross-entropies in nats, falling.
        noise_runs: by the name of an assertion of E1, optimizer and batch size of the runs on which
            the noise scale is measured when they reach the targets, at the step of their grid that
            is nearest to the best learning rate.
        noise_samples, hessian_samples: as for ``noise_at_loss``.

    Returns:
        What ``race`` returns, with the dimension optimizer in front; and what ``noise_at_loss``
        returns, with the dimensions run, seed and target, and run_optimizer (run).
    """
    settings = dict(grids=grids, batch_sizes=batch_sizes, steps=steps, targets=targets)
    races = _races(seeds, settings, keep=sorted({size for _, size in noise_runs.values()}))
    places = tuned_places(tuning, "geometric").round().astype(int)
    noise = [
        [
            noise_at_loss(
                mlp,
                _blobs()[0],
                races.sel(optimizer=name, batch_size=size, kept=size).isel(
                    step=places.sel(optimizer=name, batch_size=size, target=target).item()
                ),
                target,
                noise_samples=noise_samples,
                hessian_samples=hessian_samples,
            )
            for target in targets
        ]
        for name, size in noise_runs.values()
    ]
    noise = xr.combine_nested(noise, ["run", "target"], coords="minimal", compat="override")
    noise = noise.assign_coords(run=list(noise_runs), target=list(targets))
    of = ("run", [name for name, _ in noise_runs.values()])
    return races.drop_vars(["weights", "kept"]).merge(noise).assign(run_optimizer=of)


def _blobs():
    centers = blob_centers()
    points = blob_expectation(centers, CLUSTER_STD, ORDER)
    stream = blob_stream(centers, CLUSTER_STD, standardised=True, evaluation=points)
    return stream, points.bayes_loss


def _races(seeds, settings, keep=()) -> xr.Dataset:
    stream, floor = _blobs()
    races = [
        race(
            mlp,
            OPTIMIZERS[name](),
            stream,
            loss="categorical_crossentropy",
            floor=floor,
            batch_sizes=settings["batch_sizes"],
            steps=settings["steps"],
            seeds=seeds,
            keep=keep,
            **grid,
        )
        for name, grid in settings["grids"].items()
    ]
    names, targets = list(settings["grids"]), list(settings["targets"])
    return xr.concat(races, "optimizer").assign_coords(optimizer=names, target=targets)


GRIDS = {
    "SGD": dict(largest_rate=0.46, knee=45, power=1, updates=4500, fewest=40),
    "momentum": dict(largest_rate=0.18, knee=250, power=1, updates=3600, fewest=50),
    "Adam": dict(largest_rate=0.06, knee=300, power=0.5, updates=2600, fewest=32),
}
NOISE_RUNS = {
    "network": ("SGD", 64),
    "small_run": ("SGD", 4),
    "large_run": ("SGD", 1024),
    "momentum": ("momentum", 64),
    "adam": ("Adam", 64),
}
REGIMES_NETWORK = Experiment(
    name="regimes_network",
    measure=measure,
    values=values,
    tune=tune,
    confirm=dict(
        n_tuning=40,
        grids=GRIDS,
        batch_sizes=[1, 4, 16, 64, 256, 1024, 4096],
        steps=3,
        targets=[0.05, 0.025],
        noise_runs=NOISE_RUNS,
        noise_samples=4000,
        hessian_samples=256,
    ),
    live=dict(
        n_tuning=10,
        grids={"SGD": GRIDS["SGD"]},
        batch_sizes=[1, 4, 16, 64, 256, 1024],
        steps=2,
        targets=[0.05, 0.025],
        noise_runs={"network": ("SGD", 64)},
        noise_samples=1000,
        hessian_samples=64,
    ),
    quick=dict(
        n_tuning=3,
        grids={name: grid | dict(updates=300, fewest=20) for name, grid in GRIDS.items()},
        batch_sizes=[4, 64],
        steps=1,
        targets=[0.2, 0.1],
        noise_runs=NOISE_RUNS | {"large_run": ("SGD", 64)},
        noise_samples=200,
        hessian_samples=20,
    ),
    first_seed=6000,
)
