"""The column of a table that is predicted: classes, or numbers."""

from dataclasses import dataclass

import numpy as np

from helpers import checks
from helpers.data.column import Column, described
from helpers.data.columns import column
from helpers.data.names import counted
from helpers.data.splits import MOST_CLASSES, Categories
from helpers.data.tables import Table
from helpers.errors import ParameterError, quoted

FEW = 20  # distinct whole numbers, each several times, are classes
SEVERAL = 3


@dataclass(frozen=True)
class Target:
    """What is predicted.

    Attributes:
        labels: the class of each row that has one, or its number.
        rows: places of these rows in the table.
        gaps: whether a row has none, for each row of the table.
        taken_for: what it was taken for, in words.
        notices: what should be known about it, in words that may follow its name.
        column: as it was read.
    """

    labels: Categories
    rows: np.ndarray
    gaps: np.ndarray
    taken_for: str
    notices: list[str]
    column: Column


def read_target(where: str, table: Table, name: str, predict: str) -> Target:
    """The target of a table.

    Args:
        where: what it is called in errors.
        table: has it among its columns.
        name: of the column.
        predict: "classes", "numbers", or "auto": text and truth values are classes; numbers are
            numbers, but for whole ones of which there are few, each several times.

    Raises:
        ParameterError: it holds no value, dates, or text where numbers are to be predicted; or
            what ``helpers.data.columns.column`` raises.
        ValueError: ``predict`` is something else.
    """
    checks.one_of("predict", predict, ("auto", "classes", "numbers"))
    as_it_is = table.columns[name], name, table.readings[name], table.spelled.get(name, "")
    read = column(where, *as_it_is, mixed=predict != "numbers", predict=predict)
    if predict == "auto" and len(read.categories) > FEW:  # or numbers, with text among them
        read = column(where, *as_it_is, predict=predict)
    if read.taken_for == "left out":
        raise ParameterError(f"{where} must hold classes or numbers, but {read.notices[0]}")
    gaps = np.isnan(read.values)
    rows = np.flatnonzero(~gaps)
    values, notices = read.values[rows], list(read.notices)
    if gaps.any():
        was = "was" if gaps.sum() == 1 else "were"
        notices.append(f"{counted(gaps.sum(), 'row')} without a target {was} left out")
    if read.taken_for == "category":
        if predict == "numbers":
            raise ParameterError(
                f"{where} must hold numbers if predict is 'numbers', got "
                f"{quoted(read.categories[int(values[0])])}"
            )
        codes, names = values.astype(int), read.categories
    else:
        distinct, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
        whole = (distinct == np.round(distinct)).all()
        classes = predict == "classes"
        if predict == "auto":
            n = len(distinct)
            classes = whole and (n <= 2 or (n <= FEW and counts.min() >= SEVERAL))
            kind = "distinct whole numbers" if whole else "distinct numbers"
            taken, other = ("classes", "numbers") if classes else ("numbers", "classes")
            possible = classes or (n <= MOST_CLASSES and counts.min() >= SEVERAL)
            advice = f"; predict {other!r} overrules it" if possible else ""
            notices.insert(0, f"{n} {kind}, taken for {taken}{advice}")
        names = [f"{value:.0f}" if whole else str(value) for value in distinct] if classes else []
        codes = codes if classes else values
    taken_for = described("target: classes" if names else "target: numbers", names)
    return Target(Categories(codes, names), rows, gaps, taken_for, notices, read)
