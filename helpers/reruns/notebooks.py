"""What a notebook says of its parameters, and what is wrong with the values given to it."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.iorw import load_notebook_node

from helpers import parameters
from helpers.fields import ParameterError, unknown

CHECK = re.compile(r"^parameters\.(\w+)\.check\(globals\(\)\)$", re.MULTILINE)
REMOTE = re.compile(r"^\w+://")


class RerunError(Exception):
    """What stops a rerun; the message is all that the user sees."""


@dataclass(frozen=True)
class Parameter:
    """A parameter as its line in the notebook has it: name, default value, meaning and range."""

    name: str
    default: Any
    meaning: str


def load(notebook: str) -> NotebookNode:
    """The notebook in a file, or at an address that papermill reads, such as s3://.

    Raises:
        RerunError: there is none, or it is not a notebook.
    """
    path = Path(notebook)
    if not REMOTE.match(notebook):
        if path.is_dir():
            raise RerunError(f"NOTEBOOK must be a notebook, got the folder {notebook}")
        if not path.exists():
            raise RerunError(f"there is no notebook {notebook}")
    try:
        return load_notebook_node(notebook)
    except Exception as error:  # papermill passes on whatever its reader of files raised
        said = str(error).strip().splitlines()[:1] or [type(error).__name__]
        raise RerunError(f"{notebook} cannot be read as a notebook: {said[0]}") from error


def declared(notebook: NotebookNode) -> list[Parameter]:
    """The parameters of a notebook, in their order; none if no cell has the tag `parameters`."""
    found = []
    for each in papermill.inspect_notebook(notebook).values():
        try:
            default = ast.literal_eval(each["default"])
        except (ValueError, SyntaxError):  # computed from others
            default = each["default"]
        found.append(Parameter(each["name"], default, each["help"]))
    return found


def problems(notebook: NotebookNode, runs: Sequence[Mapping[str, Any]]) -> list[str]:
    """What is wrong with the values of any of the runs, a sentence each, none twice.

    The names must be the notebook's. If it checks its parameters by a class of
    ``helpers.parameters``, as the chapters do, that class is asked, too.
    """
    defaults = {parameter.name: parameter.default for parameter in declared(notebook)}
    found = {unknown(name, defaults): None for run in runs for name in run if name not in defaults}
    code = (cell.source for cell in notebook.cells if cell.cell_type == "code")
    match = next(filter(None, map(CHECK.search, code)), None)
    kind = getattr(parameters, match[1], None) if match else None
    for run in runs if kind else ():
        known = {name: value for name, value in run.items() if name in defaults}
        try:
            kind.check(defaults | known)
        except ParameterError as error:
            found |= dict.fromkeys(error.problems)
    return list(found)


def chapters(folder: Path) -> list[tuple[Path, NotebookNode]]:
    """The notebooks of a folder, by name."""
    return [(path, nbformat.read(path, 4)) for path in sorted(folder.glob("*.ipynb"))]
