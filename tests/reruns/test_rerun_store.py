"""Nothing of a grid is lost or wrong: damage, full disks, Ctrl-C, kill -9, two at once."""

import os
import pickle
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest
import rerun_kills
from rerun_folder import (
    WALK,
    apart,
    command,
    contents,
    helpers,
    notebook,
    numbers,
    record,
    rerun,
    runs,
)

from helpers.reruns.store import Store

pytestmark = pytest.mark.slow

SLOW = "import time\ntime.sleep(0 if n_seeds == 2 else 600)"
PATIENCE = 120  # seconds, on a machine that is busy with other things; idle it takes a few


class Evil:
    """Unpickled, it makes a file."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return (Path.touch, (self.marker,))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder with a finished grid of three runs."""
    folder = tmp_path_factory.mktemp("finished")
    notebook(folder / "walk.ipynb", WALK)
    rerun("walk.ipynb", "--grid", "n_seeds=2,3,4", "--jobs", 2, "--out", "out", folder=folder)
    return folder


@pytest.fixture
def folder(finished, tmp_path):
    """A copy of it."""
    return shutil.copytree(finished, tmp_path / "copy")


def flip(path):
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def halve(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path):
    path.write_bytes(b"")


def replace(path):
    path.write_bytes(pickle.dumps(Evil(path.with_name("marker"))))


@pytest.mark.parametrize("damage", [flip, halve, empty, replace, Path.unlink])
@pytest.mark.parametrize(
    "file", ["notebook.ipynb", "page.html", "runs.nc", "result.json", "SHA256SUMS"]
)
def test_damaged_file_is_noticed(folder, file, damage):
    store = Store(folder / "out")
    assert store.results()[1] == []
    damaged = runs(folder / "out")[1]
    damage(damaged / file)
    whole, noticed = store.results()
    assert noticed == [damaged.name]
    assert len(whole) == 2


def test_another_digit_in_a_record_is_noticed(folder):
    damaged = runs(folder / "out")[0] / "result.json"
    text = damaged.read_text()
    damaged.write_text(text.replace('"n_seeds": 2', '"n_seeds": 3'))
    assert damaged.read_text() != text
    assert Store(folder / "out").results()[1] == [damaged.parent.name]


def test_damaged_runs_are_told_of_and_done_again_and_the_others_are_left(folder):
    before = numbers(folder / "out")
    one, two, intact = runs(folder / "out")
    kept = contents(intact)
    flip(one / "runs.nc")
    shutil.rmtree(two)
    two.mkdir()
    told = rerun("walk.ipynb", "--grid", "n_seeds=2,3,4", "--out", "out", folder=folder)
    for damaged in (one, two):
        assert f"{damaged.name} is damaged: it is done again." in told.stdout
    assert "1 of 3 runs are there already." in told.stdout
    assert numbers(folder / "out") == before
    assert contents(intact) == kept
    assert Store(folder / "out").results()[1] == []


def test_damaged_run_of_another_grid_is_told_of_and_shown_nowhere(folder):
    other = runs(folder / "out")[0]
    assert "n_seeds=2" in other.name
    flip(other / "runs.nc")
    told = rerun("walk.ipynb", "-p", "n_seeds", 3, "--out", "out", folder=folder).stdout
    assert f"{other.name} is damaged: run the command that made it once more." in told
    assert other.name not in (folder / "out" / "table.csv").read_text()
    assert "2 finished" in (folder / "out" / "index.html").read_text()


def test_pickle_in_a_result_is_never_read(folder):
    marker, store = folder / "marker", Store(folder / "out")
    [name, *_] = store.results()[0]
    record = store.results()[0][name]
    assert pickle.loads(pickle.dumps(Evil(marker))) is None
    marker.unlink()  # so much for what it does when it is read
    evil = pickle.dumps(Evil(marker))
    files = {file: evil for file in ("notebook.ipynb", "page.html", "runs.nc", "figure.pkl")}
    store.put(name, record, files, failed=False)  # with the right checksums
    (folder / "out" / "result.pkl").write_bytes(evil)
    verified = helpers("verify", "out", "--run", name, folder=folder)
    assert verified.returncode == 1
    assert verified.stderr == f"Error: the notebook or the runs of {name} cannot be read\n"
    rerun("walk.ipynb", "--grid", "n_seeds=2,3", "--out", "out", folder=folder)
    assert not marker.exists()


HELD = """\
import time
from pathlib import Path

Path("begun").touch()
end = time.monotonic() + 100
while not Path("go").exists():  # until the other process waits
    assert time.monotonic() < end
    time.sleep(0.05)
"""


