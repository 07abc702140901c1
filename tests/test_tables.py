"""A CSV or Parquet file becomes samples to learn from, or one plain sentence says why not."""

import csv
import datetime
import io

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from helpers import checks
from helpers.datasets import Dataset, load_table
from helpers.fields import ParameterError

GOOD = "width,colour,kind\n" + "".join(
    f"{i / 4},{['red', 'blue'][i % 3 == 0]},{'ab'[i % 2]}\n" for i in range(24)
)


@pytest.fixture
def file(tmp_path):
    """Write a file, its content given as text, bytes, or columns of a Parquet file."""

    def write(content, name="mine.csv"):
        path = tmp_path / name
        if isinstance(content, pa.Table):
            parquet.write_table(content, path)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def refusal(path, target="kind", *features, **options):
    """The sentence with which a file is refused."""
    with pytest.raises(ParameterError) as raised:
        load_table(path, target, features or None, **options)
    (sentence,) = raised.value.problems
    assert "\n" not in sentence
    assert len(sentence) < 400
    return sentence


# What is taken, and what becomes of it.


def test_columns_become_inputs_and_the_target_classes(file):
    data = load_table(file(GOOD), "kind")
    assert data.inputs == ["width", "colour = blue", "colour = red"]
    assert data.classes == ["a", "b"]
    assert (data.n_train, len(data.x_test), data.n_found) == (18, 6, 24)
    assert {each.dtype.name for each in (data.x_train, data.y_train, data.x_test)} == {"float32"}
    colours = np.concatenate([data.x_train, data.x_test])[:, 1:]
    assert colours.sum(axis=0).tolist() == [8, 16]
    assert (colours.sum(axis=1) == 1).all()
    checks.samples(data)


def test_numbers_are_standardised_by_the_training_samples_alone(file):
    path = file(GOOD)
    plain = load_table(path, "kind", ["width"], standardise=False)
    scaled = load_table(path, "kind", ["width"])
    mean, spread = plain.x_train.mean(), plain.x_train.std()
    np.testing.assert_allclose(scaled.x_train, (plain.x_train - mean) / spread, rtol=1e-5)
    np.testing.assert_allclose(scaled.x_test, (plain.x_test - mean) / spread, rtol=1e-5)


def test_rows_keep_their_values_and_classes_together(file):
    rows = [(i, "odd" if i % 2 else "even") for i in range(40)]
    path = file("number,kind\n" + "".join(f"{i},{kind}\n" for i, kind in rows))
    data = load_table(path, "kind", standardise=False)
    x, y = np.concatenate([data.x_train, data.x_test]), np.concatenate([data.y_train, data.y_test])
    assert sorted(x[:, 0]) == list(range(40))
    assert (x[:, 0] % 2 == y.argmax(axis=1)).all()  # even comes before odd


def test_a_parquet_file_gives_what_the_csv_file_gives(file):
    widths = [i / 4 for i in range(24)]
    colours = pa.array([["red", "blue"][i % 3 == 0] for i in range(24)]).dictionary_encode()
    columns = {"width": widths, "colour": colours, "kind": ["ab"[i % 2] for i in range(24)]}
    one = load_table(file(GOOD), "kind")
    other = load_table(file(pa.table(columns), "mine.parquet"), "kind")
    assert (one.inputs, one.classes) == (other.inputs, other.classes)
    np.testing.assert_array_equal(one.x_train, other.x_train)


def test_the_split_is_stratified_and_decided_by_its_seed(file):
    path = file(
        "x,kind\n" + "".join(f"{i},{'rare' if i % 10 == 0 else 'often'}\n" for i in range(200))
    )
    first, again = load_table(path, "kind", data_seed=1), load_table(path, "kind", data_seed=1)
    np.testing.assert_array_equal(first.x_train, again.x_train)
    assert (first.x_train != load_table(path, "kind", data_seed=2).x_train).any()
    assert first.y_train[:, 1].sum() == 15
    assert first.y_test[:, 1].sum() == 5


def test_of_many_samples_some_are_drawn_each_class_with_its_share(file):
    path = file(
        "x,kind\n" + "".join(f"{i},{'rare' if i % 10 == 0 else 'often'}\n" for i in range(500))
    )
    data = load_table(path, "kind", max_samples=100, standardise=False)
    assert (len(data.x_train), len(data.x_test), data.n_found) == (75, 25, 500)
    assert data.y_train[:, 1].sum() + data.y_test[:, 1].sum() == 10
    assert len(np.unique(np.concatenate([data.x_train, data.x_test]))) == 100


