"""What a notebook says of its parameters, and what is wrong with the values given to it."""

import ast
import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import papermill
from nbformat import NotebookNode
from papermill.iorw import load_notebook_node

from helpers import parameters
from helpers.errors import ParameterError
from helpers.parameters.fields import unknown
from helpers.parameters.user_data import FUNCTION, find_module

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


def value(text: str) -> Any:
    """A value as Python would write it, as far as JSON holds it; all else is text.

    Nothing is executed.

    >>> value("0.1"), value("1e-3"), value("[7, 50]"), value("mnist"), value("true")
    (0.1, 0.001, [7, 50], 'mnist', True)

    Raises:
        RerunError: it cannot be written in UTF-8.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise RerunError(f"a value must be text in UTF-8, got {text!r}") from error
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return json.loads(json.dumps(ast.literal_eval(text)))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


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
    except FileNotFoundError as error:  # what papermill has no reader for, it takes for a file
        scheme = REMOTE.match(notebook)[0]
        raise RerunError(f"papermill reads no notebook from {scheme} addresses") from error
    except Exception as error:  # papermill passes on whatever its reader of files raised
        said = str(error).strip().splitlines()[:1] or [type(error).__name__]
        raise RerunError(f"{notebook} cannot be read as a notebook: {said[0]}") from error


def declared(notebook: NotebookNode) -> list[Parameter]:
    """The parameters of a notebook, in their order; none if no cell has the tag `parameters`."""
    return [
        Parameter(each["name"], value(each["default"]), each["help"])
        for each in papermill.inspect_notebook(notebook).values()
    ]


def checked(notebook: NotebookNode, runs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """All parameters of each run, the notebook's defaults included.

    The names must be the notebook's. If it checks its parameters by a class of
    ``helpers.parameters``, as the chapters do, that class is asked, too, and cleans the numbers.

    Raises:
        RerunError: something is wrong; all of it is told, a line each.
    """
    defaults = {parameter.name: parameter.default for parameter in declared(notebook)}
    if not defaults and any(runs):
        raise RerunError("the notebook has no parameters: none of its cells is tagged `parameters`")
    code = (cell.source for cell in notebook.cells if cell.cell_type == "code")
    match = next(filter(None, map(CHECK.search, code)), None)
    kind = getattr(parameters, match[1], None) if match else None
    found, complete = {}, []
    for run in runs:
        found |= {unknown(name, defaults): None for name in run if name not in defaults}
        complete.append(defaults | {name: run[name] for name in run if name in defaults})
        try:
            if kind:
                kind.check(complete[-1])
        except ParameterError as error:
            found |= dict.fromkeys(error.problems)
    if found:
        raise RerunError("\n".join(found))
    return complete


def files(values: Iterable[Any]) -> dict[str, str]:
    """Of values those that name files, such as tables, and hashes of the files' contents.

    A model given as ``module:function`` is the file of the module, which is found and not imported.
    Of a folder count the names, sizes and times of the files in it.
    """
    found = {}
    for each in {each for each in values if isinstance(each, str) and each}:
        module = find_module(each.partition(":")[0]) if FUNCTION.fullmatch(each) else None
        path = (module and module.origin) or each
        if os.path.isfile(path):
            with open(path, "rb") as file:
                found[each] = hashlib.file_digest(file, "sha256").hexdigest()
        elif os.path.isdir(path):
            held = [(str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in Path(path).rglob("*")]
            found[each] = hashlib.sha256(repr(sorted(held)).encode()).hexdigest()
    return found
