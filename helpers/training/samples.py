"""The samples of replicates: of one data set that all share, or of one data set each."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from helpers import checks
from helpers.data.dataset import Dataset

ARRAYS = ("x_train", "y_train", "x_test", "y_test")


class Samples(NamedTuple):
    """The samples that R replicates train and are tested on, as tensors.

    Attributes:
        x_train, y_train: the training samples. Where each replicate has a data set of its own, one
            set stands behind the other: first axis R n_train.
        x_test, y_test: the test samples, first axis n_test; with a data set each, first axes
            (R, n_test).
        first: where the training samples of each replicate begin, int32, shape (R, 1), or (1, 1)
            for all.
        weights: of the training samples, shaped like them on the first axis; None without.
        test_weights: of the test samples, shape (n_test,); None without.
    """

    x_train: tf.Tensor
    y_train: tf.Tensor
    x_test: tf.Tensor
    y_test: tf.Tensor
    first: np.ndarray
    weights: tf.Tensor | None
    test_weights: tf.Tensor | None = None


def samples(
    datasets: Sequence[Dataset],
    weights: Sequence[np.ndarray] | None,
    test_weights: np.ndarray | None = None,
) -> Samples:
    """The samples of ``datasets``: one that all replicates share, or one for each replicate.

    Args:
        datasets: one, or one for each replicate.
        weights: of the training samples of each data set, shape (n_train,); or None.
        test_weights: of the test samples of every data set, shape (n_test,); or None.
    """
    if len(datasets) == 1:
        arrays = [getattr(datasets[0], name) for name in ARRAYS]
    else:
        arrays = [np.concatenate([getattr(d, name) for d in datasets]) for name in ARRAYS[:2]]
        arrays += [np.stack([getattr(d, name) for d in datasets]) for name in ARRAYS[2:]]
    first = np.arange(len(datasets), dtype="int32")[:, None] * datasets[0].n_train
    if weights is not None:
        weights = tf.convert_to_tensor(np.concatenate(weights))
    if test_weights is not None:
        test_weights = tf.convert_to_tensor(test_weights)
    return Samples(*map(tf.convert_to_tensor, arrays), first, weights, test_weights)


def checked(data: Dataset | Sequence[Dataset], n_seeds: int) -> list[Dataset]:
    """The data sets as a list: one for all seeds, or one for each.

    Args:
        data: as for ``train``.
        n_seeds: number of seeds.

    Raises:
        ValueError: there are not as many as seeds, their shapes differ, or one is not in order.
    """
    shared = isinstance(data, Dataset)
    datasets = [data] if shared else checks.several("data", data)
    if not all(isinstance(one, Dataset) for one in datasets):
        raise ValueError(f"data must be a Dataset or one per seed ({n_seeds}), got {data!r}")
    if not shared and len(datasets) != n_seeds:
        raise ValueError(f"data must be a Dataset or one per seed ({n_seeds}), got {len(datasets)}")
    for one in datasets:
        checks.samples(one)
    for name in ARRAYS:
        arrays = [getattr(one, name) for one in datasets]
        kinds = dict.fromkeys((array.shape, str(array.dtype)) for array in arrays)
        if len(kinds) > 1:
            (shape, dtype), (other_shape, other_dtype), *_ = kinds
            raise ValueError(
                f"the data sets of all seeds must have the same shapes and types, got {name} of "
                f"{shape}, {dtype}, and of {other_shape}, {other_dtype}"
            )
    return datasets
