"""Noise of the gradient of a batch: batches drawn at random, and how far off their gradients are.

A drawn batch is a row of shares over the samples (1 / B for each of its B samples, 0 for the
others), so the gradients of many batches are one matrix product.
"""

from collections.abc import Callable

import keras
import numpy as np
import xarray as xr

from helpers import checks
from helpers.analysis import gain
from helpers.landscape.gradients import sample_gradients, squared_lengths

MEMORY = 2**28  # bytes of single gradients held at once


def draw_batches(
    n: int, batch_size: int, draws: int, generator: np.random.Generator, replace: bool = False
) -> np.ndarray:
    """Batches drawn at random, each a row of shares: the product with gradients averages them.

    Args:
        n: samples to draw from, at least 1.
        batch_size: samples of a batch, at least 1; at most n unless they ``replace``.
        draws: batches, at least 1, independent of each other.
        generator: the source of chance.
        replace: whether a batch may hold a sample several times. Training draws without: a
            shuffled epoch uses every sample once.

    Returns:
        Shares of shape (draws, n), float32, multiples of 1 / batch_size; each row adds up to 1.

    Raises:
        ValueError: a number is out of its range.

    >>> draw_batches(4, 2, 3, np.random.default_rng(0)).sum(axis=1).tolist()
    [1.0, 1.0, 1.0]
    """
    checks.whole_number("n", n, 1)
    limit = (None, "") if replace else (n, "the number of samples")
    checks.whole_number("batch_size", batch_size, 1, *limit)
    checks.whole_number("draws", draws, 1)
    if replace:
        drawn = generator.integers(n, size=(draws, batch_size))
    else:
        keys = generator.random((draws, n), dtype="float32")
        drawn = np.argpartition(keys, batch_size - 1, axis=1)[:, :batch_size]
    places = np.arange(draws)[:, None] * n + drawn
    counts = np.bincount(places.ravel(), minlength=draws * n)
    return (counts / batch_size).astype("float32").reshape(draws, n)


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cosine of the angle between ``a`` and ``b`` along their last axis; 0 where one vanishes.

    >>> cosines(np.array([[3.0, 4.0], [0.0, 0.0]]), np.array([3.0, 0.0])).tolist()
    [0.6, 0.0]
    """
    lengths = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    products = np.sum(a * b, axis=-1)
    return np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)


def noise_and_signal(gradients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The trace of the covariance of single gradients, and the squared length of their mean.

    Their ratio, tr(Σ) / |G|², is the simple noise scale of McCandlish et al., An empirical model
    of large-batch training (arXiv 1812.06162), equation 2.9: the batch size at which the noise of
    the batch gradient is as long as the full gradient.

    Args:
        gradients: of single samples, shape (..., n, n_weights), n at least 2.

    Returns:
        tr(Σ), with n - 1 as divisor, and |G|², each of shape (...), float64.

    Raises:
        ValueError: fewer than 2 samples.

    >>> noise_and_signal(np.array([[1.0, 0.0], [3.0, 0.0]]))
    (array(2.), array(4.))
    """
    *leading, n, n_weights = np.shape(gradients)
    checks.whole_number("number of samples", n, 2)
    noise, signal = [], []
    for single in np.reshape(gradients, (-1, n, n_weights)):  # one after another, to save memory
        mean = single.mean(axis=0, dtype="float64")
        noise.append(np.sum((single - mean) ** 2) / (n - 1))
        signal.append(np.sum(mean**2))
    return np.reshape(noise, leading), np.reshape(signal, leading)


