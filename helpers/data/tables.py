"""CSV and Parquet files as tables; a plain sentence says what is wrong with one."""

import difflib
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from helpers.data.spelling import read_number
from helpers.data.text_files import Layout, layout
from helpers.errors import ParameterError, quoted

MOST_COLUMNS = 2000
PARQUET = b"PAR1"  # first bytes of a Parquet file
REMOTE = re.compile(r"([A-Za-z][\w+.-]+):/")
RAGGED = re.compile(r"Row #(\d+): Expected (\d+) columns, got (\d+)")
GAPS = csv.ConvertOptions().null_values
BLOCK = 2**24  # bytes of a CSV file parsed at once, longer than any row
FIRST_ROWS = 2000  # from which the decimal mark of a file is taken
GROUPED = r"^[-+]?[1-9]\d{0,2}(\.\d{3})*$"  # 950 and 1.234: thousands, or not


@dataclass(frozen=True)
class Reading:
    """How a table is to be read.

    Attributes:
        delimiter: what separates the columns of a CSV file, one ASCII character, or "auto".
        decimal: the decimal mark of numbers, "." or ",", or "auto".
        missing: spellings that are gaps, besides the usual ones; numbers, too.
        as_text: columns that are taken as they are written; in them only empty values and those
            that ``missing`` names are gaps.
        leave_out: columns that are not learnt from.
    """

    delimiter: str = "auto"
    decimal: str = "auto"
    missing: Sequence[str] = ()
    as_text: Sequence[str] = ()
    leave_out: Sequence[str] = ()


def place(path: str | Path) -> Path:
    """Where a file or folder is on this machine, ~ being the home.

    Raises:
        ParameterError: it is an address in a network.
    """
    if remote := REMOTE.match(str(path)):
        raise ParameterError(
            f"{quoted(path)} is on another machine ({remote[1]}): download it first, and give the "
            "path of the file"
        )
    return Path(path).expanduser()


def header(path: Path, reading: Reading = Reading()) -> list[str]:  # noqa: B008 - it is frozen
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
        names = [name.strip() for name in _names(path, _layout(path, reading))]
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
    reading: Reading = Reading(),  # noqa: B008 - it is frozen
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
    for name in (target, *(features or ()), *reading.as_text, *reading.leave_out):
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            hint = f" (did you mean {quoted(near[0])}?)" if near else ""
            raise ParameterError(f"{quoted(path.name)} has no column {quoted(name)}{hint}")
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


@dataclass
class Table:
    """Some columns of a file.

    Attributes:
        columns: the values of each, n of them, n at least 1, numbers read where they are written
            in the usual way.
        spelled: columns of which some gap is written out, such as NA, and how.
        padded: columns of which some number begins with 0, as 007 does.
        reading: how it was read: with the decimal mark, if the file tells.
        notices: a sentence for each thing about the file as a whole that should be known.
    """

    columns: dict[str, pa.ChunkedArray]
    spelled: dict[str, str]
    padded: set[str]
    reading: Reading
    notices: list[str]


def read(path: Path, names: Sequence[str], reading: Reading = Reading()) -> Table:  # noqa: B008
    """Read some columns of a file.

    Args:
        path, reading: as for ``header``.
        names: of columns that the header has.

    Raises:
        ParameterError: it cannot be read, its rows differ in length, or it has none.
    """
    with plain_errors(path, reading):
        form = _layout(path, reading)
        raw = {name.strip(): name for name in _names(path, form)}
        wanted = [raw[name] for name in names]
        if form is None:
            file = parquet.ParquetFile(path)
            table, dotted = file.read(wanted), []
            first = _first(file.iter_batches(FIRST_ROWS), file.schema_arrow)
        else:
            first = _first_rows(path, form, list(raw.values()))
            dotted = _dotted(first)
        decimal = _decimal(first, reading) if reading.decimal == "auto" else reading.decimal
        if form is not None:
            if decimal == "." or (decimal == "auto" and form.delimiter != ";"):
                dotted = []
            as_written = [raw[name] for name in reading.as_text if name in names]
            table = _read_csv(path, form, wanted, decimal, dotted, GAPS)
            for name in as_written:
                only = _read_csv(path, form, [name], decimal, [name], [""])
                table = table.set_column(wanted.index(name), name, only[name])
        if not len(table):
            raise ParameterError(f"{quoted(path.name)} has a header and no rows")
    columns = {name: table[raw[name]] for name in names}
    reading = replace(reading, decimal=decimal)
    if form is None:
        return Table(columns, {}, set(), reading, [])
    spelled = {name: _spelled_gap(first[raw[name]]) for name in names}
    zeros = {name: pc.match_substring_regex(first[raw[name]], r"^\s*0\d+\s*$") for name in names}
    padded = {name for name in names if pc.any(zeros[name]).as_py()}
    return Table(columns, spelled, padded, reading, form.notices)


