"""A table that cannot be learnt from is refused in one plain sentence."""

import datetime

import pyarrow as pa
import pytest
from table_files import GOOD, refusal

from helpers.data.names import counted
from helpers.data.user_tables import load_table


def test_no_such_file(tmp_path):
    path = tmp_path / "none.csv"
    assert refusal(path) == f"there is no file {path}"


def test_a_directory(tmp_path):
    assert refusal(tmp_path).endswith("is a folder, where a CSV or Parquet file should be")


@pytest.mark.parametrize("content", ["", "\n\n  \n"])
def test_an_empty_file(file, content):
    assert refusal(file(content)) == "'mine.csv' is empty"


def test_a_header_without_rows(file):
    assert refusal(file("width,kind\n")) == "'mine.csv' has a header and no rows"


@pytest.mark.parametrize("content", [bytes(range(256)) * 40, b"PK\3\4\0", GOOD.encode("utf-16-le")])
def test_a_binary_file(file, content):
    assert "must be CSV or Parquet, and is binary" in refusal(file(content))


def test_a_parquet_file_cut_short(file):
    whole = file(pa.table({"x": range(99), "kind": ["a", "b", "c"] * 33}), "mine.parquet")
    whole.write_bytes(whole.read_bytes()[:-20])
    assert refusal(whole).startswith("'mine.parquet' cannot be read as a table: ")


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_the_wrong_delimiter(file, mark):
    told = refusal(file(GOOD.replace(",", mark).replace(".", ",")), delimiter=",")
    assert told.endswith(f"where 2 are needed (did you mean the delimiter {mark!r}?)")


def test_one_column(file):
    told = refusal(file(pa.table({"a;b": range(9)}), "mine.parquet"))
    assert told == "'mine.parquet' has one column, 'a;b', where 2 are needed"


@pytest.mark.parametrize(("row", "n"), [("1,red", 2), ("1,red,a,b", 4), ("7", 1)])
def test_ragged_rows(file, row, n):
    assert refusal(file(f"{GOOD}{row}\n")) == (
        f"'mine.csv' has rows of different lengths: {counted(n, 'value')} in row 25 below the "
        "header, which has 3"
    )


def test_a_header_without_the_name_that_r_leaves_out(file):
    rows = "".join(f'"{i}",{i / 2},"{"ab"[i % 2]}"\n' for i in range(9))
    assert refusal(file('"x","kind"\n' + rows)).endswith(
        "which has 2: give a name to each column, also to one of row numbers"
    )


def test_no_such_target_or_feature_names_the_nearest(file):
    path = file(GOOD)
    assert refusal(path, "kid") == "'mine.csv' has no column 'kid' (did you mean 'kind'?)"
    assert refusal(path, "kind", "wide") == (
        "'mine.csv' has no column 'wide' (did you mean 'width'?)"
    )
    columns = "its columns are 'width', 'colour', 'kind'"
    assert refusal(path, "zzz").startswith(
        f"'mine.csv' has no column 'zzz': {columns} (line 1 was taken for the header; "
    )
    assert f"{columns} (line 2 was" in refusal(file("# made by hand\n" + GOOD), "zzz")


def test_the_target_among_the_features(file):
    assert (
        refusal(file(GOOD), "kind", "width", "kind") == "features must not hold the target 'kind'"
    )


def test_two_columns_of_one_name(file):
    told = "has two columns named 'width'"
    assert told in refusal(file(GOOD.replace("colour", "width", 1)))
    assert told in refusal(file(GOOD.replace("colour", " width ", 1)))
    columns = [pa.array(range(9)), pa.array(range(9)), pa.array(list("ab") * 4 + ["a"])]
    twice = pa.Table.from_arrays(columns, ["width", "width", "kind"])
    assert told in refusal(file(twice, "mine.parquet"))


@pytest.mark.parametrize("gap", ["", "NA", "nan", "null", " ", " NA "])
def test_missing_values_can_be_refused(file, gap):
    refuse = {"missing_values": "refuse"}
    told = refusal(file(GOOD.replace("1.25,", f"{gap},").replace("2.5,", f"{gap},")), **refuse)
    assert told.startswith("column 'width' of 'mine.csv' has 2 missing values, the first in row 6 ")
    told = refusal(file(GOOD.replace("red", gap)), **refuse)
    assert told.startswith(
        "column 'colour' of 'mine.csv' has 16 missing values, the first in row 2"
    )
    told = refusal(file(GOOD.replace(",a\n", f",{gap}\n", 1)), **refuse)
    assert told.startswith("target 'kind' of 'mine.csv' has 1 missing value, the first in row 1 ")


