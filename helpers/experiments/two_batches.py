"""How far noise scales that are estimated from pairs of batches lie from the exact ones."""

from collections.abc import Callable

import keras
import numpy as np
import xarray as xr

from helpers.landscape import draw_batches, noise_and_signal, sample_gradients, two_batch_estimate

PAIRS = 6000  # of batches, for each estimate that is compared with the exact noise scale
AVERAGED = (1, 10, 100, PAIRS)


def two_batch_ratios(
    build: Callable[[], keras.Model],
    weights: xr.DataArray,
    x: np.ndarray,
    y: np.ndarray,
    small_size: int,
    large_size: int,
) -> xr.DataArray:
    """Noise scales from two batch sizes over the exact one, by the number of pairs averaged.

    McCandlish et al. (arXiv 1812.06162), appendix A.1. Batches are drawn with replacement;
    numerator and denominator are averaged over the pairs, and divided last. What is exact is the
    ratio for the samples given, tr(Σ) with n as its divisor.

    Args:
        build: returns a new Keras model, whose weights are all trainable.
        weights: what ``helpers.train`` keeps, dimensions seed, snapshot, weight.
        x: inputs, shape (n, ...), n at least 2.
        y: one-hot targets, shape (n, n_classes).
        small_size, large_size: samples of the batches of a pair, small_size below large_size.

    Returns:
        Estimated over exact noise scale, dimensions seed, snapshot and pairs (``AVERAGED``). A
        few pairs may give a negative one.
    """
    n, ratios = len(x), []
    for seed in weights.seed.values.tolist():
        flat = weights.sel(seed=seed).transpose("snapshot", "weight").values
        gradients = sample_gradients(build, flat, x, y)
        generator = np.random.default_rng([seed, 2])  # apart from the order of training
        small, large = (
            _squared_lengths(draw_batches(n, size, PAIRS, generator, replace=True), gradients)
            for size in (small_size, large_size)
        )
        noise, signal = two_batch_estimate(small, large, small_size, large_size)
        tr, squared = noise_and_signal(gradients)
        exact = tr / squared * (n - 1) / n
        ratios.append(
            [noise[:, :k].mean(axis=1) / signal[:, :k].mean(axis=1) / exact for k in AVERAGED]
        )
    labels = {"seed": weights.seed, "pairs": list(AVERAGED), "snapshot": weights.snapshot}
    return xr.DataArray(np.array(ratios), labels).transpose("seed", "snapshot", "pairs")


def _squared_lengths(batches: np.ndarray, gradients: np.ndarray) -> np.ndarray:
    """|g|² of the mean gradient of every batch, shape (snapshots, batches)."""
    means = batches @ gradients
    return np.einsum("...w,...w->...", means, means)
