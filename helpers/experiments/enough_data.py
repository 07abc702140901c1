"""How much data gives the direction of all of them, or of the population (D1, D5, D7)."""

from collections.abc import Mapping, Sequence

import keras
import numpy as np
import xarray as xr
from scipy.special import softmax

from helpers import models
from helpers.data import blob_centers, blob_draws, blob_expectation
from helpers.experiments.experiment import Experiment
from helpers.landscape import cosines
from helpers.training import train

PARTS = {"tenth": 1, "half": 5, "most": 9}  # of ten equal blocks
FULL_BATCH, FEW, MANY = "500, full batch", "500", "50,000"  # training samples
BEFORE = ("start", "half way")  # of convergence
WAYS = {
    "start": 0.0,
    "half way": 0.5,
    "most of the way": 0.9,
}  # of the loss, down to the Bayes rule's


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset | None,
    *,
    cases: Mapping[str, tuple[int, int]],
    updates: int,
    cuts: int,
    learning_rate: float,
    momentum: float,
) -> xr.Dataset:
    """Train the tutorial's network, and compare gradients of a part of its data with that of all.

    Gradients are taken at the initial weights, at the first of some thirty moments at which the
    loss of the population has come half of its way down to the Bayes rule's, and nine tenths of
    it (its start if it never gets there), and after the last update.

    Args:
        seeds: one run each, on data of its own.
        tuning: not used, None.
        cases: by name, the number of training samples, a multiple of 10, and the batch size.
        updates: of every run, enough to come that far.
        cuts: times that the data are cut at random into ten blocks, at least 1.
        learning_rate, momentum: of SGD.

    Returns:
        Dimensions seed, case and moment. Variables tenth, half, most and population: 1 minus the
        cosine of the gradient of all data with that of a part of them, the mean over cuts, or with
        that of the population; update; excess_loss of the population above the Bayes rule's, nats.
    """
    del tuning
    optimizer = keras.optimizers.SGD(learning_rate, momentum=momentum)
    results = [_one(seeds, *case, updates, cuts, optimizer) for case in cases.values()]
    return xr.concat(results, xr.IndexVariable("case", list(cases))).transpose("seed", ...)


def _one(seeds, n_train, batch_size, updates, cuts, optimizer) -> xr.Dataset:
    draws = blob_draws(seeds, n_train, n_test=3)
    moments = np.unique(np.geomspace(1, updates, 30).round().astype(int)).tolist()
    runs = train(
        models.mlp,
        optimizer,
        draws,
        batch_size=batch_size,
        updates=updates,
        evaluate_at=[updates],
        seeds=seeds,
        snapshots=[0, *moments],
        progress=False,
    )
    population = blob_expectation(blob_centers(), 2.0)
    weights = runs.weights.transpose("seed", "snapshot", "weight").values
    excess = np.array(
        [[population.excess_loss(predictions(w, population.x)) for w in of] for of in weights]
    )
    reached = [(excess <= (1 - way) * excess[:, :1]).argmax(axis=1) for way in WAYS.values()]
    at = np.stack(reached + [np.full(len(draws), len(moments))], axis=1)
    rows = np.arange(len(draws))[:, None]
    values = [
        _distances(data, of_seed, population, cuts, np.random.default_rng([seed, 1]))
        for data, of_seed, seed in zip(draws, weights[rows, at], seeds, strict=True)
    ]
    dims = ("seed", "moment")
    return xr.Dataset(
        {name: (dims, [of_seed[name] for of_seed in values]) for name in values[0]}
        | {"update": (dims, runs.snapshot.values[at]), "excess_loss": (dims, excess[rows, at])},
        {"seed": list(seeds), "moment": [*WAYS, "end"]},
    )


