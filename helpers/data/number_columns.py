"""Columns of numbers, in any spelling or as such."""

import numpy as np
import pyarrow as pa

from helpers.data.column import Column, dates, empty
from helpers.data.names import code
from helpers.data.spelling import is_gap_like, read_number, unit
from helpers.data.tables import Reading
from helpers.errors import ParameterError, quoted

EXACT = 2**53  # of whole numbers, those that float64 holds
CODES = (-99, -999, -9999, -99999)  # that stand for gaps among numbers that are never negative


def typed_numbers(where: str, values: pa.ChunkedArray, reading: Reading) -> Column:
    """A column of numbers that the file has as such.

    Args:
        where: what it is called in errors.
        values: integers, or of floating point.
        reading: of a ``helpers.data.tables.Table``.

    Raises:
        ParameterError: it holds infinities.
    """
    numbers = values.cast(pa.float64(), safe=False).to_numpy().copy()
    missing = np.array(_missing(reading, reading.decimal))
    if pa.types.is_floating(values.type):  # in its own precision
        with np.errstate(over="ignore"):
            missing = missing.astype(values.type.to_pandas_dtype())
    numbers[np.isin(numbers, missing)] = np.nan
    if np.isnan(numbers).all():
        return empty(len(numbers))
    if pa.types.is_integer(values.type):
        if np.nanmax(np.abs(numbers)) > EXACT:
            reason = "its whole numbers are too large to be told apart, as those of keys are"
            return Column("left out", numbers, notices=[reason])
        if _are_days(numbers[~np.isnan(numbers)]):
            return dates(f"{np.nanmin(numbers):.0f}", len(numbers))
    return _number(where, numbers)


def spelled_numbers(
    where: str, texts: list[str], codes: np.ndarray, reading: Reading, mixed: bool
) -> Column | None:
    """A column of numbers in any spelling; None if it is one of categories.

    Args:
        where: what it is called in errors.
        texts: the distinct ones.
        codes: for each row the place of its text; -1 for a gap.
        reading: of a ``helpers.data.tables.Table``.
        mixed: whether text among numbers makes all of them categories.

    Raises:
        ParameterError: it can be read in two ways, holds infinities, several units, or text among
            numbers.
    """
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
        return empty(len(codes))
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


def _are_days(numbers: np.ndarray) -> bool:
    """Whether whole numbers are days such as 20210214."""
    years, months, days = numbers // 10_000, numbers // 100 % 100, numbers % 100
    within = [(1900, years, 2100), (1, months, 12), (1, days, 31)]
    return all((low <= part).all() and (part <= high).all() for low, part, high in within)


def _odd_numbers(numbers: np.ndarray) -> list[str]:
    """What a column of numbers may be in truth."""
    values = numbers[~np.isnan(numbers)]
    if not len(values) or (lowest := values.min()) == values.max():
        return ["the same in all rows"]
    if lowest in CODES and (values[values != lowest] >= 0).all():
        return [f"{code(f'{lowest:g}')} looks like a gap; if it is, name it in missing"]
    return []
