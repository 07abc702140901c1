"""Execute every chapter once, through nbmake, for both the book and the tests.

    python book/_ext/chapters.py

executes each notebook of `notebooks/` whose executed copy in `_build/executed/` is missing or
stale, and keeps the executed copy. A copy is stale when its key differs from the key of what is
there now: content counts, not the time of a file. Only code, and what code depends on, is in the
key, so `executed()` joins the outputs of the copy with the text of the notebook as it is now.
"""

import datetime
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from helpers import provenance

ROOT = Path(__file__).resolve().parents[2]


class StaleChapterError(RuntimeError):
    """A chapter has no executed copy that belongs to it as it is now."""


def chapters(root: Path = ROOT) -> list[Path]:
    """Return the notebooks of the book, in order."""
    return sorted((root / "notebooks").glob("*.ipynb"))


def read(path: Path) -> NotebookNode:
    """Return the notebook in a file."""
    return nbformat.read(path, as_version=4)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the code cells of a notebook, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def content_key(root: Path = ROOT) -> str:
    """Return a hash of what every executed page depends on: helpers, the lock, Python's version.

    The command that reruns notebooks is left out: no chapter imports it.
    """
    digest = hashlib.sha256(platform.python_version().encode())
    helpers = sorted((root / "helpers").rglob("*.py"))
    imported = [p for p in helpers if p.parent.name != "reruns" and p.name != "__main__.py"]
    for path in [*imported, root / "requirements.lock"]:
        name = str(path.relative_to(root)).encode()
        digest.update(name + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def chapter_key(chapter: Path) -> str:
    """Return a hash of a chapter's code cells, their tags, its kernel, and the content key."""
    notebook = read(chapter)
    kernel = notebook.metadata.get("kernelspec", {}).get("name")
    cells = [(cell.source, cell.metadata.get("tags", [])) for cell in code_cells(notebook)]
    content = json.dumps([content_key(chapter.parents[1]), kernel, cells])
    return hashlib.sha256(content.encode()).hexdigest()


def executed_path(chapter: Path) -> Path:
    """Return where the executed copy of a chapter is kept."""
    return chapter.parents[1] / "_build" / "executed" / chapter.name


def is_fresh(chapter: Path) -> bool:
    """Tell whether the executed copy of a chapter is there and belongs to it as it is now."""
    copy = executed_path(chapter)
    return copy.exists() and read(copy).metadata.get("book", {}).get("key") == chapter_key(chapter)


def executed(chapter: Path) -> NotebookNode:
    """Return a chapter as it is now, with the outputs of its executed copy.

    Its `metadata.book` holds `key`, `seconds` (of the execution, the kernel's start included),
    `executed` (the date, in ISO format), `versions` (by name) and `processor`.

    Raises:
        StaleChapterError: if the executed copy is missing or stale.
    """
    if not is_fresh(chapter):
        raise StaleChapterError(
            f"notebooks/{chapter.name} has no up-to-date executed copy: run `make book`."
        )
    notebook = read(chapter)
    copy = read(executed_path(chapter))
    notebook.metadata = NotebookNode({**copy.metadata, **notebook.metadata})
    for cell, run in zip(code_cells(notebook), code_cells(copy), strict=True):
        cell.outputs, cell.execution_count = run.outputs, run.execution_count
    return notebook


def execute(chapter: Path) -> str | None:
    """Execute a chapter through nbmake and keep its executed copy; return what failed or None."""
    key = chapter_key(chapter)
    notebook = read(chapter)
    for cell in code_cells(notebook):
        cell.metadata.pop("execution", None)  # nbmake notes here which cells it started
    with tempfile.TemporaryDirectory() as folder:  # nbmake passes over paths with _build in them
        copy = Path(folder, chapter.name)
        nbformat.write(notebook, copy)
        # An empty configuration: this run is about the chapter, not about the tests of the project.
        options = ["-q", "--no-header", "-p", "no:cacheprovider", "-c", os.devnull]
        nbmake = [sys.executable, "-m", "pytest", *options, "--nbmake", "--overwrite", str(copy)]
        start = time.perf_counter()
        run = subprocess.run(nbmake, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        seconds = round(time.perf_counter() - start, 1)
        notebook = read(copy)
    if run.returncode:
        print(f"failed\n{run.stdout}", flush=True)
        return f"notebooks/{chapter.name} failed{failing_cell(notebook)}"
    print(f"{seconds} s", flush=True)
    notebook.metadata.book = {
        "key": key,
        "seconds": seconds,
        "executed": datetime.date.today().isoformat(),
        "versions": provenance.versions(),
        "processor": provenance.processor(),
    }
    kept = executed_path(chapter)
    kept.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, kept.with_suffix(".part"))
    kept.with_suffix(".part").replace(kept)  # a copy is there whole or not at all
    return None


def failing_cell(notebook: NotebookNode) -> str:
    """Say which cell made nbmake give up a notebook: the last that was started."""
    started = [cell for cell in code_cells(notebook) if "execution" in cell.metadata]
    if not started:
        return " without a word from any cell: its kernel did not start, or it died"
    errors = [output for output in started[-1].outputs if output.output_type == "error"]
    what = f"{errors[-1].ename}: {errors[-1].evalue}" if errors else "it did not end in time"
    return f" in code cell {len(started)} (`{started[-1].source.splitlines()[0]}`): {what}"


def main(root: Path = ROOT) -> int:
    """Execute the chapters that need it, one at a time, and return the exit status."""
    found = chapters(root)
    if not found:
        print("There is no chapter in notebooks/.", file=sys.stderr)
        return 1
    for copy in {*(root / "_build" / "executed").glob("*.ipynb")} - {*map(executed_path, found)}:
        copy.unlink()  # its chapter is gone
    stale = [chapter for chapter in found if not is_fresh(chapter)]
    print(f"Chapters: {len(found)}, to execute through nbmake: {len(stale)}.", flush=True)
    failures = []
    for number, chapter in enumerate(stale, start=1):
        print(f"[{number}/{len(stale)}] notebooks/{chapter.name} … ", end="", flush=True)
        if failure := execute(chapter):
            failures.append(failure)
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. The chapters executed so far are kept.")
