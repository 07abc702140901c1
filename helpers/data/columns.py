"""Columns of a table: numbers, categories, or nothing to learn from, and what to notice of them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from helpers.data.column import Column, dates, empty
from helpers.data.first_rows import GAPS, is_text
from helpers.data.names import code
from helpers.data.number_columns import spelled_numbers, typed_numbers
from helpers.data.spelling import dates_among, is_gap_like, looks_like_date
from helpers.data.tables import Reading
from helpers.errors import ParameterError

MOST_CATEGORIES = 50  # of one column; each becomes an input of a network
SHOWN = 5  # categories, of more the first ones
INDEX = re.compile(r"|Unnamed: \d+|__index_level_\d+__|(.*[^a-z])?(id|idx|index|nr|no|uuid)", re.I)
KNOWN = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_temporal)
FEW = 10  # distinct whole numbers, that may be codes


def column(
    where: str,
    values: pa.ChunkedArray,
    name: str,
    reading: Reading,
    spelled: str = "",
    *,
    mixed: bool = False,
    numbers: bool = True,
) -> Column:
    """A column of any number of categories, or of numbers.

    Args:
        where: what it is called in errors.
        values, name, reading, spelled: of a ``helpers.data.tables.Table``.
        mixed: whether text among numbers makes all of them categories.
        numbers: False takes numbers that are text for categories.

    Raises:
        ParameterError: it can be read in two ways, holds infinities or text among numbers, or
            neither numbers nor text nor truth values.
    """
    as_text = name in reading.as_text
    if values.null_count == len(values):
        return empty(len(values))
    values = _plain(where, values, as_text)
    if pa.types.is_temporal(values.type):
        return dates(_first(values), len(values))
    if not is_text(values.type):
        if pa.types.is_boolean(values.type):
            return _booleans(where, values)
        return typed_numbers(where, values, reading)
    codes, texts = _distinct(where, values, reading.missing, as_text)
    if not texts:
        return empty(len(codes))
    notices = []
    if not as_text:
        days = dates_among(texts)
        if len(days) > len(texts) / 2:
            return dates(days[0], len(codes))
        if numbers and (read := spelled_numbers(where, texts, codes, reading, mixed)):
            return read
        if spelled and (codes < 0).any():
            notices.append(
                f"{code(spelled)} was taken for a gap; if it is a value, name the column in as_text"
            )
        notices += _odd_categories(texts)
    return Column("category", np.where(codes < 0, np.nan, codes), texts, notices)


def described(kind: str, categories: list[str]) -> str:
    """What a column was taken for (``kind``), in words, with the first of its ``categories``.

    >>> described("category", ["a", "b"])
    'category: `a`, `b`'
    """
    more = ", …" if len(categories) > SHOWN else ""
    return f"{kind}: {', '.join(map(code, categories[:SHOWN]))}{more}" if categories else kind


def as_input(name: str, read: Column) -> Column:
    """A column to learn from, left out if it only tells the rows apart.

    Args:
        name: of the column.
        read: as ``column`` returns it.
    """
    values, reason, notices = read.values, None, []
    if read.categories:
        if len(read.categories) == len(values) > 2:
            reason = "each row has another text"
    elif read.taken_for == "number" and not (values % 1 > 0).any():
        distinct = pd.unique(values[~np.isnan(values)])
        if len(distinct) == len(values) > 2 and _counts_rows(name, values):
            reason = "it may hold numbers of the rows"
        elif 2 < len(distinct) <= FEW:
            notices = [
                f"{len(distinct)} distinct whole numbers; if they are codes, name it in as_text"
            ]
    if reason:
        reason += " (to take it all the same, name the features)"
        return Column("left out", values, notices=[reason])
    return replace(read, notices=read.notices + notices)


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
        raise ParameterError(f"{where} must hold numbers, text or truth values, got {kind}")
    if as_text:
        return pc.replace_substring_regex(_as_text(where, values), r"\.0$", "")
    return values


def _as_text(where: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return values.cast(pa.large_string())
    except pa.ArrowException as error:
        raise ParameterError(f"{where} cannot be taken as text: leave it out ({error})") from error


def _distinct(
    where: str, values: pa.ChunkedArray, missing: Sequence[str], as_text: bool
) -> tuple[np.ndarray, list[str]]:
    """For each row the place of its text among the distinct ones, in order; -1 for a gap."""
    encoded = values.combine_chunks().dictionary_encode()
    try:
        raw = encoded.dictionary.to_pylist()
    except UnicodeDecodeError as error:
        raise ParameterError(f"{where} must hold text in UTF-8, and does not") from error
    gaps = {"", *missing}

    def is_gap(text: str) -> bool:  # what the file has as a gap is none any more
        blanks = text != text.strip()
        return text.strip() in gaps or (blanks and not as_text and text.strip() in GAPS)

    texts = sorted({text.strip() for text in raw if not is_gap(text)})
    places = {text: place for place, text in enumerate(texts)}
    codes = [-1 if is_gap(text) else places[text.strip()] for text in raw]
    return np.array([*codes, -1])[encoded.indices.fill_null(-1).to_numpy()], texts


def _booleans(where: str, values: pa.ChunkedArray) -> Column:
    codes, texts = _distinct(where, _as_text(where, values), (), True)
    names = [text.capitalize() for text in texts]
    return Column("category", np.where(codes < 0, np.nan, codes), names, _odd_categories(names))


def _first(times: pa.ChunkedArray) -> str:
    """The first of some times, as Python writes it, or else as the file counts it."""
    first = times.drop_null()[0]
    try:
        return str(first.as_py())
    except (OverflowError, ValueError):  # out of Python's range, or in a time zone that is unknown
        return f"{first.value} in {first.type}"


def _odd_categories(texts: list[str]) -> list[str]:
    """What categories may be in truth."""
    notices = []
    if gaps := [text for text in texts if is_gap_like(text) or text in GAPS]:
        some = ", ".join(map(code, gaps))
        notices.append(f"{some} looks like a gap; if it is, name it in missing")
    if len(texts) - len(gaps) < 2:
        notices.append("the same in all rows")
    same = Counter(text.casefold() for text in texts)
    if twice := [text for text in texts if same[text.casefold()] > 1]:
        notices.append(f"{' and '.join(map(code, twice[:2]))} differ in capitals alone")
    digits = [text for text in texts if text[0].isdigit()]
    if days := [text for text in texts if looks_like_date(text)]:
        notices.append(f"{code(days[0])} resembles a date or time, and was taken for a category")
    elif len(digits) > len(texts) / 2:
        notices.append(f"{code(digits[0])} resembles a number, and was taken for a category")
    return notices
