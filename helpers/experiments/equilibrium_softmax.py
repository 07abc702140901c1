"""Softmax regression on a stream of blobs, in equilibrium around the Bayes rule.

Blobs of equal spread are what softmax regression assumes, so its best weights are the Bayes rule's.
"""

from collections.abc import Sequence

import keras
import numpy as np

from helpers.data import Expectation, Stream, blob_centers, blob_expectation, blob_stream
from helpers.experiments.equilibrium_linear import start_at
from helpers.theory import Quadratic, quadratic
from helpers.training import train

CLUSTER_STD = 2.0  # of the blobs, the tutorial's
LOOKS = 200  # evaluations of a run


def excess_loss(
    seeds: Sequence[int], size: int, rate: float, momentum: float, times: tuple[float, float]
) -> np.ndarray:
    """Mean expected loss of runs from the Bayes rule, above that of the rule, per seed.

    Args:
        seeds: of the streams.
        size: samples per update.
        rate: learning rate.
        momentum: at least 0 and below 1.
        times: learning time before the average begins, and over which it is taken.

    Returns:
        Losses of shape (n_seeds,).
    """
    stream, bayes, weights = standardised_blobs()

    def build():
        outputs = keras.layers.Dense(bayes.y.shape[1], activation="softmax")
        return keras.Sequential([keras.Input((bayes.x.shape[1],)), outputs])

    per_update = rate / (1 - momentum)
    settling, updates = (int(np.ceil(t / per_update)) for t in (times[0], sum(times)))
    looks = np.unique(np.linspace(settling, updates, LOOKS).round().astype(int))
    runs = train(
        build,
        keras.optimizers.SGD(rate, momentum=momentum),
        stream,
        batch_size=size,
        learning_rate=rate,
        updates=updates,
        evaluate_at=[0, *looks.tolist()],
        seeds=seeds,
        start=start_at([weights] * len(seeds), seeds),
        n_jobs=1,
        progress=False,
    )
    excess = runs.val_loss - runs.val_loss.sel(update=0)
    return excess.sel(update=looks).mean("update").values


def standardised_blobs() -> tuple[Stream, Expectation, np.ndarray]:
    """Standardised blobs, their expectation in these units, and the weights of the Bayes rule."""
    centers = blob_centers()
    bayes = blob_expectation(centers, CLUSTER_STD)
    stream = blob_stream(centers, CLUSTER_STD, standardised=True, evaluation=bayes)
    shift, scale = centers.mean(axis=0), np.sqrt(centers.var(axis=0) + CLUSTER_STD**2)
    kernel = (centers * scale / CLUSTER_STD**2).T  # (n_features, n_classes)
    bias = centers @ shift / CLUSTER_STD**2 - (centers**2).sum(axis=1) / (2 * CLUSTER_STD**2)
    scaled = Expectation((bayes.x - shift) / scale, bayes.y, bayes.weight)
    return stream, scaled, np.concatenate([kernel.ravel(), bias])


def fisher_quadratic() -> Quadratic:
    """Softmax regression near the Bayes rule, where Hessian and gradient noise are the same matrix.

    Both are the Fisher information, since the model is true (Martens, New insights and perspectives
    on the natural gradient method, arXiv 1412.1193).
    """
    _, bayes, weights = standardised_blobs()
    rows = np.hstack([bayes.x, np.ones((len(bayes.x), 1))])
    p = bayes.y
    between = np.eye(p.shape[1]) * p[:, None] - p[:, None] * p[..., None]
    fisher = np.einsum("n,na,nb,nkl->akbl", bayes.weight, rows, rows, between)
    fisher = fisher.reshape(len(weights), len(weights))
    return quadratic(fisher, fisher, np.zeros(len(weights)))
