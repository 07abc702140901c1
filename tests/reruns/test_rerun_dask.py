"""Reruns on a Dask cluster of several processes: the same results, and no loss with a worker."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest
from chapter_files import ROOT
from distributed import Client
from rerun_folder import (
    RESULT,
    TRAINING,
    WALK,
    command,
    helpers,
    notebook,
    numbers,
    record,
    rerun,
    runs,
)
from site_server import serve

from helpers.reruns.given import RerunError
from helpers.reruns.workers import engine

pytestmark = pytest.mark.slow

PATIENCE = 120  # seconds, on a machine that is busy with other things; idle it takes a few
ONE_THREAD = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
WAITS = """\
import os
import time
from pathlib import Path

try:  # the first run that comes here is in the way of a kill
    Path("one is here").touch(exist_ok=False)
except FileExistsError:
    pass
else:
    Path("its process").write_text(str(os.getpid()))
    Path("its process").rename("one waits")
    time.sleep(600)
"""

IN_A_WORKER = """\
import os
import time
from pathlib import Path

assert os.environ["HERE"] == "worker"
if n_seeds > 2:
    Path("waits").touch()
    time.sleep(600)
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


@contextmanager
def scheduler():
    """A scheduler: its process and its address."""
    port = free_port()
    process = dask("scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")
    try:
        yield process, f"tcp://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def shared():
    """The address of a scheduler for all tests that leave it alive."""
    with scheduler() as (_, address):
        yield address


@pytest.fixture
def address(shared):
    """The address of a scheduler without workers, whatever tests before have left."""
    with Client(shared, timeout=PATIENCE) as client:
        while client.nthreads():
            time.sleep(0.1)
    return shared


@pytest.fixture
def start_workers(tmp_path):
    """Start workers of one thread, each a process of its own in an environment of its own."""
    started = []

    def start(address, *environments):
        for environment in environments:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "dask", "worker", address, *ONE_THREAD],
                    cwd=tmp_path, env=os.environ | environment,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )
            )  # fmt: skip
        with Client(address, timeout=PATIENCE) as client:
            client.wait_for_workers(len(environments), timeout=PATIENCE)

    yield start
    for worker in started:
        worker.kill()
        worker.wait()


def wait_for(path):
    """Wait until there is a file."""
    end = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture
def start_rerun(tmp_path):
    """Start ``python -m helpers rerun``, without waiting for it."""
    started = []

    def start(*arguments):
        started.append(
            subprocess.Popen(
                command("rerun", *arguments), cwd=tmp_path,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
        )  # fmt: skip
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_cluster_gives_the_bits_that_this_machine_gives(address, start_workers, tmp_path):
    trains = notebook(tmp_path / "trains.ipynb", TRAINING, RESULT)
    start_workers(address, {})
    rerun(trains, "--out", "cluster", "--scheduler", address, folder=tmp_path)
    [run] = runs(tmp_path / "cluster")
    assert len(numbers(tmp_path / "cluster")) > 5
    assert set(record(run)["results"]) == {"A1.good_enough"}
    verified = helpers("verify", "cluster", folder=tmp_path)
    assert verified.returncode == 0, verified.stderr
    assert verified.stdout.endswith(f"{run.name} came out the same, to the last bit.\n")


def test_worker_killed_in_mid_run_costs_a_repetition_and_nothing_else(
    address, start_workers, start_rerun, tmp_path
):
    walk = notebook(tmp_path / "walk.ipynb", WALK)
    rerun(walk, "--grid", "n_seeds=2,3,4", "--jobs", 2, "--out", "here", folder=tmp_path)
    notebook(walk, WAITS, WALK)
    start_workers(address, {}, {})
    arguments = (walk, "--grid", "n_seeds=2,3,4", "--out", "cluster", "--scheduler", address)
    process = start_rerun(*arguments)
    wait_for(tmp_path / "one waits")
    os.kill(worker_of(int((tmp_path / "one waits").read_text())), signal.SIGKILL)
    _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, told
    assert numbers(tmp_path / "cluster") == numbers(tmp_path / "here")
    assert "Traceback" not in told


def worker_of(kernel):
    """The process id of the Dask worker above a kernel: kernel, papermill, worker."""
    return psutil.Process(kernel).parent().parent().pid


def test_single_worker_does_the_runs_and_a_scheduler_that_is_gone_is_told(
    start_workers, start_rerun, tmp_path
):
    walk = notebook(tmp_path / "walk.ipynb", WALK, IN_A_WORKER)
    with scheduler() as (process, address):
        start_workers(address, {"HERE": "worker"})
        grid = (walk, "--grid", "n_seeds=2,3,4", "--out", "out", "--scheduler", address)
        called = start_rerun(*grid)
        wait_for(tmp_path / "waits")
        process.kill()
        _, told = called.communicate(timeout=PATIENCE)
    assert called.returncode == 1
    assert "Error: a run could not be carried out (FutureCancelledError: " in told
    assert "Traceback" not in told
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


def test_worker_with_other_helpers_is_refused(address, start_workers, tmp_path):
    other = shutil.copytree(ROOT / "helpers", tmp_path / "other" / "helpers")
    (other / "checks.py").write_text((other / "checks.py").read_text() + "\nunits = 51\n")
    start_workers(address, {}, {"PYTHONPATH": str(other.parent)})
    walk = notebook(tmp_path / "walk.ipynb", WALK)
    called = helpers("rerun", walk, "--out", "out", "--scheduler", address, folder=tmp_path)
    assert called.returncode == 1
    assert called.stderr.startswith("Error: 1 of 2 workers have other helpers or packages than")
    assert called.stderr.count("\n") == 1
    assert runs(tmp_path / "out") == []