def two_batch_estimate(
    small: np.ndarray, large: np.ndarray, small_size: int, large_size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Estimate noise and signal from the squared lengths of two batch gradients.

    McCandlish et al. (arXiv 1812.06162), appendix A.1. A batch of B drawn with replacement has
    the squared length |G|² + tr(Σ) / B on average, with Σ the covariance of what it is drawn
    from, so both estimates are right on average. Their ratio is not; average each before dividing.
    Drawn from n samples without replacement, the second estimate is |G|² - tr(Σ) / n on average.
    That is the |G|² of the population that the samples came from, if the weights do not depend on
    the samples.

    Args:
        small, large: squared lengths |g|² of gradients of small and large batches.
        small_size, large_size: samples of these batches, small_size below large_size.

    Returns:
        Estimates of tr(Σ) and of |G|², in the shape of ``small`` and ``large``; a single estimate
        may be negative.

    Raises:
        ValueError: the batch sizes are out of order.

    >>> two_batch_estimate(6.0, 3.0, 1, 4)  # tr(Σ) = 4, |G|² = 2
    (4.0, 2.0)
    """
    checks.whole_number("small_size", small_size, 1)
    checks.whole_number("large_size", large_size, small_size + 1, why="one above small_size")
    noise = (small - large) / (1 / small_size - 1 / large_size)
    signal = (large_size * large - small_size * small) / (large_size - small_size)
    return noise, signal


def noise_scale(
    build: Callable[[], keras.Model],
    weights: xr.DataArray,
    x: np.ndarray,
    y: np.ndarray,
    memory: int = MEMORY,
    loss: str | Callable = "categorical_crossentropy",
) -> xr.DataArray:
    """The simple noise scale tr(Σ) / |G|² at the weights of every seed and snapshot.

    McCandlish et al., An empirical model of large-batch training (arXiv 1812.06162), equation 2.9,
    with Σ and G of all samples given. If the gradients of all samples at the weights of one seed
    take more than ``memory``, evenly spaced samples stand for all. The mean gradient of m of n
    samples is longer than that of all by tr(Σ) (1/m - 1/n) on average, which is taken off.

    Args:
        build: returns a new Keras model, whose weights are all trainable.
        weights: what ``helpers.train`` keeps at its snapshots, dimensions seed, snapshot, weight.
        x: inputs, shape (n, ...), n at least 2, in random order.
        y: targets, such as one-hot ones of shape (n, n_classes).
        memory: bytes that single gradients may take, above 0; at least 2 samples are taken.
        loss: as for ``sample_gradients``.

    Returns:
        Samples, above 0, with the dimensions seed and snapshot; infinity where the gradient is
        not longer than the noise of its estimate.
    """
    n, size = len(x), 4 * weights.sizes["weight"] * weights.sizes["snapshot"]
    some = np.linspace(0, n - 1, max(2, min(n, memory // size))).astype(int)
    estimates = []
    for seed in weights.transpose("seed", "snapshot", "weight").values:
        noise, signal = noise_and_signal(sample_gradients(build, seed, x[some], y[some], loss))
        estimates.append([noise, np.maximum(signal - noise * (1 / len(some) - 1 / n), 0)])
    noise, signal = np.swapaxes(estimates, 0, 1)
    labels = {"seed": weights.seed, "snapshot": weights.snapshot}
    return gain(xr.DataArray(noise, labels), xr.DataArray(signal, labels))


def estimated_noise_scale(
    build: Callable[[], keras.Model],
    weights: xr.DataArray,
    x: np.ndarray,
    y: np.ndarray,
    small_size: int,
    large_size: int,
    draws: int = 200,
    seed: int = 0,
    loss: str | Callable = "categorical_crossentropy",
) -> xr.Dataset:
    """The noise scale from gradients of random batches alone, the model called as in training.

    The two-batch estimate (McCandlish et al., arXiv 1812.06162, appendix A.1; see
    ``two_batch_estimate``), each averaged over all draws before the ratio is taken. It needs no
    gradients of single samples, so it takes models with batch normalisation or dropout too. What
    dropout adds to the gradient counts as noise. With batch normalisation a sample's gradient
    depends on its batch, so that tr(Σ) and |G|² are those between the two batch sizes.

    Args:
        build: returns a new Keras model.
        weights: what ``helpers.train`` keeps at its snapshots, dimensions seed, snapshot, weight.
        x: inputs, shape (n, ...).
        y: targets, shape (n, ...).
        small_size, large_size: samples of a batch, drawn with replacement, at least 1;
            small_size below large_size. The further apart, the smaller the error.
        draws: batches of each size, at least 1, the same for all weights.
        seed: of the draws.
        loss: a Keras loss that averages over samples, or its name.

    Returns:
        Dataset of noise, tr(Σ), and signal, |G|², both at least 0, and noise_scale, their ratio in
        samples, infinity where the signal is 0; dimensions seed and snapshot.

    Raises:
        ValueError: a number is out of its range, or the weights do not fit the model.
    """
    checks.whole_number("small_size", small_size, 1)
    checks.whole_number("large_size", large_size, small_size + 1, why="one above small_size")
    checks.whole_number("draws", draws, 1)
    generator = np.random.default_rng(seed)
    flat = weights.transpose("seed", "snapshot", "weight").values
    small, large = (
        squared_lengths(
            build, flat, x, y, generator.integers(len(x), size=(draws, size)), loss
        ).mean(axis=-1)
        for size in (small_size, large_size)
    )
    noise, signal = two_batch_estimate(small, large, small_size, large_size)
    labels = {"seed": weights.seed, "snapshot": weights.snapshot}
    noise = xr.DataArray(np.maximum(noise, 0), labels)
    signal = xr.DataArray(np.maximum(signal, 0), labels)
    scale = gain(noise, signal)
    return xr.Dataset({"noise": noise, "signal": signal, "noise_scale": scale})
