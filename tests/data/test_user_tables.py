"""Parameters of one's own data are checked before anything starts, and parts do not mix."""

import nbformat
import numpy as np
import pytest
from chapter_files import ROOT, declared
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import parameters
from helpers.data.examples import example_table
from helpers.data.named import NamedDataset
from helpers.data.splits import with_validation
from helpers.errors import ParameterError

CHAPTER = ROOT / "notebooks" / "11_your_own_data.ipynb"
DEFAULTS = declared(nbformat.read(CHAPTER, 4))


def checked(**values):
    """The chapter's parameters after its check."""
    namespace = DEFAULTS | values
    parameters.UserData.check(namespace)
    return namespace


def problems(**values):
    """What the chapter's check has against values."""
    with pytest.raises(ParameterError) as raised:
        checked(**values)
    return list(raised.value.problems)


@pytest.fixture
def table(tmp_path):
    """A table of 40 rows, with the columns width, height and kind."""
    path = tmp_path / "mine.csv"
    rows = "".join(f"{i},{i % 7},{'ab'[i % 2]}\n" for i in range(40))
    path.write_text(f"width,height,kind\n{rows}")
    return str(path)


def test_a_table_is_looked_at_before_anything_starts(table, tmp_path):
    assert checked(table=table, target="kind", features="[width]")["features"] == ["width"]
    assert problems(table=table, target="kid") == [
        "'mine.csv' has no column 'kid' (did you mean 'kind'?)"
    ]
    assert problems(table=table, target="kind", features=["heigth"]) == [
        "'mine.csv' has no column 'heigth' (did you mean 'height'?)"
    ]
    assert problems(table=table) == ["target must name the column to predict, got ''"]
    assert problems(table=str(tmp_path / "none.csv"), target="kind") == [
        f"there is no file {tmp_path / 'none.csv'}"
    ]
    assert problems(table=table, target="kind", delimiter=";")[0].endswith(
        "where 2 are needed (did you mean the delimiter ','?)"
    )


def test_what_cannot_be_together_is_told_at_once(table, tmp_path):
    both = problems(table=table, target="kind", images=str(tmp_path), last_epochs=61)
    assert both == [
        "last_epochs must be at most epochs (60), got 61",
        "table and images must not both be given",
    ]
    assert problems(target="kind") == ["target must not be given without a table"]
    none = tmp_path / "none"
    assert problems(images=str(none)) == [f"images must be a folder, and there is none at '{none}'"]


@pytest.mark.parametrize("text", ["x\n", "\x1b[31m", "x" * 1001])
@pytest.mark.parametrize("name", ["table", "target", "images"])
def test_text_is_printable_and_not_endless(name, text):
    (problem,) = problems(**{name: text})
    assert problem.startswith(f"{name} must be text of 0 to 1000 printable characters, got ")


@pytest.mark.parametrize("mark", ["", ",,", '"', "\n", "é", 7, None])
def test_a_delimiter_is_one_character(mark):
    (problem,) = problems(delimiter=mark)
    assert problem.startswith("delimiter must be auto or 1 ASCII character")


def test_lists_may_come_as_text():
    assert checked(delimiter=r"\t")["delimiter"] == "\t"
    assert checked(hidden_units="[64, 32]")["hidden_units"] == [64, 32]
    assert checked(hidden_units="64, 32")["hidden_units"] == [64, 32]
    assert checked(hidden_units=20)["hidden_units"] == [20]


def test_columns_and_gaps_may_be_named_by_numbers_as_yaml_gives_them(tmp_path):
    path = tmp_path / "years.csv"
    path.write_text("2019,2020,2022\n" + "".join(f"{i / 3},{i / 7},{i % 2}\n" for i in range(40)))
    asked = checked(table=str(path), target=2022, features=[2019, "2020"], missing=-999)
    assert (asked["target"], asked["features"]) == ("2022", ["2019", "2020"])
    assert asked["missing"] == ["-999"]
    assert checked(table=str(path), target=2022, leave_out=2019)["leave_out"] == ["2019"]
    both = checked(table=str(path), target=2022, as_text="2019, 2020")["as_text"]
    assert both == ["2019", "2020"]
    assert checked(table=str(path), target=2022, missing="?")["missing"] == ["?"]
    assert problems(table=str(path), target=2022, leave_out="2018") == [
        "'years.csv' has no column '2018' (did you mean '2019'?)"
    ]


def test_batch_sizes_are_none_or_several():
    assert checked(batch_sizes="[]")["batch_sizes"] == checked()["batch_sizes"] == []
    assert checked(batch_sizes="[8, 32]")["batch_sizes"] == [8, 32]
    (problem,) = problems(batch_sizes=[8])
    assert problem == "batch_sizes must be a list of 2 to 20 batch sizes, got [8]"


