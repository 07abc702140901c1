"""A wrong parameter stops a chapter at its second cell with a plain sentence.

What is wrong is a property of the chapter's class in ``helpers.parameters``, so the classes are
asked here, with each chapter's own defaults. ``test_notebooks.py`` sees to it that every
chapter asks its class, and papermill puts wrong values of each kind into one of them.
"""

import re
import subprocess
import sys

import pytest
from chapter_files import CHAPTERS, ROOT, cells, declared, parameters_class, read

from helpers.errors import ParameterError
from helpers.parameters.fields import Parameters, unknown

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
    "optimizer": "auto or sgd or adam or rmsprop",
    "decimal": "auto or . or ,",
    "missing_values": "impute or refuse",
    "predict": "auto or classes or numbers",
    "metric": "auto or accuracy or balanced_accuracy or loss or error",
    "class_weight": "none or balanced",
}
TEXTS = {
    "table",
    "target",
    "features",
    "images",
    "model",
    "missing",
    "as_text",
    "leave_out",
}  # test_user_tables.py has bad ones
LISTS = {"features", "missing", "as_text", "leave_out"}
NAMES = {"target"} | LISTS  # 2019 may name a column, and -999 stand for a gap
MAY_BE_ZERO = {"momentum", "data_seed", "first_seed"}
NOTEBOOKS = {path.stem: read(path) for path in CHAPTERS}
DEFAULTS = {chapter: declared(notebook) for chapter, notebook in NOTEBOOKS.items()}
CLASSES = {chapter: parameters_class(notebook) for chapter, notebook in NOTEBOOKS.items()}
SWEEP = next(path for path in CHAPTERS if path.stem.startswith("06"))
each_chapter = pytest.mark.parametrize("chapter", DEFAULTS)


def checked(chapter, **values):
    """A chapter's parameters after its check, some of them given."""
    namespace = DEFAULTS[chapter] | values
    CLASSES[chapter].check(namespace)
    return namespace


def problems(chapter, **values):
    """What the chapter's check has against values, a sentence each."""
    with pytest.raises(ParameterError) as raised:
        checked(chapter, **values)
    assert "\n" not in str(raised.value)
    return raised.value.problems


@each_chapter
@pytest.mark.parametrize("kind", BAD)
def test_bad_values_are_named_with_what_is_allowed(chapter, kind):
    free = {
        "negative": NAMES,
        "zero": MAY_BE_ZERO | NAMES,
        "huge": NAMES,
        "list": LISTS,
        "text": TEXTS,
        "empty": TEXTS,
    }.get(kind, set())
    names = [name for name in DEFAULTS[chapter] if name not in free]
    sentences = problems(chapter, **dict.fromkeys(names, BAD[kind]))
    assert sorted(sentence.split()[0] for sentence in sentences) == sorted(names)
    for sentence in sentences:
        name, allowed = re.fullmatch(r"(\w+) must (?:be|hold) (.*), got .*", sentence).groups()
        assert allowed == WORDS[name] if name in WORDS else re.search(r"\d", allowed)
        assert sentence.endswith(f"got {BAD[kind]!r}")


@each_chapter
def test_ranges_are_those_that_the_notebook_states(chapter):
    (cell,) = cells(NOTEBOOKS[chapter], "code", "parameters")
    comments = dict(re.findall(r"^(\w+) = .*?  # (.*)$", cell.source, re.MULTILINE))
    told = "; ".join(problems(chapter, **dict.fromkeys(DEFAULTS[chapter], 10**30)))
    ranges = re.findall(r"(\w+) must be a (?:whole )?number from (\S+) to (\S+),", told)
    for name, low, high in ranges:
        if name == "first_seed":  # any; its comment tells of the others
            continue
        stated = re.search(r"(above 0|n_seeds|[\d.]+) (?:to|or more)\b ?([\d.]+)?", comments[name])
        start, end = stated.groups()
        assert start in (low, "n_seeds") or (start == "above 0" and 0 < float(low) < 1e-5)
        assert end in (high, None)  # none is a word, such as epochs, or there is no end
    assert len(ranges) >= 5


