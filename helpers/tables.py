"""Tables of one's own: a CSV or Parquet file becomes a Dataset, or a plain sentence says why not."""

import difflib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from helpers import checks
from helpers.datasets import Dataset

MOST_CLASSES = 100
MOST_CATEGORIES = 50  # of one column; each becomes an input of the network
MOST_INPUTS = 2000
PARQUET = b"PAR1"  # first bytes of a Parquet file
PEEK = 65_536  # bytes looked at to tell text from other things


class TableError(ValueError):
    """A table that cannot be learnt from; the message says what came and what is allowed."""

    def _render_traceback_(self) -> list[str]:
        return [f"TableError: {self}"]


@dataclass(frozen=True)
class Table:
    """A table as a problem of classification.

    Attributes:
        data: training and test samples; a numeric column is one input, a categorical column one
            input per category of its training samples.
        inputs: names of the inputs, in the order of the columns of ``data.x_train``.
        classes: labels of the classes, in the order of the columns of ``data.y_train``.
    """

    data: Dataset
    inputs: list[str]
    classes: list[str]


def load_table(
    path: str | Path,
    target: str,
    features: Sequence[str] | None = None,
    *,
    test_share: float = 0.25,
    data_seed: int = 0,
    delimiter: str = ",",
    standardise: bool = True,
) -> Table:
    """Read a table with a header, and split it into training and test samples.

    Columns of numbers are standardised: mean 0 and standard deviation 1 over the training
    samples. Columns of text or truth values are categories, one input each (1 for a sample of the
    category, else 0); a category that only test samples have becomes 0 throughout.

    Args:
        path: of a CSV file in UTF-8, or of a Parquet file.
        target: name of the column with the classes, of which there are 2 to 100.
        features: names of the columns to learn from; None for all others.
        test_share: of the samples, above 0 and below 1. Each class has its share in both parts.
        data_seed: seed of the split, and of the order of the samples.
        delimiter: what separates the columns of a CSV file, one character.
        standardise: False leaves numbers as they are.

    Returns:
        A Table; its Dataset holds float32.

    Raises:
        TableError: the file is not there or is no such table; a column is missing, twice there,
            has gaps, infinities, text among numbers or too many categories; there are fewer than
            2 classes or more than 100, or fewer than 2 samples of one; there are more than 2000
            inputs.
        ValueError: another argument is out of its range.
    """
    if not 0 < checks.positive("test_share", test_share) < 1:
        raise ValueError(f"test_share must be above 0 and below 1, got {test_share!r}")
    path = Path(path)
    frame = read(path, delimiter)
    others = [name for name in frame.columns if name != target]
    wanted = others if features is None else checks.distinct("features", features)
    for name in (target, *wanted):
        if name not in frame.columns:
            raise TableError(f"{path.name} has no column {name!r}{nearest(name, frame.columns)}")
    if target in wanted:
        raise TableError(f"features must not hold the target {target!r}")
    if not wanted:
        raise TableError(f"{path.name} has no column besides the target {target!r}")
    frame = frame[[*wanted, target]]
    without_gaps(path, frame)
    labels, classes = classes_of(path, frame[target])
    numeric = [name for name in wanted if is_numeric(path, frame[name])]
    categorical = [name for name in wanted if name not in numeric]
    n_inputs = len(numeric) + sum(n_categories(path, frame[name]) for name in categorical)
    if n_inputs > MOST_INPUTS:
        raise TableError(
            f"{path.name} must make at most {MOST_INPUTS} inputs, got {n_inputs}: name fewer features"
        )
    train, test = split(path, labels, classes, test_share, data_seed)
    scaler = StandardScaler() if standardise else "passthrough"
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype="float32")
    both = ColumnTransformer([("numbers", scaler, numeric), ("categories", encoder, categorical)])
    x_train = both.fit_transform(frame.iloc[train]).astype("float32", copy=False)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Found unknown categories")
        x_test = both.transform(frame.iloc[test]).astype("float32", copy=False)
    named = [*numeric]
    if categorical:
        found = both.named_transformers_["categories"].categories_
        named += [
            f"{name} = {category}"
            for name, each in zip(categorical, found, strict=True)
            for category in each
        ]
    y = np.eye(len(classes), dtype="float32")
    data = Dataset(x_train, y[labels[train]], x_test, y[labels[test]], path.stem)
    return Table(data, named, classes)


