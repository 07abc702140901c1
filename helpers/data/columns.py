"""Columns of a table: numbers, categories, or nothing to learn from, and what to notice of them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from helpers.data.first_rows import GAPS, is_text
from helpers.data.names import code
from helpers.data.spelling import dates_among, is_gap_like, looks_like_date, read_number, unit
from helpers.data.tables import Reading
from helpers.errors import ParameterError, quoted

MOST_CATEGORIES = 50  # of one column; each becomes an input of a network
SHOWN = 5  # categories, of more the first ones
INDEX = re.compile(r"|Unnamed: \d+|__index_level_\d+__|(.*[^a-z])?(id|idx|index|nr|no|uuid)", re.I)
KNOWN = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_temporal)
EXACT = 2**53  # of whole numbers, those that float64 holds
FEW = 10  # distinct whole numbers, that may be codes
CODES = (-99, -999, -9999, -99999)  # that stand for gaps among numbers that are never negative


@dataclass
class Column:
    """A column of a table.

    Attributes:
        taken_for: "number", "category", or "left out", for the reason in ``notices``.
        values: shape (n,), float64; of categories their places in ``categories``; NaN in gaps.
        categories: names of the categories, in order.
        notices: what should be known about it, in words that may follow its name.
    """

    taken_for: str
    values: np.ndarray
    categories: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


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
        return _empty(len(values))
    values = _plain(where, values, as_text)
    if pa.types.is_temporal(values.type):
        return _dates(_first(values), len(values))
    if not is_text(values.type):
        return _typed(where, values, reading)
    codes, texts = _distinct(where, values, reading.missing, as_text)
    if not texts:
        return _empty(len(codes))
    notices = []
    if not as_text:
        dates = dates_among(texts)
        if len(dates) > len(texts) / 2:
            return _dates(dates[0], len(codes))
        if numbers and (read := _numbers(where, texts, codes, reading, mixed)):
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
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
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


def _typed(where: str, values: pa.ChunkedArray, reading: Reading) -> Column:
    """Numbers and truth values that the file has as such."""
    if pa.types.is_boolean(values.type):
        codes, texts = _distinct(where, _as_text(where, values), (), True)
        names = [text.capitalize() for text in texts]
        return Column("category", np.where(codes < 0, np.nan, codes), names, _odd_categories(names))
    numbers = values.cast(pa.float64(), safe=False).to_numpy().copy()
    numbers[np.isin(numbers, _missing(reading, reading.decimal))] = np.nan
    if np.isnan(numbers).all():
        return _empty(len(numbers))
    if pa.types.is_integer(values.type):
        if np.nanmax(np.abs(numbers)) > EXACT:
            reason = "its whole numbers are too large to be told apart, as those of keys are"
            return Column("left out", numbers, notices=[reason])
        if _are_days(numbers[~np.isnan(numbers)]):
            return _dates(f"{np.nanmin(numbers):.0f}", len(numbers))
    return _number(where, numbers)


def _missing(reading: Reading, mark: str) -> list[float]:
    """The numbers that are gaps, spelled with the decimal mark ``mark``, or else with the other."""
    marks = ",." if mark == "," else ".,"
    values = [[read_number(spelling, mark) for mark in marks] for spelling in reading.missing]
    return [other if np.isnan(value) else value for value, other in values]


def _number(where: str, numbers: np.ndarray, notices: list[str] | None = None) -> Column:
    if (infinite := np.isinf(numbers)).any():
        row = int(infinite.argmax())
        raise ParameterError(
            f"{where} holds {numbers[row]} in row {row + 1} below the header: put a number there, "
            f"or name {numbers[row]} in missing"
        )
    return Column("number", numbers, notices=(notices or []) + _odd_numbers(numbers))


def _numbers(
    where: str, texts: list[str], codes: np.ndarray, reading: Reading, mixed: bool
) -> Column | None:
    """A column of numbers in any spelling; None if it is one of categories."""
    by_mark = {mark: np.array([read_number(text, mark) for text in texts]) for mark in ".,"}
    gap_like = np.array([is_gap_like(text) for text in texts])
    odd = {mark: np.isnan(values) & ~gap_like for mark, values in by_mark.items()}
    fewest = min(odd["."].sum(), odd[","].sum())
    fitting = [mark for mark in ".," if odd[mark].sum() == fewest]
    mark = reading.decimal if reading.decimal in fitting else fitting[0]
    if fewest >= (len(texts) - gap_like.sum()) / 2 or (fewest and mixed):
        return None
    if fewest:
        row = int(np.isin(codes, np.flatnonzero(odd[mark])).argmax())
        raise ParameterError(
            f"{where} holds numbers, and text: {quoted(texts[codes[row]])} in row {row + 1} below "
            "the header: if it is a gap, name it in missing; if these are categories, name the "
            "column in as_text"
        )
    differ = (by_mark["."] != by_mark[","]) & ~gap_like
    if len(fitting) == 2 and reading.decimal == "auto" and differ.any():
        i = int(differ.argmax())
        raise ParameterError(
            f"{where} can be read in two ways, {quoted(texts[i])} as {by_mark['.'][i]:.12g} or as "
            f"{by_mark[','][i]:.12g}: give decimal '.' for the first, ',' for the second"
        )
    named = np.isin(by_mark[mark], _missing(reading, mark))
    by_mark[mark][named] = np.nan
    if np.isnan(by_mark[mark]).all():
        return _empty(len(codes))
    counted = [t for t, value in zip(texts, by_mark[mark], strict=True) if abs(value) > 0]
    units = {unit(text) for text in counted}
    if len(units - {""}) > 1 or {"", "%"} <= units:
        raise ParameterError(
            f"{where} holds numbers in several units, {' and '.join(map(quoted, sorted(units)))}: "
            "bring them to one, or name the column in as_text"
        )
    notices = [f"numbers in {code(sign)}" for sign in units if sign]
    if len(fitting) == 2 and (differ & ~named).any():
        i = int((differ & ~named).argmax())
        notices.append(f"{code(texts[i])} was read as {by_mark[mark][i]:.12g}")
    if gap_like.any():
        gaps = ", ".join(code(t) for t, gap in zip(texts, gap_like, strict=True) if gap)
        notices.append(f"{gaps} among its numbers was taken for a gap")
    return _number(where, np.append(by_mark[mark], np.nan)[codes], notices)


def _are_days(numbers: np.ndarray) -> bool:
    """Whether whole numbers are days such as 20210214."""
    years, months, days = numbers // 10_000, numbers // 100 % 100, numbers % 100
    within = [(1900, years, 2100), (1, months, 12), (1, days, 31)]
    return all((low <= part).all() and (part <= high).all() for low, part, high in within)


def _dates(example: str, n: int) -> Column:
    reason = f"it holds dates or times, such as {code(example)}"
    return Column("left out", np.full(n, np.nan), notices=[reason])


def _first(times: pa.ChunkedArray) -> str:
    """The first of some times, as Python writes it, or else as the file counts it."""
    first = times.drop_null()[0]
    try:
        return str(first.as_py())
    except (OverflowError, ValueError):  # out of Python's range, or in a time zone that is unknown
        return f"{first.value} in {first.type}"


def _empty(n: int) -> Column:
    return Column("left out", np.full(n, np.nan), notices=["it holds no value"])


def _odd_numbers(numbers: np.ndarray) -> list[str]:
    """What a column of numbers may be in truth."""
    values = numbers[~np.isnan(numbers)]
    if not len(values) or (lowest := values.min()) == values.max():
        return ["the same in all rows"]
    if lowest in CODES and (values[values != lowest] >= 0).all():
        return [f"{code(f'{lowest:g}')} looks like a gap; if it is, name it in missing"]
    return []


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
    if dates := [text for text in texts if looks_like_date(text)]:
        notices.append(f"{code(dates[0])} resembles a date or time, and was taken for a category")
    elif len(digits) > len(texts) / 2:
        notices.append(f"{code(digits[0])} resembles a number, and was taken for a category")
    return notices
