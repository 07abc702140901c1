"""Repeat a rerun and compare: the same numbers, to the last bit, or say what differs."""

import io
import os
from typing import Any

import nbformat
import xarray as xr

from helpers import provenance
from helpers.reruns import notebooks
from helpers.reruns.execute import RUNS, SHOWN, Task, execute
from helpers.reruns.given import RerunError
from helpers.reruns.store import Store


def repeat(store: Store, record: dict[str, Any]) -> list[str]:
    """Execute a finished run's own notebook again, and tell what differs, a sentence each.

    Compared are packages, files that parameters name, all variables and coordinates of all runs
    but their times, and results; the attributes of runs hold times too.

    Args:
        store: the folder of the run.
        record: of the run, as the store has it.

    Raises:
        RerunError: its files are not what they should be, or it fails now.
    """
    name = record["name"]
    with notebooks.seen_from(record["folder"] if os.path.isdir(record["folder"]) else "."):
        files = notebooks.files(record["parameters"].values())
    now = {"versions": provenance.versions(), "files": files}
    found = [
        f"{what} was {record[kind].get(what)} and is {now[kind].get(what)}"
        for kind in now
        for what in sorted({*record[kind], *now[kind]})
        if record[kind].get(what) != now[kind].get(what)
    ]
    try:
        notebook = nbformat.read(store.runs / name / SHOWN, 4)
        with xr.open_datatree(store.runs / name / RUNS, engine="h5netcdf") as tree:
            before = variables(tree)
    except (OSError, ValueError) as error:
        raise RerunError(f"the notebook or the runs of {name} cannot be read") from error
    notebook.cells = [
        c for c in notebook.cells if "injected-parameters" not in c.metadata.get("tags", [])
    ]
    as_now = record | {"code": provenance.code_key(), "timeout": None}
    outcome = execute(Task(name, nbformat.writes(notebook), record["values"], as_now))
    if outcome.failure:
        raise RerunError(f"{name} fails now: {outcome.failure}")
    with xr.open_datatree(io.BytesIO(outcome.files[RUNS]), engine="h5netcdf") as tree:
        found += differences(before, variables(tree))
    return found + differences(record["results"], outcome.record["results"])


def variables(tree: xr.DataTree) -> dict[str, xr.Variable]:
    """All variables and coordinates of all runs in a file, except for their times, by path."""
    return {
        f"{group.path}: {name}": variable.load()
        for group in tree.subtree
        for name, variable in group.to_dataset().variables.items()
        if name != "seconds_per_epoch"
    }


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What is not the same in two dictionaries, a sentence each."""
    found = []
    for name in sorted({*before, *after}):
        if name not in before or name not in after:
            found.append(f"{name} is in one of the two only")
        elif isinstance(before[name], str) and before[name] != after[name]:
            found.append(f"{name} was {before[name]} and is {after[name]}")
        elif not isinstance(before[name], str) and not before[name].equals(after[name]):
            found.append(f"{name} differs")
    return found
