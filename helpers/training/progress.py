"""Long work that shows how far it is and keeps what it has when it is interrupted."""

import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import xarray as xr
from tqdm import tqdm


@contextmanager
def interruptible(
    n_epochs: int, description: str, progress: bool = True
) -> Iterator[tuple[threading.Event, tqdm]]:
    """A stop event that the first Ctrl-C sets, and a progress bar over ``n_epochs``.

    A second Ctrl-C interrupts at once. Outside of the main thread, where Python delivers no
    Ctrl-C, the event is never set.
    """
    stop = threading.Event()

    def on_interrupt(number, frame):
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    in_main = threading.current_thread() is threading.main_thread()
    previous = signal.signal(signal.SIGINT, on_interrupt) if in_main else None
    try:
        with tqdm(total=n_epochs, desc=description, unit="epoch", disable=not progress) as bar:
            yield stop, bar
    finally:
        if in_main:
            signal.signal(signal.SIGINT, previous)


def finish(runs: xr.Dataset) -> xr.Dataset:
    """``runs`` as they are if complete; else the epochs done, with a warning that says how many.

    Raises:
        KeyboardInterrupt: not one epoch was done.
    """
    missing = runs["accuracy" if "accuracy" in runs else "error"].isnull()
    if not missing.any():
        return runs
    done = int((~missing).any([d for d in missing.dims if d != "epoch"]).sum())
    if done == 0:
        raise KeyboardInterrupt
    warnings.warn(
        f"interrupted: {int((~missing).sum())} of {missing.size} epochs of all runs were done, "
        f"up to epoch {done} of {runs.sizes['epoch']}; the others hold NaN",
        stacklevel=4,  # where train, sweep or train_schedules was called
    )
    kept = runs.isel(epoch=slice(0, done))
    if "snapshot" in runs.dims:
        kept = kept.sel(snapshot=runs.snapshot[runs.snapshot <= done])
    return kept.assign_attrs(interrupted_at_epoch=np.int64(done))
