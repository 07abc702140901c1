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
MANY = 10  # possible rows for each that there is, beyond which none is a copy by chance


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


def of_copies(frame: pd.DataFrame, target: np.ndarray) -> list[str]:
    """Tell of rows of a ``frame`` and its ``target`` that are copies of others.

    It does not if they are few, or if there are few rows that are possible at all.
    """
    rows = pd.concat([frame, pd.Series(target)], axis=1)
    n = int(rows.duplicated().sum())
    possible = np.prod(rows.nunique(dropna=False).to_numpy(float))
    if n < FEW_COPIES * len(frame) or possible < MANY * len(frame):
        return []
    is_, sample = ("is", "a sample") if n == 1 else ("are", "samples")
    copies = "a copy of another row" if n == 1 else "copies of other rows"
    return [
        f"{counted(n, 'row')} of {len(frame):,} {is_} {copies}: {sample} of the test split may "
        "have been trained on; delete copies that are no samples of their own."
    ]
