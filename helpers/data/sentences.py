"""Sentences about several columns at once."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from helpers.data.names import code, counted

RUNS = 4  # of columns that are named; of more, the first ones
SINGLE = 3  # columns whose gaps get a sentence each; of more, all get one


def columns_named(names: Sequence[str], order: Sequence[str]) -> str:
    """The ``names`` of columns, in the ``order`` of the file; three in a row by first and last.

    >>> columns_named(["a", "b", "c", "e"], ["a", "b", "c", "d", "e"])
    'Columns `a` to `c` and `e`'
    """
    if len(names) == 1:
        return f"Column {code(names[0])}" if names[0] else "The column without a name"
    places = {name: place for place, name in enumerate(order)}
    numbered = enumerate(sorted(names, key=places.get))
    runs = []
    for _, group in groupby(numbered, lambda pair: places[pair[1]] - pair[0]):
        run = [code(name) for _, name in group]
        runs += [(f"{run[0]} to {run[-1]}", len(run))] if len(run) > 2 else [(n, 1) for n in run]
    if more := sum(n for _, n in runs[RUNS:]):
        return f"Columns {', '.join(text for text, _ in runs[:RUNS])} and {more} more"
    *first, last = [text for text, _ in runs]
    return f"Columns {', '.join(first)} and {last}" if first else f"Columns {last}"


def about_columns(remarks: Mapping[str, Sequence[str]]) -> list[str]:
    """A sentence for each remark, of all columns that have it.

    Args:
        remarks: of each column of a file, in order.
    """
    names = {}
    for name, some in remarks.items():
        for remark in dict.fromkeys(some):
            names.setdefault(remark, []).append(name)
    return [f"{columns_named(names[remark], list(remarks))}: {remark}." for remark in names]


def about_gaps(filled: Mapping[str, tuple[int, str]], order: Sequence[str]) -> list[str]:
    """A sentence for each column with gaps, or one for all of them if they are many.

    Args:
        filled: number of gaps, and what they were filled with, of the columns that have some.
        order: of all columns in the file.
    """
    if len(filled) > SINGLE:
        n = sum(n for n, _ in filled.values())
        where = columns_named(list(filled), order)
        return [f"{where}: {n:,} gaps in all were filled; the table of columns has the values."]
    return [
        f"{columns_named([name], order)}: {counted(n, 'gap')} {'was' if n == 1 else 'were'} filled "
        f"with {code(value)}."
        for name, (n, value) in filled.items()
    ]
