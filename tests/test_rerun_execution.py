"""How a rerun is carried out: where, beside which others, and what becomes of one that fails."""

import os
from urllib.parse import quote

import joblib
import pytest
from chapter_files import read
from rerun_folder import WALK, helpers, notebook, rerun, runs

from helpers import provenance


def test_run_starts_where_the_user_is(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "table.csv").write_text("here\n")
    reads = notebook(tmp_path / "elsewhere" / "reads.ipynb", "open(word).read()")
    rerun(reads, "-p", "word", "table.csv", "--out", "out", folder=tmp_path)
    [run] = runs(tmp_path / "out")
    assert read(run / "notebook.ipynb").cells[-1].outputs[0].data["text/plain"] == "'here\\n'"


MEETS = """\
import os
import time
from pathlib import Path

import joblib

Path(f"{n_seeds} is here").touch()
end = time.monotonic() + 60
while len([*Path().glob("* is here")]) < 2:  # until the other run has come, too
    assert time.monotonic() < end
    time.sleep(0.1)
limits = [os.environ.get(name) for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")]
print(limits, joblib.cpu_count())
"""


def test_two_jobs_run_side_by_side_and_share_the_cores(tmp_path):
    meets = notebook(tmp_path / "meets.ipynb", WALK, MEETS)
    grid = ("--grid", "n_seeds=2,3", "--jobs", 2, "--out", "out")
    rerun(meets, *grid, folder=tmp_path)
    share = max(1, joblib.cpu_count() // 2)
    for run in runs(tmp_path / "out"):
        printed = read(run / "notebook.ipynb").cells[-1].outputs[0].text
        assert printed == f"{[str(share)] * 2} {share}\n"


def test_failing_run_is_told_and_kept_and_the_others_are_done(tmp_path):
    fails = notebook(tmp_path / "fails.ipynb", WALK, "1 / (n_seeds - 3)")
    called = helpers("rerun", fails, "--grid", "n_seeds=2,3,4", "--out", "out", folder=tmp_path)
    assert called.returncode == 1
    assert called.stderr.endswith("Error: 1 of 3 runs failed; the rest are kept\n")
    assert "ZeroDivisionError: division by zero" in called.stdout
    assert len(runs(tmp_path / "out")) == 2
    [failed] = (tmp_path / "out" / "failed").iterdir()
    assert {path.name for path in failed.iterdir()} == {"notebook.ipynb", "result.json"}
    index = (tmp_path / "out" / "index.html").read_text()
    assert f'href="failed/{quote(failed.name)}/notebook.ipynb"' in index
    notebook(tmp_path / "fails.ipynb", WALK, "1")
    rerun(fails, "--grid", "n_seeds=2,3,4", "--out", "out", folder=tmp_path)
    assert len(runs(tmp_path / "out")) == 3
    assert list((tmp_path / "out" / "failed").iterdir()) == []


def test_kernel_that_dies_costs_its_run_only_and_says_nothing_on_the_console(tmp_path):
    loud = "import os\nos.write(2, b'from the depths')\nif n_seeds == 3:\n    os._exit(1)"
    dies = notebook(tmp_path / "dies.ipynb", loud)
    called = helpers("rerun", dies, "--grid", "n_seeds=3,2", "--out", "out", folder=tmp_path)
    assert called.returncode == 1
    assert "failed: nbclient.exceptions.DeadKernelError: Kernel died" in called.stdout
    assert "from the depths" not in called.stdout + called.stderr
    assert len(runs(tmp_path / "out")) == 1


DIES = """\
import sys
from pathlib import Path

if "ipykernel_launcher" in sys.orig_argv:
    deaths = Path(__file__).with_name("deaths")
    deaths.write_text(deaths.read_text()[1:] if deaths.exists() else "x" * times)
    if deaths.read_text():
        raise SystemExit
"""


@pytest.mark.parametrize(("deaths", "done"), [(2, True), (9, False)])
def test_kernel_that_does_not_start_is_started_again(tmp_path, deaths, done):
    walk = notebook(tmp_path / "walk.ipynb", WALK)
    (tmp_path / "first").mkdir()  # Python imports sitecustomize as it starts
    (tmp_path / "first" / "sitecustomize.py").write_text(DIES.replace("times", str(deaths)))
    settings = {"env": os.environ | {"PYTHONPATH": str(tmp_path / "first")}}
    called = helpers("rerun", walk, "--out", "out", folder=tmp_path, **settings)
    assert (called.returncode, len(runs(tmp_path / "out"))) == ((0, 1) if done else (1, 0))
    assert ("failed: RuntimeError: Kernel died before replying" in called.stdout) is not done


def test_run_during_which_the_code_changed_is_not_kept(tmp_path, monkeypatch):
    from helpers.reruns import grid
    from helpers.reruns.execute import execute

    walk = notebook(tmp_path / "walk.ipynb", WALK)
    monkeypatch.setattr(provenance, "code_key", lambda: "the code as it was when this was called")
    [task] = grid.tasks(str(walk), [{}], None)
    outcome = execute(task)
    assert outcome.failure.startswith("OtherCodeError: helpers or packages changed while it ran")


def test_runs_that_cannot_be_measured_cost_their_run_only(tmp_path):
    odd = WALK + "if n_seeds == 3:\n    runs = runs.assign_coords(updates=runs.updates)\n"
    notebook(tmp_path / "odd.ipynb", odd)
    called = helpers("rerun", "odd.ipynb", "--grid", "n_seeds=3,2", "--out", "out", folder=tmp_path)
    assert "Error: 1 of 2 runs failed; the rest are kept" in called.stderr
    assert "failed: MergeError: conflicting values for variable 'updates'" in called.stdout
