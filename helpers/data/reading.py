"""How a table is to be read, and what is a gap in which of its columns."""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass, replace

from helpers.errors import ParameterError


@dataclass(frozen=True)
class Reading:
    """How a table is to be read.

    Attributes:
        delimiter: what separates the columns of a CSV file, one ASCII character, or "auto".
        decimal: the decimal mark of numbers, "." or ",", or "auto".
        missing: what is a gap, besides the usual spellings; a number is one in any spelling. Of
            single columns as ``column=spelling``, where * stands for any letters of the name.
        as_text: columns that are taken as they are written; in them only empty values and those
            that ``missing`` names are gaps.
        leave_out: columns that are not learnt from.
        missing_here: of one column, those spellings that ``missing`` had for it alone.

    Raises:
        ParameterError: one text is given where a list should be.
    """

    delimiter: str = "auto"
    decimal: str = "auto"
    missing: Sequence[str] = ()
    as_text: Sequence[str] = ()
    leave_out: Sequence[str] = ()
    missing_here: Sequence[str] = ()

    def __post_init__(self):
        """Take numbers in a list for their texts, and refuse a text in the place of a list."""
        for name in ("missing", "as_text", "leave_out"):
            given = getattr(self, name)
            if isinstance(given, str):  # a list of its letters otherwise
                raise ParameterError(f"{name} must be a list, such as [{given!r}], got {given!r}")
            object.__setattr__(self, name, [str(value) for value in given])


USUAL = Reading()


def gap_spellings(missing: Sequence[str], names: Sequence[str]) -> list[tuple[str, str]]:
    """The column and the spelling of each of the gaps ``missing``; without a column, of all.

    Args:
        missing: of a ``Reading``.
        names: of all columns of a file.

    >>> gap_spellings(["?", "Q*=9", "a=b"], ["Q1", "Q2"])
    [('', '?'), ('Q*', '9'), ('', 'a=b')]
    """
    pairs = []
    for entry in missing:
        ends = [at for at, letter in enumerate(entry) if letter == "=" and at]
        of = [at for at in ends if any(_is_meant(entry[:at], name) for name in names)]
        pairs.append((entry[: of[0]], entry[of[0] + 1 :]) if of else ("", entry))
    return pairs


def _is_meant(column: str, name: str) -> bool:
    """Whether ``column``, perhaps with * and ?, is the column ``name``."""
    return column == name or fnmatch.fnmatchcase(name, column)


def by_column(
    reading: Reading, names: Sequence[str], all_names: Sequence[str]
) -> dict[str, Reading]:
    """How to read each of some columns: its own gaps in ``missing_here``.

    Args:
        reading: how to read the file.
        names: of the columns.
        all_names: of all columns of the file.
    """
    pairs = gap_spellings(reading.missing, all_names)
    everywhere = [spelling for column, spelling in pairs if not column]
    return {
        name: replace(
            reading,
            missing=everywhere,
            missing_here=[spelling for column, spelling in pairs if _is_meant(column, name)],
        )
        for name in names
    }
