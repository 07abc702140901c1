"""How far off the gradient of a batch is, by the way in which its samples are drawn.

The covariance of the gradient of a batch is that of single samples, Σ, times a share:

- "stream", every sample fresh, and "with replacement", from a training set: 1 / B. Σ is that of the
  distribution drawn from, for a training set with its size N as divisor.
- "independent" batches, each without replacement from all N training samples: 1 / B - 1 / N. Σ has
  N - 1 as divisor (Cochran, Sampling techniques, theorem 2.2), as in ``numpy.cov``.

For "reshuffled" epochs, as ``fit`` has them, there is no such share, nor for samples "in order":
the batches of an epoch depend on each other, since what one leaves out the next ones hold, and
their noise cancels in part.
"""

import numpy as np

from helpers import checks

SAMPLINGS = ("stream", "with replacement", "independent")


def batch_share(
    batch_size: float | np.ndarray, sampling: str = "stream", n_train: int | None = None
) -> np.ndarray:
    """The variance of a batch's gradient, as a share of that of a single sample.

    Args:
        batch_size: samples per update, at least 1, of any shape; at most n_train for independent
            batches, where that makes 0. Infinity stands for the gradient of the distribution.
        sampling: "stream", "with replacement" or "independent".
        n_train: training samples; given for independent batches only, at least 2.

    Returns:
        Shares from 0 to 1, in the shape of batch_size.

    Raises:
        ValueError: an argument is out of its range, or the sampling has no such share.

    >>> float(batch_share(4)), float(batch_share(4, "independent", 8))
    (0.25, 0.125)
    """
    if sampling in ("reshuffled", "in order"):
        raise ValueError(
            "the batches of an epoch depend on each other, and no formula covers their noise: "
            f"sampling must be one of {', '.join(SAMPLINGS)}, got {sampling!r}"
        )
    checks.one_of("sampling", sampling, SAMPLINGS)
    sizes = np.asarray(batch_size, float)
    if not (sizes >= 1).all():
        raise ValueError(f"batch_size must be at least 1, got {batch_size!r}")
    if sampling != "independent":
        if n_train is not None:
            raise ValueError(f"n_train is for independent batches only, got {n_train!r}")
        return 1 / sizes
    n_train = checks.whole_number("n_train", n_train, 2)
    if (sizes > n_train).any():
        raise ValueError(f"batch_size must be at most n_train ({n_train}), got {batch_size!r}")
    return 1 / sizes - 1 / n_train


def noise_level(
    learning_rate: float | np.ndarray,
    batch_size: float | np.ndarray,
    momentum: float = 0.0,
    sampling: str = "stream",
    n_train: int | None = None,
) -> np.ndarray:
    """The SGD noise level g = ε / (1 - m) times the share of a batch's gradient.

    Smith & Le, A Bayesian perspective on generalization and stochastic gradient descent (arXiv
    1710.06451), have ε (N / B - 1), over 1 - m with momentum, for the sum of N losses; here it is
    for their mean, and 1 / N of that. For small steps the expected excess loss in equilibrium is
    g tr(Σ) / 4, whatever the Hessian.

    Args:
        learning_rate: ε, above 0.
        batch_size, sampling, n_train: as for ``batch_share``.
        momentum: m, at least 0 and below 1, of ``keras.optimizers.SGD``.

    Returns:
        Noise levels, at least 0, in the shape of learning_rate and batch_size together.

    Raises:
        ValueError: as for ``batch_share``; a learning rate or momentum out of its range.

    >>> float(noise_level(0.5, 4)), float(noise_level(0.5, 4, momentum=0.5))
    (0.125, 0.25)
    """
    check_rate(learning_rate, momentum)
    return np.asarray(learning_rate) / (1 - momentum) * batch_share(batch_size, sampling, n_train)


def check_rate(learning_rate: float | np.ndarray, momentum: float) -> None:
    """A ValueError unless every learning_rate is above 0 and momentum at least 0 and below 1."""
    rates = np.asarray(learning_rate, float)
    if not ((rates > 0) & np.isfinite(rates)).all():
        raise ValueError(f"learning_rate must be a finite number above 0, got {learning_rate!r}")
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must be at least 0 and below 1, got {momentum!r}")
