"""What of a rerun is saved, and what it is compared by."""

import csv
import subprocess
import sys

import pytest
import xarray as xr
from chapter_files import ROOT
from rerun_folder import WALK, notebook, rerun

from helpers import provenance
from helpers.reruns.measures import measured
from helpers.reruns.saving import OtherCodeError, save


def walked(*cells):
    """The names of a notebook after these cells."""
    names = {"n_seeds": 2, "learning_rate": 0.01}
    for cell in cells:
        exec(cell, names)
    return names


def test_medians_and_parts_of_runs_are_saved_but_not_compared(tmp_path):
    parts = """
late, middle = runs.isel(epoch=slice(20, None)), runs.median("seed", keep_attrs=True)
"""
    save(walked(WALK, parts), tmp_path / "runs.nc", provenance.code_key())
    assert [line["name"] for line in measured(tmp_path / "runs.nc", {})] == ["runs"]
    with xr.open_datatree(tmp_path / "runs.nc", engine="h5netcdf") as tree:
        assert set(tree.children) == {"runs", "late", "middle"}


@pytest.mark.parametrize(("target", "taken"), [(0.55, 0.55), (95, 0.8), ("high", 0.8), (None, 0.8)])
def test_target_and_final_epochs_are_told_as_they_were_taken(tmp_path, target, taken):
    save(walked(WALK), tmp_path / "runs.nc", provenance.code_key())
    [line] = measured(tmp_path / "runs.nc", {"target_accuracy": target})
    assert (line["target"], line["last"]) == (taken, 10)


def test_runs_of_other_code_are_not_saved(tmp_path):
    with pytest.raises(OtherCodeError, match="changed while it ran, or differ on this machine"):
        save(walked(WALK), tmp_path / "runs.nc", "another key")
    assert not (tmp_path / "runs.nc").exists()


LOCKED = """
import fcntl, sys
from pathlib import Path
from helpers.reruns.measures import measured
with open(sys.argv[1]) as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print(len(measured(Path(sys.argv[1]), {})))
"""


@pytest.mark.slow
def test_file_that_a_process_just_started_still_locks_is_read(tmp_path):
    save(walked(WALK), tmp_path / "runs.nc", provenance.code_key())
    command = [sys.executable, "-c", LOCKED, str(tmp_path / "runs.nc")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.stdout == "1\n", run.stderr


@pytest.mark.slow
def test_columns_of_parameters_and_of_measures_are_apart(tmp_path):
    names = ["epochs", "n_seeds", "of", "name", "results", "seconds", "learning_rate", "cell"]
    parameters = "\n".join(f"{name} = 1" for name in names)
    clash = notebook(tmp_path / "clash.ipynb", "1", parameters=parameters)
    given = [word for i, name in enumerate(names) for word in ("-p", name, 100 + i)]
    rerun(clash, *given, "--out", "out", folder=tmp_path)
    [line] = csv.DictReader((tmp_path / "out" / "table.csv").open())
    assert [line[f"parameter.{name}"] for name in names] == [
        str(100 + i) for i in range(len(names))
    ]
    assert line["results"] == "{}"
    assert line["n_seeds"] == ""