def test_all_but_a_few_samples_can_be_drawn(file):
    for most in (23, 24):
        data = load_table(file(GOOD), "kind", max_samples=most)
        assert most - 2 <= len(data.x_train) + len(data.x_test) <= most


def test_numeric_classes_come_in_the_order_of_numbers(file):
    data = load_table(file("x,kind\n" + "".join(f"{i},{i % 12}\n" for i in range(60))), "kind")
    assert data.classes == [str(i) for i in range(12)]


def test_truth_values_constants_and_blanks_are_understood(file):
    rows = "".join(f" {i} , {i % 3 == 0} ,5, {'ab'[i % 2]} \n" for i in range(12))
    data = load_table(file("x, yes , five ,kind\n" + rows), "kind")
    assert data.inputs == ["x", "yes = False", "yes = True", "five"]
    assert (data.x_train[:, 3] == 0).all()


@pytest.mark.parametrize("mark", [";", "\t", "|", " "])
def test_another_delimiter_may_be_given(file, mark):
    data = load_table(file(GOOD.replace(",", mark)), "kind", delimiter=mark)
    assert data.inputs[0] == "width"


def test_only_the_wanted_columns_must_be_in_order(file):
    rows = "".join(f"{i},,2020-01-01,{'ab'[i % 2]}\n" for i in range(12))
    data = load_table(file("x,empty,day,kind\n" + rows), "kind", ["x"])
    assert data.inputs == ["x"]


# Files that are no table.


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


@pytest.mark.parametrize("content", [bytes(range(256)) * 40, GOOD.encode("utf-16")])
def test_a_binary_file(file, content):
    assert "must be CSV in UTF-8 or Parquet, and is binary" in refusal(file(content))


def test_a_parquet_file_cut_short(file):
    whole = file(pa.table({"x": range(99), "kind": ["a", "b", "c"] * 33}), "mine.parquet")
    whole.write_bytes(whole.read_bytes()[:-20])
    assert refusal(whole).startswith("'mine.parquet' cannot be read as a table: ")


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_the_wrong_delimiter(file, mark):
    told = refusal(file(GOOD.replace(",", mark).replace(".", ",")))
    assert told.endswith(f"where 2 are needed (did you mean the delimiter {mark!r}?)")


@pytest.mark.parametrize(("row", "n"), [("1,red", 2), ("1,red,a,b", 4), ("7", 1)])
def test_ragged_rows(file, row, n):
    assert refusal(file(f"{GOOD}{row}\n")) == (
        f"'mine.csv' has rows of different lengths: {n} values in row 25 below the header, "
        "which has 3"
    )


def test_other_encodings(file):
    header = GOOD.replace("width", "größe").encode("latin-1")
    assert refusal(file(header)) == "'mine.csv' must be in UTF-8, and is not"
    values = GOOD.replace("red", "grün").encode("latin-1")
    assert refusal(file(values)) == "column 'colour' of 'mine.csv' must be in UTF-8, and is not"


# Columns.


def test_no_such_target_or_feature_names_the_nearest(file):
    path = file(GOOD)
    assert refusal(path, "kid") == "'mine.csv' has no column 'kid' (did you mean 'kind'?)"
    assert refusal(path, "kind", "wide") == (
        "'mine.csv' has no column 'wide' (did you mean 'width'?)"
    )
    assert refusal(path, "zzz") == "'mine.csv' has no column 'zzz'"


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


@pytest.mark.parametrize("gap", ["", "NA", "nan", "null"])
def test_missing_values(file, gap):
    told = refusal(file(GOOD.replace("1.25,", f"{gap},").replace("2.5,", f"{gap},")))
    assert told.startswith("column 'width' of 'mine.csv' has 2 missing values, the first in row 6 ")
    told = refusal(file(GOOD.replace(",a\n", f",{gap}\n", 1)))
    assert told.startswith("target 'kind' of 'mine.csv' has 1 missing value, the first in row 1 ")


@pytest.mark.parametrize("value", ["inf", "-inf", "1e999"])
def test_infinities(file, value):
    told = refusal(file(GOOD.replace("1.25", value)))
    assert told.endswith(f"holds {float(value)} in row 6 below the header")


