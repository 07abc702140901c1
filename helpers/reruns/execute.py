"""Execute one notebook with values of its own, and return all files that come of it.

The function ``execute`` needs no file of the caller's, and writes none that lasts, so it can run
in another process or on another machine as well.
"""

import contextlib
import json
import os
import platform
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat.v4 import new_code_cell
from papermill.exceptions import PapermillExecutionError

from helpers import provenance
from helpers.reruns.measures import measured, verdicts
from helpers.reruns.notebooks import declared
from helpers.reruns.page import figure, html

SHOWN = "notebook.ipynb"
RUNS = "runs.nc"
PAGE = "page.html"
THUMBNAIL = "figure.svg"
THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


@dataclass(frozen=True)
class Task:
    """One run: what to execute, and with what.

    Attributes:
        name: name of the run.
        notebook: the notebook as JSON.
        values: the parameters that differ from the notebook's, by name.
        folder: where it runs, if that exists; else in a folder of its own.
        key: a hash of all that the result depends on.
        code: a hash of ``helpers`` and of the versions of packages.
        threads: cores that the run may use; None for all.
        record: what is kept with the result, such as the commit.
    """

    name: str
    notebook: str
    values: Mapping[str, Any]
    folder: str
    key: str
    code: str
    threads: int | None
    record: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    Attributes:
        name: name of the run.
        files: contents by file name; of a failed run its notebook alone.
        record: what is kept with the result, the seconds it took included.
        failure: why it failed, one line, or None.
    """

    name: str
    files: Mapping[str, bytes]
    record: Mapping[str, Any]
    failure: str | None


def execute(task: Task) -> Outcome:
    """Execute a notebook through papermill, in a scratch folder that is removed afterwards."""
    began, start = datetime.now(UTC), time.perf_counter()
    if (here := provenance.code_key()) != task.code:
        machine = platform.node()
        return Outcome(
            task.name, {}, {}, f"{machine} has another version of helpers or packages ({here[:8]})"
        )
    with tempfile.TemporaryDirectory() as scratch, limited(task.threads):
        notebook = nbformat.reads(task.notebook, 4)
        notebook.cells.append(saving_cell(Path(scratch, RUNS)))
        given, done = Path(scratch, "given.ipynb"), Path(scratch, SHOWN)
        nbformat.write(notebook, given)
        folder = task.folder if Path(task.folder).is_dir() else scratch
        failure = None
        try:
            papermill.execute_notebook(
                given, done, dict(task.values), progress_bar=False, cwd=folder
            )
        except PapermillExecutionError as error:
            failure = f"{error.ename}: {error.evalue}".splitlines()[0]
        record = task.record | {
            "name": task.name,
            "key": task.key,
            "values": dict(task.values),
            "machine": provenance.processor(),
            "began": began.isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - start, 1),
            "failure": failure,
        }
        if not done.exists():
            return Outcome(task.name, {}, record, failure or "its kernel did not start")
        executed = nbformat.read(done, 4)
        executed.cells = [cell for cell in executed.cells if "saves-runs" not in tags(cell)]
        executed.metadata.book = {"rerun": record}
        files = {SHOWN: nbformat.writes(executed).encode()}
        if failure is None:
            saved = Path(scratch, RUNS)
            values = {each.name: each.default for each in declared(notebook)} | dict(task.values)
            picture = figure(executed)
            record |= {"measures": measured(saved, values), "verdicts": verdicts(executed),
                       "thumbnail": picture is not None}  # fmt: skip
            files |= {
                RUNS: with_record(saved, record), PAGE: html(executed, task.name).encode(),
            }  # fmt: skip
            if picture:
                files[THUMBNAIL] = picture.encode()
    return Outcome(task.name, files, record, failure)


def saving_cell(path: Path) -> nbformat.NotebookNode:
    """A last cell for a notebook that saves its runs."""
    source = f"from helpers.reruns.saving import save\n\nsave(globals(), {str(path)!r})"
    return new_code_cell(source, metadata={"tags": ["saves-runs"]})


def tags(cell: nbformat.NotebookNode) -> list[str]:
    """The tags of a cell."""
    return cell.metadata.get("tags", [])


def with_record(path: Path, record: Mapping[str, Any]) -> bytes:
    """A NetCDF file with a record among its attributes, as bytes."""
    import h5netcdf

    with h5netcdf.File(path, "a") as file:
        file.attrs["rerun"] = json.dumps(record)
    return path.read_bytes()


@contextlib.contextmanager
def limited(threads: int | None) -> Iterator[None]:
    """Let kernels started meanwhile use so many cores."""
    before = {name: os.environ.get(name) for name in THREADS}
    if threads is not None:
        os.environ.update(dict.fromkeys(THREADS, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
