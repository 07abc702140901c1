"""Parameters in a notebook: what is shown of wrong ones, what is loaded, what papermill changed."""

import subprocess
import sys

import pytest

from helpers.parameters import changed, fields

SHELL = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
cells = [
    "n_samples, data_seed, n_seeds, first_seed = 1000, 2, 30, 1000; cluster_std = 2.0",
    "# Parameters\\nn_seed = 3\\ncluster_std = 'wide'\\n",
    "from helpers.parameters import Blobs\\nBlobs.check(globals())",
]
for cell in cells:
    shell.run_cell(cell, store_history=True)
"""


def python(code) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_notebook_shows_one_line_that_names_unknown_parameters_too():
    assert python(SHELL).splitlines() == [
        "ParameterError: n_seed is not a parameter of this chapter (did you mean n_seeds?), which "
        "has n_seeds, first_seed, n_samples, cluster_std, data_seed; cluster_std must be a number "
        "from 0.01 to 100, got 'wide'"
    ]


@pytest.mark.slow
def test_parameters_are_checked_before_anything_heavy_is_imported():
    heavy = {"tensorflow", "keras", "numpy", "matplotlib", "xarray", "scipy", "sklearn"}
    loaded = python("import sys, helpers.parameters; print(*sys.modules)").split()
    assert heavy.isdisjoint(loaded)


@pytest.mark.parametrize(
    ("injected", "names"),
    [
        (None, []),
        ("momentum = 0.9\nepochs = 20\n", []),
        ("momentum = 0.5\nepochs = 20\n", ["momentum"]),
        ("sizes = [1, 4]\nn_seeds = 99\nfirst_seed = 7\n", ["sizes"]),
    ],
    ids=["none", "the same", "one differs", "seeds do not count"],
)
def test_parameters_that_papermill_changed_are_known(monkeypatch, injected, names):
    notebook = ["", "momentum = 0.9  # of SGD\nepochs = 20\nsizes = [1, 2]\nn_seeds = 10\n"]
    cells = [*notebook, *([f"# Parameters\n{injected}"] if injected else []), "%pip list", "p = 3"]
    monkeypatch.setattr(fields, "_cells", lambda: cells)
    assert changed() == names
