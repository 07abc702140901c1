"""Samples drawn and split at random, each class with its share in every split."""

from dataclasses import dataclass, replace

import numpy as np
from sklearn.model_selection import train_test_split

from helpers import checks
from helpers.data.dataset import Dataset
from helpers.errors import ParameterError, quoted

MOST_CLASSES = 100


@dataclass(frozen=True)
class Categories:
    """The class of each row, shape (n,), as a place in the list of their names.

    Without names there are no classes: rows are drawn and split by chance alone.
    """

    codes: np.ndarray
    names: list[str]

    def take(self, rows: np.ndarray) -> "Categories":
        """Those of some rows."""
        return Categories(self.codes[rows], self.names)


def with_validation(data: Dataset, share: float, seed: int = 0) -> Dataset:
    """``data`` with some training samples set apart, which take the place of the test samples.

    Args:
        data: its test samples are left out.
        share: of the training samples that validate, above 0 and below 1. Each class has its share
            in both splits.
        seed: seed of the split.

    Raises:
        ParameterError: a class has no sample in one of the splits.
    """
    labels = data.y_train.argmax(axis=1)
    names = getattr(data, "classes", [str(i) for i in range(data.y_train.shape[1])])
    train, held = split(Categories(labels, list(names)), share, seed, "validation")
    x, y = data.x_train, data.y_train
    return replace(data, x_train=x[train], y_train=y[train], x_test=x[held], y_test=y[held])


def hold_out(data: Dataset, share: float, seed: int = 0) -> Dataset:
    """The training samples of ``data`` split anew, so that settings can be tuned on some of them.

    Args:
        data: its test samples are left out altogether.
        share: of the training samples to validate on, above 0 and below 1. Each class has its
            share in both splits, so both must hold a sample of every class.
        seed: seed of the split and of the order of the samples.

    Returns:
        A Dataset whose test samples (x_test, y_test) are those to validate on.

    Raises:
        ValueError: the share is out of its range, or leaves a class without a sample.

    >>> from helpers.data import blobs
    >>> hold_out(blobs(), 0.2).x_train.shape, hold_out(blobs(), 0.2).x_test.shape
    ((400, 2), (100, 2))
    """
    return replace(with_validation(data, share, seed), name=f"{data.name}, {share:g} held out")


def drawn(labels: Categories, max_samples: int | None, seed: int) -> np.ndarray:
    """Rows of at most ``max_samples`` samples, each class with its share; in order if all.

    Args:
        labels: the class of each row.
        max_samples: at least 2 for each class; None takes all.
        seed: seed of the choice.

    Raises:
        ParameterError: there are fewer than 2 classes or more than 100, or fewer than 2 samples
            of one are drawn.
        ValueError: ``max_samples`` is out of its range.
    """
    n, n_classes = len(labels.codes), len(labels.names)
    if labels.names and n_classes < 2:
        raise ParameterError(
            f"there must be 2 classes at least, got one, {quoted(labels.names[0])}"
        )
    if n_classes > MOST_CLASSES:
        raise ParameterError(f"there must be at most {MOST_CLASSES} classes, got {n_classes}")
    if max_samples is None or n <= checks.whole_number("max_samples", max_samples, 2):
        return np.arange(n)
    if max_samples < 2 * n_classes:
        raise ParameterError(
            f"max_samples must be at least {2 * n_classes} (2 for each class), got {max_samples}"
        )
    _several_of_each(labels, "training and test")
    size = min(max_samples, n - n_classes)  # what is left out must have room for each class, too
    rows, _ = train_test_split(
        np.arange(n), train_size=size, stratify=_strata(labels), random_state=seed
    )
    counts = np.bincount(labels.codes[rows], minlength=n_classes) if labels.names else [2]
    if np.min(counts) < 2:
        few = np.argmin(counts)
        raise ParameterError(
            f"class {quoted(labels.names[few])} has {counts[few]} among the {size} samples that "
            "were drawn, too few for training and test samples of each class: raise max_samples"
        )
    return rows


def split(
    labels: Categories, share: float, seed: int, held_name: str = "test"
) -> tuple[np.ndarray, np.ndarray]:
    """Rows that train and rows that do not, every class in both.

    Args:
        labels: the class of each row.
        share: of the rows that do not train, above 0 and below 1.
        seed: seed of the split.
        held_name: what the rows that do not train are called.

    Raises:
        ParameterError: a class has no sample in one of the splits.
        ValueError: the share is out of its range.
    """
    checks.share("share", share)
    n, n_classes = len(labels.codes), max(1, len(labels.names))
    _several_of_each(labels, f"training and {held_name}")
    n_held = int(np.ceil(share * n))
    if min(n_held, n - n_held) < n_classes:
        of = f" for {n_classes} classes" if labels.names else ""
        raise ParameterError(f"{n} samples are too few{of}, with {n_held} of them for {held_name}")
    train, held = train_test_split(
        np.arange(n), test_size=n_held, stratify=_strata(labels), random_state=seed
    )
    for name, rows in (("training", train), (held_name, held)):
        _several_of_each(labels, name, rows)
    return train, held


def _strata(labels: Categories) -> np.ndarray | None:
    return labels.codes if labels.names else None


def _several_of_each(labels: Categories, part: str, rows: np.ndarray | None = None) -> None:
    """Refuse a class with fewer than two samples, or with none among some rows."""
    if not labels.names:
        return
    counts = np.bincount(labels.codes, minlength=len(labels.names))
    among = counts - 1 if rows is None else np.bincount(labels.codes[rows], minlength=len(counts))
    if among.min() < 1:
        n, name = counts[among.argmin()], labels.names[among.argmin()]
        raise ParameterError(
            f"class {quoted(name)} has {n} {'sample' if n == 1 else 'samples'}, too few for {part} "
            "samples of each class"
        )
