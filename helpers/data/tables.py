"""CSV and Parquet files as tables; a plain sentence says what is wrong with one."""

import difflib
import itertools
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from helpers.data import csv_files
from helpers.data.first_rows import (
    GAPS,
    begins_with_zero,
    decimal_mark,
    is_text,
    spelled_gap,
    with_points_of_thousands,
    written,
)
from helpers.data.names import counted
from helpers.data.reading import USUAL, Reading, by_column, gap_spellings
from helpers.errors import ParameterError, quoted

MOST_COLUMNS = 2000
PARQUET = b"PAR1"  # first bytes of a Parquet file
RAGGED = re.compile(r"Row #(\d+): Expected (\d+) columns, got (\d+)")
SHOWN = 10  # columns that are named; of more, the first ones
TOTAL = re.compile(  # in some languages
    r"((sub|grand[ -]?)?totals?|tota(le|al)|(gesamt)?summe|gesamt|insgesamt|sum|somme|suma|soma"
    r"|celkem|razem|yhteensä|итого|всего|合计|总计|合計|total (général|general|geral)):?",
    re.IGNORECASE,
)
TITLE = "if its first line is a title, delete the lines above the header"
ROWS = 20  # of a file of one column, in which delimiters are looked for
FIRST_ROWS = 2000  # of a Parquet file, from which its decimal mark is taken


def header(path: Path, reading: Reading = USUAL) -> list[str]:
    """Names of a file's columns, without the blanks around them; no other row is checked.

    Args:
        path: of a CSV or Parquet file.
        reading: how it is to be read.

    Raises:
        ParameterError: there is no such file, or it is no table, or has one column, or two of one
            name.
    """
    file = quoted(path.name)
    if path.is_dir():
        raise ParameterError(f"{path} is a folder, where a CSV or Parquet file should be")
    if not path.is_file():
        raise ParameterError(f"there is no file {path}")
    with plain_errors(path, reading):
        names = _names(path, reading)
    if len(names) == 1:
        raise ParameterError(_one_column(path, reading, names[0]))
    seen = set()
    for name in names:
        if name in seen:
            raise ParameterError(
                f"{file} has two columns named {quoted(name)}: give one of them another name"
            )
        seen.add(name)
    return names


def choose(
    path: Path,
    names: Sequence[str],
    target: str,
    features: Sequence[str] | None,
    reading: Reading = USUAL,
) -> list[str]:
    """The columns to learn from: ``features``, or all columns but the target and those left out.

    Args:
        path: of the file that has the columns ``names``, for what is said of it.
        names: as ``header`` returns them.
        target: name of the column to predict.
        features: names of columns; None, or none, for all others.
        reading: how it is to be read.

    Raises:
        ParameterError: a name is not among the columns, the target is among the features or left
            out, none is left to learn from, or more than 2000 are.
    """
    asked = dict.fromkeys([target, *(features or ()), *reading.as_text, *reading.leave_out])
    if unknown := [name for name in asked if name not in names]:
        raise ParameterError(*(_no_column(path, names, name, reading) for name in unknown))
    left_out = set(reading.leave_out)
    if target in (features or ()):
        raise ParameterError(f"features must not hold the target {quoted(target)}")
    for name in (target, *(features or ())):
        if name in left_out:
            raise ParameterError(f"leave_out must not hold the target or a feature, got {name!r}")
    wanted = list(features or (name for name in names if name not in {target, *left_out}))
    if not wanted:
        raise ParameterError("leave_out must leave a column to learn from, and leaves none")
    if len(wanted) > MOST_COLUMNS:
        raise ParameterError(
            f"{quoted(path.name)} must have at most {MOST_COLUMNS} columns to learn from, got "
            f"{len(wanted)}: name some as features"
        )
    return wanted


def _no_column(path: Path, names: Sequence[str], name: str, reading: Reading) -> str:
    near = difflib.get_close_matches(name, names, 1)
    if near:
        hint = f" (did you mean {quoted(near[0])}?)"
    else:
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        hint = f": its columns are {', '.join(map(quoted, names[:SHOWN]))}{more}"
        if not _is_parquet(path):
            line = csv_files.layout(path, reading.delimiter).skip + 1
            hint += (
                f" (line {line} was taken for the header; if it is none, add one, or delete the "
                "lines above the header)"
            )
    return f"{quoted(path.name)} has no column {quoted(name)}{hint}"


@dataclass
class Table:
    """Some columns of a file.

    Attributes:
        columns: the values of each, n of them, n at least 1, numbers read where they are written
            in the usual way.
        readings: how each is read: with the decimal mark, if the file tells, and its own gaps.
        spelled: columns of which some gap is written out, such as NA, and how.
        numbers: what to notice of columns, should they be taken for numbers.
        notices: a sentence for each thing about the file as a whole that should be known.
    """

    columns: dict[str, pa.ChunkedArray]
    readings: dict[str, Reading]
    spelled: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    notices: Sequence[str] = ()


def read(path: Path, names: Sequence[str], reading: Reading = USUAL) -> Table:
    """Read some columns of a file.

    Args:
        path, reading: as for ``header``.
        names: of columns that the header has.

    Raises:
        ParameterError: it cannot be read, its rows differ in length, it has none, or the last one
            is a total.
    """
    with plain_errors(path, reading):
        table = (_read_parquet if _is_parquet(path) else _read_csv)(path, names, reading)
    if not len(table.columns[names[0]]):
        raise ParameterError(f"{quoted(path.name)} has a header and no rows")
    _refuse_total(path, table)
    return table


