"""The noise scale at equal loss: of every seed when its run first reaches a target."""

from collections.abc import Callable

import keras
import numpy as np
import xarray as xr

from helpers.data import Stream
from helpers.landscape import hessian, noise_and_signal, sample_gradients

SAMPLES_SEED = 2**32 + 1  # of the samples whose gradients are taken, which no run sees


def noise_at_loss(
    build: Callable[[], keras.Model],
    stream: Stream,
    runs: xr.Dataset,
    target: float,
    *,
    noise_samples: int,
    hessian_samples: int,
) -> xr.Dataset:
    """Noise and signal of the gradient at the first evaluation at which each seed is at a target.

    McCandlish et al., An empirical model of large-batch training (arXiv 1812.06162): the simple
    noise scale tr(Σ) / |G|², equation 2.9, and the one weighted by the Hessian,
    tr(H Σ) / Gᵀ H G, section 2.2. The squared length of the mean of n gradients is larger than
    |G|² by tr(Σ) / n on average, which is taken off; so with Gᵀ H G.

    Args:
        build: returns a new Keras model.
        stream: whose fresh samples the gradients are of.
        runs: excess losses (seed, evaluation), and weights (seed, evaluation, weight).
        target: an excess loss.
        noise_samples: samples whose gradients are taken, the same for all, at least 2.
        hessian_samples: those of them of which the Hessian is the mean, at least 1.

    Returns:
        Variables simple_noise, tr(Σ), simple_signal, |G|², hessian_noise, tr(H Σ), and
        hessian_signal, Gᵀ H G (seed); not a number where a seed does not get there.
    """
    x, y = stream.draw(np.random.default_rng(SAMPLES_SEED), noise_samples)
    there = (runs.excess <= target).transpose("seed", "evaluation").values
    weights = runs.weights.transpose("seed", "evaluation", "weight").values
    first = weights[np.arange(len(weights)), there.argmax(1)]
    curvatures = hessian(build, first, x[:hessian_samples], y[:hessian_samples])
    rows = [
        noises(gradients.astype(float), curvature.astype(float))
        for gradients, curvature in zip(
            sample_gradients(build, first, x, y), curvatures, strict=True
        )
    ]
    parts = np.where(there.any(1), np.transpose(rows), np.nan)
    names = ("simple_noise", "simple_signal", "hessian_noise", "hessian_signal")
    return xr.Dataset(
        {name: ("seed", part) for name, part in zip(names, parts, strict=True)}, {"seed": runs.seed}
    )


def noises(gradients: np.ndarray, curvature: np.ndarray) -> tuple[float, float, float, float]:
    """tr(Σ), |G|², tr(H Σ) and Gᵀ H G, each right on average.

    Args:
        gradients: of n single samples, shape (n, n_weights), n at least 2.
        curvature: H, shape (n_weights, n_weights).

    >>> noises(np.array([[1.0], [3.0]]), np.array([[2.0]]))
    (2.0, 3.0, 4.0, 6.0)
    """
    n, mean = len(gradients), gradients.mean(0)
    noise, signal = noise_and_signal(gradients)
    off = gradients - mean
    weighted = np.sum((off @ curvature) * off) / (n - 1)
    both = (noise, signal - noise / n, weighted, mean @ curvature @ mean - weighted / n)
    return tuple(map(float, both))