def test_two_processes_in_one_folder_share_the_work(finished, tmp_path):
    notebook(tmp_path / "walk.ipynb", HELD, WALK)

    def start(grid):
        call = command("rerun", "walk.ipynb", "--grid", grid, "--out", "out")
        return subprocess.Popen(
            call, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    first = start("n_seeds=2,3")
    wait_until((tmp_path / "begun").exists)
    second = start("n_seeds=3,4")
    waits = second.stdout.readline()
    assert waits == "Another process is at work in out. Waiting for it to end.\n"
    (tmp_path / "go").touch()
    told, later = (process.communicate(timeout=PATIENCE)[0] for process in (first, second))
    assert (first.returncode, second.returncode) == (0, 0)
    assert "2 of 2 runs are done" in told and "there already" not in told
    assert later.startswith("1 of 2 runs are there already.")
    assert numbers(tmp_path / "out") == numbers(finished / "out")


def test_full_disk_is_told_plainly_and_costs_nothing_that_was_finished(folder):
    def almost_full():  # no file grows above this, and what writes on gets an error
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    before = {run.name: contents(run) for run in runs(folder / "out")}
    long = "<" * 30_000  # of which the page is four times as long as the notebook
    arguments = ("walk.ipynb", "--grid", f"word=plain,{long}", "--out", "out")
    called = apart("rerun", *arguments, folder=folder, preexec_fn=almost_full)
    assert called.returncode == 1
    assert called.stderr.endswith(
        "Error: out cannot be written: File too large. "
        "Finished runs are kept; the same command goes on.\n"
    )
    assert "Traceback" not in called.stderr
    after = {run.name: contents(run) for run in runs(folder / "out")}
    assert len(after) == 4  # the short word came first
    assert {name: after[name] for name in before} == before
    assert "1 of 2 runs are there" in rerun(*arguments, folder=folder).stdout
    assert len(runs(folder / "out")) == 5


def test_notebook_that_cannot_be_written_costs_its_run_only(folder):
    def almost_full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    prints = notebook(
        folder / "prints.ipynb", "print('x' * (300_000 if n_seeds == 2 else 3))", WALK
    )
    arguments = (prints, "--grid", "n_seeds=2,3", "--out", "printed")
    called = apart("rerun", *arguments, folder=folder, preexec_fn=almost_full)
    assert called.stderr.endswith("Error: 1 of 2 runs failed; the rest are kept\n")
    assert "Traceback" not in called.stderr
    assert [record(run)["values"] for run in runs(folder / "printed")] == [{"n_seeds": 3}]


def wait_until(true):
    """Wait until something is true, as long as a busy machine may need."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_runs_end_with_the_command_however_it_ends(tmp_path, how):
    slow = notebook(tmp_path / "slow.ipynb", "import time", "time.sleep(600)")
    (tmp_path / "temporary").mkdir()
    process = psutil.Popen(
        command("rerun", slow, "--grid", "n_seeds=2,3", "--jobs", 2, "--out", "out"),
        cwd=tmp_path, env=os.environ | {"TMPDIR": str(tmp_path / "temporary")},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    wait_until(lambda: len(process.children(recursive=True)) == 4)  # of papermill, and kernels
    time.sleep(0.5)
    below = process.children(recursive=True)
    process.send_signal(how)  # it alone, not its group
    process.wait(PATIENCE)
    assert psutil.wait_procs(below, timeout=PATIENCE)[1] == []
    assert list((tmp_path / "temporary").glob("rerun-*")) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_ends_soon_and_keeps_what_is_finished(tmp_path, jobs):
    slow = notebook(tmp_path / "slow.ipynb", SLOW)
    call = command("rerun", slow, "--grid", "n_seeds=2,3", "--jobs", jobs, "--out", "out")
    process = psutil.Popen(
        call, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # heard in any shell
    )  # fmt: skip
    kept = tmp_path / "out" / "runs"
    wait_until(lambda: kept.exists() and any(kept.iterdir()))
    wait_until(lambda: len(process.children(recursive=True)) == 2)  # papermill, and the kernel
    time.sleep(0.5)
    below = process.children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    told = process.communicate(timeout=PATIENCE)[1].decode()
    assert process.returncode == 130
    assert told.endswith("\nInterrupted. Finished runs are kept; the same command goes on.\n")
    assert "Traceback" not in told
    assert psutil.wait_procs(below, timeout=PATIENCE)[1] == []
    assert len(runs(tmp_path / "out")) == 1
    assert Store(tmp_path / "out").results()[1] == []


def test_killed_at_random_moments_nothing_is_lost_or_wrong(tmp_path):
    tally = rerun_kills.disturb(tmp_path, kills=3, n_runs=3, longest=6, seed=1)
    assert tally.kills == 3
    assert tally.held == 3 * tally.grids
    assert (tally.lost, tally.wrong) == (0, 0)
