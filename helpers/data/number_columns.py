"""Columns of numbers: as a file has them, or as text in any spelling."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from helpers.data import remarks
from helpers.data.codes import gap_codes
from helpers.data.column import MOST_CATEGORIES, Column, dates, empty, left_out
from helpers.data.names import code
from helpers.data.reading import Reading
from helpers.data.spelling import is_gap_like, read_number, unit
from helpers.data.units import LIMIT, distinct_units, measured, plural
from helpers.errors import ParameterError, quoted

EXACT = 2**53  # of whole numbers, those that float64 holds
MOST_UNITS = 6  # of numbers; what is beside codes differs more
SHOWN = 3  # texts among numbers; of more, the first ones
OFTEN = 5  # times that each category comes, on the average, if numbers are among them
PADDED = re.compile(r"\d+[A-Z]?")  # 007, and 2A beside it
MAGNITUDES = {"K", "M", "B", "T"}  # thousands, millions and more
PER_DAY = {"s": 86_400, "ms": 86_400e3, "us": 86_400e6, "ns": 86_400e9}


def typed_numbers(where: str, values: pa.ChunkedArray, reading: Reading) -> Column:
    """Numbers, or lengths of time, that the file has as such.

    Args:
        where: what the column is called in errors.
        values: of a type of numbers, or durations.
        reading: how the column is to be read.

    Raises:
        ParameterError: it holds infinities.
    """
    if pa.types.is_duration(values.type):
        counted = values.cast(pa.int64()).cast(pa.float64(), safe=False).to_numpy()
        return _number(where, counted / PER_DAY[values.type.unit], ["lengths of time, in days"])
    numbers = values.cast(pa.float64(), safe=False).to_numpy().copy()
    missing = _missing(reading, reading.decimal)
    if pa.types.is_floating(values.type):  # in its own precision
        with np.errstate(over="ignore"):
            own = values.type.to_pandas_dtype()
            missing = {spelling: float(own(value)) for spelling, value in missing.items()}
    spelled = {spelling: value for spelling, value in missing.items() if (numbers == value).any()}
    numbers[np.isin(numbers, list(spelled.values()))] = np.nan
    if np.isnan(numbers).all():
        return empty(len(numbers))
    if pa.types.is_integer(values.type):
        if np.nanmax(np.abs(numbers)) > EXACT:
            reason = "its whole numbers are too large to be told apart, as those of keys are"
            return left_out(len(numbers), reason)
        if _are_days(numbers[~np.isnan(numbers)]):
            return dates(f"{np.nanmin(numbers):.0f}", len(numbers))
    among = {spelling: value for spelling, value in spelled.items() if spelling in reading.missing}
    return _number(where, numbers, remarks.of_gaps(numbers, among), set(spelled))


@dataclass(frozen=True)
class Texts:
    """A column of text.

    Attributes:
        where: what it is called in errors.
        distinct: its texts, in order.
        codes: for each row the place of its text; -1 for a gap.
        gaps: spellings of gaps that it holds, of those that the reader named.
    """

    where: str
    distinct: list[str]
    codes: np.ndarray
    gaps: set[str]

    def at(self, i: int) -> str:
        """The text with the place ``i``, and the first row that has it."""
        row = int((self.codes == i).argmax()) + 1
        return f"{quoted(self.distinct[i])} in row {row} below the header"

    @property
    def or_as_text(self) -> str:
        """Advice, if it can be followed."""
        few = len(self.distinct) <= MOST_CATEGORIES and len(self.distinct) < len(self.codes)
        return "; if these are categories, name the column in as_text" if few else ""


def spelled_numbers(texts: Texts, reading: Reading, *, mixed: bool, padded: bool) -> Column | None:
    """A column of numbers in any spelling; None if it is one of categories.

    Args:
        texts: of the column.
        reading: how it is to be read.
        mixed: whether text among numbers makes all of them categories.
        padded: whether numbers that begin with 0, such as 007, are codes.

    Raises:
        ParameterError: it can be read in two ways, or holds infinities, several units, or text
            among numbers.
    """
    distinct, n = texts.distinct, len(texts.codes)
    few = len(distinct) <= MOST_CATEGORIES
    if padded and _are_codes(distinct) and (few or len(distinct) == (texts.codes >= 0).sum()):
        return None
    gap_like = np.array([is_gap_like(text) for text in distinct])
    values, units = _values(distinct, gap_like)
    odd = {mark: np.isnan(values[mark]) & ~gap_like for mark in ".,"}
    fewest = min(odd["."].sum(), odd[","].sum())
    fitting = [mark for mark in ".," if odd[mark].sum() == fewest]
    mark = reading.decimal if reading.decimal in fitting else fitting[0]
    if fewest >= (len(distinct) - gap_like.sum()) / 2 or (fewest and mixed):
        return None
    if fewest:
        if few and n >= OFTEN * len(distinct):
            return None
        others = np.flatnonzero(odd[mark])
        some = " and ".join(map(texts.at, others[:SHOWN]))
        more = f" and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
        one, it = ("it is a gap", "it") if len(others) == 1 else ("they are gaps", "them")
        raise ParameterError(
            f"{texts.where} holds numbers, and text: {some}{more}: put numbers there, or if "
            f"{one}, name {it} in missing"
            f"{_with_commas([distinct[i] for i in others[:SHOWN]])}{texts.or_as_text}"
        )
    differ = (values["."] != values[","]) & ~gap_like
    if len(fitting) == 2 and reading.decimal == "auto" and differ.any():
        i = int(differ.argmax())
        raise ParameterError(
            f"{texts.where} can be read in two ways, {quoted(distinct[i])} as "
            f"{values['.'][i]:.12g} or as {values[','][i]:.12g}: give decimal '.' for the first, "
            "',' for the second"
        )
    read = values[mark]
    spelled = {s: v for s, v in _missing(reading, mark).items() if (read == v).any()}
    named = np.isin(read, list(spelled.values()))
    read[named] = np.nan
    if np.isnan(read).all():
        return empty(n)
    in_use = distinct_units([u for u, value in zip(units, read, strict=True) if abs(value) > 0])
    if problem := _units_problem(texts, units, in_use):
        categories = mixed or len(distinct) <= remarks.FEW or _are_letters(in_use)
        if categories and not all(map(_is_currency_or_share, in_use)):
            return None
        raise ParameterError(problem)
    notices = [f"numbers in {code(sign)}" for sign in in_use if sign]
    if len(fitting) == 2 and (differ & ~named).any():
        i = int((differ & ~named).argmax())
        notices.append(f"{code(distinct[i])} was read as {read[i]:.12g}")
    if fitting == [","] and reading.decimal == "auto" and differ.any():  # others have points
        i = int(differ.argmax())
        notices.append(
            f"{code(distinct[i])} was read as {values[','][i]:.12g}, though other columns have "
            "decimal points"
        )
    if gap_like.any():
        gaps = ", ".join(code(t) for t, gap in zip(distinct, gap_like, strict=True) if gap)
        notices.append(f"{gaps} among its numbers was taken for a gap")
    spelled |= {spelling: read_number(spelling, mark) for spelling in texts.gaps}
    numbers = np.append(read, np.nan)[texts.codes]
    among = {spelling: value for spelling, value in spelled.items() if spelling in reading.missing}
    column = _number(texts.where, numbers, notices + remarks.of_gaps(numbers, among), set(spelled))
    return replace(column, unit=max(in_use, default=""))


def _values(texts: Sequence[str], gap_like: np.ndarray) -> tuple[dict[str, np.ndarray], list[str]]:
    """The value of each text by the decimal mark, and the unit or mark that is beside it.

    Numbers with units count if all texts are numbers, or most are with one and the same unit.
    """
    values = {mark: np.array([read_number(text, mark) for text in texts]) for mark in ".,"}
    units = [unit(text) for text in texts]
    bare = np.isnan(values["."]) & np.isnan(values[","]) & ~gap_like
    parts = [measured(text) if odd else ("", "") for text, odd in zip(texts, bare, strict=True)]
    within = {mark: np.array([read_number(part, mark) for part, _ in parts]) for mark in ".,"}
    beside = [sign for _, sign in parts if sign]
    if len(beside) < bare.sum() and (
        len(distinct_units(beside)) != 1 or len(beside) <= len(texts) / 2
    ):
        return values, units
    one = {plural(sign): sign for sign in beside if plural(sign)}
    units = [one.get(sign, sign) or own for (_, sign), own in zip(parts, units, strict=True)]
    return {mark: np.where(bare, within[mark], values[mark]) for mark in ".,"}, units


def _units_problem(texts: Texts, units: Sequence[str], in_use: Sequence[str]) -> str:
    """What is wrong with the units and marks beside numbers; empty if nothing is."""

    def first(sign: str) -> str:
        return texts.at(list(units).index(sign))

    where, signs = texts.where, [sign for sign in in_use if sign]
    if limits := [sign for sign in signs if re.match(LIMIT, f"{sign} ")]:
        at = first(limits[0])
        spelling = at.partition(" in row ")[0]
        return (
            f"{where} holds limits where numbers should be, such as {at}: put a number there (half "
            f"of a limit of detection is usual), or name {spelling} in missing"
            f"{_with_commas([texts.distinct[list(units).index(limits[0])]])}"
        )
    if len(signs) > 1:
        some = " and ".join(map(quoted, signs[:4]))
        return (
            f"{where} holds numbers in several units, {some}: bring them to one{texts.or_as_text}"
        )
    if signs and any(mark in signs[0] for mark in "*†‡"):
        return f"{where} holds numbers with marks, such as {first(signs[0])}: remove the marks"
    if len(in_use) > 1 and (signs[0] == "%" or not _is_currency_or_share(signs[0])):
        return (
            f"{where} holds numbers with {quoted(signs[0])} and without it, such as "
            f"{first(signs[0])}: remove it where it is a mark, or write it everywhere if it is the "
            f"unit{texts.or_as_text}"
        )
    return ""


def _with_commas(texts: Sequence[str]) -> str:
    """How to name ``texts`` in missing if a comma would part them."""
    listed = ", ".join(f"'{text}'" for text in texts)
    return f' (-p missing "[{listed}]")' if any("," in text for text in texts) else ""


def _are_letters(signs: Sequence[str]) -> bool:
    """Whether what is beside numbers are letters, as in 12 A and 12 B, or no few units."""
    some = [sign for sign in signs if sign]
    letters = all(re.fullmatch("[A-Z]", sign) for sign in some)
    return len(some) > MOST_UNITS or (len(some) > 1 and letters and not set(some) <= MAGNITUDES)


def _is_currency_or_share(sign: str) -> bool:
    return not sign or unit(f"{sign}5") == sign or unit(f"5{sign}") == sign


def _missing(reading: Reading, mark: str) -> dict[str, float]:
    """The numbers that are gaps, spelled with the decimal mark ``mark``, or else with the other."""
    numbers = {}
    for spelling in (*reading.missing, *reading.missing_here):
        read = [read_number(spelling, by) for by in (",." if mark == "," else ".,")]
        numbers[spelling] = read[1] if np.isnan(read[0]) else read[0]
    return numbers


def _number(
    where: str, numbers: np.ndarray, notices: list[str], gaps: set[str] = frozenset()
) -> Column:
    if (infinite := np.isinf(numbers)).any():
        row = int(infinite.argmax())
        raise ParameterError(
            f"{where} holds {numbers[row]} in row {row + 1} below the header: put a number there, "
            f"or name {numbers[row]} in missing"
        )
    some = [np.nanmin(numbers), np.nanmax(numbers), *gap_codes(numbers)]
    return Column(
        "number", numbers, notices=notices + remarks.of_numbers(numbers), gaps=gaps,
        spellings=[f"{value:g}" for value in some],
    )  # fmt: skip


def _are_codes(texts: Sequence[str]) -> bool:
    """Whether ``texts`` but gaps are whole numbers, some with a letter, and some begin with 0."""
    values = [text for text in texts if not is_gap_like(text)]
    return all(map(PADDED.fullmatch, values)) and any(re.match(r"0\d", text) for text in values)


def _are_days(numbers: np.ndarray) -> bool:
    """Whether whole numbers are days such as 20210214."""
    years, months, days = numbers // 10_000, numbers // 100 % 100, numbers % 100
    within = [(1900, years, 2100), (1, months, 12), (1, days, 31)]
    return all((low <= part).all() and (part <= high).all() for low, part, high in within)