@pytest.mark.parametrize("value", ["inf", "-inf", "1e999"])
def test_infinities(file, value):
    told = refusal(file(GOOD.replace("1.25", value)))
    assert f"holds {float(value)} in row 6 below the header: " in told


def test_numbers_beyond_single_precision(file):
    told = refusal(file(GOOD.replace("1.25", "1e300")), standardise=False)
    assert told.startswith("column 'width' of 'mine.csv' holds numbers that single precision")


def test_text_in_a_column_of_numbers(file):
    assert refusal(file(GOOD.replace("1.25", "about 1"))) == (
        "column 'width' of 'mine.csv' holds numbers, and text: 'about 1' in row 6 below the "
        "header: put numbers there, or if it is a gap, name it in missing"
    )


def test_dates_lists_and_bytes_that_are_asked_for(file):
    kinds = list("abc") * 3
    days = [datetime.date(2020, 1, day) for day in range(1, 10)]
    told = refusal(file(pa.table({"x": days, "kind": kinds}), "mine.parquet"), "kind", "x")
    assert told.endswith("cannot be learnt from: it holds dates or times, such as `2020-01-01`")
    told = refusal(file(pa.table({"x": [[1]] * 9, "kind": kinds}), "mine.parquet"))
    assert told.endswith(
        "must hold numbers, text or truth values, got list<element: int64>: name it in leave_out"
    )
    told = refusal(file(pa.table({"x": [b"\xff"] * 9, "kind": kinds}), "mine.parquet"))
    assert told.endswith("must hold text in UTF-8, and is binary: leave it out")


@pytest.mark.slow
def test_a_million_categories(file):
    names = [f"name {i}" for i in range(1_000_000)]
    table = pa.table({"name": names, "kind": ["a", "b"] * 500_000})
    path = file(table, "mine.parquet")
    assert refusal(path, "kind", "name") == (
        "column 'name' of 'mine.parquet' must have at most 50 categories, got 1000000: name it in "
        "leave_out, or make groups of them"
    )
    assert refusal(path, "name") == "there must be at most 100 classes, got 1000000"


def test_ten_thousand_columns(file):
    names = [f"x{i}" for i in range(10_000)]
    rows = [",".join(["1"] * 10_000 + [kind]) for kind in "abab"]
    path = file("\n".join([",".join([*names, "kind"]), *rows]))
    assert refusal(path) == (
        "'mine.csv' must have at most 2000 columns to learn from, got 10000: name some as features"
    )
    assert load_table(path, "kind", names[5000:5002], test_share=0.5).inputs == names[5000:5002]


def test_too_many_inputs_made_by_categories(file):
    columns = {f"c{j}": [f"v{(i + j) % 50}" for i in range(100)] for j in range(41)}
    told = refusal(file(pa.table(columns | {"kind": ["a", "b"] * 50}), "mine.parquet"))
    assert told.startswith("'mine.parquet' must make at most 2000 inputs, got 2050 (one for each")


def test_one_class(file):
    told = refusal(file(GOOD.replace(",b\n", ",a\n")))
    assert told == "there must be 2 classes at least, got one, 'a'"


def test_a_class_with_one_sample(file):
    told = refusal(file(f"{GOOD}1,red,c\n"))
    assert told == "class 'c' has 1 sample, too few for training and test samples of each class"


def test_a_class_too_small_for_its_share(file):
    told = refusal(file(f"{GOOD}1,red,c\n2,red,c\n"), test_share=0.2)
    assert told == "class 'c' has 2 samples, too few for test samples of each class"


def test_a_class_too_small_to_be_drawn(file):
    path = file("x,kind\n" + "".join(f"{i},{'rare' if i < 5 else 'often'}\n" for i in range(500)))
    assert refusal(path, max_samples=100) == (
        "class 'rare' has 1 among the 100 samples that were drawn, too few for training and test "
        "samples of each class: raise max_samples"
    )


def test_fewer_samples_drawn_than_two_of_each_class(file):
    told = refusal(file("x,kind\n" + "".join(f"{i},{i % 20}\n" for i in range(99))), max_samples=39)
    assert told == "max_samples must be at least 40 (2 for each class), got 39"


def test_fewer_samples_than_classes_in_a_part(file):
    path = file("x,kind\n" + "".join(f"{i},{i % 8}\n" for i in range(16)))
    told = refusal(path, predict="classes")
    assert told == "16 samples are too few for 8 classes, with 4 of them for test"


@pytest.mark.parametrize("share", [0, 1, -0.5, "half", float("nan")])
def test_shares_out_of_range(file, share):
    with pytest.raises(ValueError, match="test_share must be "):
        load_table(file(GOOD), "kind", test_share=share)
