"""What training costs in seconds: per epoch and per update, by ``fit`` and by the trainer.

The clocks are warm: what is compiled has been compiled before they are read. They are read in
turn, so that a slow spell of the machine meets all of them alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter
from typing import NamedTuple

import keras
import numpy as np
import pandas as pd
import xarray as xr
from scipy.optimize import nnls
from tqdm import tqdm

from helpers import checks
from helpers.data.dataset import Dataset
from helpers.training import open_ended, updates_per_epoch

STRETCH_SECONDS = 0.05  # for about how long a clock runs each time it is read
TRIES = 3  # parts of that time
MOST_EPOCHS = 64  # in one reading
ORDER_ELEMENTS = 2**20  # sample indices that one reading may draw


class Seconds(NamedTuple):
    """One reading of a clock: seconds per update, and seconds per epoch."""

    update: float
    epoch: float


Clock = Callable[[], Seconds]


class Stopwatch(keras.callbacks.Callback):
    """Times the epochs of ``fit``, and the updates within each.

    Attributes:
        epochs: seconds of every epoch, with validation if ``fit`` does any.
        updates: seconds per update within every epoch, from the end of its first update to the
            end of its last; NaN in epochs of one update.
    """

    def on_train_begin(self, logs=None):
        """Start from nothing, at every call of ``fit``."""
        self.epochs, self.updates = [], []

    def on_epoch_begin(self, epoch, logs=None):
        """Note when the epoch begins."""
        self._began, self._ends = perf_counter(), []

    def on_train_batch_end(self, batch, logs=None):
        """Note when an update is done; its loss is there, so a GPU has finished it too."""
        self._ends.append(perf_counter())

    def on_epoch_end(self, epoch, logs=None):
        """Note when the epoch ends."""
        self.epochs.append(perf_counter() - self._began)
        first, *_, last = self._ends if len(self._ends) > 1 else [np.nan, np.nan]
        self.updates.append((last - first) / max(1, len(self._ends) - 1))


def fit_clock(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    data: Dataset,
    batch_size: int,
) -> Clock:
    """A clock of ``model.fit`` at one batch size, without validation.

    Each reading trains the same model on, for whole epochs. Seconds per update are those between
    the ends of the first and the last update of an epoch; where an epoch is a single update, the
    seconds of the epoch.

    Args:
        build: returns a new Keras model.
        optimizer: a Keras optimizer; only its settings are used.
        data: its training samples are what an epoch goes through.
        batch_size: samples per update, 1 to n_train.
    """
    size = checks.batch_size(batch_size, data.n_train)
    model = build()
    model.compile(
        optimizer=type(optimizer).from_config(optimizer.get_config()),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )

    def read(epochs: int) -> Seconds:
        watch = Stopwatch()
        model.fit(
            data.x_train, data.y_train, batch_size=size, epochs=epochs, verbose=0, callbacks=[watch]
        )
        epoch = float(np.mean(watch.epochs))
        return Seconds(float(np.mean(watch.updates)) if size < data.n_train else epoch, epoch)

    return _warm(read, MOST_EPOCHS)


def trainer_clock(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    data: Dataset,
    batch_size: int,
    n_seeds: int = 1,
) -> Clock:
    """A clock of the compiled trainer at one batch size.

    An epoch includes drawing its order, and scoring one test sample. Seconds per update are those
    of an epoch divided by its updates.

    Args:
        build, optimizer, data, batch_size: as for ``fit_clock``.
        n_seeds: replicates trained together, at least 1; the seconds are of one, its share.
    """
    size = checks.batch_size(batch_size, data.n_train)
    one = replace(data, x_test=data.x_test[:1], y_test=data.y_test[:1])
    most = int(np.clip(ORDER_ELEMENTS // (data.n_train * n_seeds), 1, MOST_EPOCHS))
    train_on = open_ended(build, optimizer, one, size, n_seeds, most)

    def read(epochs: int) -> Seconds:
        began = perf_counter()
        train_on(epochs)
        epoch = (perf_counter() - began) / (epochs * n_seeds)
        return Seconds(epoch / updates_per_epoch(data.n_train, size), epoch)

    return _warm(read, most)


def first_samples(data: Dataset, n: int) -> Dataset:
    """``data`` with no more than its first ``n`` training samples."""
    n = checks.whole_number("n", n, 1)
    return replace(data, x_train=data.x_train[:n], y_train=data.y_train[:n])


def read_in_turn(
    clocks: dict[tuple, Clock], names: Sequence[str], repeats: int, progress: bool = True
) -> xr.Dataset:
    """Read every clock once, then all again, ``repeats`` times.

    Args:
        clocks: by what they time, such as ("fit", 32).
        names: what the parts of that are called, such as ("engine", "batch_size").
        repeats: readings of each clock, at least 1.
        progress: whether to draw a progress bar on stderr.

    Returns:
        Variables update and epoch, in seconds, with the dimension repeat and one for each of
        ``names``; NaN where no clock was given.
    """
    repeats = checks.whole_number("repeats", repeats, 1)
    with tqdm(total=repeats * len(clocks), desc="clocks", disable=not progress) as bar:
        rows = []
        for repeat in range(repeats):
            for key, clock in clocks.items():
                rows.append((*key, repeat, *clock()))
                bar.update()
    table = pd.DataFrame(rows, columns=[*names, "repeat", *Seconds._fields])
    return table.set_index([*names, "repeat"]).to_xarray()


def overhead_and_rate(batch_sizes: Sequence[int], seconds: Sequence[float]) -> tuple[float, float]:
    """The line a + b B through seconds per update: a, the overhead, and b, seconds per sample.

    Least squares of the relative errors, with neither number below zero (Lawson & Hanson, Solving
    Least Squares Problems, chapter 23).

    Args:
        batch_sizes: B, shape (n,), at least two that differ.
        seconds: per update, above 0, shape (n,).

    >>> a, b = overhead_and_rate([1, 10, 100], [0.011, 0.02, 0.11])
    >>> f"{a:.3f} {b:.4f}"
    '0.010 0.0010'
    """
    sizes, seconds = np.asarray(batch_sizes, float), np.asarray(seconds, float)
    if len(set(sizes)) < 2:
        raise ValueError(f"batch_sizes must hold two that differ, got {list(batch_sizes)}")
    rows = np.stack([1 / seconds, sizes / seconds], axis=1)
    (a, b), _ = nnls(rows, np.ones(len(seconds)))
    return float(a), float(b)


def _warm(read: Callable[[int], Seconds], most: int) -> Clock:
    """The clock that reads for about STRETCH_SECONDS, after what it needs has been compiled.

    Of ``TRIES`` parts of that time the fastest counts, since what else the machine does only adds
    seconds. An epoch that takes longer than all of it is read as a whole, and once.
    """
    read(1)
    once = read(1).epoch
    if once > STRETCH_SECONDS:
        return lambda: read(1)
    epochs = int(np.clip(STRETCH_SECONDS / TRIES / once, 1, most))
    return lambda: min((read(epochs) for _ in range(TRIES)), key=lambda seconds: seconds.epoch)
