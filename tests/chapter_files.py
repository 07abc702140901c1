"""The chapters as the tests read them: committed notebooks and executed ones."""

import ast
import re
from pathlib import Path

import nbformat

from helpers import parameters
from helpers.analysis import MIME

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def cells(notebook, kind, tag=None):
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == kind and (tag is None or tag in cell.metadata.get("tags", []))
    ]


def read(path):
    return nbformat.read(path, as_version=4)


def declared(notebook):
    """Names and default values of the parameters cell."""
    (cell,) = cells(notebook, "code", "parameters")
    values = {}
    exec(cell.source, values)
    return {name: value for name, value in values.items() if not name.startswith("__")}


def check_cell(notebook):
    """The cell right after the parameters."""
    code = cells(notebook, "code")
    return code[code.index(cells(notebook, "code", "parameters")[0]) + 1]


def parameters_class(notebook):
    """The class of helpers.parameters that the chapter's check names."""
    call = ast.parse(check_cell(notebook).source).body[-1].value
    return getattr(parameters, call.func.value.attr)


def execute_until(path, stop, **values):
    """Execute a chapter's code in this process, parameters given, up to a cell with this text.

    Nothing in these cells trains.
    """
    notebook = read(path)
    names = declared(notebook) | values
    for cell in cells(notebook, "code")[1:]:
        if stop in cell.source:
            return names
        assert not re.search(r"\b(fit|train|sweep|train_schedules)\(", cell.source)
        exec(cell.source, names)
    raise AssertionError(f"no cell of {path.name} has {stop!r}")


def records(notebook):
    """What the chapter shows for the tables of the book: its results."""
    outputs = [output for cell in cells(notebook, "code") for output in cell.outputs]
    found = [output.get("data", {}).get(MIME) for output in outputs]
    return [record for record in found if record]


def shown_text(notebook):
    """The text that the chapter's code displays, all of it."""
    outputs = [output for cell in cells(notebook, "code") for output in cell.outputs]
    data = [output.get("data", {}) for output in outputs]
    return "\n".join(d["text/markdown"] for d in data if "text/markdown" in d)
