"""Streams: problems whose samples are drawn anew for every batch, so that they never run out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from helpers import checks

BLOCK = (
    1024  # samples drawn at once, so that a stream does not depend on how it is cut into batches
)

Draw = Callable[[np.random.Generator, int], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Stream:
    """Samples without end, and a fixed set of samples to evaluate on.

    A seed has one sequence of samples, whatever the batch size: update u at batch size B sees those
    from (u - 1) B to u B.

    Attributes:
        name: what the stream is called in the attributes of runs.
        draw: a function of (``numpy.random.Generator``, count) that returns count fresh samples:
            inputs x of shape (count, ...) and targets y of shape (count, ...).
        x, y: the samples to evaluate on, shapes (n, ...), of the same shapes as those drawn.
        weights: of these samples, shape (n,), at least 0 and not all 0; their scale does not
            matter. The evaluation is then a weighted mean, such as a quadrature. None: all equal.

    Raises:
        ValueError: the arrays do not agree in their shapes, or a weight is negative.
    """

    name: str
    draw: Draw
    x: np.ndarray
    y: np.ndarray
    weights: np.ndarray | None = None

    def __post_init__(self):
        """Draw two samples, and compare them with those to evaluate on."""
        drawn = self.draw(np.random.default_rng(0), 2)
        for name, sample, fixed in zip("xy", drawn, (self.x, self.y), strict=True):
            shape, wanted = np.shape(sample), (2, *np.shape(fixed)[1:])
            if shape != wanted:
                raise ValueError(
                    f"draw must return {name} of shape {wanted} for 2 samples, as those to "
                    f"evaluate on, got {shape}"
                )
        if self.weights is None:
            return
        if np.shape(self.weights) != (len(self.x),):
            raise ValueError(
                f"weights must have the shape ({len(self.x)},), one per sample to evaluate on, "
                f"got {np.shape(self.weights)}"
            )
        if not (
            np.isfinite(self.weights).all() and np.min(self.weights) >= 0 < np.sum(self.weights)
        ):
            raise ValueError("weights must be finite, at least 0, and not all 0")

    def blocks(self, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The samples of a seed, BLOCK at a time, without end.

        Args:
            seed: of ``numpy.random.default_rng``, a whole number, at least 0.

        Yields:
            x and y, first axis BLOCK.
        """
        generator = np.random.default_rng(seed)
        while True:
            yield self.draw(generator, BLOCK)


def blob_stream(
    centers: np.ndarray,
    cluster_std: float = 2.0,
    *,
    standardised: bool = False,
    evaluation: tuple[np.ndarray, ...] | None = None,
    n_evaluation: int = 10_000,
    evaluation_seed: int = 0,
) -> Stream:
    """Gaussian blobs around given centers, all classes equally probable.

    Args:
        centers: shape (n_classes, n_features), such as ``blob_centers()`` for the tutorial's.
        cluster_std: standard deviation of every blob along each axis, above 0.
        standardised: whether each feature is shifted and scaled so that its mean is 0 and its
            standard deviation 1, both over the whole distribution.
        evaluation: x of shape (n, n_features), one-hot y of shape (n, n_classes) and, for a
            weighted mean, weights of shape (n,); or what ``blob_expectation`` returns, whose
            targets are probabilities: the loss is then that of the population, and the accuracy
            the agreement with the Bayes rule. x is in the units of the centers. None draws fresh
            samples.
        n_evaluation: how many fresh samples, at least 1.
        evaluation_seed: seed of these.

    Returns:
        A stream of x of shape (count, n_features) and one-hot y of shape (count, n_classes),
        float32.

    Raises:
        ValueError: an argument is out of its range.

    >>> from helpers.data import blob_centers
    >>> [a.shape for a in next(blob_stream(blob_centers()).blocks(seed=1))]
    [(1024, 2), (1024, 3)]
    """
    cluster_std = checks.positive("cluster_std", cluster_std)
    centers = np.asarray(centers, "float64")
    if centers.ndim != 2 or len(centers) < 2:
        raise ValueError(
            f"centers must have the shape (n_classes, n_features) with at least 2 classes, "
            f"got {centers.shape}"
        )
    one_hot = np.eye(len(centers), dtype="float32")
    shift, scale = np.zeros(centers.shape[1]), np.ones(centers.shape[1])
    if standardised:
        shift, scale = centers.mean(axis=0), np.sqrt(centers.var(axis=0) + cluster_std**2)
    means = ((centers - shift) / scale).astype("float32")
    deviations = (cluster_std / scale).astype("float32")

    def draw(generator, count):
        labels = generator.integers(len(means), size=count)
        noise = generator.standard_normal((count, means.shape[1]), dtype="float32")
        return means[labels] + deviations * noise, one_hot[labels]

    if evaluation is None:
        fixed = _fixed(draw, n_evaluation, evaluation_seed)
    else:
        x, *rest = evaluation
        fixed = (((x - shift) / scale).astype("float32"), *rest)
    return Stream(f"fresh blobs(std {cluster_std:g})", draw, *fixed)


