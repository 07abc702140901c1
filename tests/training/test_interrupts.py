"""Ctrl-C stops training soon, keeps the epochs done, and says so."""

import os
import re
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest
from keras import optimizers

from helpers import models, sweep, train
from helpers.data.synthetic import blobs
from helpers.training.program import Program
from helpers.training.progress import interruptible

pytestmark = pytest.mark.slow

DATA = blobs()
LONG = {"epochs": 100_000, "seeds": [1, 2], "progress": False}  # minutes at batch size 1
SOON = 4  # seconds of a core, of which a busy machine has fewer in a second
SCRIPT = """
from keras import optimizers
from helpers import models, train
from helpers.data import blobs
runs = train(models.mlp, optimizers.SGD(0.01), blobs(), batch_size=1, epochs=100_000,
             seeds=[1])
print(runs.sizes["epoch"], "epochs were kept", flush=True)
"""


@pytest.fixture
def pressed(monkeypatch):
    """Press Ctrl-C while epochs run and others are done; its time is the list's only item."""
    times, calls, run = [], [], Program.run

    def press():
        times.append(time.process_time())
        os.kill(os.getpid(), signal.SIGINT)

    def watched(self, batch_size, per_update, order, learning_rates, n_epochs):
        calls.extend([n_epochs] if n_epochs else [])
        if n_epochs and len(calls) == 3:  # by two threads at most
            threading.Timer(0.1, press).start()
        return run(self, batch_size, per_update, order, learning_rates, n_epochs)

    monkeypatch.setattr(Program, "run", watched)
    return times


@pytest.fixture
def pressed_at_once(monkeypatch):
    """Press Ctrl-C before the first epoch, and wait until the main thread has noticed."""

    def press(*_):
        signal.raise_signal(signal.SIGINT)
        time.sleep(1)

    monkeypatch.setattr(Program, "reset", press)


@pytest.mark.parametrize("stacked", [True, False])
def test_train_keeps_the_epochs_done(pressed, stacked):
    before = signal.getsignal(signal.SIGINT)
    with pytest.warns(UserWarning, match=r"^interrupted: \d+ of 200000 epochs .*up to epoch \d+"):
        runs = train(
            models.mlp, optimizers.SGD(0.01), DATA, batch_size=1, stacked=stacked,
            snapshots=[0, 1, 100_000], n_jobs=1, **LONG,
        )  # fmt: skip
    assert time.process_time() - pressed[0] < SOON
    assert signal.getsignal(signal.SIGINT) is before
    done = runs.attrs["interrupted_at_epoch"]
    assert 0 < done == runs.sizes["epoch"] < 100_000
    assert runs.snapshot.values.tolist() == [0, 1]
    assert runs.loss[0].notnull().all() and runs.weights[0].notnull().all()
    assert runs.loss[1].notnull().all() == stacked  # otherwise the second run had not begun
    assert not runs.diverged.any()


def test_sweep_keeps_the_epochs_done(pressed):
    with pytest.warns(UserWarning, match=r"^interrupted: \d+ of 800000 epochs of all runs"):
        runs = sweep(
            models.mlp, optimizers.SGD(0.01), DATA, batch_sizes=[1, 2],
            learning_rates=[0.01, 0.001], n_jobs=2, **LONG,
        )  # fmt: skip
    assert time.process_time() - pressed[0] < SOON
    assert dict(runs.sizes) | {"epoch": 0} == {
        "batch_size": 2, "learning_rate": 2, "seed": 2, "epoch": 0,
    }  # fmt: skip
    assert 0 < runs.attrs["interrupted_at_epoch"] == runs.sizes["epoch"] < 100_000
    assert runs.loss.notnull().any(["batch_size", "epoch"]).all()  # rates train side by side
    assert not runs.diverged.any()


@pytest.mark.parametrize("call", [train, sweep])
def test_nothing_done_is_a_keyboard_interrupt(pressed_at_once, call):
    sizes = {"batch_size": 1} if call is train else {"batch_sizes": [1, 2]}
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        call(models.mlp, optimizers.SGD(0.01), DATA, **sizes, **LONG)
    assert signal.getsignal(signal.SIGINT) is before


def test_second_ctrl_c_interrupts_at_once():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interruptible(1, "", progress=False) as (stop, _):
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_training_in_another_thread_works_without_ctrl_c():
    runs = []
    settings = {"batch_size": 500, "epochs": 1, "seeds": [1], "progress": False}
    thread = threading.Thread(
        target=lambda: runs.append(train(models.mlp, optimizers.SGD(0.01), DATA, **settings))
    )
    thread.start()
    thread.join()
    assert runs[0].sizes["epoch"] == 1


def seconds_of(process):
    """Seconds of a core that a process has had."""
    times = psutil.Process(process.pid).cpu_times()
    return times.user + times.system


def test_ctrl_c_in_a_terminal_returns_the_epochs_done():
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        shown = ""
        while not re.search(r" [1-9]\d*/100000 ", shown):  # the progress bar
            shown += (character := process.stderr.read(1))
            assert character, shown
        began = seconds_of(process)
        process.send_signal(signal.SIGINT)
        kept = int(process.stdout.readline().removesuffix(" epochs were kept\n"))
        assert seconds_of(process) - began < SOON
        assert 0 < kept < 100_000
        assert "UserWarning: interrupted: " in process.communicate()[1]
        assert process.returncode == 0
    finally:
        process.kill()
