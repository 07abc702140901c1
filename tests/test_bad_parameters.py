"""A wrong parameter stops a chapter at its second cell with a plain sentence.

The cells are the chapter's own, and papermill puts the values in. Only the kernel is replaced, by
a shell in this process, to be quick; one bad value per chapter goes through a real kernel too.
"""

import functools
import re
import subprocess
import sys

import pytest
from chapter_files import CHAPTERS, ROOT, cells, check_cell, declared, parameters_class, read
from IPython.core.interactiveshell import InteractiveShell
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from traitlets.config import Config

BAD = {
    "text": "many",
    "negative": -1,
    "zero": 0,
    "NaN": float("nan"),
    "infinity": float("inf"),
    "huge": 10**30,
    "empty": "",
    "none": None,
    "truth": True,
    "list": [1, "x"],
}
WORDS = {  # parameters that are one of a few words
    "dataset": "digits or mnist",
    "example": "breast_cancer or wine",
    "color_mode": "grayscale or rgb",
    "optimizer": "sgd or adam or rmsprop",
}
TEXTS = {"table", "target", "features", "images", "model"}  # tests/test_own_data.py has bad ones
MAY_BE_ZERO = {"momentum", "data_seed", "first_seed", "label_noise"}
SWEEP = next(path for path in CHAPTERS if path.stem.startswith("06"))
each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def shell():
    """A shell like that of a notebook, without a history file."""
    main = sys.modules["__main__"]
    made = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    yield made
    InteractiveShell.clear_instance()
    sys.modules["__main__"] = main  # which the shell replaced by its own


@pytest.fixture
def run_to_check(shell):
    """Run a chapter up to its check with values injected; its names, or the error's text."""
    yield functools.partial(run_in, shell)
    shell.reset()


def run_in(shell, path, values):
    shell.reset()
    notebook = load_notebook_node(str(path))
    last = check_cell(notebook).source
    for cell in cells(parameterize_notebook(notebook, values), "code"):
        error = shell.run_cell(cell.source, store_history=True).error_in_exec
        if error is not None:
            assert type(error).__name__ == "ParameterError"
            return str(error)
        if cell.source == last:
            return dict(shell.user_ns)
    raise AssertionError("the chapter has no check")


@each_chapter
@pytest.mark.parametrize("kind", BAD)
def test_bad_values_are_named_with_what_is_allowed(path, kind, run_to_check, capsys):
    free = {"zero": MAY_BE_ZERO, "text": TEXTS, "empty": TEXTS}.get(kind, set())
    names = [name for name in declared(read(path)) if name not in free]
    told = run_to_check(path, dict.fromkeys(names, BAD[kind]))
    assert isinstance(told, str), f"{names} = {BAD[kind]!r} were taken"
    assert "\n" not in told
    sentences = told.split("; ")
    assert sorted(sentence.split()[0] for sentence in sentences) == sorted(names)
    for sentence in sentences:
        name, allowed = re.fullmatch(r"(\w+) must (?:be|hold) (.*), got .*", sentence).groups()
        assert allowed == WORDS[name] if name in WORDS else re.search(r"\d", allowed)
        assert sentence.endswith(f"got {BAD[kind]!r}")


@each_chapter
def test_unknown_parameter_is_refused_with_the_nearest_name(path, run_to_check, capsys):
    told = run_to_check(path, {"n_seed": 3})
    assert told.startswith("n_seed is not a parameter of this chapter (did you mean n_seeds?)")


@each_chapter
def test_numbers_that_come_as_text_are_taken_as_numbers(path, run_to_check):
    as_text = {"n_seeds": "12", "first_seed": "1e3", "cluster_std": "1e-1", "learning_rate": "1e-3"}
    known = declared(read(path))
    names = run_to_check(path, {name: as_text[name] for name in as_text.keys() & known.keys()})
    assert (names["n_seeds"], names["first_seed"]) == (12, 1000)
    assert isinstance(names["first_seed"], int)
    assert names.get("cluster_std", 0.1) == 0.1
    assert "learning_rate" not in known or names["learning_rate"] == 0.001


@each_chapter
def test_all_problems_are_told_at_once(path, run_to_check, capsys):
    told = run_to_check(path, {"n_seeds": 0, "first_seed": "early", "colour": "red"})
    problems = [part.split()[0] for part in told.split("; ")]
    assert problems[0] == "colour"
    assert sorted(problems) == ["colour", "first_seed", "n_seeds"]


@each_chapter
def test_values_must_make_sense_together(path, run_to_check, capsys):
    known = declared(read(path))
    n = parameters_class(read(path))(**known).n_train
    few = {"epochs": 20, "fit_epochs": 1, "last_epochs": 3}
    at_odds = {
        "batch_size": ({"batch_size": n + 1}, f"batch_size must be at most {n} (the number of"),
        "batch_sizes": ({"batch_sizes": [4, n + 1]}, f"batch_sizes must be at most {n} (the n"),
        "last_epochs": (few | {"last_epochs": 21}, "last_epochs must be at most epochs (20)"),
        "fit_epochs": (few | {"fit_epochs": 21}, "fit_epochs must be at most epochs (20)"),
    }
    for name in at_odds.keys() & known.keys():
        values, sentence = at_odds[name]
        values = {other: value for other, value in values.items() if other in known}
        assert run_to_check(path, values).startswith(sentence)


@pytest.mark.parametrize("sizes", ["", "[]", [], [8], [8, 8], "4, x", 7, [4, 0], ["4", ""]])
def test_bad_lists_of_batch_sizes_are_refused(sizes, run_to_check, capsys):
    told = run_to_check(SWEEP, {"batch_sizes": sizes})
    assert told.startswith("batch_sizes must ")


@pytest.mark.parametrize("sizes", ["[4, 8]", "8, 4", [8, 4], ["4", 8.0]])
def test_lists_of_batch_sizes_may_come_as_text(sizes, run_to_check):
    assert run_to_check(SWEEP, {"batch_sizes": sizes})["batch_sizes"] == [4, 8]


@each_chapter
def test_papermill_stops_with_one_sentence_before_tensorflow_is_there(path, tmp_path):
    out = tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", path, out, "-p", "n_seeds", "none at all"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode != 0
    sentence = "n_seeds must be a whole number from 1 to 1000, got 'none at all'"
    assert sentence in run.stderr
    executed = read(out)
    (error,) = (o for c in cells(executed, "code") for o in c.outputs if o.output_type == "error")
    assert error.traceback == [f"ParameterError: {sentence}"]
    after = cells(executed, "code")[3:]
    assert all(cell.execution_count is None for cell in after)
