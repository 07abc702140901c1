"""How a rerun is carried out: where, beside which others, and what becomes of one that fails."""

import os
import shutil
from urllib.parse import quote

import joblib
import pytest
from chapter_files import ROOT, read
from rerun_folder import WALK, apart, helpers, notebook, record, rerun, runs

from helpers import provenance

pytestmark = pytest.mark.slow


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


FAILS = """\
import os

if n_seeds == 3:
    1 / 0
if n_seeds == 4:
    os.write(2, b"from the depths")
    os._exit(1)
if n_seeds == 5:
    runs = runs.assign_coords(updates=runs.updates)  # which cannot be measured
"""


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """A folder where one of four runs is finished, each other failed in its way, and the call."""
    folder = tmp_path_factory.mktemp("failed")
    notebook(folder / "fails.ipynb", WALK, FAILS)
    grid = ("--grid", "n_seeds=5,4,3,2", "--jobs", 2)
    return folder, apart("rerun", "fails.ipynb", *grid, "--out", "out", folder=folder)


def test_failing_runs_are_told_and_cost_themselves_only(failed):
    folder, called = failed
    assert called.returncode == 1
    assert called.stderr.endswith("Error: 3 of 4 runs failed; the rest are kept\n")
    [done] = runs(folder / "out")
    assert "n_seeds=2" in done.name
    for told in (
        "ZeroDivisionError: division by zero",
        "nbclient.exceptions.DeadKernelError: Kernel died",
        "MergeError: conflicting values for variable 'updates'",
    ):
        assert f"failed: {told}" in called.stdout
    assert "from the depths" not in called.stdout + called.stderr  # of a kernel


def test_failed_run_is_kept_up_to_its_failure_and_done_again(failed, tmp_path):
    folder = shutil.copytree(failed[0], tmp_path / "copy")
    index = (folder / "out" / "index.html").read_text()
    kept = sorted((folder / "out" / "failed").iterdir())
    assert len(kept) == 3
    for run in kept:
        assert {path.name for path in run.iterdir()} == {
            "notebook.ipynb",
            "result.json",
            "SHA256SUMS",
        }
        assert f'href="failed/{quote(run.name)}/notebook.ipynb"' in index
    notebook(folder / "fails.ipynb", WALK, "1")
    rerun("fails.ipynb", "-p", "n_seeds", 3, "--out", "out", folder=folder)
    done = [record(run)["values"] for run in runs(folder / "out")]
    assert done == [{"n_seeds": 2}, {"n_seeds": 3}]
    assert sorted((folder / "out" / "failed").iterdir()) == [
        run for run in kept if "n_seeds=3" not in run.name
    ]


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
    path = os.pathsep.join([str(tmp_path / "first"), os.environ.get("PYTHONPATH", "")])
    called = helpers("rerun", walk, "--out", "out", folder=tmp_path, env={"PYTHONPATH": path})
    assert (called.returncode, len(runs(tmp_path / "out"))) == ((0, 1) if done else (1, 0))
    assert ("failed: RuntimeError: Kernel died before replying" in called.stdout) is not done


def test_run_during_which_the_code_changed_is_not_kept(tmp_path, monkeypatch):
    from helpers.reruns import grid, notebooks
    from helpers.reruns.execute import execute

    walk = notebook(tmp_path / "walk.ipynb", WALK)
    monkeypatch.setattr(provenance, "code_key", lambda: "the code as it was when this was called")
    [task] = grid.tasks(notebooks.load(str(walk)), "walk.ipynb", [{}], None)
    outcome = execute(task)
    assert outcome.failure.startswith("OtherCodeError: helpers or packages changed while it ran")


def test_full_disk_behind_papermill_is_guessed_at_and_no_half_sentence_told(tmp_path, monkeypatch):
    from helpers.reruns import execute

    half = "import sys\nsys.exit('Traceback (most recent call last):\\n  File \"/work/ma')"
    (tmp_path / "papermill.py").write_text(half)
    monkeypatch.setattr(execute.provenance, "HELPERS", tmp_path / "helpers")
    (tmp_path / "helpers").symlink_to(ROOT / "helpers")
    task = execute.Task("a", "", {}, {"folder": ".", "threads": None, "timeout": None})
    failure = execute.through_papermill(task, tmp_path / "given.ipynb", tmp_path / "done.ipynb")
    assert failure.startswith("papermill could not say why: is /")
