"""Columns of a table: numbers, categories, or nothing to learn from."""

import re
from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from helpers.data import remarks
from helpers.data.column import Column, dates, empty, left_out
from helpers.data.first_rows import GAPS, is_text
from helpers.data.names import code
from helpers.data.number_columns import Texts, spelled_numbers, typed_numbers
from helpers.data.reading import Reading
from helpers.data.spelling import dates_among
from helpers.errors import ParameterError

INDEX = re.compile(r"|Unnamed: \d+|__index_level_\d+__|(.*[^a-z])?(id|idx|index|nr|no|uuid)", re.I)
KNOWN = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_temporal)
SPELLINGS = 200  # that are remembered of a column


def column(
    where: str,
    values: pa.ChunkedArray,
    name: str,
    reading: Reading,
    spelled: str = "",
    *,
    mixed: bool = False,
    predict: str = "auto",
) -> Column:
    """A column of any number of categories, or of numbers.

    Args:
        where: what it is called in errors.
        values, name, reading, spelled: of a ``helpers.data.tables.Table``.
        mixed: whether text among numbers makes all of them categories.
        predict: "classes" takes numbers that are text for categories, "numbers" those that begin
            with 0, too, for numbers.

    Raises:
        ParameterError: it can be read in two ways, holds infinities, several units or text among
            numbers, or neither numbers nor text nor truth values.
    """
    if values.null_count == len(values):
        return empty(len(values))
    as_text = name in reading.as_text or pa.types.is_dictionary(values.type)
    values = _plain(where, values, as_text)
    if pa.types.is_boolean(values.type):
        return _truth_values(where, values)
    if pa.types.is_temporal(values.type) and not pa.types.is_duration(values.type):
        return dates(_first(values), len(values))
    if not is_text(values.type):
        return typed_numbers(where, values, reading)
    texts = _distinct(where, values, {"", *reading.missing, *reading.missing_here}, as_text)
    if not texts.distinct:
        return replace(empty(len(texts.codes)), gaps=texts.gaps)
    notices = []
    if not as_text:
        days = dates_among(texts.distinct)
        if len(days) > len(texts.distinct) / 2:
            return dates(days[0], len(texts.codes))
        padded = predict != "numbers"
        if predict != "classes" and (
            read := spelled_numbers(texts, reading, mixed=mixed, padded=padded)
        ):
            return read
        if spelled and (texts.codes < 0).any():
            notices.append(
                f"{code(spelled)} was taken for a gap; if it is a value, name the column in as_text"
            )
        notices += remarks.of_categories(texts.distinct)
    return Column(
        "category", np.where(texts.codes < 0, np.nan, texts.codes), texts.distinct, notices,
        texts.gaps, texts.distinct[:SPELLINGS],
    )  # fmt: skip


def as_input(name: str, read: Column) -> Column:
    """A column to learn from, left out if it only tells the rows apart.

    Args:
        name: of the column.
        read: as ``column`` returns it, of the rows that have a target.
    """
    values = read.values[~np.isnan(read.values)]
    if read.taken_for == "left out":
        return read
    mostly = len(values) > max(2, len(read.values) / 2)
    if mostly and len(pd.unique(values)) == len(values):
        reason = ""
        if read.categories:
            reason = "every row has a different text"
        elif not (values % 1).any() and _counts_rows(name, values):
            reason = "it may just number the rows"
        if reason:
            return left_out(
                len(read.values), f"{reason} (to take it all the same, name the features)"
            )
    if read.categories or read.unit:
        return read
    return replace(read, notices=read.notices + remarks.of_whole_numbers(values))


def _counts_rows(name: str, values: np.ndarray) -> bool:
    """Whether distinct whole numbers are in order, or without a gap, or named as an index is."""
    steps = np.diff(values)
    in_order = (steps > 0).all() or (steps < 0).all()
    return in_order or np.ptp(values) == len(values) - 1 or INDEX.fullmatch(name) is not None


def _plain(where: str, values: pa.ChunkedArray, as_text: bool) -> pa.ChunkedArray:
    """The values as numbers, text, truth values or times."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        values = values.cast(kind.value_type)
    kind = values.type
    if pa.types.is_null(kind) or pa.types.is_string_view(kind) or is_text(kind):
        return values.cast(pa.large_string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise ParameterError(f"{where} must hold text in UTF-8, and is binary: leave it out")
    if pa.types.is_decimal(kind) or (pa.types.is_floating(kind) and as_text):
        values = values.cast(pa.float64(), safe=False)
    elif not any(known(kind) for known in KNOWN):
        raise ParameterError(
            f"{where} must hold numbers, text or truth values, got {kind}: name it in leave_out"
        )
    if as_text:
        return pc.replace_substring_regex(_as_text(where, values), r"\.0$", "")
    return values


def _as_text(where: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return values.cast(pa.large_string())
    except pa.ArrowException as error:
        raise ParameterError(f"{where} cannot be taken as text: leave it out ({error})") from error


def _distinct(where: str, values: pa.ChunkedArray, gaps: Collection[str], as_text: bool) -> Texts:
    """The distinct texts of a column, without those that are ``gaps``."""
    encoded = values.combine_chunks().dictionary_encode()
    try:
        raw = encoded.dictionary.to_pylist()
    except UnicodeDecodeError as error:
        raise ParameterError(f"{where} must hold text in UTF-8, and does not") from error

    def is_gap(text: str) -> bool:  # what the file has as a gap is none any more
        blanks = text != text.strip()
        return text.strip() in gaps or (blanks and not as_text and text.strip() in GAPS)

    distinct = sorted({text.strip() for text in raw if not is_gap(text)})
    places = {text: place for place, text in enumerate(distinct)}
    codes = [-1 if is_gap(text) else places[text.strip()] for text in raw]
    rows = np.array([*codes, -1])[encoded.indices.fill_null(-1).to_numpy()]
    named = {text.strip() for text in raw} & set(gaps) - {""}
    return Texts(where, distinct, rows, named)


def _truth_values(where: str, values: pa.ChunkedArray) -> Column:
    texts = _distinct(where, _as_text(where, values), (), True)
    names = [text.capitalize() for text in texts.distinct]
    codes = np.where(texts.codes < 0, np.nan, texts.codes)
    return Column("category", codes, names, remarks.of_categories(names))


def _first(times: pa.ChunkedArray) -> str:
    """The first of some times, as Python writes it, or else as the file counts it."""
    first = times.drop_null()[0]
    try:
        return str(first.as_py())
    except (OverflowError, ValueError):  # out of Python's range, or in a time zone that is unknown
        return f"{first.value} in {first.type}"
