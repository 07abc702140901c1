"""A grid of reruns: make its runs, do those that are not done yet, and keep what comes of each."""

import hashlib
import itertools
import json
import math
import os
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import joblib
import nbformat
from nbformat import NotebookNode
from tqdm import tqdm

from helpers import provenance
from helpers.reruns import notebooks
from helpers.reruns.execute import Outcome, Task, execute
from helpers.reruns.given import REMOTE, RerunError
from helpers.reruns.report import index, table
from helpers.reruns.store import Store
from helpers.reruns.workers import engine, until_broken

MOST = 10_000  # runs of a grid
PUBLISH_EVERY = 10  # seconds


def combinations(
    fixed: Iterable[tuple[str, Any]], grid: Iterable[tuple[str, Sequence[Any]]]
) -> list[dict[str, Any]]:
    """Every combination of the values of a grid, each with the fixed values.

    Raises:
        RerunError: a name or a value is there twice, or there are too many combinations.
    """
    axes = [(name, [value]) for name, value in fixed] + list(grid)
    for i, (name, values) in enumerate(axes):
        if name in [before for before, _ in axes[:i]]:
            raise RerunError(f"{name} must be given once, by -p, -r or --grid, got it twice")
        if len({json.dumps(value) for value in values}) < len(values):
            raise RerunError(f"--grid {name} must not hold a value twice, got {values}")
    if (n := math.prod(len(values) for _, values in axes)) > MOST:
        raise RerunError(f"--grid must make at most {MOST} runs, got {n}")
    names = [name for name, _ in axes]
    return [
        dict(zip(names, values, strict=True))
        for values in itertools.product(*(values for _, values in axes))
    ]


def tasks(
    notebook: NotebookNode,
    file: str,
    runs: Sequence[Mapping[str, Any]],
    threads: int | None,
    timeout: int | None = None,
) -> list[Task]:
    """A task for each run of a notebook, after all values were checked.

    Args:
        notebook: what to execute.
        file: its path or address, or - for stdin.
        runs: the values of each run, by name.
        threads: cores that a run may use; None for all.
        timeout: seconds that a run may take; None for any.

    Raises:
        RerunError: values are wrong; all are told at once.
    """
    checked = notebooks.checked(notebook, runs)
    cells = [(c.cell_type, c.source, c.metadata.get("tags", [])) for c in notebook.cells]
    path = urlsplit(file).path if REMOTE.match(file) else "stdin" if file == "-" else file
    common = {
        "notebook": Path(path).name,
        "code": provenance.code_key(),
        "versions": provenance.versions(),
        "commit": provenance.commit() if shutil.which("git") else "unknown",
        "folder": os.getcwd(),
        "threads": threads,
        "timeout": timeout,
    }
    text = nbformat.writes(notebook)
    files = notebooks.files(value for parameters in checked for value in parameters.values())
    made = []
    for run, parameters in zip(runs, checked, strict=True):
        named = {v: files[v] for v in parameters.values() if isinstance(v, str) and v in files}
        key = digest(cells, common["code"], parameters, named)
        record = common | {"parameters": parameters, "files": named, "key": key}
        made.append(Task(run_name(Path(path).stem, run), text, run, record))
    return made


def run_name(stem: str, values: Mapping[str, Any]) -> str:
    """A name of a run that is a name of a folder on any system: what is special, and a hash."""
    said = "-".join([stem, *(f"{name}={value}" for name, value in values.items())])
    plain = "".join(c if is_plain(c) else " " for c in unicodedata.normalize("NFC", said))
    short = "_".join(plain.split())[:80].encode()[:200]  # systems count the bytes of a name
    readable = short.decode(errors="ignore").strip("._-")
    return f"{readable or 'run'}-{digest(stem, values)[:12]}"


def is_plain(character: str) -> bool:
    """Whether it is a letter of any script, with its marks, a digit, or harmless in any name."""
    return unicodedata.category(character)[0] in "LMN" or character in "_.,=-"


def digest(*content: Any) -> str:
    """A hash of anything that JSON holds."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def rerun(
    todo: Sequence[Task],
    store: Store,
    jobs: int,
    tell: Callable[[str], None],
    scheduler: str | None = None,
    *,
    execute: Callable[[Task], Outcome] = execute,
    compared: bool = True,
) -> list[str]:
    """Do what is not done yet, and keep each result as it comes.

    Args:
        todo: the runs.
        store: where results are, and go.
        jobs: runs at a time, if there is no scheduler.
        tell: is called with sentences for the user.
        scheduler: address of a Dask scheduler, whose workers then do the runs.
        execute: does a run; by default it executes a notebook.
        compared: whether to write the page and the table that compare the runs.

    Returns:
        Names of the runs that failed.

    Raises:
        RerunError: the scheduler does not answer, a result cannot be written, or the processes
            that do the runs are gone.
    """
    with engine(scheduler, jobs) as parallel, store.alone(tell):
        done, failures, left = sorted_out(todo, store, tell)
        outcomes = parallel(joblib.delayed(execute)(task) for task in left)
        failed, published = [], time.monotonic()
        with tqdm(total=len(todo), initial=len(todo) - len(left), unit="run") as bar:
            for outcome in until_broken(outcomes):
                name, failure = outcome.name, outcome.failure
                store.put(name, outcome.record, outcome.files, failed=failure is not None)
                failures.pop(name, None)
                (done if failure is None else failures)[name] = outcome.record
                if failure is not None:
                    failed.append(name)
                    bar.write(f"{name} failed: {failure}")
                bar.update()
                if compared and time.monotonic() - published > PUBLISH_EVERY:
                    publish(store, done, failures)
                    published = time.monotonic()
        if compared:
            publish(store, done, failures)
    return failed


def sorted_out(
    todo: Sequence[Task], store: Store, tell: Callable[[str], None]
) -> tuple[dict[str, Any], dict[str, Any], list[Task]]:
    """Records of runs that are done, of runs that failed, and the tasks that are left."""
    done, damaged = store.results()
    failures, names = store.failures(), {task.name for task in todo}
    for name in damaged:
        again = "it is done again" if name in names else "run the command that made it once more"
        tell(f"{name} is damaged: {again}.")
    left = [task for task in todo if done.get(task.name, {}).get("key") != task.record["key"]]
    old = [done.pop(task.name) for task in left if task.name in done]
    if old:
        tell(
            f"{len(old)} of {len(todo)} runs were made with other code, data or versions, and are "
            "done again."
        )
    if len(left) < len(todo):
        tell(f"{len(todo) - len(left)} of {len(todo)} runs are there already.")
    return done, failures, left


def publish(store: Store, done: Mapping[str, Any], failures: Mapping[str, Any]) -> None:
    """Write the table and the page that compare all runs of a folder."""
    records = [done[name] for name in sorted(done)]
    store.replace("table.csv", table(records))
    store.replace("index.html", index(records, [failures[name] for name in sorted(failures)]))
