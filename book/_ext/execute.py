"""Executes the documents of the book side by side, through nbmake, and keeps their outputs.

What has no outputs in the cache that belong to it as it is now (`chapters.py`) is executed: of all
documents, or of the one whose file begins with a text. The longest goes first, by the times of last
time, or those in `seconds.json` where there was none. A notebook with `{"book": {"alone": true}}`
in its metadata measures clocks, and runs when nothing else does. A failure is told at once, and the
others go on; Ctrl-C keeps what is done.
"""

import datetime
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import chapters
import joblib
import nbformat
from chapters import ROOT, code_cells
from nbformat import NotebookNode
from tqdm import tqdm

from helpers import provenance

UNKNOWN = 20.0  # seconds that a document is expected to take of which nothing is known
ANSI = re.compile(r"\x1b\[[\d;]*m")  # colours of a terminal
TICK = 0.2  # seconds between two looks at what runs


def name(path: Path) -> str:
    """Return how a document is called here: its path below the root."""
    return f"{path.parent.name}/{path.name}"


def expected_seconds(root: Path) -> dict[str, float]:
    """Return how long documents took last time, by name; the first time, what the project knows."""
    records = sorted(chapters.cache(root).list_cache_records(), key=lambda record: record.created)
    known = Path(__file__).with_name("seconds.json")
    return json.loads(known.read_text()) | {r.uri: r.data["seconds"] for r in records}


class Execution:
    """nbmake at work on a copy of one document."""

    def __init__(self, path: Path, tell: Callable[[str], None]):
        """Start it; ``tell`` is given what there is to tell when it has finished."""
        self.tell = tell
        self.path, self.notebook = path, chapters.keyed(path)
        for cell in code_cells(self.notebook):
            cell.metadata.pop("execution", None)  # nbmake notes here which cells it started
        self.folder = tempfile.TemporaryDirectory()  # nbmake passes over paths with _build in them
        self.copy = self.place(name(path)).with_suffix(".ipynb")
        nbformat.write(self.notebook, self.copy)
        for file in chapters.reads(self.notebook):  # there is no other file beside it
            self.place(file).symlink_to(path.parents[1] / file)
        self.output = self.place("output.txt")
        # An empty configuration and no plugin but nbmake: this is about the document alone.
        options = ["-q", "--no-header", "--no-summary", "--show-capture=no", "-c", os.devnull]
        options += ["-p", "nbmake.pytest_plugin", "-p", "no:cacheprovider"]
        options += ["--nbmake", "--overwrite", str(self.copy)]
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pytest", *options],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
                start_new_session=True,  # Ctrl-C comes to it from here, once
            )
        self.began = time.perf_counter()

    def place(self, file: str) -> Path:
        """Return the path of a file in the folder in which nbmake works."""
        path = Path(self.folder.name, file)
        path.parent.mkdir(exist_ok=True)
        return path

    @property
    def seconds(self) -> float:
        """How long it has been at work."""
        return time.perf_counter() - self.began

    def finish(self) -> str | None:
        """Keep the outputs, and return what failed, or None."""
        seconds, run = round(self.seconds, 1), nbformat.read(self.copy, as_version=4)
        failure = None
        if self.process.returncode:
            output = ANSI.sub("", self.output.read_text())
            failure = f"{name(self.path)} failed{failing_cell(run)}"
            self.tell(f"{failure}\n{output}")
        else:
            self.tell(f"{name(self.path)}: {seconds} s")
            known = {
                "seconds": seconds,
                "executed": datetime.date.today().isoformat(),
                "versions": provenance.versions(),
                "processor": provenance.processor(),
            }
            for cell in code_cells(run):
                cell.metadata.pop("execution", None)  # an empty cell has none
            chapters.keep(self.path, run, known)
        self.folder.cleanup()
        return failure

    def stop(self) -> None:
        """End it and its kernel, as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()  # its kernel sees that, and ends
        self.folder.cleanup()


def failing_cell(notebook: NotebookNode) -> str:
    """Say which cell made nbmake give up a notebook: the last that was started."""
    started = [cell for cell in code_cells(notebook) if "execution" in cell.metadata]
    if not started:
        return " without a word from any cell: its kernel did not start, or it died"
    errors = [output for output in started[-1].outputs if output.output_type == "error"]
    what = f"{errors[-1].ename}: {errors[-1].evalue}" if errors else "it did not end in time"
    return f" in code cell {len(started)} (`{started[-1].source.splitlines()[0]}`): {what}"


def execute(paths: Sequence[Path], jobs: int, expected: dict[str, float], bar: tqdm) -> list[str]:
    """Execute documents, so many at a time, and return what failed.

    The bar is in seconds of work: those that the documents are expected to take.
    """
    wanted = {path: expected.get(name(path), UNKNOWN) for path in paths}
    waiting = sorted(paths, key=wanted.get)  # the longest last, from where it is taken first
    running, failures, before = [], [], bar.n
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(Execution(waiting.pop(), bar.write))
                bar.set_description(", ".join(run.path.stem for run in running))
            for run in [run for run in running if run.process.poll() is not None]:
                running.remove(run)
                failures += filter(None, [run.finish()])
            left = sum(wanted[path] for path in waiting)
            left += sum(max(0.0, wanted[run.path] - run.seconds) for run in running)
            bar.n = before + sum(wanted.values()) - left
            bar.set_postfix_str(f"about {left / jobs:.0f} s left")
            time.sleep(TICK)
    finally:
        for run in running:
            run.stop()
    return failures


def is_alone(path: Path) -> bool:
    """Return whether a document is to run when nothing else does."""
    return path.suffix == ".ipynb" and chapters.read(path).metadata.get("book", {}).get("alone")


def chosen(documents: list[Path], chapter: str) -> list[Path]:
    """Return the one document whose file begins with a text, or all if it is empty.

    Raises:
        SystemExit: if none does, or more than one.
    """
    found = [path for path in documents if path.name.startswith(chapter)]
    if chapter and len(found) != 1:
        names = ", ".join(path.stem for path in found or documents)
        sys.exit(f"CHAPTER={chapter} is the beginning of {len(found)} names; choose of {names}.")
    return found


def main(root: Path = ROOT, chapter: str = "", jobs: int | None = None) -> list[str]:
    """Execute the documents that need it, and return what failed.

    A kill of this process ends the others as Ctrl-C does.

    Args:
        root: folder of the book.
        chapter: beginning of the name of the one document to execute; empty for all.
        jobs: documents executed at the same time, at least 1; None for one per core.
    """
    if jobs is not None and jobs < 1:
        sys.exit(f"JOBS must be at least 1, got {jobs}.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    chapters.forget()
    documents = chosen([*chapters.chapters(root), *chapters.pages(root)], chapter)
    if not documents:
        return ["There is no chapter in notebooks/."]
    stale = [path for path in documents if not chapters.is_fresh(path)]
    print(f"To execute through nbmake: {len(stale)} of {len(documents)}.", flush=True)
    expected = expected_seconds(root)
    alone = [path for path in stale if is_alone(path)]
    others = [path for path in stale if path not in alone]
    total = sum(expected.get(name(path), UNKNOWN) for path in stale)
    form = "{percentage:3.0f}% |{bar:20}| {desc}{postfix}"
    with tqdm(total=total, bar_format=form, disable=None if stale else True) as bar:
        failures = execute(others, jobs or joblib.cpu_count(), expected, bar)
        return failures + execute(alone, 1, expected, bar)
