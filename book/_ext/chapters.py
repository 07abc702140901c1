"""Keeps the outputs of documents with code: a second build takes seconds, and none is stale.

A document is a chapter of `notebooks/` or a page of `book/` with code cells. Its outputs are kept
under a hash of its code, its kernel, and what its code depends on: modules of `helpers` (see
`helpers/dependencies.py`), the lock, Python's version, files that the document says it reads, and
the committed assertions and confirmed results of the claims that its code names. So an output is
found again for as long as it is what the code would show, on any branch, and `executed()` joins it
with the text of the document as it is now.
"""

import ast
import copy
import csv
import functools
import hashlib
import json
import platform
import shutil
import tomllib
from pathlib import Path

import nbformat
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.cache.main import JupyterCacheBase
from nbformat import NotebookNode

from helpers.dependencies import Modules

ROOT = Path(__file__).resolve().parents[2]
CODE_CELL = "\n```{code-cell}"


class StaleChapterError(RuntimeError):
    """A chapter has no outputs that belong to it as it is now."""


def chapters(root: Path = ROOT) -> list[Path]:
    """Return the notebooks of the book, in order."""
    return sorted((root / "notebooks").glob("*.ipynb"))


def pages(root: Path = ROOT) -> list[Path]:
    """Return the pages of text with code cells, in order."""
    texts = sorted((root / "book").glob("*.md"))
    return [path for path in texts if CODE_CELL in path.read_text(encoding="utf-8")]


def read(path: Path) -> NotebookNode:
    """Return a document as a notebook."""
    if path.suffix == ".ipynb":
        return nbformat.read(path, as_version=4)
    from myst_nb.core.read import read_myst_markdown_notebook  # slow to load

    return read_myst_markdown_notebook(path.read_text(encoding="utf-8"), path=path)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells of a notebook, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


class ChapterCache(JupyterCacheBase):
    """A cache that finds outputs by the code, its tags and the kernel: captions may change."""

    def create_hashed_notebook(
        self, nb: NotebookNode, nb_metadata=("kernelspec",), cell_metadata=("tags",)
    ) -> tuple[NotebookNode, str]:
        """Return a notebook without its text, and its hash."""
        return super().create_hashed_notebook(nb, nb_metadata, cell_metadata)


@functools.lru_cache
def cache(root: Path = ROOT, kind: type[JupyterCacheBase] = ChapterCache) -> JupyterCacheBase:
    """Return the cache of the outputs."""
    return kind(root / "_build" / ".jupyter_cache")


def cache_of(path: Path) -> JupyterCacheBase:
    """Return the cache in which a document finds its outputs.

    MyST-NB looks up pages of text by itself, in a cache that takes all metadata of a cell as code.
    """
    return cache(path.parents[1], ChapterCache if path.suffix == ".ipynb" else JupyterCacheBase)


@functools.lru_cache
def modules(root: Path) -> Modules:
    """Return the modules of `helpers`, each read once."""
    return Modules(root)


def reads(notebook: NotebookNode) -> list[str]:
    """Return the files that a document says it reads, by their paths below the root."""
    return notebook.metadata.get("book", {}).get("reads", [])


@functools.lru_cache
def committed(root: Path) -> dict[str, list]:
    """Return what is committed of each claim: its assertions, and its rows of the results."""
    folder, claims = root / "helpers" / "analysis", {}
    for file in sorted((folder / "assertions").glob("*.toml")):
        for name, claim in tomllib.loads(file.read_text(encoding="utf-8")).items():
            claims[name] = [claim]
    for file in folder.glob("confirmed.csv"):
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
            claims.setdefault(row["claim"], []).append(row)
    return claims


def named_claims(code: str, root: Path) -> dict[str, list]:
    """Return what is committed of the claims that some code names in quotes."""
    named = {
        node.value
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {name: committed(root)[name] for name in sorted(named & committed(root).keys())}


def needs(path: Path, notebook: NotebookNode) -> str:
    """Return a hash of what outputs depend on, besides the code of the document and its kernel."""
    root = path.parents[1]
    files = ["requirements.lock", *reads(notebook)]
    code = "\n".join(cell.source for cell in code_cells(notebook))
    content = [
        platform.python_version(),
        modules(root).key(code),
        named_claims(code, root),
        [hashlib.sha256((root / file).read_bytes()).hexdigest() for file in files],
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


@functools.lru_cache
def _keyed(path: Path, time: int) -> tuple[NotebookNode, str]:
    """Return a document that was written at some time as `keyed` does, and its hash."""
    notebook = read(path)
    kernel = notebook.metadata.setdefault("kernelspec", NotebookNode(name="python3"))
    kernel["needs"] = needs(path, notebook)
    return notebook, cache_of(path).create_hashed_notebook(notebook)[1]


def keyed(path: Path) -> NotebookNode:
    """Return a document with what it needs among its kernel's metadata, which the cache hashes."""
    return copy.deepcopy(_keyed(path, path.stat().st_mtime_ns)[0])


def executed_path(path: Path) -> Path:
    """Return where the cache keeps the outputs of a document as it is now, once it has them."""
    _, key = _keyed(path, path.stat().st_mtime_ns)
    return cache_of(path).path / "executed" / key / "base.ipynb"


def is_fresh(path: Path) -> bool:
    """Tell whether the cache has the outputs of a document as it is now."""
    return executed_path(path).exists()


def keep(path: Path, run: NotebookNode, known: dict) -> None:
    """Put the outputs of a document into the cache.

    Args:
        path: the document.
        run: what `keyed` returned, executed.
        known: what is told of how it was executed, such as its `seconds`.
    """
    here = cache_of(path)
    _, key = here.create_hashed_notebook(run)
    shutil.rmtree(here.path / "executed" / key, ignore_errors=True)  # of a write that was cut off
    uri = f"{path.parent.name}/{path.name}"
    here.cache_notebook_bundle(CacheBundleIn(run, uri, data=known), overwrite=True)


def executed(path: Path) -> NotebookNode:
    """Return a chapter as it is now, with the outputs that the cache has of it.

    Its `metadata.book` holds `seconds` (of the execution, the kernel's start included), `executed`
    (the date, in ISO format), `versions` (by name) and `processor`.

    Raises:
        StaleChapterError: if the cache has none.
    """
    if not is_fresh(path):
        raise StaleChapterError(
            f"{path.parent.name}/{path.name} has no up-to-date outputs: run `make book`."
        )
    return copy.deepcopy(_executed(path, executed_path(path)))


@functools.lru_cache
def _executed(path: Path, outputs: Path) -> NotebookNode:
    """Return a chapter with its outputs, which are in a file."""
    here = cache_of(path)
    number, notebook = here.merge_match_into_notebook(keyed(path), cell_meta=())
    known = here.get_cache_record(number).data
    notebook.metadata.book = NotebookNode({**notebook.metadata.get("book", {}), **known})
    return nbformat.from_dict(notebook)


def forget() -> None:
    """Look at all files anew, also at those in `helpers`, when next asked."""
    for function in (modules, committed, _keyed, _executed):
        function.cache_clear()
