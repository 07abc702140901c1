"""Samples split in three, to train, validate and test: as many validate as test."""

from collections.abc import Iterator, Sized
from contextlib import contextmanager

import numpy as np

from helpers.data.splits import Categories
from helpers.errors import ParameterError, quoted

FEWEST = 3  # of each class


def as_many(test: Sized, rest: Sized) -> float:
    """The share of the ``rest`` that makes as many samples as ``test`` has.

    Raises:
        ParameterError: no sample would train.

    >>> np.ceil(as_many(range(16), range(45)) * 45)
    np.float64(16.0)
    """
    if len(test) >= len(rest):
        raise ParameterError(f"{len(rest)} samples are too few to train and to validate")
    return (len(test) - 0.5) / len(rest)  # which ``split`` rounds up


@contextmanager
def enough(labels: Categories, n_available: int) -> Iterator[None]:
    """Split within this, and what cannot be split is refused by the counts of all samples.

    Args:
        labels: the class of each sample.
        n_available: samples that there were, of which these are all or some.

    Raises:
        ParameterError: there are fewer than three samples, or of one class, or they could not be
            split.
    """
    n = len(labels.codes)
    counts = np.bincount(labels.codes) if labels.names else np.array([n])
    fewest = counts.min()
    who = f"class {quoted(labels.names[counts.argmin()])} has" if labels.names else "there are"
    who += f" {fewest} {'sample' if fewest == 1 else 'samples'}"
    todo = "add some"
    if n < n_available:
        who, todo = f"{who} among the {n} that were drawn", "raise max_samples"
    elif labels.names:
        todo += " or leave it out"
    too_few = f"{who}, too few to train, validate and test: {todo}"
    if fewest < FEWEST:
        raise ParameterError(too_few)
    try:
        yield
    except ParameterError as error:
        larger = (
            ", or give a larger test_share" if labels.names else ", or give a smaller test_share"
        )
        raise ParameterError(too_few + larger) from error
