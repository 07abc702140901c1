"""Execute one notebook with values of its own, and return all files that come of it.

The function ``execute`` needs no file of the caller's, and writes none that lasts, so it can run
in another process or on another machine as well.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import h5netcdf
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from helpers import provenance
from helpers.reruns.measures import measured, outcomes
from helpers.reruns.page import figure, html

SHOWN = "notebook.ipynb"
RUNS = "runs.nc"
PAGE = "page.html"
THUMBNAIL = "figure.svg"
THREADS = (  # variables that NumPy, TensorFlow and joblib (`helpers.sweep`) heed
    "OMP_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "LOKY_MAX_CPU_COUNT",
)
NOT_BEGUN = "Kernel died before replying to kernel_info"  # as papermill says it
ATTEMPTS = 3  # to start a kernel: two that start at once may take the same port
LATE = "it was stopped after"
GRACE = 10  # seconds in which an interrupted run may end by itself
SAVES = "saves-runs"  # tag of the cell that saves the runs


@dataclass(frozen=True)
class Task:
    """One run: what to execute, and with what.

    Attributes:
        name: name of the run.
        notebook: the notebook as JSON.
        values: the parameters that are given, by name.
        record: what is kept with the result: all that it depends on, and ``key``, a hash of that.
            Of it are used here ``code``, the key of the code, ``parameters``, all of them,
            ``folder``, where it runs if that exists, else in a folder of its own, ``threads``,
            cores that it may use, or None for all, and ``timeout``, seconds, or None for any.
    """

    name: str
    notebook: str
    values: Mapping[str, Any]
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
    with tempfile.TemporaryDirectory(prefix="rerun-", ignore_cleanup_errors=True) as scratch:
        given, done, saved = (Path(scratch, name) for name in ("given.ipynb", SHOWN, RUNS))
        notebook = nbformat.reads(task.notebook, 4)
        notebook.cells.append(saving_cell(saved, task.record["code"]))
        nbformat.write(notebook, given)
        for _ in range(ATTEMPTS):
            failure = through_papermill(task, given, done)
            if failure is None or NOT_BEGUN not in failure:
                break
        executed = as_far_as_it_got(done, given)
        if failure is not None:
            errors = [o for c in executed.cells for o in c.get("outputs", [])
                      if o.output_type == "error"]  # fmt: skip
            if errors and not failure.startswith(LATE):
                failure = f"{errors[-1].ename}: {errors[-1].evalue}"
            failure = (failure.splitlines() or ["it ended without a word"])[0]
        record = dict(task.record) | {
            "name": task.name,
            "values": dict(task.values),
            "machine": provenance.processor(),
            "began": began.isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - start, 1),
            "failure": failure,
        }
        executed.cells = [c for c in executed.cells if SAVES not in c.metadata.get("tags", [])]
        executed.metadata.book = {"rerun": record}
        files = {SHOWN: nbformat.writes(executed).encode()}
        if failure is None:
            try:
                return Outcome(task.name, files | results(executed, saved, record), record, None)
            except Exception as error:  # whatever a notebook's own runs provoke costs them alone
                said = str(error).partition("\n")[0]
                record["failure"] = failure = f"{type(error).__name__}: {said}"
    return Outcome(task.name, files, record, failure)


def results(executed: NotebookNode, saved: Path, record: dict[str, Any]) -> dict[str, bytes]:
    """The files of a run that succeeded, besides its notebook; what they tell joins the record."""
    picture = figure(executed)
    record["measures"] = measured(saved, record["parameters"])
    record |= {"results": outcomes(executed), "thumbnail": picture is not None}
    with h5netcdf.File(saved, "a") as file:
        file.attrs["rerun"] = json.dumps(record)
    files = {RUNS: saved.read_bytes(), PAGE: html(executed, record["name"]).encode()}
    return files | ({THUMBNAIL: picture.encode()} if picture else {})


def as_far_as_it_got(done: Path, given: Path) -> NotebookNode:
    """The executed notebook; the given one, if papermill wrote none, or not all of it."""
    try:
        return nbformat.read(done, 4)
    except (OSError, ValueError):
        return nbformat.read(given, 4)


def through_papermill(task: Task, given: Path, done: Path) -> str | None:
    """Run papermill in a process of its own; the last that it said, if it failed."""
    folder, threads = task.record["folder"], task.record["threads"]
    limits = {} if threads is None else dict.fromkeys(THREADS, str(threads))
    # The kernel looks for modules in the user's folder, too, which may have some called helpers.
    first = [str(provenance.HELPERS.parent), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | limits | {"PYTHONPATH": os.pathsep.join(filter(None, first))}
    arguments = {
        "input_path": escaped(given),
        "output_path": escaped(done),
        "parameters": task.values,
        "progress_bar": False,
    }
    (call := given.with_name("papermill.json")).write_text(json.dumps(arguments))
    with given.with_name("said.txt").open("w+", errors="replace") as said:
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "helpers.reruns.child", str(call)],
            stdin=subprocess.PIPE, stdout=said, stderr=said, env=environment,
            cwd=folder if Path(folder).is_dir() else given.parent,
        ) as child:  # fmt: skip
            try:
                failed = child.wait(task.record["timeout"]) != 0
            except subprocess.TimeoutExpired as expired:
                interrupt(child)
                return f"{LATE} {expired.timeout} seconds (--timeout)"
        said.seek(0)
        last = said.read().strip().rpartition("\n")[2]
    if failed and last.startswith(" "):  # of a traceback that could not be written to its end
        last = f"papermill could not say why: is {tempfile.gettempdir()} full?"
    return last if failed else None


def escaped(path: Path) -> str:
    """A path as papermill takes it, which would put parameters in for names in braces."""
    return str(path).replace("{", "{{").replace("}", "}}")


def interrupt(child: subprocess.Popen) -> None:
    """End papermill, and the kernel with it, as Ctrl-C would; by force if that does not help."""
    child.send_signal(signal.SIGINT)
    try:
        child.wait(GRACE)
    except subprocess.TimeoutExpired:
        child.kill()


def saving_cell(path: Path, code: str) -> NotebookNode:
    """A last cell for a notebook that saves its runs."""
    source = f"from helpers.reruns.saving import save\n\nsave(globals(), {str(path)!r}, {code!r})"
    return new_code_cell(source, metadata={"tags": [SAVES]})
