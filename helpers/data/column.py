"""A column of a table as it was read, and columns that are left out."""

from dataclasses import dataclass, field

import numpy as np

from helpers.data.names import code


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


def dates(example: str, n: int) -> Column:
    """A column of ``n`` dates or times, such as ``example``."""
    reason = f"it holds dates or times, such as {code(example)}"
    return Column("left out", np.full(n, np.nan), notices=[reason])


def empty(n: int) -> Column:
    """A column of ``n`` gaps."""
    return Column("left out", np.full(n, np.nan), notices=["it holds no value"])