def _refuse_total(path: Path, table: Table) -> None:
    """Refuse a table whose last row is a sum or a mean of the others."""
    for name, values in table.columns.items():
        last = values[-1]
        if not is_text(last.type) or not TOTAL.fullmatch(str(last).strip()):
            continue
        if pc.sum(pc.equal(values, last)).as_py() == 1:
            raise ParameterError(
                f"row {len(values)} below the header of {quoted(path.name)} looks like a total "
                f"({quoted(last)} in column {quoted(name)}): delete it"
            )


def _read_parquet(path: Path, names: Sequence[str], reading: Reading) -> Table:
    file = parquet.ParquetFile(path)
    first = list(itertools.islice(file.iter_batches(FIRST_ROWS), 1))
    reading = _settled(reading, pa.Table.from_batches(first, file.schema_arrow))
    raw = {name.strip(): name for name in file.schema_arrow.names}
    table = file.read([raw[name] for name in names])
    columns = {name: table[raw[name]] for name in names}
    texts = [name for name in names if is_text(columns[name].type)]
    told = dict.fromkeys(texts, "text in the file, read as numbers")
    return Table(columns, by_column(reading, names, list(raw)), numbers=told)


def _read_csv(path: Path, names: Sequence[str], reading: Reading) -> Table:
    form = _form(path, reading)
    first = csv_files.first_block(path, form)
    reading = _settled(reading, first)
    text = [name for name in names if begins_with_zero(first[name])]
    if reading.decimal == "," or (reading.decimal == "auto" and form.delimiter == ";"):
        text += [name for name in with_points_of_thousands(first) if name in names]
    decimal = "." if reading.decimal == "auto" else reading.decimal
    table = csv_files.read_csv(path, form, names, text=text, gaps=GAPS, decimal=decimal)
    columns = dict(zip(names, table.columns, strict=True))
    if text := [name for name in names if pa.types.is_time(columns[name].type)]:  # or ratios
        table = csv_files.read_csv(path, form, text, text=text, gaps=GAPS, decimal=decimal)
        columns |= dict(zip(text, table.columns, strict=True))
    if text := [name for name in reading.as_text if name in names]:  # in them NA is no gap
        table = csv_files.read_csv(path, form, text, text=text, gaps=[""], decimal=decimal)
        columns |= dict(zip(text, table.columns, strict=True))
    spelled = {name: spelled_gap(first[name]) for name in names}
    told = {name: written(first[name], name) for name in names}
    return Table(columns, by_column(reading, names, form.names), spelled, told, form.notices)


def _settled(reading: Reading, first: pa.Table) -> Reading:
    """How to read a file whose first rows may tell its decimal mark."""
    if reading.decimal != "auto":
        return reading
    gaps = {spelling for _, spelling in gap_spellings(reading.missing, first.column_names)}
    return replace(reading, decimal=decimal_mark(first, reading.as_text, gaps))


@contextmanager
def plain_errors(path: Path, reading: Reading) -> Iterator[None]:
    """Explain in one plain sentence why a file cannot be read.

    Args:
        path, reading: as for ``header``.

    Raises:
        ParameterError: the reader raised something.
    """
    file = quoted(path.name)
    try:
        yield
    except ParameterError:
        raise
    except UnicodeDecodeError as error:
        raise ParameterError(
            f"{file} begins as UTF-16 and does not go on so: save it in UTF-8"
        ) from error
    except (pa.ArrowException, OSError, ValueError) as error:
        said = " ".join(str(getattr(error, "strerror", None) or error).split())
        if ragged := RAGGED.search(said):
            row, expected, got = map(int, ragged.groups())
            row -= 1 + csv_files.layout(path, reading.delimiter).skip
            if expected == 1:
                raise ParameterError(_one_column(path, reading, None)) from error
            hint = f": {TITLE}" if row == 1 else ""
            if row == 1 and got == expected + 1:  # as R writes numbers of rows
                hint = ": give a name to each column, also to one of row numbers"
            raise ParameterError(
                f"{file} has rows of different lengths: {counted(got, 'value')} in row {row} below "
                f"the header, which has {expected}{hint}"
            ) from error
        if "Empty CSV file" in said:
            raise ParameterError(f"{file} has a header and no rows") from error
        raise ParameterError(f"{file} cannot be read as a table: {said[:200]}") from error


def _one_column(path: Path, reading: Reading, name: str | None) -> str:
    """What is wrong with a table of one column: probably the delimiter.

    Without its name, its first line stands for that.
    """
    if _is_parquet(path):
        return f"{quoted(path.name)} has one column, {quoted(name)}, where 2 are needed"
    with path.open(errors="replace") as file:
        first, *others = itertools.islice((line.strip() for line in file if line.strip()), ROWS)
    marks = [mark for mark in ";\t|," if any(line.count(mark) for line in others)]
    meant = next((mark for mark in marks if mark in first and mark != reading.delimiter), 0)
    bare = re.sub('"[^"]*"', "", first)
    if marks and not any(mark in bare for mark in marks):
        hint = f": {TITLE}"
    else:
        hint = f" (did you mean the delimiter {meant!r}?)" if meant else ""
    return f"{quoted(path.name)} has one column, {quoted(name or first)}, where 2 are needed{hint}"


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(PARQUET)) == PARQUET


def _names(path: Path, reading: Reading) -> list[str]:
    """Names of columns, without the blanks around them."""
    if _is_parquet(path):
        return [name.strip() for name in parquet.read_schema(path).names]
    return list(_form(path, reading).names)


def _form(path: Path, reading: Reading) -> csv_files.Layout:
    return csv_files.named(path, csv_files.layout(path, reading.delimiter))
