"""Seconds of ``fit`` and of the compiled trainer, for several networks and batch sizes."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import joblib
import keras
import numpy as np
import pandas as pd
import xarray as xr

from helpers.costs.clocks import (
    first_samples,
    fit_clock,
    overhead_and_rate,
    read_in_turn,
    trainer_clock,
)
from helpers.data.dataset import Dataset
from helpers.training import updates_per_epoch

ENGINES = {"fit": fit_clock, "trainer": trainer_clock}
WHOLE = 2048  # training samples up to which whole epochs are timed
FEWEST = 128  # samples that are timed where there are more
MILLI = 1000
FAR = 100  # times the largest batch size, up to which an equal one is named


class Network(NamedTuple):
    """What is timed: a function that builds the model, its data, and the batch sizes."""

    build: Callable[[], keras.Model]
    data: Dataset
    batch_sizes: list[int]


def time_engines(
    networks: Mapping[str, Network],
    optimizer: keras.optimizers.Optimizer,
    repeats: int,
    progress: bool = True,
) -> xr.Dataset:
    """Time both engines at every batch size of every network.

    Of more than ``WHOLE`` training samples some stand for all: two batches of them, or ``FEWEST``.
    The seconds of an epoch are then those of an update times its updates.

    Args:
        networks: by the name that their seconds have.
        optimizer: a Keras optimizer; only its settings are used.
        repeats: times that each clock is read, at least 1.
        progress: whether to draw a progress bar on stderr.

    Returns:
        Variables update and epoch, in seconds, and samples, per second, all with the dimensions
        network, engine, batch_size and repeat; NaN for a batch size that a network has not.
    """
    keys, jobs = [], []
    for name, (build, data, sizes) in networks.items():
        for size in sizes:
            timed = data
            if data.n_train > WHOLE:
                timed = first_samples(data, max(2 * size, FEWEST))
            for engine, clock in ENGINES.items():
                keys.append((name, engine, size))
                jobs.append(joblib.delayed(clock)(build, optimizer, timed, size))
    clocks = joblib.Parallel(2, prefer="threads")(jobs)  # they compile side by side
    names = ["network", "engine", "batch_size"]
    seconds = read_in_turn(dict(zip(keys, clocks, strict=True)), names, repeats, progress)
    for name, (_, data, sizes) in networks.items():
        if data.n_train > WHOLE:
            updates = [updates_per_epoch(data.n_train, size) for size in sizes]
            here = {"network": name, "batch_size": sizes}
            per_epoch = xr.DataArray(updates, {"batch_size": sizes})
            seconds["epoch"].loc[here] = seconds["update"].loc[here] * per_epoch
    return seconds.assign(samples=seconds.batch_size / seconds["update"])


def overheads(seconds: xr.Dataset) -> pd.DataFrame:
    """The line a + b B through the median seconds per update, for each network and engine.

    Args:
        seconds: what ``time_engines`` returned, at two batch sizes or more.

    Returns:
        A row for each: the overhead a of an update and the time b of a sample, both in
        milliseconds, and a / b, the batch size at which overhead and arithmetic take the same.
    """
    rows = {}
    for network in seconds.network.values:
        for engine in seconds.engine.values:
            line = seconds["update"].sel(network=network, engine=engine).median("repeat")
            line = line.dropna("batch_size")
            a, b = overhead_and_rate(line.batch_size.values, line.values)
            seen = FAR * b * float(line.batch_size[-1]) > a  # the arithmetic, beside the overhead
            rows[f"{network}, {engine}"] = {
                "overhead of an update (ms)": f"{MILLI * a:.3f}",
                "each sample (ms)": f"{MILLI * b:.4f}",
                "equal at batch size": f"{a / b:,.0f}" if seen else "far beyond all",
            }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(columns="network, engine")


def epoch_table(
    batch_sizes: list[int], seconds: list[float], n_train: int, index: str = "batch size"
) -> pd.DataFrame:
    """Seconds per epoch as people read them: per update, and as samples per second.

    Args:
        batch_sizes: a row each.
        seconds: per epoch, above 0, one for each batch size.
        n_train: samples of an epoch.
        index: what the rows are called.

    >>> epoch_table([10], [2.0], 1000).iloc[0].tolist()
    ['100', '20.00', '2.00', '500']
    """
    updates = np.array([updates_per_epoch(n_train, size) for size in batch_sizes])
    columns = {
        "updates per epoch": [f"{n:,}" for n in updates],
        "update (ms)": [f"{MILLI * s / n:.2f}" for s, n in zip(seconds, updates, strict=True)],
        "epoch (s)": [f"{s:.2f}" for s in seconds],
        "samples per second": [f"{n_train / s:,.0f}" for s in seconds],
    }
    return pd.DataFrame(columns, index=list(batch_sizes)).rename_axis(columns=index)
