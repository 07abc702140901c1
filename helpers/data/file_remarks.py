"""What to notice of a file as a whole: gaps that nothing has, and rows that are copies."""

import difflib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.data.column import Column
from helpers.data.first_rows import GAPS
from helpers.data.names import code, counted
from helpers.data.reading import gap_spellings

FEW_COPIES = 0.01  # of the rows, which need no notice
MANY = 100  # times as many as by chance
FINE = 0.9  # share of different values, from which on no two are alike by chance


def of_unused_gaps(
    missing: Sequence[str], names: Sequence[str], columns: Sequence[Column]
) -> list[str]:
    """Tell of spellings of gaps that no column has.

    Args:
        missing: as the reader named them.
        names: of all columns of the file.
        columns: those that were read.
    """
    seen = {spelling for read in columns for spelling in read.gaps}
    others = list({spelling for read in columns for spelling in read.spellings})
    notices = []
    for entry, (_, spelling) in zip(missing, gap_spellings(missing, names), strict=True):
        if spelling not in seen and spelling not in GAPS:
            near = difflib.get_close_matches(spelling, others, 1)
            hint = f" (did you mean {code(near[0])}?)" if near else ""
            notices.append(f"No column that was read has the gap {code(entry)} of missing{hint}.")
    return notices


def alike(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Columns of a ``frame`` that are copies of one before them, each with that one.

    Columns of a single value do not count.
    """
    first, pairs = {}, []
    for name, column in frame.items():
        values = column.to_numpy()
        before = first.setdefault(hash(values.tobytes()), name)
        if before != name and column.nunique() > 1:
            pairs.append((name, before))
    return pairs


def of_copies(frame: pd.DataFrame, target: np.ndarray) -> list[str]:
    """Tell of rows of a ``frame`` and its ``target`` that are copies of others.

    It does not if they are few, or may be alike by chance: if no column has nearly as many values
    as there are different rows, and columns that do not depend on each other would give some.
    """
    rows = pd.concat([frame, pd.Series(target)], axis=1)
    different = rows.drop_duplicates()
    n, n_different = len(rows) - len(different), len(different)
    if n < FEW_COPIES * len(rows):
        return []
    alike = [(column.value_counts(normalize=True) ** 2).sum() for _, column in different.items()]
    by_chance = n_different**2 / 2 * np.prod(alike)
    fine = max(column.nunique() for _, column in different.items()) / n_different
    if fine < FINE and n < MANY * by_chance:
        return []
    is_, sample = ("is", "a sample") if n == 1 else ("are", "samples")
    copies = "a copy of another row" if n == 1 else "copies of other rows"
    return [
        f"{counted(n, 'row')} of {len(frame):,} {is_} {copies}: {sample} of the test split may "
        "have been trained on; delete copies that are no samples of their own."
    ]