@each_chapter
def test_check_is_that_of_all_chapters_and_tells_the_name_nearest_to_an_unknown_one(chapter):
    assert CLASSES[chapter].check.__func__ is Parameters.check.__func__
    told = unknown("n_seed", CLASSES[chapter].model_fields)
    assert told.startswith("n_seed is not a parameter of this chapter (did you mean n_seeds?)")


@each_chapter
def test_numbers_that_come_as_text_are_taken_as_numbers(chapter):
    as_text = {"n_seeds": "12", "first_seed": "1e3", "cluster_std": "1e-1", "learning_rate": "1e-3"}
    known = DEFAULTS[chapter]
    names = checked(chapter, **{name: as_text[name] for name in as_text.keys() & known.keys()})
    assert (names["n_seeds"], names["first_seed"]) == (12, 1000)
    assert isinstance(names["first_seed"], int)
    assert names.get("cluster_std", 0.1) == 0.1
    assert "learning_rate" not in known or names["learning_rate"] == 0.001


@each_chapter
def test_values_must_make_sense_together(chapter):
    known = DEFAULTS[chapter]
    n = CLASSES[chapter](**known).n_train
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
        assert problems(chapter, **values)[0].startswith(sentence)


@pytest.mark.parametrize("sizes", ["", "[]", [], [8], [8, 8], "4, x", 7, [4, 0], ["4", ""]])
def test_bad_lists_of_batch_sizes_are_refused(sizes):
    [sentence] = problems(SWEEP.stem, batch_sizes=sizes)
    assert sentence.startswith("batch_sizes must ")


@pytest.mark.parametrize("sizes", ["[4, 8]", "8, 4", [8, 4], ["4", 8.0]])
def test_lists_of_batch_sizes_may_come_as_text(sizes):
    assert checked(SWEEP.stem, batch_sizes=sizes)["batch_sizes"] == [4, 8]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("[?, -999]", ["?", "-999"]),
        ("['<0,6', n.b., '-']", ["<0,6", "n.b.", "-"]),
        ('["a, b", c]', ["a, b", "c"]),
        ("[no, 007, Q*=9]", ["no", "007", "Q*=9"]),
        ("?", ["?"]),
        ([-999, "?"], ["-999", "?"]),
    ],
)
def test_texts_come_as_they_are_written(given, taken, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("x,Q1,y\n1,2,a\n")
    given = {"table": str(path), "target": "y", "missing": given}
    assert checked("11_your_own_data", **given)["missing"] == taken


@pytest.mark.slow
@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            {"n_seeds": 0, "first_seed": "early", "colour": "red"},
            [
                "n_seeds must be a whole number from 1 to 1000, got 0",
                "first_seed must be a whole number from 0 to 2147483648, got 'early'",
            ],
        ),
        (
            {"colour": "red", "last_epochs": 201, "batch_sizes": "[4, 501]"},
            [
                "last_epochs must be at most epochs (200), got 201",
                "batch_sizes must be at most 500 (the number of training samples), got 501",
            ],
        ),
    ],
    ids=["wrong kind and range", "at odds with each other"],
)
def test_papermill_stops_with_all_problems_in_a_line_before_tensorflow_is_there(
    values, told, tmp_path
):
    out = tmp_path / "out.ipynb"
    given = [word for name, value in values.items() for word in ("-p", name, str(value))]
    command = [sys.executable, "-m", "papermill", SWEEP, out, *given]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode != 0
    executed = read(out)
    (error,) = (o for c in cells(executed, "code") for o in c.outputs if o.output_type == "error")
    (line,) = error.traceback
    assert line in run.stderr
    first, *others = line.removeprefix("ParameterError: ").split("; ")
    assert first.startswith("colour is not a parameter of this chapter, which has n_seeds, ")
    assert others == told
    after = cells(executed, "code")[3:]
    assert after
    assert all(cell.execution_count is None for cell in after)
