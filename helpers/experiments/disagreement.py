"""How often networks answer differently that were trained alike."""

from collections.abc import Callable

import keras
import numpy as np
import xarray as xr

from helpers.training import set_weights

STEPS = 100  # points along each axis of the plane


def share_answered_differently(
    build: Callable[[], keras.Model],
    weights: xr.DataArray,
    limits: tuple[float, float, float, float],
) -> np.ndarray:
    """On which share of the plane two networks name different classes, for pairs of networks.

    Comparing weights would not help: the same function can have many.

    Args:
        build: the function that built the networks, with two inputs.
        weights: flat weights, dimensions (seed, weight). The first two seeds are a pair, the next
            two another, and so on; an odd one out has no pair.
        limits: x from, x to, y from, y to of the plane, in feature units.

    Returns:
        A share from 0 to 1 for each pair, shape (n_pairs,); a single infinity, which stands for
        an unknown share, if there is no pair.
    """
    x, y = np.linspace(*limits[:2], STEPS), np.linspace(*limits[2:], STEPS)
    plane = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2).astype("float32")
    answers = [
        np.argmax(set_weights(build(), one)(plane), axis=1)
        for one in weights.transpose("seed", "weight").values
    ]
    pairs = zip(answers[::2], answers[1::2], strict=False)
    return np.array([np.mean(one != other) for one, other in pairs] or [np.inf])
