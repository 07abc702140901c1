"""Data of one's own: a table, read and split into training and test samples."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from helpers import checks
from helpers.data import file_remarks, tables
from helpers.data.codes import tells_target
from helpers.data.column import MOST_CATEGORIES, Column, described
from helpers.data.columns import as_input, column
from helpers.data.inputs import binary_orders, encoded
from helpers.data.named import NamedDataset, about
from helpers.data.names import code, counted, uncoded
from helpers.data.paths import place
from helpers.data.reading import Reading
from helpers.data.sentences import about_columns, about_gaps
from helpers.data.splits import Categories, drawn, split
from helpers.data.targets import read_target
from helpers.errors import ParameterError, quoted

PROBLEMS = 20  # that are named; of more, the first ones
TELLS = (
    "each of its values goes with one of the target alone; if it is not known before the target, "
    "name it in leave_out"
)
ASKED = "as asked"  # the reason why a column is left out that needs no notice


@dataclass(frozen=True)
class Samples:
    """The rows of a table that are learnt from, before they are split.

    Attributes:
        name: of the file.
        columns: what is learnt from, float64, NaN in gaps; categories by their places.
        categories: names of the categories of those columns that have some.
        target: the class of each row, or its number.
        n_available: rows of the table that have a target.
        about: of each column of the file, what it was taken for, and what to notice of it.
        notices: sentences about the file as a whole.
    """

    name: str
    columns: pd.DataFrame
    categories: Mapping[str, Sequence[str]]
    target: Categories
    n_available: int
    about: Mapping[str, tuple[str, Sequence[str]]]
    notices: Sequence[str]

    def datasets(
        self, train: np.ndarray, *others: np.ndarray, standardise: bool = True
    ) -> Iterator[NamedDataset]:
        """The rows that train, with each of the other splits in the place of the test samples."""
        arrays, made, filled = encoded(
            self.name, self.columns, self.categories, [train, *others], standardise
        )
        inputs = [name for names in made.values() for name in names]
        y, mean, std = self.target.codes, 0.0, 1.0
        if self.target.names:
            y = np.eye(len(self.target.names), dtype="float32")[y]
        else:
            order = binary_orders(y[train])
            y = np.ldexp(y, -order)
            mean, std = y[train].mean(), y[train].std()
            if not np.ptp(y[train]):
                raise ParameterError(
                    f"the target of {quoted(self.name)} is the same number in all training samples"
                )
            with np.errstate(over="ignore"):
                y = ((y - mean) / std).astype("float32")[:, None]
            if not np.isfinite(y).all():
                raise ParameterError(
                    f"the target of {quoted(self.name)} holds numbers too far from those of the "
                    "training samples for single precision"
                )
            mean, std = np.ldexp([mean, std], order).tolist()
        gaps = self.columns.isna().sum()
        rows, remarks = {}, {}
        for name, (taken_for, noticed) in self.about.items():
            n_gaps, value = int(gaps.get(name, 0)), filled.get(name, "")
            if taken_for == "left out" and noticed != [ASKED]:
                noticed = [f"left out, since {remark}" for remark in noticed]
            rows[name] = (
                uncoded(taken_for), len(made.get(name, [])), n_gaps, value,
                uncoded("; ".join(noticed)),
            )  # fmt: skip
            remarks[name] = [remark for remark in noticed if remark != ASKED]
        filled = {name: row[2:4] for name, row in rows.items() if row[2]}
        notices = [*self.notices, *about_columns(remarks), *about_gaps(filled, list(rows))]
        for x, part in zip(arrays[1:], others, strict=True):
            yield NamedDataset(
                arrays[0], y[train], x, y[part], self.name, inputs, self.target.names,
                self.n_available, mean, std, about(rows), notices,
            )  # fmt: skip


def load_table(
    path: str | Path,
    target: str,
    features: Sequence[str] | None = None,
    *,
    test_share: float = 0.25,
    data_seed: int = 0,
    standardise: bool = True,
    max_samples: int | None = None,
    delimiter: str = "auto",
    decimal: str = "auto",
    missing: Sequence[str] = (),
    as_text: Sequence[str] = (),
    leave_out: Sequence[str] = (),
    missing_values: str = "impute",
    predict: str = "auto",
) -> NamedDataset:
    """Read a table with a header, and split it into training and test samples.

    A column of numbers becomes one input, standardised: mean 0 and standard deviation 1 over the
    training samples. A column of text or truth values becomes one input for each category: 1 for
    the samples of the category, else 0. Gaps are filled by the median, or by the most frequent
    category, of the training samples, and an input more says where they were.

    Numbers may be written as anywhere in the world. Dates, numbers of rows, texts that differ in
    every row and columns without a value are left out, and ``notices`` says so.

    Args:
        path: of a CSV file, or of a Parquet file.
        target: name of the column to predict: 2 to 100 classes, or numbers.
        features: names of the columns to learn from; None for all others.
        test_share: of the samples, above 0 and below 1. Each class has its share in both splits.
        data_seed: seed of the choice, the split and the order of the samples.
        standardise: False leaves numbers as they are; a target of numbers is always standardised.
        max_samples: if there are more samples, this many are drawn, each class with its share; None
            takes all.
        delimiter, decimal, missing, as_text, leave_out: as for ``helpers.data.tables.Reading``.
        missing_values: "impute" fills gaps and leaves out rows without a target, "refuse" refuses
            them.
        predict: "classes", "numbers", or "auto": text and truth values are classes, numbers are
            numbers, but for whole numbers of which there are few, each often.

    Returns:
        Samples of float32, x of shape (n, n_inputs), y one-hot of shape (n, n_classes), or
        standardised numbers of shape (n, 1).

    Raises:
        ParameterError: the file is not there or is no such table; a column is missing, twice there,
            can be read in two ways, has infinities, text among numbers or more than 50 categories;
            there are fewer than 2 classes or more than 100, or a class has no sample in one of the
            splits; there are more than 2000 inputs.
        ValueError: another argument is out of its range.
    """
    checks.share("test_share", test_share)
    samples = read_samples(
        path, target, features, Reading(delimiter, decimal, missing, as_text, leave_out),
        missing_values=missing_values, predict=predict, max_samples=max_samples, seed=data_seed,
    )  # fmt: skip
    parts = split(samples.target, test_share, data_seed)
    return next(samples.datasets(*parts, standardise=standardise))


def read_samples(
    path: str | Path,
    target: str,
    features: Sequence[str] | None,
    reading: Reading,
    *,
    missing_values: str = "impute",
    predict: str = "auto",
    max_samples: int | None = None,
    seed: int = 0,
) -> Samples:
    """Read a table, and draw some of its rows.

    Args:
        path, target, features, missing_values, predict, max_samples: as for ``load_table``.
        reading: how the file is to be read.
        seed: of the choice.

    Raises:
        ParameterError: as ``load_table`` does.
        ValueError: an argument is out of its range.
    """
    checks.one_of("missing_values", missing_values, ("impute", "refuse"))
    path, target = place(path), str(target)
    features = [str(name) for name in features or ()]
    names = tables.header(path, reading)
    wanted = tables.choose(path, names, target, features, reading)
    table = tables.read(path, [*wanted, target], reading)
    file = quoted(path.name)
    where = {name: f"column {quoted(name)} of {file}" for name in wanted}
    where[target] = f"target {quoted(target)} of {file}"
    problems, as_read, taken = [], {}, {}
    known = rows = np.arange(0)
    with _collected(problems):
        goal = read_target(where[target], table, target, predict)
        _check_gaps(where[target], goal.gaps, missing_values)
        chosen = drawn(goal.labels, max_samples, seed)
        known, rows = goal.rows, goal.rows[chosen]
    for name in wanted:
        with _collected(problems):
            read = _read_column(where[name], table, name)
            if read.taken_for == "left out" and features:
                raise ParameterError(f"{where[name]} cannot be learnt from: {read.notices[0]}")
            as_read[name] = taken[name] = replace(read, values=read.values[rows])
            if not features and name not in reading.as_text:
                taken[name] = as_input(name, replace(read, values=read.values[known]))
            _check_categories(where[name], taken[name])
            if taken[name].taken_for != "left out":
                _check_gaps(where[name], np.isnan(read.values), missing_values)
    if problems:
        more = [f"{counted(len(problems) - PROBLEMS, 'more column')} cannot be read"]
        raise ParameterError(*problems[:PROBLEMS], *more * (len(problems) > PROBLEMS))
    learnt = {name: as_read[name] for name in wanted if taken[name].taken_for != "left out"}
    if not learnt:  # better numbers of rows than none
        learnt = {name: read for name, read in as_read.items() if read.taken_for == "number"}
        taken |= {name: replace(taken[name], taken_for="number") for name in learnt}
    if not learnt:
        why = "; ".join(f"{quoted(name)}: {taken[name].notices[0]}" for name in wanted[:2])
        raise ParameterError(f"{file} has no column to learn from ({why})")
    labels = goal.labels.take(chosen)
    accounts = {name: ("left out", [ASKED]) for name in names}
    for name, read in taken.items():
        accounts[name] = described(read.taken_for, read.categories), read.notices
    accounts[target] = goal.taken_for, goal.notices
    frame = pd.DataFrame({name: read.values for name, read in learnt.items()})
    for name in frame:
        if tells_target(frame[name], labels.codes, classes=bool(labels.names)):
            accounts[name][1].append(TELLS)
    for name, other in file_remarks.alike(frame):
        accounts[name][1].append(f"tells the same as column {code(other)}")
    unused = file_remarks.of_unused_gaps(reading.missing, names, [goal.column, *as_read.values()])
    return Samples(
        path.name,
        frame,
        {name: read.categories for name, read in learnt.items() if read.categories},
        labels,
        len(goal.rows),
        accounts,
        [*table.notices, *unused, *file_remarks.of_copies(frame, labels.codes)],
    )


@contextmanager
def _collected(problems: list[str]) -> Iterator[None]:
    """Add what is wrong to the ``problems``, and go on."""
    try:
        yield
    except ParameterError as error:
        problems += error.problems


def _read_column(where: str, table: tables.Table, name: str) -> Column:
    values, spelled = table.columns.pop(name), table.spelled.get(name, "")
    read = column(where, values, name, table.readings[name], spelled)
    if read.taken_for == "number" and table.numbers.get(name):
        read.notices.append(table.numbers[name])
    return read


def _check_categories(where: str, read: Column) -> None:
    if len(read.categories) > MOST_CATEGORIES:
        raise ParameterError(
            f"{where} must have at most {MOST_CATEGORIES} categories, got "
            f"{len(read.categories)}: name it in leave_out, or make groups of them"
        )


def _check_gaps(where: str, gaps: np.ndarray, missing_values: str) -> None:
    if missing_values == "refuse" and gaps.any():
        some = "1 missing value" if gaps.sum() == 1 else f"{gaps.sum()} missing values"
        raise ParameterError(
            f"{where} has {some}, the first in row {gaps.argmax() + 1} below the header: fill the "
            "gaps, leave the rows out, or give missing_values 'impute'"
        )
