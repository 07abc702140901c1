"""What a column is follows from how it is written, and from the type that a file gives it."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from table_files import refusal

from helpers.data.user_tables import load_table

N = 120
CODES = ["01067", "10115", "80331", "04109"]


def parquet(file, column):
    kinds = ["a", "b"] * (N // 2)
    return file(pa.table({"it": column, "x": np.arange(N) / 4, "kind": kinds}), "mine.parquet")


def written(file, texts, mark=","):
    rows = "".join(mark.join([text, f"{i}", "ab"[i % 2]]) + "\n" for i, text in enumerate(texts))
    return file(mark.join(["it", "x", "kind"]) + "\n" + rows)


def about(path, **options):
    """What the column was taken for, and what to notice of it."""
    return load_table(path, "kind", **options).columns.loc["it", ["taken for", "to notice"]]


@pytest.mark.parametrize("make", [parquet, written])
def test_digits_that_begin_with_0_are_codes(file, make):
    taken, _ = about(make(file, [CODES[i % 4] for i in range(N)]))
    assert taken == "category: 01067, 04109, 10115, 80331"
    taken, _ = about(make(file, [["01", "2A", "2B", "13"][i % 4] for i in range(N)]))
    assert taken == "category: 01, 13, 2A, 2B"
    taken, told = about(make(file, [f"{1000 + 7 * i:06}" for i in range(N)]))
    assert (taken, "every row has a different text" in told) == ("left out", True)
    assert about(make(file, [f"{i % 60:03}" for i in range(N)]))["taken for"] == "number"
    assert about(make(file, [f"0.{i % 60:03}" for i in range(N)]))["taken for"] == "number"


def test_a_gap_among_codes_makes_no_numbers_of_them(file):
    taken, told = about(written(file, ["-" if i % 9 == 0 else CODES[i % 4] for i in range(N)]))
    assert taken == "category: -, 01067, 04109, 10115, 80331"
    assert told.startswith("- looks like a gap; if it is, name it in missing")


def test_metres_are_no_milliseconds(file):
    texts = [f"{i + 1} {['m', 'ms'][i % 2]}" for i in range(N)]
    assert "in several units, 'm' and 'ms': bring them to one" in refusal(written(file, texts))


def test_a_target_of_padded_numbers_can_be_predicted(file):
    path = written(file, [f"{i % 20:03}" for i in range(N)])
    assert load_table(path, "it", ["x"], predict="numbers").predicts == "numbers"
    assert load_table(path, "it", ["x"], predict="auto").predicts == "classes"


def test_numbers_that_parquet_has_as_text_are_numbers_and_told(file):
    taken, told = about(parquet(file, [f"{i / 8}" for i in range(N)]))
    assert (taken, told) == ("number", "text in the file, read as numbers")


def test_what_a_file_has_as_categories_are_categories(file):
    column = pa.array(pd.Categorical([str(1 + i % 3) for i in range(N)]))
    assert about(parquet(file, column))["taken for"] == "category: 1, 2, 3"


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_length_of_time_is_a_number_of_days(file, unit):
    spans = pa.array([datetime.timedelta(hours=12 * i) for i in range(N)], pa.duration(unit))
    data = load_table(parquet(file, spans), "kind", ["it"], standardise=False)
    assert sorted(np.concatenate([data.x_train, data.x_test])[:, 0]) == [i / 2 for i in range(N)]
    assert data.columns.loc["it", "to notice"] == "lengths of time, in days"


def test_sizes_that_are_not_all_numbers_are_categories(file):
    sizes = [["36", "38", "XL", "40"][i % 4] for i in range(N)]
    taken, told = about(written(file, sizes))
    assert taken == "category: 36, 38, 40, XL"
    assert told.startswith("36 resembles a number and XL does not, so they were taken for categ")
    assert load_table(written(file, sizes), "kind", missing=["XL"]).inputs[:2] == [
        "it",
        "it is missing",
    ]


def test_hexadecimal_numbers_and_versions_are_told(file):
    taken, told = about(written(file, [f"0x{i % 32:02X}" for i in range(N)]))
    assert (taken, "numbers in hexadecimal, such as 0x00" in told) == ("number", True)
    path = written(file, [f"1.{i % 20}0" for i in range(N)])
    path.write_text(path.read_text().replace("it,", "app version,", 1))
    (told,) = [n for n in load_table(path, "kind").notices if "app version" in n]
    assert told.endswith("numbers, of which 1.10 is 1.1; if they are versions, name it in as_text.")


@pytest.mark.parametrize(
    ("pattern", "unit"),
    [("{} m²", "m²"), ("{}kg", "kg"), ("{} GB", "GB"), ("{} °C", "°C"), ("{} €/m²", "€/m²")],
)
@pytest.mark.parametrize("mark", [",", ";"])
def test_numbers_with_one_unit_are_numbers(file, pattern, unit, mark):
    decimal = "," if mark == ";" else "."
    texts = [pattern.format(f"{i / 8 + 1:.3f}".replace(".", decimal)) for i in range(N)]
    path = written(file, ["?", *texts[1:]], mark)
    options = {"missing": ["?"], "decimal": decimal}
    data = load_table(path, "kind", ["it"], standardise=False, **options)
    values = np.concatenate([data.x_train, data.x_test])
    known = sorted(values[values[:, 1] == 0, 0])
    np.testing.assert_allclose(known, np.arange(1, N) / 8 + 1, rtol=1e-6)
    assert data.columns.loc["it", "to notice"].startswith(f"numbers in {unit}")


def test_singular_and_plural_are_one_unit(file):
    texts = [f"{i % 30} {'year' if i % 30 == 1 else 'years'}" for i in range(N)]
    assert about(written(file, texts))["taken for"] == "number"


LIMIT = "limits where numbers should be, such as '<0.05' in row 5 below the header: put a number"
UNLIKE = [
    ("{} g", "{} kg", "in several units, 'g' and 'kg': bring"),
    ("{}", "<0.05", LIMIT),
    (
        "{}0",
        "{}0*",
        "holds numbers with marks, such as '0.50*' in row 5 below the header: remove the marks",
    ),
    (
        "{}",
        "{} e",
        "holds numbers with 'e' and without it, such as '0.5 e' in row 5 below the header",
    ),
]


@pytest.mark.parametrize(("usual", "other", "words"), UNLIKE)
def test_units_limits_and_marks_that_differ_are_refused_with_advice(file, usual, other, words):
    texts = [(other if i % 9 == 4 else usual).format(i / 8) for i in range(N)]
    told = refusal(written(file, texts))
    assert words in told
    assert "leave" not in told
    assert "as_text" not in told  # too many


def test_a_limit_can_be_named_as_a_gap(file):
    texts = ["<0.05" if i % 9 == 4 else f"{i / 8}" for i in range(N)]
    data = load_table(written(file, texts), "kind", missing=["<0.05"])
    assert data.columns.loc["it", "gaps"] == len([text for text in texts if text == "<0.05"])


def test_codes_that_begin_with_numbers_are_no_measures(file):
    keys = [f"{100 + i} {'ABC'[i % 3]}" for i in range(N)]
    assert "every row has a different text" in about(written(file, keys))["to notice"]
    hashes = [f"{i:02}{chr(97 + i % 26)}{chr(97 + i % 7)}" for i in range(N)]
    assert "every row has a different text" in about(written(file, hashes))["to notice"]
    seats = [f"{1 + i % 6}{'ABCD'[i % 4]}" for i in range(N)]
    assert about(written(file, seats))["taken for"].startswith("category: 1A, ")


@pytest.mark.parametrize("few", [["<5", "5-10", ">10"], ["500 GB", "1 TB", "2 TB"], ["12A", "7B"]])
def test_few_texts_with_numbers_are_categories(file, few):
    texts = [few[i % len(few)] for i in range(N)]
    assert about(written(file, texts))["taken for"] == f"category: {', '.join(sorted(few))}"