def _read_csv(
    path: Path, form: Layout, names: list[str], decimal: str, text: list[str], gaps: list[str]
) -> pa.Table:
    options = csv.ConvertOptions(
        include_columns=names,
        column_types=dict.fromkeys(text, pa.string()),
        null_values=gaps,
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,  # "NA" in quotes is text
        decimal_point="." if decimal == "auto" else decimal,
    )
    return csv.read_csv(path, *_csv_options(form), convert_options=options)


def _first_rows(path: Path, form: Layout, names: list[str]) -> pa.Table:
    """The first block of a CSV file as it is written."""
    types = dict.fromkeys(names, pa.string())
    options = csv.ConvertOptions(include_columns=names, column_types=types)
    with csv.open_csv(path, *_csv_options(form), convert_options=options) as reader:
        return _first(reader, reader.schema)


def _first(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_batches(list(itertools.islice(batches, 1)), schema)


def _dotted(first: pa.Table) -> list[str]:
    """Columns whose points may all be thousands, such as 950 and 1.234."""
    dotted = []
    for name in first.column_names:
        text = pc.utf8_trim_whitespace(first[name])
        text = text.filter(pc.invert(pc.is_in(text, pa.array(GAPS))))
        fits = pc.match_substring_regex(text, GROUPED)
        if pc.all(fits).as_py() and pc.any(pc.match_substring(text, ".")).as_py():
            dotted.append(name)
    return dotted


def _decimal(first: pa.Table, reading: Reading) -> str:
    """The decimal mark of those columns that can be read in one way only, "auto" if unsettled."""
    settled = set()
    for name in first.column_names:
        if name in reading.as_text or not is_text(first[name].type):
            continue
        texts = pc.utf8_trim_whitespace(first[name].slice(0, FIRST_ROWS).drop_null())
        gaps = {*GAPS, *reading.missing}
        texts = [text for text in pc.unique(texts).to_pylist() if text not in gaps]
        fits = [m for m in ".," if all(read_number(t, m) == read_number(t, m) for t in texts)]
        if texts and len(fits) == 1:
            settled.add(fits[0])
    return settled.pop() if len(settled) == 1 else "auto"


def _spelled_gap(values: pa.ChunkedArray) -> str:
    """How a gap of a column is written, if it is written as a word."""
    words = pa.array([gap for gap in GAPS if gap])
    among = values.filter(pc.is_in(pc.utf8_trim_whitespace(values), words))
    return among[0].as_py().strip() if len(among) else ""


def is_text(kind: pa.DataType) -> bool:
    """Whether a type of Arrow's is one of its types of text."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


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
    except (pa.ArrowException, OSError, ValueError) as error:
        said = " ".join(str(getattr(error, "strerror", None) or error).split())
        if ragged := RAGGED.search(said):
            row, expected, got = map(int, ragged.groups())
            if expected == 1:
                raise ParameterError(_one_column(path, reading, None)) from error
            raise ParameterError(
                f"{file} has rows of different lengths: {got} values in row {row - 1} below the "
                f"header, which has {expected}"
            ) from error
        raise ParameterError(f"{file} cannot be read as a table: {said[:200]}") from error


def _one_column(path: Path, reading: Reading, name: str | None) -> str:
    """What is wrong with a table of one column: probably the delimiter.

    Without its name, its first line stands for that.
    """
    form = _layout(path, reading)
    if name is None:
        with path.open(encoding=form.encoding, errors="replace") as file:
            name = next(line for line in file if line.strip()).strip()
    meant = next((mark for mark in ";\t|," if form and mark in name and mark != form.delimiter), 0)
    hint = f" (did you mean the delimiter {meant!r}?)" if meant else ""
    return f"{quoted(path.name)} has one column, {quoted(name)}, where 2 are needed{hint}"


def _layout(path: Path, reading: Reading) -> Layout | None:
    """How a CSV file is written; None for a Parquet file."""
    with path.open("rb") as file:
        if file.read(len(PARQUET)) == PARQUET:
            return None
    return layout(path, reading.delimiter)


def _names(path: Path, form: Layout | None) -> list[str]:
    """Names of columns as the file has them."""
    if form is None:
        return parquet.read_schema(path).names
    with csv.open_csv(path, *_csv_options(form)) as reader:
        return reader.schema.names


def _csv_options(form: Layout) -> tuple[csv.ReadOptions, csv.ParseOptions]:
    """How CSV is read: in one thread, so that errors know the number of a row."""
    return (
        csv.ReadOptions(
            use_threads=False, block_size=BLOCK, encoding=form.encoding, skip_rows=form.skip
        ),
        csv.ParseOptions(delimiter=form.delimiter, newlines_in_values=True),
    )
