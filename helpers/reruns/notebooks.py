"""What a notebook says of its parameters, and what is wrong with the values given to it."""

import contextlib
import hashlib
import os
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import papermill
from nbformat import NotebookNode
from papermill.iorw import load_notebook_node

from helpers import parameters
from helpers.errors import ParameterError
from helpers.parameters.fields import assigned, unknown
from helpers.parameters.user_data import FUNCTION, find_module
from helpers.reruns.given import REMOTE, RerunError, place, reason, value

CHECK = re.compile(r"^parameters\.(\w+)\.check\(globals\(\)\)$", re.MULTILINE)
# The kernel of the Python that runs the command, whatever the notebook was written with.
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@dataclass(frozen=True)
class Parameter:
    """A parameter as its line in the notebook has it: name, default value, meaning and range."""

    name: str
    default: Any
    meaning: str


def load(notebook: str) -> NotebookNode:
    """The notebook in a file, at an address that papermill reads, such as s3://, or in stdin (-).

    Raises:
        RerunError: there is none, or it is not a notebook of Python.
    """
    path = place(notebook, "NOTEBOOK")
    if path != "-" and not REMOTE.match(path):
        if os.path.isdir(path):
            raise RerunError(f"NOTEBOOK must be a notebook, got the folder {notebook}")
        if not os.path.exists(path):
            raise RerunError(f"there is no notebook {notebook}")
    try:
        with warnings.catch_warnings(action="ignore"):  # about names without .ipynb
            loaded = load_notebook_node(path)
    except FileNotFoundError as error:  # what papermill has no reader for, it takes for a file
        scheme = REMOTE.match(notebook)[0]
        raise RerunError(f"papermill reads no notebook from {scheme} addresses") from error
    except Exception as error:  # papermill passes on whatever its reader of files raised
        raise RerunError(f"{notebook} cannot be read as a notebook: {reason(error)}") from error
    kernel, info = (loaded.metadata.get(name, {}) for name in ("kernelspec", "language_info"))
    language = info.get("name") or kernel.get("language") or "python"
    if language not in ("python", "ipython"):
        raise RerunError(f"NOTEBOOK must be written in Python, got one in {language}")
    loaded.metadata.update(kernelspec=KERNEL, language_info={"name": "python"})
    return loaded


def tagged(notebook: NotebookNode, tag: str) -> list[NotebookNode]:
    """The cells that have a tag."""
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def injected(notebook: NotebookNode) -> dict[str, Any]:
    """The values that papermill put into a notebook when it was executed before, by name.

    The next execution puts its own in their place.
    """
    return {
        name: given
        for cell in tagged(notebook, "injected-parameters")
        for name, given in assigned(cell.source).items()
    }


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
    if (cells := len(tagged(notebook, "parameters"))) > 1:
        raise RerunError(f"one cell of the notebook must be tagged `parameters`, got {cells}")
    if not defaults and any(runs):
        why = (
            "the cell tagged `parameters` sets none"
            if cells
            else ("none of its cells is tagged `parameters`")
        )
        raise RerunError(f"the notebook has no parameters: {why}")
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


@contextmanager
def seen_from(folder: str) -> Iterator[None]:
    """Be in a folder, and look for modules there, before the installed ones, as kernels do."""
    path = sys.path[:]
    places = [i for i, each in enumerate(path) if Path(each).name == "site-packages"]
    with contextlib.chdir(folder):
        sys.path.insert(min(places, default=len(path)), "")
        try:
            yield
        finally:
            sys.path[:] = path


def files(values: Iterable[Any]) -> dict[str, str]:
    """Of values those that name files, such as tables, and hashes of the files' contents.

    A model given as ``module:function`` is the file of the module, which is found and not imported.
    Of a folder count the names, sizes and times of the files in it.

    Raises:
        RerunError: one cannot be read.
    """
    found = {}
    for each in {each for each in values if isinstance(each, str) and each}:
        module = find_module(each.partition(":")[0]) if FUNCTION.fullmatch(each) else None
        path = (module and module.origin) or os.path.expanduser(each)
        try:
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    found[each] = hashlib.file_digest(file, "sha256").hexdigest()
            elif os.path.isdir(path):
                held = [(str(p), p.stat(follow_symlinks=p.exists())) for p in Path(path).rglob("*")]
                sizes = sorted((name, stat.st_size, stat.st_mtime_ns) for name, stat in held)
                found[each] = hashlib.sha256(repr(sizes).encode("utf-8", "replace")).hexdigest()
        except OSError as error:
            raise RerunError(f"{each} cannot be read: {error.strerror}") from error
    return found
