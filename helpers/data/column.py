"""What a column of a table is taken for."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from helpers.data.names import code

MOST_CATEGORIES = 50  # of one column; each becomes an input of a network
SHOWN = 5  # categories, of more the first ones


@dataclass
class Column:
    """A column of a table.

    Attributes:
        taken_for: "number", "category", or "left out", for the reason in ``notices``.
        values: shape (n,), float64; of categories their places in ``categories``; NaN in gaps.
        categories: names of the categories, in order.
        notices: what should be known about it, in words that may follow its name.
        gaps: spellings of gaps that it holds, of those that the reader named.
        spellings: some of its other values, as they are written.
        unit: of its numbers, if they are written with one.
    """

    taken_for: str
    values: np.ndarray
    categories: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    gaps: set[str] = field(default_factory=set)
    spellings: Sequence[str] = ()
    unit: str = ""


def left_out(n: int, reason: str) -> Column:
    """A column of ``n`` rows from which nothing is learnt, for a ``reason``."""
    return Column("left out", np.full(n, np.nan), notices=[reason])


def empty(n: int) -> Column:
    """A column of ``n`` rows without a value."""
    return left_out(n, "it holds no value")


def dates(example: str, n: int) -> Column:
    """A column of ``n`` dates or times, such as ``example``."""
    return left_out(n, f"it holds dates or times, such as {code(example)}")


def described(kind: str, categories: list[str]) -> str:
    """What a column was taken for (``kind``), in words, with the first of its ``categories``.

    >>> described("category", ["a", "b"])
    'category: `a`, `b`'
    """
    more = ", …" if len(categories) > SHOWN else ""
    return f"{kind}: {', '.join(map(code, categories[:SHOWN]))}{more}" if categories else kind
