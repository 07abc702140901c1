"""A CSV or Parquet file becomes samples to learn from."""

import csv
import io
import warnings

import numpy as np
import pyarrow as pa
import pytest
from table_files import GOOD

from helpers import checks
from helpers.data.splits import Categories, split
from helpers.data.user_tables import load_table
from helpers.errors import ParameterError


def test_columns_become_inputs_and_the_target_classes(file):
    data = load_table(file(GOOD), "kind")
    assert data.inputs == ["width", "colour = blue", "colour = red"]
    assert data.classes == ["a", "b"]
    assert (data.n_train, len(data.x_test), data.n_available) == (18, 6, 24)
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
    assert (len(data.x_train), len(data.x_test), data.n_available) == (75, 25, 500)
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
    rows = "".join(f" {i / 2} , {i % 3 == 0} ,5, {'ab'[i % 2]} \n" for i in range(12))
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


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "$\\frac{a}{b}$", "**x** | `y`", "=1+1"]
)
def test_names_of_columns_and_classes_stay_text(file, name):
    rows = csv.writer(text := io.StringIO())
    rows.writerows([[name, "kind"], *([i, name if i % 2 else "b"] for i in range(12))])
    data = load_table(file(text.getvalue()), "kind")
    assert data.inputs == [name]
    assert name in data.classes


@pytest.mark.parametrize("scale", [1e-320, 1e-200, 1e-160, 1.0, 1e160, 1e300])
def test_numbers_of_any_size_are_standardised(file, scale):
    numbers = np.array([1.0, 2.0, 4.0, 7.0]) * scale
    rows = "".join(f"{numbers[i % 4]},{'' if i % 9 == 0 else numbers[i % 3]}\n" for i in range(60))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = load_table(file("y,x\n" + rows), "y", predict="numbers")
    for values in (data.x_train[:, 0], data.y_train[:, 0]):
        np.testing.assert_allclose(values.astype(float).std(), 1, rtol=1e-5)
        np.testing.assert_allclose(values.astype(float).mean(), 0, atol=1e-6)
    in_unit = data.y_train[:, 0].astype(float) * data.target_std + data.target_mean
    np.testing.assert_allclose([in_unit.min() / scale, in_unit.max() / scale], [1, 7], rtol=1e-3)
    assert float(data.columns.loc["x", "filled with"]) / scale == pytest.approx(2, rel=1e-3)


def test_a_constant_target_is_refused_whatever_its_rounding(file):
    rows = "".join(f"0.1,{i / 4}\n" for i in range(60))
    with pytest.raises(ParameterError, match="is the same number in all training samples"):
        load_table(file("y,x\n" + rows), "y", predict="numbers")


def test_numbers_that_single_precision_loses_are_refused_unless_standardised(file):
    path = file("x,kind\n" + "".join(f"{i % 9}e-200,{'ab'[i % 2]}\n" for i in range(60)))
    with pytest.raises(ParameterError, match="holds numbers that single precision cannot tell"):
        load_table(path, "kind", standardise=False)
    assert load_table(path, "kind").x_train.std() == pytest.approx(1)


def test_categories_and_gaps_that_do_not_train_keep_their_inputs(file):
    rows = [f"{['red', 'blue'][i % 2]},{i / 4},{'ab'[i % 2]}\n" for i in range(60)]
    _, test = split(Categories(np.arange(60) % 2, ["a", "b"]), 0.25, 0)
    rows[test[0]] = f"green,1,{'ab'[test[0] % 2]}\n"
    rows[test[1]] = f"red,,{'ab'[test[1] % 2]}\n"
    data = load_table(file("colour,x,kind\n" + "".join(rows)), "kind")
    assert data.inputs[1::3] == ["colour = green", "x is missing"]
    assert data.x_train[:, 1::3].sum(axis=0).tolist() == [0, 0]
    assert data.x_test[:, 1::3].sum(axis=0).tolist() == [1, 1]
