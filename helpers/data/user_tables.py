"""Data of one's own: a table, or an example of one, split into training and test samples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_wine

from helpers import checks
from helpers.data import columns, tables
from helpers.data.columns import Categories
from helpers.data.dataset import Dataset
from helpers.data.splits import drawn, split
from helpers.errors import ParameterError, quoted

# Real tables, and a few of their columns: with all of them the classes hardly overlap.
EXAMPLES = {
    "breast_cancer": (
        load_breast_cancer,
        ["mean radius", "mean texture", "mean smoothness", "mean compactness"],
    ),
    "wine": (load_wine, ["alcohol", "malic_acid", "ash", "magnesium"]),
}


@dataclass(frozen=True)
class NamedDataset(Dataset):
    """A Dataset that knows what its inputs and classes are called.

    Attributes:
        inputs: names of the inputs, in the order of the columns of ``x_train``; of images none.
        classes: names of the classes, in the order of the columns of ``y_train``.
        n_found: samples that there were, of which these are all or some.
    """

    inputs: list[str]
    classes: list[str]
    n_found: int


def load_table(
    path: str | Path,
    target: str,
    features: Sequence[str] | None = None,
    *,
    test_share: float = 0.25,
    data_seed: int = 0,
    delimiter: str = ",",
    standardise: bool = True,
    max_samples: int | None = None,
) -> NamedDataset:
    """Read a table with a header, and split it into training and test samples.

    A column of numbers becomes one input, standardised: mean 0 and standard deviation 1 over the
    training samples. A column of text or truth values becomes one input for each category: 1 for
    the samples of the category, else 0.

    Args:
        path: of a CSV file in UTF-8, or of a Parquet file.
        target: name of the column with the classes, of which there are 2 to 100.
        features: names of the columns to learn from; None for all others.
        test_share: of the samples, above 0 and below 1. Each class has its share in both parts.
        data_seed: seed of the choice, the split and the order of the samples.
        delimiter: what separates the columns of a CSV file, one ASCII character.
        standardise: False leaves numbers as they are.
        max_samples: of more samples so many are drawn, each class with its share; None takes all.

    Returns:
        Samples of float32, x of shape (n, n_inputs), one-hot y of shape (n, n_classes).

    Raises:
        ParameterError: the file is not there or is no such table; a column is missing, twice there,
            has gaps, infinities, text among numbers or more than 50 categories; there are fewer
            than 2 classes or more than 100, or a class has no sample in one of the parts; there
            are more than 2000 inputs.
        ValueError: another argument is out of its range.
    """
    path = Path(path)
    wanted = tables.choose(path, tables.header(path, delimiter), target, features)
    table = tables.read(path, [*wanted, target], delimiter)
    labels = columns.classes(path, table, target)
    found = {name: columns.column(path, table, name) for name in wanted}
    del table
    options = {"test_share": test_share, "data_seed": data_seed, "max_samples": max_samples}
    return _learnable(found, labels, path.name, standardise, **options)


def example_table(
    name: str, *, test_share: float = 0.25, data_seed: int = 0, max_samples: int | None = None
) -> NamedDataset:
    """Four columns of a real table that comes with scikit-learn, as ``load_table`` returns them.

    Args:
        name: "breast_cancer", 569 tumours, benign or malignant, by means over their cells, or
            "wine", 178 wines of three growers by what is in them.
        test_share, data_seed, max_samples: as for ``load_table``.

    >>> example_table("wine").x_train.shape
    (133, 4)
    """
    load, wanted = EXAMPLES[checks.one_of("name", name, list(EXAMPLES))]
    bunch = load()
    places = [list(bunch.feature_names).index(column) for column in wanted]
    found = dict(zip(wanted, bunch.data[:, places].T, strict=True))
    labels = Categories(bunch.target, [str(each) for each in bunch.target_names])
    options = {"test_share": test_share, "data_seed": data_seed, "max_samples": max_samples}
    return _learnable(found, labels, name, True, **options)


def _learnable(
    found: Mapping[str, np.ndarray | Categories],
    labels: Categories,
    name: str,
    standardise: bool,
    *,
    test_share: float,
    data_seed: int,
    max_samples: int | None,
) -> NamedDataset:
    """Columns and labels as samples, filled in column by column to spare memory."""
    checks.share("test_share", test_share)
    inputs = [each for called, column in found.items() for each in _inputs(called, column)]
    if len(inputs) > tables.MOST_COLUMNS:
        raise ParameterError(
            f"{quoted(name)} must make at most {tables.MOST_COLUMNS} inputs, got {len(inputs)} "
            "(one for each category): name fewer features"
        )
    rows = drawn(labels, max_samples, data_seed)
    here = Categories(labels.codes[rows], labels.names)
    train, test = (rows[part] for part in split(here, test_share, data_seed))
    x_train, x_test = (np.zeros((len(part), len(inputs)), "float32") for part in (train, test))
    at = 0
    for called, column in found.items():
        for x, part in ((x_train, train), (x_test, test)):
            if isinstance(column, Categories):
                x[np.arange(len(part)), at + column.codes[part]] = 1
            else:
                with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                    values = column[part]
                    if standardise:
                        values = _standardised(values, column[train])
                    x[:, at] = values
                if not np.isfinite(x[:, at]).all():
                    raise ParameterError(
                        f"column {quoted(called)} of {quoted(name)} holds numbers that single "
                        "precision cannot tell apart, or cannot hold"
                    )
        at += len(_inputs(called, column))
    y = np.eye(len(labels.names), dtype="float32")
    y_train, y_test = (y[labels.codes[part]] for part in (train, test))
    n_found = len(labels.codes)
    return NamedDataset(x_train, y_train, x_test, y_test, name, inputs, labels.names, n_found)


def _inputs(name: str, column: np.ndarray | Categories) -> list[str]:
    """Names of the inputs that a column becomes."""
    if isinstance(column, Categories):
        return [f"{name} = {category}" for category in column.names]
    return [name]


def _standardised(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """``values`` shifted and scaled so that ``known`` has mean 0 and standard deviation 1."""
    return (values - known.mean()) / (known.std() if known.min() < known.max() else 1)
