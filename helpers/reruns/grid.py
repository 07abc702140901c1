"""A grid of reruns: make its runs, do those that are not done yet, and keep what comes of each."""

import hashlib
import itertools
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import joblib
import nbformat
from tqdm import tqdm

from helpers import provenance
from helpers.reruns import notebooks
from helpers.reruns.execute import Task, execute
from helpers.reruns.notebooks import RerunError
from helpers.reruns.report import index, table
from helpers.reruns.store import DamagedError, Store

MOST = 10_000  # runs of a grid


def combinations(
    fixed: Mapping[str, Any], grid: Mapping[str, Sequence[Any]]
) -> list[dict[str, Any]]:
    """Every combination of the values of a grid, each with the fixed values.

    Raises:
        RerunError: a name is in both, a value is there twice, or there are too many combinations.
    """
    both = sorted(set(fixed) & set(grid))
    if both:
        raise RerunError(f"{both[0]} must be given by -p or by --grid, got both")
    for name, values in grid.items():
        if len({json.dumps(value) for value in values}) < len(values):
            raise RerunError(f"--grid {name} must not hold a value twice, got {values}")
    n = 1
    for values in grid.values():
        n *= len(values)
    if n > MOST:
        raise RerunError(f"--grid must make at most {MOST} runs, got {n}")
    return [
        dict(fixed) | dict(zip(grid, values, strict=True))
        for values in itertools.product(*grid.values())
    ]


def tasks(notebook: str, runs: Sequence[Mapping[str, Any]], threads: int | None) -> list[Task]:
    """A task for each run of a notebook, after all values were checked.

    Raises:
        RerunError: the notebook cannot be read, or values are wrong; all are told at once.
    """
    loaded = notebooks.load(notebook)
    if found := notebooks.problems(loaded, runs):
        raise RerunError("\n".join(found))
    code = provenance.code_key()
    cells = [cell.source for cell in loaded.cells if cell.cell_type == "code"]
    varied = sorted({name for run in runs for name in run})
    local = not notebooks.REMOTE.match(notebook)
    record = {
        "notebook": Path(notebook).name,
        "versions": provenance.versions(),
        "commit": provenance.commit(),
    }
    made = []
    for run in runs:
        content = json.dumps([cells, code, run], sort_keys=True)
        key = hashlib.sha256(content.encode()).hexdigest()
        name = run_name(Path(notebook).stem, {n: run[n] for n in varied if n in run}, key)
        folder = str(Path(notebook).resolve().parent) if local else ""
        made.append(Task(name, nbformat.writes(loaded), run, folder, key, code, threads, record))
    return made


def run_name(stem: str, values: Mapping[str, Any], key: str) -> str:
    """A name of a run that is a name of a folder on any system: what is special, and a hash."""
    said = "-".join([stem, *(f"{name}={value}" for name, value in values.items())])
    return re.sub(r"[^A-Za-z0-9_.,=-]+", "_", said)[:80].strip("._") + f"-{key[:12]}"


def rerun(
    todo: Sequence[Task],
    store: Store,
    jobs: int,
    tell: Callable[[str], None],
    scheduler: str | None = None,
) -> list[str]:
    """Do what is not done yet, and keep each result as it comes.

    Args:
        todo: the runs.
        store: where results are, and go.
        jobs: runs at a time, if there is no scheduler.
        tell: is called with sentences for the user.
        scheduler: address of a Dask scheduler, whose workers then do the runs.

    Returns:
        Names of the runs that failed.

    Raises:
        RerunError: the scheduler does not answer, or a result cannot be written.
    """
    with store.alone(tell), engine(scheduler, jobs) as parallel:
        left = [task for task in todo if not is_done(task, store, tell)]
        n_done = len(todo) - len(left)
        if n_done:
            tell(f"{n_done} of {len(todo)} runs are there already.")
        failed = []
        outcomes = parallel(joblib.delayed(execute)(task) for task in left)
        published = 0.0
        with tqdm(outcomes, total=len(todo), initial=n_done, unit="run") as bar:
            for outcome in bar:
                store.put(outcome)
                if outcome.failure is not None:
                    failed.append(outcome.name)
                    bar.write(f"{outcome.name} failed: {outcome.failure}")
                if time.monotonic() - published > 2:
                    publish(store)
                    published = time.monotonic()
        publish(store)
    return failed


def is_done(task: Task, store: Store, tell: Callable[[str], None]) -> bool:
    """Whether a run is there and whole; one that is damaged is removed, and told of."""
    try:
        record = store.result(task.name)
    except DamagedError:
        tell(f"{task.name} is damaged, and is done again.")
        store.remove(task.name)
        return False
    return record is not None and record["key"] == task.key


@contextmanager
def engine(scheduler: str | None, jobs: int) -> Iterator[joblib.Parallel]:
    """What does several tasks at a time, on this machine or on a cluster, and returns as they end.

    Raises:
        RerunError: nobody answers at the address within seconds, or the cluster has no worker.
    """
    if scheduler is None:
        yield joblib.Parallel(jobs, return_as="generator_unordered", batch_size=1)
        return
    from distributed import Client

    try:
        client = Client(scheduler, timeout=5)
    except (OSError, ValueError, TypeError) as error:
        raise RerunError(f"no Dask scheduler answers at {scheduler}") from error
    with client, joblib.parallel_config("dask", wait_for_workers_timeout=10):
        yield joblib.Parallel(-1, return_as="generator_unordered", batch_size=1)


def publish(store: Store) -> None:
    """Write the table and the page that compare all runs of a folder."""
    done = store.records()
    store.replace("table.csv", table(done))
    store.replace("index.html", index(done, store.records(failed=True)))


def threads_per_job(jobs: int) -> int | None:
    """Cores for each of several runs at a time; None, all of them, for one."""
    return None if jobs == 1 else max(1, (os.cpu_count() or 1) // jobs)
