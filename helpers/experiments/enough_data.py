"""How much data gives the direction of all data, and how much that of the whole population."""

from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf
import xarray as xr

from helpers import models
from helpers.data import blob_centers, blob_draws, blob_expectation
from helpers.landscape import cosines
from helpers.landscape.gradients import loss_of_weights
from helpers.training import train

PARTS = {"tenth": 1, "half": 5, "most": 9}  # of ten equal blocks
MOMENTS = ("start", "learning", "end")


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset | None,
    *,
    cases: Mapping[str, tuple[int, int]],
    updates: int,
    way: float,
    cuts: int,
    learning_rate: float,
    momentum: float,
) -> xr.Dataset:
    """Train the tutorial's network, and compare gradients of a part of its data with that of all.

    Each seed draws its own data. The gradients are taken at its initial weights ("start"), at the
    first of some thirty moments at which the loss of the population has come most of its way from
    the start down to the Bayes rule's ("learning"), and after the last update ("end").

    Args:
        seeds: one run each.
        tuning: not used, None.
        cases: by name, the number of training samples, a multiple of 10, and the batch size.
        updates: of every run, enough to come that far.
        way: share of the way that a run has come when it counts as learning, above 0, below 1.
        cuts: times that the data are cut at random into ten blocks, at least 1.
        learning_rate, momentum: of SGD.

    Returns:
        Dimensions seed, case and moment (start, learning, end). Variables tenth, half and most: 1
        minus the cosine of the gradient of that part of the data with that of all of them, the
        mean over cuts; population: 1 minus the cosine of the gradient of all data with that of the
        population; update, at which the gradients are taken; excess_loss of the population above
        that of the Bayes rule, in nats.
    """
    del tuning
    optimizer = keras.optimizers.SGD(learning_rate, momentum=momentum)
    results = [_one(seeds, *case, updates, way, cuts, optimizer) for case in cases.values()]
    return xr.concat(results, xr.IndexVariable("case", list(cases))).transpose("seed", ...)


def _one(seeds, n_train, batch_size, updates, way, cuts, optimizer) -> xr.Dataset:
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
    excess = population.excess_loss(predictions(weights, population.x))
    learning = (excess <= (1 - way) * excess[:, :1]).argmax(axis=1)
    at = np.stack([0 * learning, learning, np.full_like(learning, len(moments))], axis=1)
    rows, gradients = np.arange(len(draws))[:, None], _gradients()
    values = [
        _distances(gradients, data, of_seed, population, cuts, np.random.default_rng([seed, 1]))
        for data, of_seed, seed in zip(draws, weights[rows, at], seeds, strict=True)
    ]
    dims = ("seed", "moment")
    return xr.Dataset(
        {name: (dims, [of_seed[name] for of_seed in values]) for name in values[0]}
        | {"update": (dims, runs.snapshot.values[at]), "excess_loss": (dims, excess[rows, at])},
        {"seed": list(seeds), "moment": list(MOMENTS)},
    )


def _gradients() -> Callable:
    """A function from flat weights and blocks of samples to the gradient of each block."""
    one = np.zeros((1, 2), "float32"), np.eye(3, dtype="float32")[:1]
    mean_loss, _, _ = loss_of_weights(
        models.mlp, np.zeros(models.mlp().count_params()), *one, "categorical_crossentropy"
    )

    @tf.function(autograph=False)
    def gradients(flat, x, y):
        def gradient(block):
            with tf.GradientTape() as tape:
                tape.watch(flat)
                value = mean_loss(flat, *block)
            return tape.gradient(value, flat)

        return tf.map_fn(gradient, (x, y), fn_output_signature=tf.float32)

    return lambda *arrays: gradients(*map(tf.constant, arrays)).numpy().astype(float)


def _distances(gradients, data, weights, population, cuts, generator) -> dict[str, np.ndarray]:
    """1 minus the cosine at each of the weights, shape (n_moments,), by name."""
    orders = [generator.permutation(data.n_train).reshape(10, -1) for _ in range(cuts)]
    blocks = np.array(
        [[gradients(w, data.x_train[o], data.y_train[o]) for o in orders] for w in weights]
    )  # (n_moments, cuts, 10, n_weights)
    whole = blocks.mean(axis=2)
    distances = {
        name: (1 - cosines(blocks[:, :, :size].mean(axis=2), whole)).mean(axis=1)
        for name, size in PARTS.items()
    }
    # cross-entropy is linear in the target, so the weight of a point may go there
    y = population.y * population.weight[:, None] * len(population.y)
    points = [array[None].astype("float32") for array in (population.x, y)]
    expected = np.array([gradients(w, *points)[0] for w in weights])
    return distances | {"population": 1 - cosines(whole[:, 0], expected)}


def predictions(weights: np.ndarray, x: np.ndarray) -> np.ndarray:
    """What the tutorial's network predicts with the given weights.

    Args:
        weights: flat, in the order of ``model.get_weights()``, shape (..., 303).
        x: inputs, shape (n, 2).

    Returns:
        Probabilities of the three classes, shape (..., n, 3), float64.
    """
    weights = np.asarray(weights, float)
    leading = weights.shape[:-1]
    first, first_bias, second, bias = np.split(weights, [100, 150, 300], axis=-1)
    hidden = np.maximum(x @ first.reshape(*leading, 2, 50) + first_bias[..., None, :], 0)
    scores = hidden @ second.reshape(*leading, 50, 3) + bias[..., None, :]
    scores -= scores.max(axis=-1, keepdims=True)
    odds = np.exp(scores)
    return odds / odds.sum(axis=-1, keepdims=True)