def _distances(data, weights, population, cuts, generator) -> dict[str, np.ndarray]:
    """1 minus the cosine at each of the weights, shape (n_moments,), by name."""
    orders = [generator.permutation(data.n_train).reshape(10, -1) for _ in range(cuts)]
    blocks = np.array(
        [[mean_gradient(w, data.x_train[o], data.y_train[o]) for o in orders] for w in weights]
    )  # (n_moments, cuts, 10, n_weights)
    whole = blocks.mean(axis=2)
    distances = {
        name: (1 - cosines(blocks[:, :, :size].mean(axis=2), whole)).mean(axis=1)
        for name, size in PARTS.items()
    }
    expected = np.array([mean_gradient(w, *population) for w in weights])
    return distances | {"population": 1 - cosines(whole[:, 0], expected)}


def mean_gradient(
    weights: np.ndarray, x: np.ndarray, y: np.ndarray, share: np.ndarray | None = None
) -> np.ndarray:
    """The gradient of the tutorial's network's mean cross-entropy, shape (..., 303), float64.

    Args:
        weights: flat, in the order of ``model.get_weights()``, shape (303,).
        x, y: inputs and targets, whose rows add up to 1, shapes (..., n, 2) and (..., n, 3).
        share: of each sample in the mean, shape (n,), adding up to 1; None for equal shares.
    """
    hidden, probabilities = _forward(weights, x)
    error = (probabilities - y) * (1 / x.shape[-2] if share is None else share[:, None])
    back = (error @ _pieces(weights)[2].T) * (hidden > 0)
    x, hidden = (np.swapaxes(array, -1, -2) for array in (x, hidden))
    parts = (x @ back, back.sum(axis=-2), hidden @ error, error.sum(axis=-2))
    return np.concatenate([p.reshape(*error.shape[:-2], -1) for p in parts], axis=-1)


def predictions(weights: np.ndarray, x: np.ndarray) -> np.ndarray:
    """What the tutorial's network predicts: probabilities of shape (..., n, 3), float64.

    Args:
        weights, x: as for ``mean_gradient``.
    """
    return _forward(weights, x)[1]


def _pieces(weights: np.ndarray) -> tuple[np.ndarray, ...]:
    first, first_bias, second, bias = np.split(np.asarray(weights, float), [100, 150, 300])
    return first.reshape(2, 50), first_bias, second.reshape(50, 3), bias


def _forward(weights: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    first, first_bias, second, bias = _pieces(weights)
    hidden = np.maximum(x @ first + first_bias, 0)
    return hidden, softmax(hidden @ second + bias, axis=-1)


def values(
    measured: xr.Dataset, tuning: xr.Dataset | None
) -> Mapping[str, Mapping[str, np.ndarray]]:
    """What the claims are decided by, one value per seed, with a column for each moment.

    Args:
        measured: what ``measure`` returned.
        tuning: not used, None.
    """
    del tuning
    many, few, full = (measured.sel(case=case) for case in (MANY, FEW, FULL_BATCH))
    before, end = {"moment": list(BEFORE)}, {"moment": ["end"]}
    parts = many[["half", "most"]].to_array("part").stack(column=["part", "moment"])
    of_few = few[["half", "most"]].to_array("part").sel(moment="end")
    return {
        "D1": {
            "represents": full.population.sel(before).values,
            "represents_at_the_end": full.population.sel(end).values,
        },
        "D5": {
            "half": many.half.values,
            "far_less": many.tenth.values,
            "half_of_few": few.half.sel(before).values,
            "half_of_few_at_the_end": few.half.sel(end).values,
            "far_less_of_few_at_the_end": few.tenth.sel(end).values,
        },
        "D7": {
            "direction": parts.transpose("seed", "column").values,
            "direction_of_few_at_the_end": of_few.transpose("seed", "part").values,
        },
    }


SETTINGS = {
    "cases": {FULL_BATCH: (500, 500), FEW: (500, 32), MANY: (50_000, 32)},
    "updates": 3200,
    "cuts": 3,
    "learning_rate": 0.01,
    "momentum": 0.9,
}

ENOUGH_DATA = Experiment(
    name="enough_data",
    measure=measure,
    values=values,
    confirm=SETTINGS,
    live=SETTINGS,
    quick=SETTINGS
    | {"cases": {FULL_BATCH: (50, 50), FEW: (50, 8), MANY: (500, 8)}, "updates": 400, "cuts": 1},
    first_seed=6000,
)
