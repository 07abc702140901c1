"""CSV and Parquet files as tables; a plain sentence says what is wrong with one."""

import difflib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from helpers.errors import ParameterError, quoted

MOST_COLUMNS = 2000
PARQUET = b"PAR1"  # first bytes of a Parquet file
PEEK = 65_536  # bytes looked at to tell text from other things
RAGGED = re.compile(r"Row #(\d+): Expected (\d+) columns, got (\d+)")
ROW_NUMBERS = re.compile(r"|Unnamed: \d+|__index_level_\d+__")  # names of what pandas adds
GAPS, NOTHING = pa.array(csv.ConvertOptions().null_values), pa.scalar(None, pa.string())
BLOCK = 2**24  # bytes of a CSV file parsed at once, longer than any row


def header(path: Path, delimiter: str = ",") -> list[str]:
    """Names of a file's columns, without the blanks around them; no other row is checked.

    Args:
        path: of a CSV file in UTF-8, or of a Parquet file.
        delimiter: what separates the columns of a CSV file, one ASCII character.

    Raises:
        ParameterError: there is no such file, or it is no table, or has one column, or two of one
            name.
    """
    file = quoted(path.name)
    with plain_errors(path, delimiter):
        if path.is_dir():
            raise ParameterError(f"{path} is a folder, where a CSV or Parquet file should be")
        if not path.is_file():
            raise ParameterError(f"there is no file {path}")
        names = [name.strip() for name in _names(path, delimiter)]
    if len(names) == 1:
        raise ParameterError(_one_column(path, delimiter, names[0]))
    seen = set()
    for name in names:
        if name in seen:
            raise ParameterError(f"{file} has two columns named {quoted(name)}")
        seen.add(name)
    return names


def choose(
    path: Path, names: Sequence[str], target: str, features: Sequence[str] | None
) -> list[str]:
    """The columns to learn from: ``features``, or all columns but the target.

    Args:
        path: of the file that has the columns ``names``, for what is said of it.
        names: as ``header`` returns them.
        target: name of the column with the classes.
        features: names of columns; None, or none, for all others.

    Raises:
        ParameterError: a name is not among the columns, the target is among the features, a
            column has no name, or one that pandas gives to numbers of rows, and is not asked for,
            or there are more than 2000 columns to learn from.
    """
    wanted = list(features or (name for name in names if name != target))
    for name in filter(ROW_NUMBERS.fullmatch, [] if features else wanted):
        raise ParameterError(
            f"{quoted(path.name)} has a column {quoted(name)}, which may hold numbers of rows: "
            "leave it out of the file, or name the features"
        )
    for name in (target, *wanted):
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            hint = f" (did you mean {quoted(near[0])}?)" if near else ""
            raise ParameterError(f"{quoted(path.name)} has no column {quoted(name)}{hint}")
    if target in wanted:
        raise ParameterError(f"features must not hold the target {quoted(target)}")
    if len(wanted) > MOST_COLUMNS:
        raise ParameterError(
            f"{quoted(path.name)} must have at most {MOST_COLUMNS} columns to learn from, got "
            f"{len(wanted)}: name some as features"
        )
    return wanted


def read(path: Path, names: Sequence[str], delimiter: str = ",") -> pa.Table:
    """Some columns of a file.

    Args:
        path, delimiter: as for ``header``.
        names: of columns that the header has.

    Returns:
        The columns in the order of ``names``, n rows each, n at least 1.

    Raises:
        ParameterError: it cannot be read, its rows differ in length, or it has none.
    """
    with plain_errors(path, delimiter):
        raw = {name.strip(): name for name in _names(path, delimiter)}
        columns = [raw[name] for name in names]
        if _is_parquet(path):
            table = parquet.ParquetFile(path).read(columns).select(columns)
        else:
            options = csv.ConvertOptions(include_columns=columns, strings_can_be_null=True)
            table = csv.read_csv(path, *_csv_options(delimiter), convert_options=options)
            for i, column in enumerate(table.columns):
                if pa.types.is_string(column.type):  # gaps with blanks around them are gaps, too
                    text = pc.utf8_trim_whitespace(column)
                    text = pc.if_else(pc.is_in(text, GAPS), NOTHING, text)
                    table = table.set_column(i, columns[i], text)
    if not len(table):
        raise ParameterError(f"{quoted(path.name)} has a header and no rows")
    return table.rename_columns(list(names))


@contextmanager
def plain_errors(path: Path, delimiter: str) -> Iterator[None]:
    """Explain in one plain sentence why a file cannot be read.

    Args:
        path, delimiter: as for ``header``.

    Raises:
        ParameterError: the reader raised something.
    """
    file = quoted(path.name)
    try:
        yield
    except ParameterError:
        raise
    except UnicodeDecodeError as error:
        raise ParameterError(f"{file} must be in UTF-8, and is not") from error
    except (pa.ArrowException, OSError, ValueError) as error:
        said = " ".join(str(getattr(error, "strerror", None) or error).split())
        if ragged := RAGGED.search(said):
            row, expected, got = map(int, ragged.groups())
            if expected == 1:
                raise ParameterError(_one_column(path, delimiter, None)) from error
            raise ParameterError(
                f"{file} has rows of different lengths: {got} values in row {row - 1} below the "
                f"header, which has {expected}"
            ) from error
        raise ParameterError(f"{file} cannot be read as a table: {said[:200]}") from error


def _one_column(path: Path, delimiter: str, name: str | None) -> str:
    """What is wrong with a table of one column: probably the delimiter.

    Without its name, its first line stands for that.
    """
    if name is None:
        with path.open("rb") as file:
            name = file.read(PEEK).lstrip().decode(errors="replace").splitlines()[0]
    meant = next((mark for mark in ";\t|," if mark in name and mark != delimiter), None)
    hint = f" (did you mean the delimiter {meant!r}?)" if meant and not _is_parquet(path) else ""
    return f"{quoted(path.name)} has one column, {quoted(name)}, where 2 are needed{hint}"


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(PEEK)
    if not start.strip():
        raise ParameterError(f"{quoted(path.name)} is empty")
    if not start.startswith(PARQUET) and b"\0" in start:
        raise ParameterError(
            f"{quoted(path.name)} must be CSV in UTF-8 or Parquet, and is binary (has zero bytes)"
        )
    return start.startswith(PARQUET)


def _names(path: Path, delimiter: str) -> list[str]:
    """Names of columns as the file has them."""
    if _is_parquet(path):
        return parquet.read_schema(path).names
    with csv.open_csv(path, *_csv_options(delimiter)) as reader:
        return reader.schema.names


def _csv_options(delimiter: str) -> tuple[csv.ReadOptions, csv.ParseOptions]:
    """How CSV is read: in one thread, so that errors know the number of a row."""
    return (
        csv.ReadOptions(use_threads=False, block_size=BLOCK),
        csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
    )
