"""Small notebooks to rerun, and the rerun command as a user calls it."""

import contextlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import xarray as xr
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.reruns.command import main

PARAMETERS = """\
learning_rate = 0.01  # step length of an update, 1e-8 to 100
n_seeds = 2           # number of runs, one seed each, 1 to 1000
word = "plain"        # any text
"""
# Runs without TensorFlow, whose import takes most of the time of a small notebook.
WALK = """\
import time

import numpy as np
import xarray as xr

from helpers.provenance import versions

steps = np.random.default_rng(5).normal(learning_rate, 0.05, (n_seeds, 40))
runs = xr.Dataset(
    {
        "val_accuracy": (("seed", "epoch"), (0.5 + steps.cumsum(1)).clip(0, 1)),
        "updates": ("epoch", range(16, 641, 16)),
        "seconds_per_epoch": ((), time.perf_counter()),  # another at every run
    },
    {"seed": range(n_seeds), "epoch": range(1, 41)},
    {"versions": str(versions())},
)
"""
TRAINING = """\
from keras import optimizers

from helpers import models, train
from helpers.data import blobs

runs = train(
    models.mlp, optimizers.SGD(learning_rate), blobs(), batch_size=32, epochs=5,
    seeds=range(n_seeds), progress=False,
)
"""
RESULT = """\
from helpers import analysis
from helpers.analysis import result

result("A1", {"good_enough": analysis.final_accuracy(runs, 3)})
"""


def notebook(path, *cells, parameters=PARAMETERS):
    """Write a notebook of these code cells after a cell of parameters."""
    made = new_notebook(cells=[new_markdown_cell("# A small notebook")])
    made.cells.append(new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    made.cells += map(new_code_cell, cells)
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(made, path)
    return path


@dataclass(frozen=True)
class Called:
    """What came of a call."""

    returncode: int
    stdout: str
    stderr: str


def command(*arguments):
    """The arguments of ``python -m helpers``, for a process of its own."""
    return [sys.executable, "-m", "helpers", *map(str, arguments)]


def helpers(*arguments, folder, env=None):
    """What ``python -m helpers`` does in a folder, in this process, which has imported it all.

    What it does not tell in plain words is raised here.
    """
    with contextlib.chdir(folder):
        told = CliRunner().invoke(main, [*map(str, arguments)], env=env, catch_exceptions=False)
    return Called(told.exit_code, told.stdout, told.stderr)


def rerun(*arguments, folder, **settings):
    """Call ``python -m helpers rerun``, which must succeed."""
    called = helpers("rerun", *arguments, folder=folder, **settings)
    assert called.returncode == 0, called.stderr
    return called


def apart(*arguments, folder, **settings):
    """Call ``python -m helpers`` in a process of its own, and wait for it."""
    return subprocess.run(
        command(*arguments), cwd=folder, capture_output=True, text=True, timeout=300, **settings
    )


def record(run):
    """The record in the folder of a run."""
    return json.loads((Path(run) / "result.json").read_text())


def runs(out):
    """Folders of the finished runs."""
    return sorted(Path(out, "runs").iterdir())


def numbers(out):
    """Variables of all runs in a folder, but their times, as bytes, by run, group and name."""
    found = {}
    for run in runs(out):
        with xr.open_datatree(run / "runs.nc", engine="h5netcdf") as tree:
            for group in tree.subtree:
                timeless = group.to_dataset().drop_vars("seconds_per_epoch", errors="ignore")
                for name, variable in timeless.variables.items():
                    found[run.name, group.path, name] = variable.values.tobytes()
    return found


def contents(folder):
    """Contents of all files under a folder, by path."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
