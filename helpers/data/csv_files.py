"""CSV files: how one is written, and its columns."""

import codecs
import csv
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
from pyarrow import csv as arrow_csv

from helpers.errors import ParameterError, quoted

PEEK = 65_536  # bytes looked at
MARKS = ",;\t|"
BLOCK = 2**24  # bytes parsed at once, longer than any row
ROWS = 20  # of which each has as many values as the header, if the delimiter is right


@dataclass(frozen=True)
class Layout:
    """How a CSV file is written.

    Attributes:
        encoding: as Python calls it.
        skip: lines before the header.
        delimiter: what separates its columns.
        notices: a sentence for each of these that was not given and is not the usual one.
        names: of its columns, without the blanks around them.
    """

    encoding: str
    skip: int
    delimiter: str
    notices: list[str]
    names: Sequence[str] = ()


def layout(path: Path, delimiter: str) -> Layout:
    """Look how a CSV file is written.

    Args:
        path: of the file.
        delimiter: "auto", or what separates the columns.

    Raises:
        ParameterError: it is empty, or binary.
    """
    with path.open("rb") as file:
        start = file.read(PEEK)
    if not start.strip():
        raise ParameterError(f"{quoted(path.name)} is empty")
    encoding = _encoding(path, start)
    text = start.decode(encoding, errors="replace").removeprefix("\ufeff")
    lines = text.splitlines() if len(start) < PEEK else text.splitlines()[:-1] or [text]
    skip, notices = 0, []
    if declared := re.fullmatch("sep=(.)", lines[0]):  # as spreadsheets write it
        skip, delimiter = 1, declared[1] if delimiter == "auto" else delimiter
    body = next((i for i in range(skip, len(lines)) if not _is_comment(lines[i])), skip)
    if body > skip and _width(lines[skip:], MARKS) < _width(lines[body:], MARKS):
        if n_comments := sum(bool(line.strip()) for line in lines[skip:body]):
            notices.append(f"Lines before the header were skipped: {n_comments}.")
        skip = body
    if delimiter == "auto":
        delimiter = _delimiter(lines[skip:])
    if encoding not in ("utf-8", "utf-16"):
        name = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}[encoding]
        notices.append(
            f"The file is not in UTF-8, and was read as {name}: if letters are wrong, save it in "
            "UTF-8."
        )
    return Layout(encoding, skip, delimiter, notices)


def named(path: Path, form: Layout) -> Layout:
    """The layout with the names of the columns; of those without one, all but the first get one.

    Args:
        path: of the file.
        form: as ``layout`` returns it.
    """
    with arrow_csv.open_csv(path, *_options(form)) as reader:
        names = [name.strip() for name in reader.schema.names]
    unnamed = itertools.accumulate(not name for name in names)
    names = [
        name or f"Unnamed: {i}" * (nth > 1)
        for i, (name, nth) in enumerate(zip(names, unnamed, strict=True))
    ]
    return replace(form, names=names)


def read_csv(
    path: Path,
    form: Layout,
    names: Sequence[str],
    *,
    text: Sequence[str],
    gaps: Sequence[str],
    decimal: str,
) -> pa.Table:
    """Some columns of a CSV file.

    Args:
        path: of the file.
        form: as ``named`` returns it.
        names: of the columns.
        text: those that are not to be numbers, dates or truth values.
        gaps: what is a gap, unless it is in quotes.
        decimal: the decimal mark.
    """
    options = arrow_csv.ConvertOptions(
        include_columns=names,
        column_types=dict.fromkeys(text, pa.string()),
        null_values=gaps,
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        decimal_point=decimal,
    )
    return arrow_csv.read_csv(path, *_options(form), convert_options=options)


def first_block(path: Path, form: Layout) -> pa.Table:
    """The first rows of a CSV file, all columns as they are written.

    Args:
        path, form: as for ``read_csv``.
    """
    types = dict.fromkeys(form.names, pa.string())
    options = arrow_csv.ConvertOptions(column_types=types)
    with arrow_csv.open_csv(path, *_options(form), convert_options=options) as reader:
        return pa.Table.from_batches(list(itertools.islice(reader, 1)), reader.schema)


def _options(form: Layout) -> tuple[arrow_csv.ReadOptions, arrow_csv.ParseOptions]:
    """In one thread, so that errors know the number of a row."""
    read = arrow_csv.ReadOptions(
        use_threads=False, block_size=BLOCK, encoding=form.encoding, skip_rows=form.skip
    )
    if form.names:
        read.column_names, read.skip_rows_after_names = form.names, 1
    parse = arrow_csv.ParseOptions(delimiter=form.delimiter, newlines_in_values=True)
    return read, parse


def _encoding(path: Path, start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in start:
        raise ParameterError(
            f"{quoted(path.name)} must be CSV or Parquet, and is binary (has zero bytes): save a "
            "spreadsheet as CSV, unpack a compressed file"
        )
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(2**24):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            file.seek(0)
            rare = re.search(b"[\x81\x8d\x8f\x90\x9d]", file.read())  # not in Windows-1252
            return "latin-1" if rare else "cp1252"
    return "utf-8"


def _is_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _width(lines: list[str], marks: str) -> int:
    """Most values of the first row, whichever mark separates them."""
    return max(len(next(csv.reader(lines[:1], delimiter=mark), [])) for mark in marks)


def _delimiter(lines: list[str]) -> str:
    """The mark that gives each of the first rows as many values as the header, at least two.

    If none does, or several, it is the comma.
    """
    fitting = []
    for mark in MARKS:
        rows = [row for row in csv.reader(lines[: 5 * ROWS], delimiter=mark) if row][:ROWS]
        if rows and len(rows[0]) > 1 and {len(row) for row in rows} == {len(rows[0])}:
            fitting.append(mark)
    return fitting[0] if len(fitting) == 1 else MARKS[0]
