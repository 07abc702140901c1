"""What papermill put into a chapter arrives, or the chapter stops and says what was in the way."""

import subprocess
import sys

import nbformat
import pytest
from chapter_files import CHAPTERS, read

from helpers.errors import ParameterError
from helpers.parameters import Minibatch, Sweep, UserData, fields
from helpers.parameters.fields import changed

OWN = "n_samples = 1000  # samples\nbatch_size: int = 32\nlearning_rate = 0.01\n"
CHECK = "from helpers import parameters\n\nparameters.Minibatch.check(globals())"
CHAPTER = next(path for path in CHAPTERS if path.stem.startswith("05"))


def given(name, value):
    """A cell as papermill inserts it."""
    return f"# Parameters\n{name} = {value}\n"


def lost(monkeypatch, *cells, **namespace):
    """What the check says did not arrive, after these cells."""
    monkeypatch.setattr(fields, "_cells", lambda: ["", *cells])
    with pytest.raises(ParameterError) as stopped:  # it misses the other parameters, too
        Minibatch.check(namespace)
    return [problem for problem in stopped.value.problems if "did not arrive" in problem]


@pytest.mark.parametrize(
    "cells",
    [
        [given("batch_size", 64), OWN, CHECK],
        [given("batch_size", 64), "%load_ext autoreload", OWN, CHECK, CHECK],
        [OWN, given("batch_size", 64), OWN, CHECK],
        [given("batch_size", 64), "import os", "batch_size = os.cpu_count()", CHECK],
    ],
    ids=["tag lost", "check repeated", "two cells with the tag", "value of an expression"],
)
def test_value_that_did_not_arrive_stops_the_chapter(monkeypatch, cells):
    [problem] = lost(monkeypatch, *cells, batch_size=32)
    assert problem == (
        "batch_size did not arrive, since a cell below papermill's sets the notebook's own value: "
        "give the tag `parameters` to that cell and to no other"
    )


@pytest.mark.parametrize(
    ("cells", "batch_size"),
    [
        ([OWN, given("batch_size", 64), CHECK], 64),
        ([OWN, given("batch_size", 64), CHECK, OWN.replace("32", "8"), CHECK], 8),
        ([given("batch_size", 64), OWN.replace("32", "64"), CHECK], 64),
        ([OWN, given("learning_rate", "float('nan')"), CHECK], 32),
        ([OWN, "%pip list", "!ls", "for", CHECK], 32),
    ],
    ids=["it did", "changed by hand later", "the same", "no literal", "cells that are no Python"],
)
def test_value_that_arrived_or_was_changed_by_hand_stops_nothing(monkeypatch, cells, batch_size):
    assert lost(monkeypatch, *cells, batch_size=batch_size, learning_rate=0.01) == []


def test_value_that_is_no_number_is_refused_and_not_read_as_code(monkeypatch):
    monkeypatch.setattr(fields, "_cells", lambda: [OWN, given("learning_rate", "float('nan')")])
    assert changed() == ["learning_rate"]


def refusal(kind, name, value):
    """The complaint about one parameter."""
    with pytest.raises(ParameterError) as stopped:
        kind.check({name: value})
    return next(problem for problem in stopped.value.problems if problem.startswith(f"{name} must"))


@pytest.mark.parametrize(
    ("kind", "name", "value", "advice"),
    [
        (
            Minibatch,
            "batch_size",
            [16, 64],
            "for several values use rerun with --grid batch_size=16,64",
        ),
        (Minibatch, "batch_size", "16,64", "for several values use rerun with --grid"),
        (Minibatch, "learning_rate", "0,01", "write decimals with a point"),
        (UserData, "target", True, "YAML reads true, yes and on as True unless quoted; -r passes"),
        (UserData, "target", None, "YAML reads null and ~ as None unless quoted; -r passes"),
        (UserData, "features", ["a", False], "YAML reads false, no and off as False unless"),
    ],
)
def test_value_that_is_not_what_was_typed_or_meant_is_explained(kind, name, value, advice):
    complaint, got, came = refusal(kind, name, value).partition(", got ")
    assert f"({advice}" in complaint
    assert got + came == f", got {value!r}"


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [(Minibatch, "batch_size", 0), (Sweep, "batch_sizes", [1]), (UserData, "example", True)],
)
def test_value_that_is_merely_wrong_is_not_explained(kind, name, value):
    assert (
        refusal(kind, name, value)
        .partition(", got ")[0]
        .endswith(("to 500000", "batch sizes", "breast_cancer or wine"))
    )


@pytest.mark.slow
def test_papermill_on_a_chapter_whose_tag_is_lost_stops_before_anything_is_trained(tmp_path):
    chapter = read(CHAPTER)
    for cell in chapter.cells:
        cell.metadata.pop("tags", None)
    nbformat.write(chapter, tmp_path / "no_tag.ipynb")
    command = [sys.executable, "-m", "papermill", "no_tag.ipynb", "out.ipynb", "-p"]
    run = subprocess.run(
        [*command, "batch_size", "64"], cwd=tmp_path, capture_output=True, text=True
    )
    assert run.returncode == 1
    assert "ParameterError: batch_size did not arrive, since a cell" in run.stderr
    executed = [c for c in read(tmp_path / "out.ipynb").cells if c.get("execution_count")]
    assert len(executed) == 3  # papermill's, the parameters, the check
