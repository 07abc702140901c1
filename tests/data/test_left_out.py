"""Columns that tell only rows apart are left out; each column is accounted for."""

import numpy as np
import pyarrow as pa
import pytest
from table_files import GOOD, refusal

from helpers.data.user_tables import load_table


def with_column(name, values):
    header, *rows = GOOD.splitlines()
    return "\n".join(
        [f"{name},{header}", *(f"{v},{row}" for v, row in zip(values, rows, strict=True))]
    )


ORDER = np.random.default_rng(0).permutation(24)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Id", range(1, 25)),
        ("key", [1000 - 7 * i for i in range(24)]),
        ("Unnamed: 0", ORDER),
        ("", ORDER),
        ("patient_id", 100 + 17 * ORDER),
        ("__index_level_0__", 3 * ORDER),
        ("shuffled", ORDER),
        ("name", [f"person {i}" for i in ORDER]),
        ("code", [2**60 + int(i) for i in ORDER]),
    ],
)
def test_numbers_of_rows_are_left_out_unless_asked_for(file, name, values):
    path = file(with_column(name, values))
    data = load_table(path, "kind")
    assert data.inputs == ["width", "colour = blue", "colour = red"]
    assert data.columns.loc[name, "taken for"] == "left out"
    start = f"Column `{name}`" if name else "The column without a name"
    assert any(notice.startswith(f"{start}: left out, since") for notice in data.notices)
    if name not in ("name", "code"):
        assert load_table(path, "kind", ["width", name]).inputs == ["width", name]


@pytest.mark.parametrize("values", [[i // 2 for i in range(24)], 3 * ORDER, ORDER + 0.5])
def test_other_numbers_stay(file, values):
    assert load_table(file(with_column("size", values)), "kind").inputs[0] == "size"


def test_row_numbers_are_better_than_nothing(file):
    rows = "".join(f"{i},{'ab'[i % 2]}\n" for i in range(24))
    data = load_table(file("x,kind\n" + rows), "kind")
    assert data.inputs == ["x"]
    assert "may just number the rows" in data.columns.loc["x", "to notice"]
    rows = "".join(f"{i}.1.2020,{'ab'[i % 2]}\n" for i in range(10, 20))
    assert refusal(file("x,kind\n" + rows)).startswith("'mine.csv' has no column to learn from (")


def test_columns_can_be_left_out(file):
    path = file(GOOD)
    assert load_table(path, "kind", leave_out=["colour"]).inputs == ["width"]
    assert refusal(path, leave_out=["color"]).endswith("(did you mean 'colour'?)")
    assert refusal(path, leave_out=["kind"]) == (
        "leave_out must not hold the target or a feature, got 'kind'"
    )
    assert refusal(path, leave_out=["colour", "width"]).startswith("leave_out must leave a column")


def test_each_column_is_accounted_for(file):
    data = load_table(file(with_column("Id", range(24))), "kind", leave_out=["width"])
    assert data.columns.index.tolist() == ["Id", "width", "colour", "kind"]
    assert data.columns["taken for"].tolist() == [
        "left out", "left out", "category: blue, red", "target: classes: a, b"
    ]  # fmt: skip
    assert data.columns["inputs"].tolist() == [0, 0, 2, 0]
    assert data.columns.loc["width", "to notice"] == "as asked"
    assert not any("`width`" in notice for notice in data.notices)


@pytest.mark.parametrize("name", [2019, "2019"])
def test_columns_may_be_named_by_numbers(file, name):
    table = GOOD.replace("width", "2019").replace("kind", "2022")
    assert load_table(file(table), 2022, [name]).inputs == ["2019"]


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())],
)
def test_text_is_text_however_parquet_stores_it(file, kind):
    colours = pa.array(["red", "blue", "red"] * 8).cast(kind)
    kinds = pa.array(["a", "b"] * 12).cast(kind)
    table = pa.table({"x": [i / 2 for i in range(24)], "colour": colours, "kind": kinds})
    data = load_table(file(table, "mine.parquet"), "kind")
    assert data.inputs == ["x", "colour = blue", "colour = red"]
    assert data.classes == ["a", "b"]


def test_what_may_be_something_else_is_told(file):
    values = {
        "capitals": [["Red", "red", "blue"][i % 3] for i in range(24)],
        "measure": [["5 kg", "7 kg", "9 kg"][i % 3] for i in range(24)],
        "constant": ["x"] * 24,
        "rooms": [i % 4 for i in range(24)],
        "zip": [f"0{i % 11}234" for i in range(24)],
    }
    words = ["differ in capitals alone", "numbers in kg", "the same in all rows",
             "at most 10 different whole numbers", "00234 resembles a number"]  # fmt: skip
    for (name, column), word in zip(values.items(), words, strict=True):
        data = load_table(file(with_column(name, column)), "kind")
        assert word in data.columns.loc[name, "to notice"]
