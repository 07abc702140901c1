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
    n_steps: int, description: str, progress: bool = True, unit: str = "epoch"
) -> Iterator[tuple[threading.Event, tqdm]]:
    """A stop event that the first Ctrl-C sets, and a progress bar over ``n_steps`` of a ``unit``.

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
        with tqdm(total=n_steps, desc=description, unit=unit, disable=not progress) as bar:
            yield stop, bar
    finally:
        if in_main:
            signal.signal(signal.SIGINT, previous)


def finish(runs: xr.Dataset, wanted: xr.DataArray | bool = True) -> xr.Dataset:
    """``runs`` as they are if complete; else what was done, with a warning that says how much.

    Runs count in the dimension epoch, or update, at which they were evaluated, where ``wanted``.

    Raises:
        KeyboardInterrupt: nothing was evaluated.
    """
    beside = runs["val_accuracy" if "val_accuracy" in runs else "val_error"]
    missing = beside.isnull() & wanted
    if not missing.any():
        return runs
    clock = "epoch" if "epoch" in runs.dims else "update"
    is_done = beside.notnull()
    done = int(is_done.any([d for d in missing.dims if d != clock]).sum())
    if done == 0:
        raise KeyboardInterrupt
    kept = runs.isel({clock: slice(0, done)})
    last = int(kept[clock][-1])
    counted = "epochs" if clock == "epoch" else "evaluations"
    n_done, n_missing = int(is_done.sum()), int(missing.sum())
    warnings.warn(
        f"interrupted: {n_done} of {n_done + n_missing} {counted} of all runs were done, up to "
        f"{clock} {last} of {int(runs[clock][-1])}; the others hold NaN",
        stacklevel=4,  # where train, sweep or train_schedules was called
    )
    if "snapshot" in runs.dims:
        kept = kept.sel(snapshot=runs.snapshot[runs.snapshot <= last])
    return kept.assign_attrs({f"interrupted_at_{clock}": np.int64(last)})
