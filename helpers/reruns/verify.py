"""Repeat a rerun and compare: the same numbers, to the last bit, or say what differs."""

import io

import nbformat
import xarray as xr

from helpers import provenance
from helpers.reruns.execute import RUNS, SHOWN, Task, execute
from helpers.reruns.notebooks import RerunError
from helpers.reruns.store import DamagedError, Store


def repeat(store: Store, name: str) -> list[str]:
    """Execute a finished run's own notebook again, and tell what differs, a sentence each.

    Compared are all variables and coordinates of all runs; the attributes hold times and differ.

    Raises:
        RerunError: there is no such run, it is damaged, or it fails now.
    """
    if name not in store.names():
        raise RerunError(f"there is no run {name} in {store.folder}")
    try:
        record = store.result(name)
    except DamagedError as error:
        raise RerunError(f"{name} is damaged: rerun the same grid to have it done again") from error
    found = []
    now = provenance.versions()
    for package, version in record["versions"].items():
        if now.get(package) != version:
            found.append(f"{package} was {version} and is {now.get(package)}")
    notebook = nbformat.read(store.runs / name / SHOWN, 4)
    notebook.cells = [
        c for c in notebook.cells if "injected-parameters" not in c.metadata.get("tags", [])
    ]
    code = provenance.code_key()
    task = Task(name, nbformat.writes(notebook), record["values"], "", "", code, None, {})
    outcome = execute(task)
    if outcome.failure:
        raise RerunError(f"{name} fails now: {outcome.failure}")
    with (
        xr.open_datatree(store.runs / name / RUNS, engine="h5netcdf") as before,
        xr.open_datatree(io.BytesIO(outcome.files[RUNS]), engine="h5netcdf") as after,
    ):
        found += differences(before, after)
    return found


def differences(before: xr.DataTree, after: xr.DataTree) -> list[str]:
    """Where the numbers of two files of runs differ, a sentence each."""
    found = []
    paths = {group.path for tree in (before, after) for group in tree.subtree}
    for path in sorted(paths):
        if path not in [g.path for g in before.subtree] or path not in [
            g.path for g in after.subtree
        ]:
            found.append(f"{path} is in one of the two only")
            continue
        old, new = before[path].to_dataset(), after[path].to_dataset()
        for name in sorted({*old.variables, *new.variables}, key=str):
            if name not in old.variables or name not in new.variables:
                found.append(f"{path}: {name} is in one of the two only")
            elif not old[name].variable.equals(new[name].variable):
                found.append(f"{path}: {name} differs")
    return found
