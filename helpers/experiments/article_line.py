"""The article's own loop on its straight line: does it end at the least-squares solution (H2)?

The article (the entry minibatch2024 of the references) fits y = w x + b by minibatches. Its loop
never shuffles, and it divides the gradient of a short last batch by the full batch size.
"""

from collections.abc import Sequence

import numpy as np

SLOPE, INTERCEPT, NOISE = 2, 1, 0.8  # of the line, and of its targets
INTERVAL = -1, 1.5  # of x
START = -2.0, -2.5  # slope and intercept before the first update


def noisy_line(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Samples about a straight line.

    Args:
        seed: of the samples.
        n: number of samples, at least 2.

    Returns:
        Rows (x, 1) of shape (n, 2), whose product with the weights (w, b) predicts, and targets of
        shape (n,).
    """
    generator = np.random.default_rng(seed)
    x = generator.uniform(*INTERVAL, n)
    y = SLOPE * x + INTERCEPT + generator.normal(0, NOISE, n)
    return np.stack([x, np.ones(n)], axis=1), y


def excess_loss(
    seeds: Sequence[int], *, n: int, batch_size: int, learning_rate: float, passes: int
) -> np.ndarray:
    """By how much the loss of the article's loop ends above that of least squares.

    Args:
        seeds: of the samples, a run each.
        n: samples of each run, at least 2.
        batch_size: samples per update, 1 to n.
        learning_rate: above 0.
        passes: over the samples, at least 1.

    Returns:
        The excess as a share of the smallest loss, one per seed; infinity where the learning rate
        is so large that the weights overflow.
    """
    lines = [noisy_line(seed, n) for seed in seeds]
    rows, targets = (np.stack(arrays) for arrays in zip(*lines, strict=True))
    weights = np.tile(np.array(START), (len(rows), 1))
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(passes):
            for start in range(0, n, batch_size):
                batch = slice(start, start + batch_size)
                some = rows[:, batch]
                errors = (some @ weights[..., None])[..., 0] - targets[:, batch]
                gradient = (errors[:, None] @ some)[:, 0] / batch_size
                weights = weights - learning_rate * gradient
        loss = np.mean(((rows @ weights[..., None])[..., 0] - targets) ** 2, axis=1)
    least = [np.linalg.lstsq(*line)[1][0] / n for line in lines]
    return np.nan_to_num(loss / least - 1, nan=np.inf)
