"""Gaps are filled by what trains, told of, and are what the reader says they are."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from helpers.data.user_splits import user_splits
from helpers.data.user_tables import load_table
from helpers.errors import ParameterError

N = 60


def written(file, **columns):
    """A CSV file of columns of text, and a column kind."""
    names = [*columns, "kind"]
    rows = zip(*columns.values(), ["ab"[i % 2] for i in range(N)], strict=True)
    return file("\n".join(",".join(row) for row in [names, *rows]) + "\n")


def told(data, *words):
    """Whether one of the notices holds all the words."""
    return any(all(word in notice for word in words) for notice in data.notices)


@pytest.mark.parametrize("gap", ["", "NA", "nan", "NULL", "#N/A", " NA "])
def test_gaps_get_the_median_of_the_training_samples_and_an_input(file, gap):
    texts = [gap if i % 4 == 0 else f"{i * i / 10}" for i in range(N)]
    path = written(file, x=texts)
    data = user_splits(table=path, target="kind")
    assert data.inputs == ["x", "x is missing"]
    assert set(np.unique(data.x_train[:, 1])) == {0, 1}
    filled = data.x_train[data.x_train[:, 1] == 1, 0]
    known = data.x_train[data.x_train[:, 1] == 0, 0]
    np.testing.assert_allclose(filled, np.median(known), rtol=1e-5)
    assert data.columns.loc["x", "gaps"] == 15
    median = float(data.columns.loc["x", "filled with"])
    values = sorted(float(text) for text in texts if text != gap)
    assert values[5] < median < values[-5]
    assert told(data, "`x`", "15 gaps were filled with")
    elsewhere = np.concatenate([data.x_validation, data.x_test])
    np.testing.assert_allclose(elsewhere[elsewhere[:, 1] == 1, 0], np.median(known), rtol=1e-5)


def test_gaps_of_categories_get_the_most_frequent_one(file):
    eight = ["", "amber", "amber", "amber", "blue", "blue", "red", "red"]
    data = load_table(written(file, colour=[eight[i % 8] for i in range(N)]), "kind")
    assert data.inputs == ["colour = amber", "colour = blue", "colour = red", "colour is missing"]
    gaps = data.x_train[:, 3] == 1
    assert gaps.any()
    assert (data.x_train[gaps, 0] == 1).all()
    assert data.columns.loc["colour", ["gaps", "filled with"]].tolist() == [8, "amber"]


def test_more_spellings_of_a_gap_can_be_named(file):
    sizes = ["-999" if i % 6 == 0 else f"{i / 2}" for i in range(N)]
    jobs = ["?" if i % 4 == 0 else ["clerk", "farmer"][i % 2] for i in range(N)]
    path = written(file, size=sizes, job=jobs)
    as_they_are = load_table(path, "kind")
    assert as_they_are.inputs == ["size", "job = ?", "job = clerk", "job = farmer"]
    assert told(as_they_are, "`size`", "`-999` lies far from all its other numbers; if it is a gap")
    assert told(as_they_are, "`job`", "`?` looks like a gap")
    data = load_table(path, "kind", missing=["-999", "?"])
    assert data.columns["gaps"].tolist() == [10, 15, 0]
    table = pa.table({"size": np.arange(N) % 7 - 3.0, "kind": ["a", "b"] * (N // 2)})
    assert load_table(file(table, "m.parquet"), "kind", missing=["-3"]).columns["gaps"].sum() == 9


def test_a_gap_among_numbers_is_told(file):
    sizes = ["-" if i % 6 == 0 else f"{i / 2}" for i in range(N)]
    data = load_table(written(file, size=sizes), "kind")
    assert data.inputs == ["size", "size is missing"]
    assert told(data, "`size`: `-` among its numbers was taken for a gap")


def test_na_is_a_category_where_the_column_is_text(file):
    regions = [["NA", "EU", "APAC"][i % 3] for i in range(N)]
    path = written(file, region=regions)
    assert told(load_table(path, "kind"), "`NA` was taken for a gap; if it is a value, name")
    data = load_table(path, "kind", as_text=["region"])
    assert data.inputs == ["region = APAC", "region = EU", "region = NA"]
    assert data.columns["gaps"].sum() == 0
    assert load_table(path, "region", ["kind"], as_text=["region"]).classes == ["APAC", "EU", "NA"]
    quoted = written(file, region=[f'"{region}"' for region in regions])
    assert load_table(quoted, "kind").inputs == data.inputs


def test_numbers_named_as_text_are_categories_as_they_are_written(file):
    codes = [["007", "010", "7"][i % 3] for i in range(N)]
    path = written(file, code=codes)
    assert told(load_table(path, "kind"), "`code`", "resembles a number, and was taken for a cat")
    inputs = ["code = 007", "code = 010", "code = 7"]
    assert load_table(path, "kind").inputs == inputs
    assert load_table(path, "kind", as_text=["code"]).inputs == inputs
    table = pa.table({"code": [1.0, 2.0, 3.0] * (N // 3), "kind": ["a", "b"] * (N // 2)})
    data = load_table(file(table, "mine.parquet"), "kind", as_text=["code"])
    assert data.inputs == ["code = 1", "code = 2", "code = 3"]


def test_rows_without_a_target_are_left_out(file):
    kinds = ["" if i % 3 == 0 else "ab"[i % 2] for i in range(N)]
    rows = "".join(f"{i / 4},{kind}\n" for i, kind in enumerate(kinds))
    data = load_table(file("x,kind\n" + rows), "kind", standardise=False)
    assert data.n_available == 40
    assert told(data, "`kind`", "20 rows without a target were left out")
    x = np.concatenate([data.x_train, data.x_test])[:, 0] * 4
    y = np.concatenate([data.y_train, data.y_test]).argmax(axis=1)
    assert [kinds[int(i)] for i in x] == [data.classes[label] for label in y]


def test_a_column_without_values_is_left_out(file):
    data = load_table(written(file, x=[f"{i / 3}" for i in range(N)], empty=["NA"] * N), "kind")
    assert data.inputs == ["x"]
    assert told(data, "`empty`: left out, since it holds no value")


def test_pandas_writes_what_is_read_back(file, tmp_path):
    columns = {"size": np.arange(N) / 4, "colour": ["red", "blue", None] * (N // 3)}
    columns |= {"flag": [True, False, None, True] * (N // 4), "kind": list("ab") * (N // 2)}
    frame = pd.DataFrame(columns)
    frame.loc[::7, "size"] = np.nan
    frame.to_csv(tmp_path / "mine.csv")
    frame.to_parquet(tmp_path / "mine.parquet", index=False)
    first = load_table(tmp_path / "mine.csv", "kind")
    second = load_table(tmp_path / "mine.parquet", "kind")
    assert first.inputs == second.inputs
    np.testing.assert_allclose(first.x_train, second.x_train, rtol=1e-5)


@pytest.mark.parametrize(
    ("texts", "gap", "missing", "others"),
    [
        (["1,5", "2,25", "3,75"], "-9,99", "-9,99", [1.5, 2.25, 3.75]),
        (["1,5", "2,25", "3,75"], "-9,99", "-9.99", [1.5, 2.25, 3.75]),
        (["1.200", "2.300", "1.450,5"], "-999,0", "-999", [1200, 2300, 1450.5]),
        (["1,200", "2,300.5", "950"], "-999", "-999", [1200, 2300.5, 950]),
        (["$1,200", "$2,300.5", "$950"], "$-999", "-999", [1200, 2300.5, 950]),
        (["5 %", "7.5 %", "9 %"], "-999.0", "-999", [5, 7.5, 9]),
        (["1.5", "2.5", "3.5"], "-999.00", "-999", [1.5, 2.5, 3.5]),
        (["(7)", "8.5", "9"], "9,999", "9999", [-7, 8.5, 9]),
    ],
)
def test_a_number_named_as_missing_is_a_gap_in_any_spelling(file, texts, gap, missing, others):
    four = [*texts, gap]
    rows = "".join(f"{four[i % 4]};{'ab'[i % 2]}\n" for i in range(N))
    data = load_table(file("x;kind\n" + rows), "kind", missing=[missing], standardise=False)
    assert data.inputs == ["x", "x is missing"]
    assert data.columns.loc["x", "gaps"] == 15
    x = np.concatenate([data.x_train, data.x_test])
    np.testing.assert_allclose(np.unique(x[x[:, 1] == 0, 0]), sorted(others))


def test_all_rows_named_as_missing_leave_no_value(file):
    data = load_table(
        written(file, x=["1.5", "2"] * (N // 2), y=["-9"] * N), "kind", missing=["-9"]
    )
    assert told(data, "`y`: left out, since it holds no value")


def test_missing_is_a_list_of_texts_or_numbers(file):
    path = written(file, x=["-999" if i % 6 == 0 else f"{i % 10}" for i in range(N)])
    assert load_table(path, "kind", missing=[-999]).columns.loc["x", "gaps"] == 10
    assert load_table(path, "kind", missing=[-999.0]).columns.loc["x", "gaps"] == 10
    with pytest.raises(ParameterError, match=r"missing must be a list, such as \['-999'\], got '-"):
        load_table(path, "kind", missing="-999")
