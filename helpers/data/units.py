"""Numbers with a unit, with a mark, or as the limit of a range: 118 m², 2.00*, <0.05."""

import re
from collections.abc import Sequence

LIMIT = r"(?:<=|>=|[<>≤≥~≈±]|ca\.?\s|approx\.?\s)"
WORD = r"(?:(?:sq\.?\s|cu\.?\s|fl\.?\s)?[^\W\d_]+\.?|[€$£¥])"
UNIT = rf"°\s?[CFK]?|[\"″'′]|{WORD}(?:\s?[/·*]\s?(?:100\s?)?{WORD})*(?:[²³]|\^?-?[123])?"
MEASURE = re.compile(
    rf"(?P<limit>{LIMIT})?\s*(?P<number>[-+\u2212\u2013\d\s.,'\u2019eE$€£]*?\d[.,]?)\s*(?P<unit>{UNIT})?(?P<mark>[*†‡]*)"
)
SHORTEST = 3  # letters of a word
CODE = re.compile(r"\d+[A-ZÄÖÜ]|.*x[123]?")  # 12A: a flat, a seat; 4x, 4x2
ORDINAL = re.compile(r"st|nd|rd|th")


def measured(text: str) -> tuple[str, str]:
    """The number in a ``text`` and what is beside it: its unit, or a mark; empty if nothing is.

    >>> [measured(text) for text in ("118 m²", "<0.05", "2.00*", "12A", "north")]
    [('118', 'm²'), ('0.05', '<'), ('2.00', '*'), ('12A', ''), ('north', '')]
    """
    parts = MEASURE.fullmatch(text)
    if not parts or CODE.fullmatch(text) or ORDINAL.fullmatch(parts["unit"] or ""):
        return text, ""
    beside = [parts["limit"], parts["unit"], parts["mark"]]
    return parts["number"], " ".join(part.strip() for part in beside if part)


def distinct_units(units: Sequence[str]) -> list[str]:
    """Those among ``units`` that differ, in order, a plural being the same as its singular.

    >>> distinct_units(["years", "year", "years"])
    ['years']
    """
    return sorted(unit for unit in set(units) if plural(unit) not in units or not plural(unit))


def plural(unit: str) -> str:
    """The plural of a ``unit`` that is a word; empty if it is too short for one, as m is.

    >>> plural("year"), plural("m")
    ('years', '')
    """
    return f"{unit}s" if len(unit) >= SHORTEST else ""