def regression_stream(
    spectrum: Sequence[float], label_noise: float = 1.0, weights: Sequence[float] | None = None
) -> Stream:
    """Linear regression on Gaussian inputs: y = x · w + noise, with x ~ N(0, diag(spectrum)).

    The evaluation is exact for every linear model with or without a bias: 4 d samples, at
    x = ±√(d λ_i) e_i with y = x · w ± label_noise, whose second moments are those of the
    distribution. So the mean squared error there is the expected one,
    Σ λ_i (v_i - w_i)² + b² + label_noise² for a model with weights v and bias b.

    Args:
        spectrum: variances λ_i of the d inputs, above 0.
        label_noise: standard deviation of the noise, at least 0.
        weights: w, d numbers; None for ones.

    Returns:
        A stream of x of shape (count, d) and y of shape (count, 1), float32.

    Raises:
        ValueError: an argument is out of its range.

    >>> stream = regression_stream([1.0, 0.5], label_noise=2.0)
    >>> float(np.mean((stream.y - stream.x @ np.array([[1.0], [1.0]])) ** 2))  # at w itself
    4.0
    """
    spectrum = [checks.positive("a value of the spectrum", value) for value in spectrum]
    d = len(spectrum)
    if not (np.isfinite(label_noise) and label_noise >= 0):
        raise ValueError(f"label_noise must be a finite number, at least 0, got {label_noise!r}")
    w = np.ones(d, "float32") if weights is None else np.asarray(weights, "float32")
    if w.shape != (d,):
        raise ValueError(f"weights must hold {d} numbers, one per input, got shape {w.shape}")
    deviations, noise = np.sqrt(spectrum).astype("float32"), np.float32(label_noise)

    def draw(generator, count):
        normal = generator.standard_normal((count, d + 1), dtype="float32")
        x = normal[:, :d] * deviations
        return x, (x @ w + noise * normal[:, d])[:, None]

    points = np.diag(np.sqrt(d) * deviations)
    x = np.concatenate([points, -points] * 2)
    signs = np.repeat([1, -1], 2 * d).astype("float32")
    return Stream(f"linear regression({d} inputs)", draw, x, (x @ w + noise * signs)[:, None])


def teacher_stream(
    n_inputs: int,
    hidden_units: int,
    n_outputs: int = 1,
    *,
    label_noise: float = 0.0,
    teacher_seed: int = 0,
    n_evaluation: int = 10_000,
    evaluation_seed: int = 0,
) -> Stream:
    """What a fixed random network with one hidden ReLU layer answers to Gaussian inputs.

    y = relu(x A) B + noise, with x ~ N(0, 1), A of variance 2 / n_inputs and B of variance
    1 / hidden_units (He et al., Delving deep into rectifiers, 2015, for A), so that y has about
    unit variance.

    Args:
        n_inputs, hidden_units, n_outputs: sizes of the layers, at least 1.
        label_noise: standard deviation of the noise, at least 0.
        teacher_seed: seed of A and B.
        n_evaluation: fresh samples to evaluate on, at least 1.
        evaluation_seed: seed of these.

    Returns:
        A stream of x of shape (count, n_inputs) and y of shape (count, n_outputs), float32.

    Raises:
        ValueError: an argument is out of its range.

    >>> [a.shape for a in next(teacher_stream(8, 4).blocks(seed=1))]
    [(1024, 8), (1024, 1)]
    """
    sizes = {"n_inputs": n_inputs, "hidden_units": hidden_units, "n_outputs": n_outputs}
    for name, size in sizes.items():
        checks.whole_number(name, size, 1)
    if not (np.isfinite(label_noise) and label_noise >= 0):
        raise ValueError(f"label_noise must be a finite number, at least 0, got {label_noise!r}")
    teacher = np.random.default_rng(teacher_seed)
    first = teacher.normal(0, np.sqrt(2 / n_inputs), (n_inputs, hidden_units)).astype("float32")
    second = teacher.normal(0, np.sqrt(1 / hidden_units), (hidden_units, n_outputs))
    second, noise = second.astype("float32"), np.float32(label_noise)

    def draw(generator, count):
        normal = generator.standard_normal((count, n_inputs + n_outputs), dtype="float32")
        x = normal[:, :n_inputs]
        return x, np.maximum(x @ first, 0) @ second + noise * normal[:, n_inputs:]

    name = f"teacher({n_inputs}-{hidden_units}-{n_outputs})"
    return Stream(name, draw, *_fixed(draw, n_evaluation, evaluation_seed))


def _fixed(draw: Draw, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """``n`` samples to evaluate on, from a sequence of chance that no training seed has."""
    n = checks.whole_number("n_evaluation", n, 1)
    return draw(np.random.default_rng([2**32, seed]), n)
