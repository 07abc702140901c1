"""Sharpness of small batches and of the full batch at equal training loss, and the learning rate.

Keskar et al., On large-batch training for deep learning (arXiv 1609.04836), compare the minima that
small and large batches end in. The sharpness of a cross-entropy changes with the loss, so here both
are compared where they have the same training loss; and at several learning rates ε, since gradient
descent is stable only where ε times the sharpness is below 2 (Cohen et al., arXiv 2103.00065).
"""

from collections.abc import Sequence

import keras
import numpy as np
import xarray as xr

from helpers.analysis import gain
from helpers.experiments.experiment import Experiment
from helpers.experiments.generalisation import network, split
from helpers.experiments.sharpness import Landscape
from helpers.training import sweep

GROUPS = ("small", "large")
SNAPSHOTS = 100  # of each run, on a geometric grid of updates
NEAR = 0.05  # step along the line between two solutions, of their distance: curvature at an end
FAR = 1.0  # the same for the whole stretch that Keskar et al. draw, from -1 to 2


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset | None,
    *,
    n_train: int,
    batch_size: int,
    learning_rates: Sequence[float],
    updates: int,
    levels: Sequence[float],
) -> xr.Dataset:
    """Train by plain SGD at every rate, and look where the training loss comes nearest to levels.

    Args:
        seeds: one split and one start each, which small and large batches share.
        tuning: nothing is tuned; None.
        n_train: training images, all with their true labels; the full batch.
        batch_size: of the small batches.
        learning_rates: each above 0, in order; each twice the one before.
        updates: of the runs.
        levels: training losses, falling; the last is where the line is drawn.

    Returns:
        Variables training_loss, that of the snapshot nearest to a level, sharpness and test_loss
        there (group, learning_rate, level, seed); near and far, the second differences of the
        training loss along the line from the small to the large solution, at each of the two, over
        0.05 and 1 of their distance (group, learning_rate, seed).
    """
    data = [split(seed, n_train, 0) for seed in seeds]
    at = np.unique(np.geomspace(4, updates, SNAPSHOTS).round().astype(int)).tolist()
    weights = {
        group: _snapshots(data, seeds, size, learning_rates, updates, at)
        for group, size in zip(GROUPS, (batch_size, n_train), strict=True)
    }
    one = weights["small"][0, 0, 0]
    train, test = (
        Landscape(network, one, np.stack(x), np.stack(y))
        for x, y in (
            ([d.x_train for d in data], [d.y_train for d in data]),
            ([d.x_test for d in data], [d.y_test for d in data]),
        )
    )
    nearest = np.stack([_nearest(weights[group], train, levels) for group in GROUPS])
    ends = nearest[:, :, -1]
    over = "group", "learning_rate", "level", "seed"
    near, far = (np.stack(_bends(train, *ends, step)) for step in (NEAR, FAR))
    return xr.Dataset(
        {
            "training_loss": (over, train.losses(nearest)),
            "sharpness": (over, train.sharpness(nearest)),
            "test_loss": (over, test.losses(nearest)),
            "near": (("group", "learning_rate", "seed"), near),
            "far": (("group", "learning_rate", "seed"), far),
        },
        {
            "group": list(GROUPS),
            "learning_rate": list(learning_rates),
            "level": list(levels),
            "seed": list(seeds),
        },
    )


def _snapshots(data, seeds, batch_size, learning_rates, updates, at):
    """Weights, shape (rates, snapshots, seeds, n_weights)."""
    runs = sweep(
        network,
        keras.optimizers.SGD(),
        data,
        batch_sizes=[batch_size],
        learning_rates=learning_rates,
        updates=updates,
        evaluate_at=[updates],
        snapshots=at,
        seeds=seeds,
        progress=False,
    )
    weights = runs.weights.isel(batch_size=0)
    return weights.transpose("learning_rate", "snapshot", "seed", "weight").values


def _nearest(weights, landscape, levels):
    """Weights of the snapshots with the loss nearest to each level, by the ratio.

    Shape (rates, levels, seeds, n_weights).
    """
    logs = np.log(landscape.losses(weights))
    distance = np.abs(logs[:, None] - np.log(levels)[:, None, None])
    place = np.nan_to_num(distance, nan=np.inf).argmin(axis=2)
    return np.take_along_axis(weights, place[..., None], axis=1)


def _bends(landscape, small, large, step):
    """Second differences of the loss at both ends of the line, each of shape (rates, seeds)."""
    at = {
        place: landscape.losses((1 - place) * small + place * large)
        for place in {-step, 0, step, 1 - step, 1, 1 + step}
    }
    return [at[end - step] - 2 * at[end] + at[end + step] for end in (0, 1)]


def values(measured: xr.Dataset, tuning: xr.Dataset | None) -> dict[str, dict[str, np.ndarray]]:
    """Ratios per seed, by claim and assertion.

    Args:
        measured: what ``measure`` returned, at four learning rates and three levels: the third rate
            is the main one, the first a quarter of it, the last its double.
        tuning: nothing is tuned; None.
    """
    quarter, _, main, double = measured.learning_rate.values
    early, middle, late = range(3)

    def sharpness(group, rate, level):
        return measured.sharpness.sel(group=group, learning_rate=rate).isel(level=level).values

    def sharper(rate):
        return sharpness("large", rate, late) / sharpness("small", rate, late)

    def growth(group, start, end):
        return sharpness(group, main, end) / sharpness(group, main, start)

    def faster(group, rate, slow):
        return sharpness(group, rate, late) / sharpness(group, slow, late)

    def curved(name, rate):
        bend = np.maximum(measured[name].sel(learning_rate=rate, drop=True), 0)
        return gain(bend.sel(group="large", drop=True), bend.sel(group="small", drop=True)).values

    test = measured.test_loss.sel(learning_rate=main).isel(level=late)
    return {
        "B4": {
            "sharper_at_equal_loss": sharper(main),
            "sharper_at_a_quarter_of_the_rate": sharper(quarter),
            "large_sharpen_early": growth("large", early, middle),
            "large_sharpen_late": growth("large", middle, late),
            "small_flatten_late": growth("small", middle, late),
            "rate_leaves_large": faster("large", main, quarter),
            "rate_flattens_small": faster("small", main, quarter),
            "limit_flattens_large": faster("large", double, main),
            "worse_at_equal_loss": (test.sel(group="large") / test.sel(group="small")).values,
        },
        "H15": {
            "curved_at_equal_loss": curved("near", main),
            "curved_at_a_quarter_of_the_rate": curved("near", quarter),
            "curved_far": curved("far", main),
        },
    }


WHOLE = {
    "n_train": 256, "batch_size": 8, "learning_rates": (0.1, 0.2, 0.4, 0.8), "updates": 800,
    "levels": (1.5, 0.5, 0.1),
}  # fmt: skip
GENERALISATION_SHARPNESS = Experiment(
    name="generalisation_sharpness",
    measure=measure,
    values=values,
    confirm=WHOLE,
    live=WHOLE | {"n_train": 128},
    quick=WHOLE | {"n_train": 32, "batch_size": 4, "updates": 200, "levels": (1.5, 0.8, 0.4)},
    first_seed=6000,
)
