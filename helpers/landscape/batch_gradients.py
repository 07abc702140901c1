"""How far the gradients of random batches lie from that of all samples, and where they point."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf
import xarray as xr

from helpers.landscape.gradients import losses, sample_gradients
from helpers.landscape.noise import cosines, draw_batches, noise_and_signal

STEPS = 10  # a step is made with one of so many drawn batches


def batch_gradients(
    build: Callable[[], keras.Model],
    weights: xr.DataArray,
    x: np.ndarray,
    y: np.ndarray,
    *,
    batch_sizes: Sequence[int],
    draws: int,
    learning_rate: float,
) -> xr.Dataset:
    """Draw batches at given weights, and compare their gradients with that of all samples.

    Args:
        build: returns a new Keras model, whose weights are all trainable.
        weights: what ``helpers.train`` keeps at its snapshots, dimensions seed, snapshot, weight.
        x: inputs, shape (n, ...).
        y: one-hot targets, shape (n, n_classes).
        batch_sizes: samples of a batch; sizes from n on are left out, as they have no noise.
        draws: batches of each size, at least 10; none of them holds a sample twice.
        learning_rate: of the plain SGD step that every tenth batch makes.

    Returns:
        Dimensions seed and snapshot: ``noise``, the trace of the covariance of the gradients of
        single samples, and ``signal``, the squared length of their mean. With batch_size too:
        ``squared_distance`` of a batch's gradient from the full one, the mean of the draws;
        ``cosine`` of the angle between the two, the median of the draws; ``uphill``, the share of
        steps that raise the loss on all samples.
    """
    n, seeds = len(x), weights.seed.values.tolist()
    sizes = [size for size in batch_sizes if size < n]
    flat = weights.transpose("seed", "snapshot", "weight").values
    distance, cosine, uphill = np.zeros((3, *flat.shape[:2], len(sizes)))
    noise, signal = np.zeros((2, *flat.shape[:2]))
    before = losses(build, flat, x, y)
    for i, seed in enumerate(seeds):
        generator = np.random.default_rng([seed, 1])  # apart from the order of training
        single = sample_gradients(build, flat[i], x, y)
        noise[i], signal[i] = noise_and_signal(single)
        full = single.mean(axis=1, keepdims=True)
        steps = []
        for k, size in enumerate(sizes):
            drawn = tf.matmul(draw_batches(n, size, draws, generator), single).numpy()
            distance[i, :, k] = ((drawn - full) ** 2).sum(axis=-1).mean(axis=-1)
            cosine[i, :, k] = np.median(cosines(drawn, full), axis=-1)
            steps.append(learning_rate * drawn[:, ::STEPS])
        places = flat[i, :, None, None] - np.stack(steps, axis=1)
        uphill[i] = (losses(build, places, x, y) > before[i, :, None, None]).mean(axis=-1)
    moments = {"seed": seeds, "snapshot": weights.snapshot.values}
    of_batches = dict.fromkeys(("squared_distance", "cosine", "uphill"), (*moments, "batch_size"))
    values = zip(of_batches.items(), (distance, cosine, uphill), strict=True)
    return xr.Dataset(
        {name: (dims, each) for (name, dims), each in values}
        | {"noise": (tuple(moments), noise), "signal": (tuple(moments), signal)},
        moments | {"batch_size": sizes},
    )