def test_addresses_and_the_home_are_understood_before_anything_starts(table, monkeypatch):
    (problem,) = problems(table="https://example.org/a.csv", target="kind")
    assert problem.startswith("'https://example.org/a.csv' is on another machine (https): ")
    (problem,) = problems(images="s3://bucket/images")
    assert problem.startswith("'s3://bucket/images' is on another machine (s3): ")
    monkeypatch.setenv("HOME", table.removesuffix("/mine.csv"))
    assert checked(table="~/mine.csv", target="kind")["table"] == "~/mine.csv"


@pytest.mark.parametrize("features", [["a", "a"], "[a, a]", "[2019, 2019]", True, [["a"]]])
def test_features_are_names_none_twice(features):
    (problem,) = problems(features=features)
    assert problem.startswith("features must hold 0 to 2000 names of columns, none twice")


@pytest.mark.parametrize("units", ["[]", [0], [1.5], [True], "[8, x]", [8] * 11, "inf"])
def test_layers_have_units(units):
    (problem,) = problems(hidden_units=units)
    assert problem.startswith("hidden_units must hold 1 to 10 whole numbers from 1 to 10000, got ")


@pytest.mark.parametrize("example", ["breast_cancer", "wine"])
@pytest.mark.parametrize("test_share", [0.05, 0.2, 0.25, 0.33, 0.4])
@pytest.mark.parametrize("max_samples", [97, 5000])
def test_the_number_of_training_samples_is_known_beforehand(example, test_share, max_samples):
    values = {"example": example, "test_share": test_share, "max_samples": max_samples}
    asked = parameters.UserData(**(DEFAULTS | values | {"batch_sizes": [2, 4]}))
    data = example_table(example, test_share=test_share, max_samples=max_samples)
    assert with_validation(data, asked.validation_share).n_train == asked.n_train


def test_batch_sizes_are_checked_once_the_samples_are_known():
    parameters.UserData.check_sizes([4, 20], 20)
    with pytest.raises(ParameterError, match="batch_sizes must be at most 20 .*, got 21"):
        parameters.UserData.check_sizes([4, 21], 20)


@pytest.mark.parametrize("name", ["mine", "a:b:c", "a-b:c", "__import__('os'):x", ":f"])
def test_a_model_is_named_as_module_and_function(name):
    assert problems(model=name) == [f"model must be written as module:function, got {name!r}"]


def test_a_module_that_does_not_exist_is_told_before_anything_starts(tmp_path, monkeypatch):
    (tmp_path / "mine_16.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    assert checked(model="mine_16:good")
    assert problems(model="no_such_module.deep:f") == [
        "model must name a module that Python finds, got 'no_such_module.deep'"
    ]


def test_a_module_is_found_without_running_anything(tmp_path, monkeypatch):
    (tmp_path / "loud_16").mkdir()
    (tmp_path / "loud_16" / "__init__.py").write_text("raise SystemExit")
    (tmp_path / "loud_16" / "deep.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    assert checked(model="loud_16.deep:good")
    assert problems(model="loud_16.deep.er:f") == [
        "model must name a module that Python finds, got 'loud_16.deep.er'"
    ]


anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(max_size=3),
    st.lists(st.one_of(st.integers(-1, 99), st.floats(), st.text(max_size=3)), max_size=4),
    st.text("[],0123456789.-e'ab", max_size=8), st.just("x/" * 400), st.just("x" * 400),
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(DEFAULTS)), anything, max_size=5))
def test_any_values_are_taken_or_told_in_plain_sentences(values):
    try:
        names = checked(**values)
    except ParameterError as error:
        assert all("\n" not in problem for problem in error.problems)
    else:
        assert parameters.UserData(**{name: names[name] for name in DEFAULTS})


def test_validation_takes_from_the_training_samples_alone():
    data = example_table("wine", test_share=0.25)
    tuning = with_validation(data, 1 / 3)
    assert (tuning.n_train, len(tuning.x_test), len(data.x_test)) == (88, 45, 45)
    rows = {tuple(row) for row in data.x_train}
    assert {tuple(row) for row in np.concatenate([tuning.x_train, tuning.x_test])} == rows
    assert tuning.classes == data.classes


def test_a_class_too_small_to_validate_is_named():
    data = example_table("wine")
    few = np.flatnonzero(data.y_train[:, 2])[1:]
    keep = np.setdiff1d(np.arange(data.n_train), few)
    fields = {"x_train": data.x_train[keep], "y_train": data.y_train[keep]}
    with pytest.raises(ParameterError, match="class 'class_2' has 1 sample, too few for training"):
        with_validation(NamedDataset(**(vars(data) | fields)), 0.3)
