"""Columns to which a file gives a type: without values, out of range, all alike."""

import numpy as np
import pyarrow as pa
import pytest

from helpers.data.user_tables import load_table

N = 60


def told(data, *words):
    """Whether one of the notices holds all the words."""
    return any(all(word in notice for word in words) for notice in data.notices)


@pytest.mark.parametrize(
    "kind", [pa.date32(), pa.duration("s"), pa.timestamp("us"), pa.bool_(), pa.null(), pa.float64(),
             pa.dictionary(pa.int8(), pa.string()), pa.list_(pa.int8())], ids=str
)  # fmt: skip
def test_a_typed_column_without_values_is_left_out(file, kind):
    columns = {"x": np.arange(N) / 4, "empty": pa.nulls(N, kind), "kind": ["a", "b"] * (N // 2)}
    data = load_table(file(pa.table(columns), "mine.parquet"), "kind")
    assert data.inputs == ["x"]
    assert told(data, "`empty`: left out, since it holds no value")


@pytest.mark.parametrize(
    "kind",
    [
        pa.timestamp("s"),
        pa.date64(),
        pa.time64("ns"),
        pa.timestamp("s", "Nowhere/Never"),
        pa.date32(),
    ],
    ids=str,
)
@pytest.mark.parametrize("whole", [86_399_999_000_000, 2**31 - 5, 2**52])
def test_times_that_python_cannot_hold_are_left_out(file, kind, whole):
    size = pa.int32() if kind == pa.date32() else pa.int64()
    times = pa.array([whole % 2 ** (size.bit_width - 1)] * N, size).cast(kind)
    columns = {"x": np.arange(N) / 4, "when": times, "kind": ["a", "b"] * (N // 2)}
    data = load_table(file(pa.table(columns), "mine.parquet"), "kind")
    assert data.inputs == ["x"]
    assert told(data, "`when`: left out, since it holds dates or times, such as")


@pytest.mark.parametrize("content", ["parquet", "csv"])
def test_truth_values_that_are_all_alike_are_told(file, content):
    path = file("x,on,kind\n" + "".join(f"{i / 4},true,{'ab'[i % 2]}\n" for i in range(N)))
    if content == "parquet":
        columns = {"x": np.arange(N) / 4, "on": [True] * N, "kind": ["a", "b"] * (N // 2)}
        path = file(pa.table(columns), "mine.parquet")
    data = load_table(path, "kind")
    assert data.inputs == ["x", "on = True"]
    assert told(data, "`on`: the same in all rows")


@pytest.mark.parametrize("kind", [pa.float16(), pa.float32(), pa.float64(), pa.int16()], ids=str)
def test_a_number_named_as_missing_is_a_gap_in_any_precision(file, kind):
    gap = -99 if pa.types.is_integer(kind) else -9.99
    numbers = pa.array(np.where(np.arange(N) % 4, np.arange(N) % 7, gap), pa.float64())
    columns = {"x": numbers.cast(kind, safe=False), "kind": ["a", "b"] * (N // 2)}
    path = file(pa.table(columns), "mine.parquet")
    data = load_table(path, "kind", ["x"], missing=[str(gap)])
    assert data.columns.loc["x", "gaps"] == N // 4