def read(path: Path, delimiter: str) -> pd.DataFrame:
    """The columns of a file, each of one kind, or a TableError."""
    if not path.exists():
        raise TableError(f"there is no file {path}")
    if path.is_dir():
        raise TableError(f"{path} is a folder, where a CSV or Parquet file should be")
    with path.open("rb") as file:
        start = file.read(PEEK)
    if not start.strip():
        raise TableError(f"{path.name} is empty")
    if start.startswith(PARQUET):
        try:
            return pd.read_parquet(path)
        except Exception as error:  # pyarrow has many kinds, and none says what a reader should do
            said = str(error).splitlines()[0]
            raise TableError(f"{path.name} is no Parquet file that can be read: {said}") from error
    if b"\0" in start:
        raise TableError(f"{path.name} is neither CSV nor Parquet: it holds zero bytes")
    if len(delimiter) != 1:
        raise TableError(f"delimiter must be one character, got {delimiter!r}")
    try:
        names = pd.read_csv(path, sep=delimiter, header=None, nrows=1, dtype=str, encoding="utf-8")
        header = names.iloc[0].fillna("").str.strip().tolist()
        twice = next((name for i, name in enumerate(header) if name in header[:i]), None)
        if twice is not None:
            raise TableError(f"{path.name} has two columns named {twice!r}")
        if len(header) == 1:
            raise TableError(one_column(path, header[0]))
        frame = pd.read_csv(
            path, sep=delimiter, header=None, names=header, skiprows=1, encoding="utf-8",
            skipinitialspace=True, index_col=False, low_memory=False,
        )  # fmt: skip
    except UnicodeDecodeError as error:
        raise TableError(
            f"{path.name} is not in UTF-8: byte {error.object[error.start]:#x} at {error.start}"
        ) from error
    except pd.errors.ParserError as error:
        said = str(error).splitlines()[0].removeprefix("Error tokenizing data. C error: ")
        raise TableError(f"{path.name} has rows of different lengths: {said}") from error
    if frame.empty:
        raise TableError(f"{path.name} has a header and no rows")
    return frame


def one_column(path: Path, header: str) -> str:
    """What is wrong with a table of one column: probably the delimiter."""
    meant = next((mark for mark in ";\t|," if mark in header), None)
    hint = f" (did you mean delimiter={meant!r}?)" if meant else ""
    return f"{path.name} has one column, {header[:60]!r}, where 2 are needed at least{hint}"


def nearest(name: str, known: Sequence[str]) -> str:
    """The name that was probably meant, in brackets."""
    near = difflib.get_close_matches(str(name), [str(each) for each in known], 1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def without_gaps(path: Path, frame: pd.DataFrame) -> None:
    """Raise a TableError for the first column with a missing or an infinite value."""
    for name in frame.columns:
        column = frame[name]
        missing = column.isna()
        if missing.any():
            raise TableError(
                f"column {name!r} of {path.name} has {missing.sum()} missing values, the first in "
                f"row {int(missing.to_numpy().argmax()) + 1}: fill them or leave the rows out"
            )
        if pd.api.types.is_float_dtype(column) and not np.isfinite(column.to_numpy()).all():
            raise TableError(f"column {name!r} of {path.name} holds infinite values")


def is_numeric(path: Path, column: pd.Series) -> bool:
    """Whether a column holds numbers; text among them is a TableError."""
    if pd.api.types.is_bool_dtype(column):
        return False
    if pd.api.types.is_numeric_dtype(column):
        return True
    numbers = pd.to_numeric(column.astype(str), errors="coerce")
    if numbers.notna().mean() > 0.5:
        odd = column[numbers.isna()]
        raise TableError(
            f"column {column.name!r} of {path.name} holds numbers, and text: "
            f"{str(odd.iloc[0])[:40]!r} in row {int(numbers.isna().to_numpy().argmax()) + 1}"
        )
    return False


def n_categories(path: Path, column: pd.Series) -> int:
    """The number of categories of a column, or a TableError if they are too many."""
    n = column.nunique()
    if n > MOST_CATEGORIES:
        raise TableError(
            f"column {column.name!r} of {path.name} must have at most {MOST_CATEGORIES} "
            f"categories, got {n}"
        )
    return n


def classes_of(path: Path, column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Labels from 0, and the names of the classes; a TableError if it is no such column."""
    codes, found = pd.factorize(column, sort=True)
    if len(found) < 2:
        raise TableError(f"target {column.name!r} of {path.name} has one class, {found[0]!r}")
    if len(found) > MOST_CLASSES:
        raise TableError(
            f"target {column.name!r} of {path.name} must have at most {MOST_CLASSES} classes, got "
            f"{len(found)}"
        )
    counts = np.bincount(codes)
    if counts.min() < 2:
        raise TableError(
            f"class {str(found[counts.argmin()])[:60]!r} of {path.name} has one sample, where 2 are "
            "needed at least"
        )
    return codes, [str(each) for each in found]


def split(
    path: Path, labels: np.ndarray, classes: Sequence[str], share: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the training and of the test samples, every class in both."""
    try:
        train, test = train_test_split(
            np.arange(len(labels)), test_size=share, stratify=labels, random_state=seed
        )
    except ValueError as error:
        raise TableError(
            f"{path.name} has too few samples ({len(labels)}) for {len(classes)} classes and a "
            f"test_share of {share}"
        ) from error
    for part, rows in {"training": train, "test": test}.items():
        absent = set(range(len(classes))) - set(labels[rows].tolist())
        if absent:
            raise TableError(
                f"class {classes[min(absent)][:60]!r} of {path.name} has no {part} sample at a "
                f"test_share of {share}"
            )
    return train, test
