"""Reruns on a Dask cluster of several processes: the same results, and no loss with a worker."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import psutil
import pytest
from chapter_files import ROOT
from distributed import Client
from rerun_folder import TRAINING, VERDICT, WALK, helpers, notebook, numbers, record, rerun, runs
from site_server import serve

from helpers.reruns.notebooks import RerunError
from helpers.reruns.workers import engine

ONE_THREAD = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
WAITS = """\
import os
import time
from pathlib import Path

if not Path("one waited").exists():  # the first run that comes here is in the way of a kill
    Path("one waited").write_text(str(os.getpid()))
    time.sleep(120)
"""

IN_A_WORKER = """\
import os
import time
from pathlib import Path

assert os.environ["HERE"] == "worker"
if n_seeds > 2:
    Path("waits").touch()
    time.sleep(60)
"""


def dask(*arguments):
    """A process of Dask's own command line, quietly."""
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *map(str, arguments)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def scheduler():
    """A scheduler: its process and its address."""
    port = free_port()
    process = dask("scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")
    yield process, f"tcp://127.0.0.1:{port}"
    process.kill()
    process.wait()


@pytest.fixture
def address(scheduler):
    """The address of a scheduler."""
    return scheduler[1]


@pytest.fixture
def start_worker(address, tmp_path):
    """Start a worker of one thread, in a process of its own, in the environment given."""
    started = []

    def start(**environment):
        worker = subprocess.Popen(
            [sys.executable, "-m", "dask", "worker", address, *ONE_THREAD],
            cwd=tmp_path, env=os.environ | environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        started.append(worker)
        with Client(address, timeout=30) as client:
            client.wait_for_workers(len(started), timeout=60)
        return worker

    yield start
    for worker in started:
        worker.kill()
        worker.wait()


def test_cluster_gives_the_bits_that_this_machine_gives(address, start_worker, tmp_path):
    trains = notebook(tmp_path / "trains.ipynb", TRAINING, VERDICT)
    grid = (trains, "--grid", "learning_rate=0.01,0.1")
    start_worker(), start_worker()
    rerun(*grid, "--out", "cluster", "--scheduler", address, folder=tmp_path)
    rerun(*grid, "--out", "here", "--jobs", 2, folder=tmp_path)
    assert len(numbers(tmp_path / "here")) > 10
    assert numbers(tmp_path / "cluster") == numbers(tmp_path / "here")
    far, near = ([record(run)["verdicts"] for run in runs(tmp_path / out)]
                 for out in ("cluster", "here"))  # fmt: skip
    assert far == near != [{}, {}]


def test_worker_killed_in_mid_run_costs_a_repetition_and_nothing_else(
    address, start_worker, tmp_path
):
    walk = notebook(tmp_path / "walk.ipynb", WALK)
    rerun(walk, "--grid", "n_seeds=2,3,4,5", "--out", "here", folder=tmp_path)
    notebook(walk, WAITS, WALK)
    start_worker(), start_worker()
    arguments = (walk, "--grid", "n_seeds=2,3,4,5", "--out", "cluster", "--scheduler", address)
    called = []
    caller = threading.Thread(
        target=lambda: called.append(helpers("rerun", *arguments, folder=tmp_path))
    )
    caller.start()
    end = time.monotonic() + 60
    while not (tmp_path / "one waited").exists():
        assert time.monotonic() < end
        time.sleep(0.1)
    os.kill(worker_of(int((tmp_path / "one waited").read_text())), signal.SIGKILL)
    caller.join()
    assert called[0].returncode == 0, called[0].stderr
    assert numbers(tmp_path / "cluster") == numbers(tmp_path / "here")
    assert "Traceback" not in called[0].stderr


def worker_of(kernel):
    """The process id of the Dask worker above a kernel: kernel, papermill, worker."""
    return psutil.Process(kernel).parent().parent().pid


def test_single_worker_does_the_runs_and_a_scheduler_that_is_gone_is_told(
    scheduler, start_worker, tmp_path
):
    process, address = scheduler
    start_worker(HERE="worker")
    grid = (notebook(tmp_path / "walk.ipynb", WALK, IN_A_WORKER), "--grid", "n_seeds=2,3,4")
    called = []
    caller = threading.Thread(
        target=lambda: called.append(
            helpers("rerun", *grid, "--out", "out", "--scheduler", address, folder=tmp_path)
        )
    )
    caller.start()
    end = time.monotonic() + 60
    while not (tmp_path / "waits").exists():
        assert time.monotonic() < end
        time.sleep(0.1)
    process.kill()
    caller.join(30)
    assert called[0].returncode == 1
    assert "Error: a run could not be carried out (FutureCancelledError: " in called[0].stderr
    assert "Traceback" not in called[0].stderr
    assert [record(run)["values"] for run in runs(tmp_path / "out")] == [{"n_seeds": 2}]


@pytest.fixture(params=["closed", "silent", "another service", "no address"])
def wrong_address(request, tmp_path):
    """An address at which no scheduler is."""
    if request.param == "closed":
        yield f"tcp://127.0.0.1:{free_port()}"
    elif request.param == "silent":
        with socket.create_server(("127.0.0.1", 0)) as silent:
            yield f"tcp://127.0.0.1:{silent.getsockname()[1]}"
    elif request.param == "another service":
        with serve(tmp_path) as address:
            yield address.replace("http", "tcp").rstrip("/")
    else:
        yield "nowhere"


def test_scheduler_that_does_not_answer_is_told_within_seconds(wrong_address):
    start = time.perf_counter()
    with pytest.raises(RerunError) as told, engine(wrong_address, 1):
        pass
    assert time.perf_counter() - start < 15
    assert str(told.value) == f"no Dask scheduler answers at {wrong_address}"


def test_cluster_without_workers_is_told(address, tmp_path):
    walk = notebook(tmp_path / "walk.ipynb", WALK)
    called = helpers("rerun", walk, "--out", "out", "--scheduler", address, folder=tmp_path)
    assert called.returncode == 1
    assert called.stderr == f"Error: the Dask scheduler at {address} has no workers\n"


def test_worker_with_other_helpers_is_refused(address, start_worker, tmp_path):
    other = shutil.copytree(ROOT / "helpers", tmp_path / "other" / "helpers")
    (other / "models.py").write_text((other / "models.py").read_text() + "\nunits = 51\n")
    start_worker(), start_worker(PYTHONPATH=str(other.parent))
    walk = notebook(tmp_path / "walk.ipynb", WALK)
    called = helpers("rerun", walk, "--out", "out", "--scheduler", address, folder=tmp_path)
    assert called.returncode == 1
    assert called.stderr.startswith("Error: 1 of 2 workers have other helpers or packages than")
    assert called.stderr.count("\n") == 1
    assert runs(tmp_path / "out") == []
