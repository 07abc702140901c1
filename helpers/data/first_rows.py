"""What the first rows of a file tell of the spelling of its numbers and gaps."""

import re
from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from helpers.data.names import code
from helpers.data.spelling import is_gap_like, read_number
from helpers.data.units import measured

GAPS = csv.ConvertOptions().null_values  # empty, NA, nan, null and the like
GROUPED = r"^[-+]?[1-9]\d{0,2}(\.\d{3})*$"  # 950 and 1.234: thousands, or not
SPELLED = pa.array([gap for gap in GAPS if gap])
VERSION = re.compile(r"\d+\.\d+")
VERSIONS = re.compile(r"\bver\b|version|release|firmware|\b[fs]w\b", re.IGNORECASE)
MOST = 2000  # rows that settle the decimal mark


def decimal_mark(rows: pa.Table, except_for: Collection[str], missing: Collection[str]) -> str:
    """The decimal mark of those columns that can be read in one way only, "auto" if unsettled.

    Args:
        rows: the first ones of a table.
        except_for: names of columns that do not count.
        missing: spellings of gaps, besides the usual ones.
    """
    settled = set()
    for name in rows.column_names:
        if name in except_for or not is_text(rows[name].type):
            continue
        texts = pc.utf8_trim_whitespace(rows[name].slice(0, MOST).drop_null())
        texts = [
            text
            for text in pc.unique(texts).to_pylist()
            if text not in GAPS and text not in missing and not is_gap_like(text)
        ]
        fits = [mark for mark in ".," if not np.isnan([_value(t, mark) for t in texts]).any()]
        if texts and len(fits) == 1:
            settled.add(fits[0])
    return settled.pop() if len(settled) == 1 else "auto"


def with_points_of_thousands(rows: pa.Table) -> list[str]:
    """Columns of ``rows`` whose points may all be between thousands, such as 950 and 1.234."""
    names = []
    for name in rows.column_names:
        text = pc.utf8_trim_whitespace(rows[name])
        text = text.filter(pc.invert(pc.is_in(text, pa.array(GAPS))))
        fits = pc.match_substring_regex(text, GROUPED)
        if pc.all(fits).as_py() and pc.any(pc.match_substring(text, ".")).as_py():
            names.append(name)
    return names


def begins_with_zero(values: pa.ChunkedArray) -> bool:
    """Whether a whole number among ``values`` begins with 0, as 007 does."""
    return bool(pc.any(pc.match_substring_regex(values, r"^\s*0\d+\s*$")).as_py())


def written(values: pa.ChunkedArray, name: str) -> str:
    """What the spelling of ``values`` tells of a column with a ``name``; empty if nothing.

    >>> written(pa.chunked_array([["0x1F", "0x0A"]]), "status")
    'numbers in hexadecimal, such as `0x1F`; if they are codes, name it in as_text'
    """
    matches = pc.match_substring_regex(values, r"^\s*0[xX][0-9a-fA-F]+\s*$")
    if (at := pc.index(matches, True).as_py()) >= 0:
        example = code(values[at].as_py().strip())
        return f"numbers in hexadecimal, such as {example}; if they are codes, name it in as_text"
    if begins_with_zero(values):
        return "numbers that begin with 0; if they are codes, name it in as_text"
    texts = [text for text in pc.unique(values.slice(0, MOST)).to_pylist() if text]
    if VERSIONS.search(name) and texts and all(map(VERSION.fullmatch, texts)):
        return "numbers, of which 1.10 is 1.1; if they are versions, name it in as_text"
    return ""


def spelled_gap(values: pa.ChunkedArray) -> str:
    """How a gap among ``values`` is written, if it is written as a word."""
    among = values.filter(pc.is_in(pc.utf8_trim_whitespace(values), SPELLED))
    return among[0].as_py().strip() if len(among) else ""


def is_text(kind: pa.DataType) -> bool:
    """Whether a type of Arrow's (``kind``) is one of its types of text."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _value(text: str, mark: str) -> float:
    """Of a number, perhaps with a unit."""
    value = read_number(text, mark)
    return read_number(measured(text)[0], mark) if np.isnan(value) else value
