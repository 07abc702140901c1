"""Save the runs of a notebook in one NetCDF file."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from helpers import provenance


class OtherCodeError(RuntimeError):
    """A notebook ran with other code than its results would be kept under."""


def save(namespace: Mapping[str, Any], path: str | Path, code: str) -> None:
    """Write every Dataset of runs among a notebook's names as a group of a NetCDF file.

    Runs are what ``helpers.train``, ``sweep`` and ``train_schedules`` return, also as values of a
    dictionary: ``runs["blobs"]`` becomes the group ``runs/blobs``. The same runs under two names
    are written once.

    Args:
        namespace: the notebook's ``globals()``.
        path: of the file, which is overwritten.
        code: ``provenance.code_key()`` of the code that was asked for.

    Raises:
        OtherCodeError: the code or the versions here are others, as after an edit in mid-run.
    """
    if provenance.code_key() != code:
        raise OtherCodeError("helpers or packages changed while it ran, or differ on this machine")
    groups, seen = {}, set()
    for name, runs in found(namespace):
        if id(runs) not in seen:
            groups[name] = runs
            seen.add(id(runs))
    xr.DataTree.from_dict(groups).to_netcdf(path, engine="h5netcdf")


def found(namespace: Mapping[str, Any]) -> Iterator[tuple[str, xr.Dataset]]:
    """Names of groups, and the runs in them."""
    for name, value in namespace.items():
        if name.startswith("_"):
            continue
        several = value if isinstance(value, dict) else {None: value}
        for key, runs in several.items():
            if isinstance(runs, xr.Dataset) and "versions" in runs.attrs:
                yield name if key is None else f"{name}/{str(key).replace('/', '-')}", runs