def test_numbers_beyond_single_precision(file):
    told = refusal(file(GOOD.replace("1.25", "1e300")), standardise=False)
    assert told.startswith("column 'width' of 'mine.csv' holds numbers that single precision")


def test_text_in_a_column_of_numbers(file):
    told = refusal(file(GOOD.replace("1.25", "about 1")))
    assert told == (
        "column 'width' of 'mine.csv' holds numbers, and text: 'about 1' in row 6 below the header"
    )


def test_numbers_written_as_text(file):
    table = pa.table({"x": [str(i) for i in range(9)], "kind": list("abc") * 3})
    told = refusal(file(table, "mine.parquet"))
    assert told == "column 'x' of 'mine.parquet' holds numbers written as text"


def test_dates_and_lists(file):
    days = [datetime.date(2020, 1, day) for day in range(1, 10)]
    told = refusal(file(pa.table({"x": days, "kind": list("abc") * 3}), "mine.parquet"))
    assert told.endswith("must hold numbers, text or truth values, got date32[day]")
    told = refusal(file(pa.table({"x": [[1]] * 9, "kind": list("abc") * 3}), "mine.parquet"))
    assert told.endswith("must hold numbers, text or truth values, got list<element: int64>")


def test_a_million_categories(file):
    names = [f"name {i}" for i in range(1_000_000)]
    table = pa.table({"name": names, "kind": ["a", "b"] * 500_000})
    path = file(table, "mine.parquet")
    assert refusal(path) == (
        "column 'name' of 'mine.parquet' must have at most 50 categories, got 1000000"
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
    told = refusal(file("x,kind\n" + "".join(f"{i},{i % 8}\n" for i in range(16))))
    assert told == "16 samples are too few for 8 classes, with 4 of them for test"


@pytest.mark.parametrize("share", [0, 1, -0.5, "half", float("nan")])
def test_shares_out_of_range(file, share):
    with pytest.raises(ValueError, match="test_share must be "):
        load_table(file(GOOD), "kind", test_share=share)


# Names that are code somewhere else stay names.


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "$\\frac{a}{b}$", "**x** | `y`", "=1+1"]
)
def test_names_of_columns_and_classes_stay_text(file, name):
    rows = csv.writer(text := io.StringIO())
    rows.writerows([[name, "kind"], *([i, name if i % 2 else "b"] for i in range(12))])
    data = load_table(file(text.getvalue()), "kind")
    assert data.inputs == [name]
    assert name in data.classes


# Anything at all: a sentence or samples, nothing else.

cells = st.one_of(
    st.integers(-9, 9).map(str),
    st.floats(width=32).map(str),
    st.sampled_from(["", "a", "b", "nan", "inf", "true", "2020-01-01", '"', "1e400", "é", "a\nb"]),
    st.text(max_size=4),
)
names = st.one_of(st.sampled_from(["x", "y", ""]), st.text(max_size=5))


@st.composite
def tables(draw):
    columns = [*draw(st.lists(names, min_size=1, max_size=4, unique=draw(st.booleans()))), "kind"]
    few = st.sampled_from(draw(st.lists(cells, min_size=2, max_size=3)))
    kinds = [few, cells, st.integers(-9, 9).map(str), st.sampled_from("ab")]
    row = st.tuples(*[draw(st.sampled_from(kinds)) for _ in columns])
    write = csv.writer(text := io.StringIO(), delimiter=draw(st.sampled_from(",,,,;")))
    write.writerows([columns, *draw(st.lists(row, max_size=20))])
    return text.getvalue().encode("utf-8", "surrogatepass")


@settings(max_examples=300, deadline=None)
@given(
    content=st.one_of(st.binary(max_size=200), tables(), tables().map(lambda t: t[:-3] + b"\xe9,"))
)
def test_any_file_gives_samples_or_a_sentence(content, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    try:
        data = load_table(path, "kind", test_share=0.5)
    except ParameterError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(data, Dataset)
        checks.samples(data)
        assert data.y_train.sum(axis=0).min() >= 1


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_parquet_file_gives_samples_or_a_sentence(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.parquet"
    parquet.write_table(pa.table({"x": range(20), "kind": ["a", "b"] * 10}), path)
    content = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(4, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        checks.samples(load_table(path, "kind"))
    except ParameterError as error:
        assert "\n" not in str(error)
