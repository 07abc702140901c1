"""Samplings: in which order the samples of a finite training set come, epoch by epoch."""

import numpy as np

SAMPLINGS = ("reshuffled", "in order", "independent", "with replacement")
HAVE_EPOCHS = SAMPLINGS[:2]  # in which an epoch sees every sample once


def epoch_order(
    sampling: str, generator: np.random.Generator, n: int, batch_size: int
) -> np.ndarray:
    """Indices of the samples of one epoch, batch after batch.

    Args:
        sampling: "reshuffled": each epoch is a permutation, as in ``fit``; "in order": always the
            order of the data; "independent": no batch holds a sample twice, and batches are
            independent of each other; "with replacement": all samples are.
        generator: the source of chance.
        n: number of training samples.
        batch_size: 1 to n.

    Returns:
        Whole numbers from 0 to n - 1, shape (n,); the last batch of them may be short.

    >>> epoch_order("in order", np.random.default_rng(0), 4, 2).tolist()
    [0, 1, 2, 3]
    """
    if sampling == "reshuffled":
        return generator.permutation(n)
    if sampling == "in order":
        return np.arange(n)
    if sampling == "with replacement":
        return generator.integers(n, size=n)
    return _distinct(generator, n, -(-n // batch_size), batch_size).ravel()[:n]


def _distinct(generator: np.random.Generator, n: int, rows: int, size: int) -> np.ndarray:
    """``size`` distinct indices below n in each of so many rows, every sequence equally likely."""
    if size**2 > n:
        return np.array([generator.permutation(n)[:size] for _ in range(rows)])
    drawn = generator.integers(n, size=(rows, size))
    while len(twice := np.flatnonzero((np.diff(np.sort(drawn)) == 0).any(axis=1))):
        drawn[twice] = generator.integers(n, size=(len(twice), size))
    return drawn
