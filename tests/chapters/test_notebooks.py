"""Every committed chapter has the shape that its readers and reruns rely on."""

import re

import pytest
from chapter_files import CHAPTERS, cells, check_cell, declared, parameters_class, read

pytestmark = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def test_is_committed_without_outputs(path):
    for cell in cells(read(path), "code"):
        assert cell.outputs == []
        assert cell.execution_count is None


def test_declares_the_parameters_that_its_check_knows_each_with_a_comment(path):
    notebook = read(path)
    assert set(declared(notebook)) == set(parameters_class(notebook).model_fields)
    (cell,) = cells(notebook, "code", "parameters")
    assert all("  # " in line for line in cell.source.splitlines())


def test_defaults_pass_the_check(path):
    notebook = read(path)
    values = declared(notebook)
    parameters_class(notebook).check(values)
    assert values == declared(notebook)


def test_checks_in_its_second_cell_which_imports_nothing_else(path):
    notebook = read(path)
    code = cells(notebook, "code")
    assert code.index(check_cell(notebook)) == 1
    name = parameters_class(notebook).__name__
    assert check_cell(notebook).source == (
        f"from helpers import parameters\n\nparameters.{name}.check(globals())"
    )


def test_every_figure_has_caption_alternative_text_and_a_name_of_its_own(path):
    drawing = [
        cell
        for cell in cells(read(path), "code")
        if re.search(r"plt\.subplots|plots\.panels", cell.source)
    ]
    assert drawing
    shown = [cell.metadata["mystnb"] for cell in drawing]
    for figure in shown:
        assert len(figure["figure"]["caption"]) > 40
        assert len(figure["image"]["alt"]) > 40
    names = [figure["figure"]["name"] for figure in shown]
    assert len(set(names)) == len(names)


def test_prose_states_no_typed_result(path):
    """A command is no prose: its values are the reader's, to try, and no results."""
    for cell in cells(read(path), "markdown"):
        prose = re.sub("```.*?```", "", cell.source, flags=re.DOTALL)
        assert not re.findall(r"\b0\.\d{2,3}\b|\b\d{2}(?:\.\d)? ?%", prose)


def test_cells_are_short(path):
    """The parameters, folded and each on a line of its own, may be as many as it takes."""
    notebook = read(path)
    parameters = cells(notebook, "code", "parameters")
    code = [cell for cell in cells(notebook, "code") if cell not in parameters]
    assert max(len(cell.source.splitlines()) for cell in code) <= 25


def test_begins_with_a_question_and_folds_its_parameters_after_it(path):
    notebook = read(path)
    (parameters,) = cells(notebook, "code", "parameters")
    before = notebook.cells[: notebook.cells.index(parameters)]
    assert before
    assert {cell.cell_type for cell in before} == {"markdown"}
    assert "?" in "".join(cell.source for cell in before)
    assert "hide-input" in parameters.metadata.tags
    assert check_cell(notebook).metadata.tags == ["remove-input"]


def test_has_the_parts_of_a_chapter(path):
    text = "\n".join(cell.source for cell in cells(read(path), "markdown"))
    headings = re.findall("^#+ .*", text, re.M)
    assert headings[0].startswith("# ")
    parts = ["Rerun this chapter", "Exercises", "What comes next"]
    if path.name >= "07":  # the tutorial's own chapters have a question and a shape each
        parts += ["How sure are we?", "What to do on Monday"]
    for part in parts:
        assert f"## {part}" in headings
    exercises = text.split("## Exercises")[1].split("## What comes next")[0]
    n_exercises = len(re.findall(r"^\d\. ", exercises, re.M))
    assert 2 <= n_exercises <= 3
    assert exercises.count("<details><summary>Solution</summary>") == n_exercises


def test_rerun_command_names_this_chapter_and_parameters_it_has(path):
    notebook = read(path)
    text = "\n".join(cell.source for cell in cells(notebook, "markdown"))
    (command,) = re.findall(r"\.venv/bin/python -m papermill (?:.*\\\n)*.*", text)
    assert f"notebooks/{path.name} out.ipynb" in command
    named = re.findall(r" -p (\w+)", command)
    assert named
    assert set(named) <= set(declared(notebook))
