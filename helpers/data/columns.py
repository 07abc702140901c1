"""Columns of a table: numbers, or categories; a plain sentence says what is wrong with one."""

import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from helpers.errors import ParameterError, quoted

MOST_CATEGORIES = 50  # of one column; each becomes an input of a network


class Categories(NamedTuple):
    """A column of categories: an index for each row, shape (n,), and what the indices stand for."""

    codes: np.ndarray
    names: list[str]


def column(path: Path, table: pa.Table, name: str) -> np.ndarray | Categories:
    """A column of numbers as float64, shape (n,), or one of categories.

    Args:
        path: of the file that the table comes from, for what is said of it.
        table: as ``helpers.data.tables.read`` returns it.
        name: of the column.

    Raises:
        ParameterError: it has gaps, infinities, text among numbers, more than 50 categories, or
            holds neither numbers nor text nor truth values.
    """
    where = f"column {quoted(name)} of {quoted(path.name)}"
    values = _without_gaps(where, table[name])
    if _is_number(values.type):
        numbers = values.cast(pa.float64(), safe=False).to_numpy()
        if not np.isfinite(numbers).all():
            row = int(np.isfinite(numbers).argmin()) + 1
            raise ParameterError(f"{where} holds {numbers[row - 1]} in row {row} below the header")
        return numbers
    found = _categories(values)
    if pa.types.is_boolean(values.type):
        return found
    odd = [code for code, text in enumerate(found.names) if not _reads_as_number(text)]
    if not odd:
        raise ParameterError(f"{where} holds numbers written as text")
    if len(odd) < len(found.names) / 2:
        row = int(np.isin(found.codes, odd).argmax())
        raise ParameterError(
            f"{where} holds numbers, and text: {quoted(found.names[found.codes[row]])} in row "
            f"{row + 1} below the header"
        )
    if len(found.names) > MOST_CATEGORIES:
        raise ParameterError(
            f"{where} must have at most {MOST_CATEGORIES} categories, got {len(found.names)}"
        )
    return found


def classes(path: Path, table: pa.Table, name: str) -> Categories:
    """The target: a class for each row, in order; numbers are classes too.

    Args:
        path, table, name: as for ``column``.

    Raises:
        ParameterError: it has gaps, or holds neither numbers nor text nor truth values.
    """
    where = f"target {quoted(name)} of {quoted(path.name)}"
    return _categories(_without_gaps(where, table[name]))


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _without_gaps(where: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """The values of a column that can be learnt from, text without the blanks around it."""
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    missing = values.is_null(nan_is_null=pa.types.is_floating(values.type))
    if n_missing := pc.sum(missing).as_py():
        row = missing.index(pa.scalar(True)).as_py() + 1
        some = "1 missing value" if n_missing == 1 else f"{n_missing} missing values"
        raise ParameterError(
            f"{where} has {some}, the first in row {row} below the header: fill the gaps, or leave "
            "the rows out"
        )
    if pa.types.is_binary(values.type):
        raise ParameterError(f"{where} must be in UTF-8, and is not")
    kind = values.type
    if not (_is_number(kind) or _is_text(kind) or pa.types.is_boolean(kind)):
        raise ParameterError(f"{where} must hold numbers, text or truth values, got {kind}")
    return pc.utf8_trim_whitespace(values) if _is_text(kind) else values


def _categories(values: pa.ChunkedArray) -> Categories:
    """Distinct values in order, and which of them each row has."""
    codes, names = pd.factorize(values.to_pandas(), sort=True)
    return Categories(codes, [str(name) for name in names.tolist()])


def _reads_as_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
