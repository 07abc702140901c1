"""The models of all seeds, checked against the data and trained by one schedule or several.

Lanes of seeds are trained side by side, in threads: the programs do not hold Python's lock, and
threads share one TensorFlow, where processes would load it each for themselves.
"""

import json
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager

import joblib
import keras
import numpy as np
import xarray as xr
from tqdm import tqdm

from helpers import checks
from helpers.data.dataset import Dataset
from helpers.provenance import versions
from helpers.training import lanes
from helpers.training.program import LAST_BATCH, Program, has_schedule
from helpers.training.replicates import (
    accuracy_function,
    initial_values,
    loss_function,
    new_model,
    sample_orders,
    targets_like,
    trains_stacked,
)

_taking = threading.Lock()  # of a program that is idle

METRICS = ("loss", "accuracy", "val_loss", "val_accuracy")
STRETCH_SECONDS = 0.4  # how long the program runs between two looks at the clock and at Ctrl-C
ORDER_ELEMENTS = 2**22  # sample indices handed to the program at once (16 MB)

Schedule = tuple[list[int], np.ndarray]  # of batch sizes and of learning rates, one per epoch


class Runner:
    """Models of all seeds, ready to be trained again and again at other schedules.

    Args:
        build, optimizer, data, epochs, seeds: as for ``train``.
        loss: a Keras loss that averages over samples, or its name.
        last_batch: the short last batch of an epoch: "keep" as ``fit`` does, "drop" it, or
            "weight" its gradient by its size over the batch size.
        shuffle: whether each epoch has an order of its own; otherwise all have that of the data.
        snapshots: epochs after which to keep all weights, 0 (the initial ones) to ``epochs``.
        per_update: (first, last) epoch, counted from 1, between which the training loss and
            accuracy of every update, taken before it, are kept.
        stacked: whether one program trains all replicates together. None does so where the
            optimizer allows it and the model has no convolutions and no recurrent layers.
        jit_compile: whether XLA compiles the program; otherwise TensorFlow runs it as a graph.
    """

    def __init__(
        self,
        build: Callable[[], keras.Model],
        optimizer: keras.optimizers.Optimizer,
        data: Dataset,
        epochs: int,
        seeds: Sequence[int],
        *,
        loss: str | Callable = "categorical_crossentropy",
        last_batch: str = "keep",
        shuffle: bool = True,
        snapshots: Sequence[int] = (),
        per_update: tuple[int, int] | None = None,
        stacked: bool | None = None,
        jit_compile: bool = True,
    ):
        """Check every argument and build the models; nothing is compiled yet."""
        self.epochs = checks.whole_number("epochs", epochs, 1)
        seeds = checks.distinct("seeds", seeds)
        self.seeds = [checks.whole_number("seed", seed, 0, 2**32 - 1) for seed in seeds]
        snapshots = checks.several("snapshots", snapshots)
        self.snapshots = sorted({checks.whole_number("snapshot", e, 0, epochs) for e in snapshots})
        self.recorded = (0, 0)
        if per_update is not None:
            first, last = checks.several("per_update", per_update, 2)
            checks.whole_number("first epoch of per_update", first, 1, epochs)
            checks.whole_number("last epoch of per_update", last, first, epochs)
            self.recorded = (first - 1, last)
        checks.one_of("last_batch", last_batch, LAST_BATCH)
        checks.samples(data)
        if not isinstance(optimizer, keras.optimizers.Optimizer):
            raise ValueError(f"optimizer must be a Keras optimizer, got {optimizer!r}")
        if optimizer.use_ema:
            raise ValueError("the optimizer must not use_ema, which the trainer does not apply")
        self.data, self.optimizer, self.shuffle = data, optimizer, shuffle
        self.start = []
        for seed in self.seeds:
            model = new_model(build, data, seed)
            self.start.append(initial_values(model))
        checks.model_fits(model, data)
        self.stacked = trains_stacked(model, optimizer, stacked)
        outputs = model(data.x_train[:1])
        y_train, y_test = (targets_like(outputs, y) for y in (data.y_train, data.y_test))
        loss = loss_function(loss, outputs, y_train)
        self.n_weights, self.dtype = model.count_params(), model.variable_dtype
        self._new_program = lambda model, n_replicates: Program(
            model,
            type(optimizer).from_config(optimizer.get_config()),
            (data.x_train, y_train, data.x_test, y_test),
            loss,
            accuracy_function(outputs, y_train),
            n_replicates,
            stacked=self.stacked,
            last_batch=last_batch,
            jit_compile=jit_compile,
        )
        self.build = build
        self.program = self._new_program(model, len(seeds) if self.stacked else 1)
        self._idle = [self.program]
        settings = {
            "optimizer": keras.optimizers.serialize(optimizer),
            "model": {"name": model.name, "n_parameters": model.count_params()},
            "data": data.name,
            "loss": keras.losses.serialize(loss)
            if isinstance(loss, keras.losses.Loss)
            else getattr(loss, "__name__", repr(loss)),
            "last_batch": last_batch,
            "shuffle": shuffle,
            "stacked": self.stacked,
            "jit_compile": jit_compile,
            "epochs": epochs,
        }
        self.provenance = {"settings": json.dumps(settings), "versions": json.dumps(versions())}

    def batch_sizes(self, batch_size: int | Sequence[int]) -> list[int]:
        """One batch size per epoch."""
        return [
            checks.whole_number(
                "batch_size", size, 1, self.data.n_train, "the number of training samples"
            )
            for size in checks.per_epoch("batch_size", batch_size, self.epochs)
        ]

    def learning_rates(self, learning_rate: float | Sequence[float] | None) -> np.ndarray:
        """One learning rate per epoch, shape (epochs,)."""
        if has_schedule(self.optimizer):
            if learning_rate is not None:
                raise ValueError("learning_rate cannot be given when the optimizer has a schedule")
            return np.zeros(self.epochs)
        if learning_rate is None:
            learning_rate = float(self.optimizer.learning_rate)
        values = checks.per_epoch("learning_rate", learning_rate, self.epochs)
        rates = [checks.positive("learning_rate", value) for value in values]
        return np.array(rates, self.optimizer.learning_rate.dtype)

    def _seconds(self, batch_sizes):
        """About how long all seeds take on one core."""
        n_updates = self._n_updates(batch_sizes)
        return lanes.run_seconds(
            batch_sizes, n_updates, self.n_weights, len(self.seeds), self.stacked
        )

    def _lanes(self, batch_sizes):
        return lanes.lanes(len(self.seeds), self.stacked, self._seconds(batch_sizes))

    def n_steps(self, schedules: Sequence[Schedule]) -> int:
        """How often the bar moves on: once for each epoch of each lane."""
        return self.epochs * sum(len(self._lanes(sizes)) for sizes, _ in schedules)

    def run(
        self, schedules: Sequence[Schedule], n_jobs: int, stop: threading.Event, bar: tqdm
    ) -> list[xr.Dataset]:
        """Train every seed by each schedule; ``stop``, once set, ends it early and leaves NaN.

        Args:
            schedules: batch sizes and learning rates, one per epoch.
            n_jobs: lanes trained at the same time, at least 1.
        """
        work = lanes.side_by_side(
            [sizes[0] for sizes, _ in schedules],
            [self._lanes(sizes) for sizes, _ in schedules],
            [self._seconds(sizes) for sizes, _ in schedules],
            n_jobs,
        )

        def train_in_turn(pieces):
            return [self._train(schedules[i], lane, stop, bar) for i, lane in pieces]

        parallel = joblib.Parallel(n_jobs, prefer="threads")
        done = parallel(joblib.delayed(train_in_turn)(pieces) for pieces in work)
        parts = [[] for _ in schedules]
        for pieces, trained in zip(work, done, strict=True):
            for (number, lane), part in zip(pieces, trained, strict=True):
                parts[number].append((lane, *part))
        return [
            self._dataset(sizes, part) for (sizes, _), part in zip(schedules, parts, strict=True)
        ]

    @contextmanager
    def _program(self, n_replicates, batch_size):
        """A program that no other thread works with; best one that has compiled the batch size."""
        with _taking:
            fits = [program for program in self._idle if program.n_replicates == n_replicates]
            fits.sort(key=lambda program: program.is_compiled(batch_size, False))
            program = fits[-1] if fits else None
            if program:
                self._idle.remove(program)
        if program is None:
            model = new_model(self.build, self.data, self.seeds[-1])
            program = self._new_program(model, n_replicates)
        yield program
        self._idle.append(program)

    def _train(self, schedule, lane, stop, bar):
        """Metrics (4, R, epochs), details (2, R, updates), weights (R, snapshots, n), seconds."""
        batch_sizes, learning_rates = schedule
        n_updates = self._n_updates(batch_sizes)
        n_replicates, n_recorded = lane.stop - lane.start, n_updates[slice(*self.recorded)].sum()
        metrics = np.full((len(METRICS), n_replicates, self.epochs), np.nan, "float32")
        details = np.full((2, n_replicates, n_recorded), np.nan, "float32")
        weights = np.full((n_replicates, len(self.snapshots), self.n_weights), np.nan, self.dtype)
        seconds = {"compile_seconds": 0.0, "run_seconds": 0.0}
        with self._program(n_replicates, batch_sizes[0]) as program:
            program.reset(self.start[lane])
            done = written = 0
            stretches = self._stretches(
                program, batch_sizes, learning_rates, self.seeds[lane], stop, seconds
            )
            for by_epoch, by_update in stretches:
                metrics[:, :, done : done + len(by_epoch)] = by_epoch.transpose(1, 2, 0)
                details[:, :, written : written + len(by_update)] = by_update.transpose(1, 2, 0)
                done, written = done + len(by_epoch), written + len(by_update)
                if done in self.snapshots:
                    weights[:, self.snapshots.index(done)] = program.weights()
                bar.update(len(by_epoch))
        return metrics, details, weights, seconds

    def _n_updates(self, batch_sizes):
        """Updates of each epoch, shape (epochs,)."""
        return np.array([self.program.n_updates(size) for size in batch_sizes])

    def _dataset(self, batch_sizes, parts):
        """The parts of all lanes as one Dataset."""
        parts = sorted(parts, key=lambda part: part[0].start)
        _, metrics, details, weights, seconds = zip(*parts, strict=True)
        metrics, details = np.concatenate(metrics, axis=1), np.concatenate(details, axis=1)
        n_updates = self._n_updates(batch_sizes)
        # A run left undone holds NaN too, but no accuracy; a diverged one has accuracies.
        diverged = (~np.isfinite(metrics[[0, 2]]) & ~np.isnan(metrics[[1, 1]])).any(axis=(0, 2))
        n_done = np.count_nonzero(~np.isnan(metrics[1]))
        seconds = {name: sum(each[name] for each in seconds) for name in seconds[0]}
        seconds["seconds_per_epoch"] = seconds["run_seconds"] / max(n_done, 1)
        runs = xr.Dataset(
            {name: (("seed", "epoch"), metrics[i]) for i, name in enumerate(METRICS)}
            | {"updates": ("epoch", n_updates.cumsum())}
            | {"diverged": ("seed", diverged)},
            {"seed": self.seeds, "epoch": np.arange(1, self.epochs + 1)},
            seconds | self.provenance,
        )
        if self.snapshots:
            runs["weights"] = ("seed", "snapshot", "weight"), np.concatenate(weights)
            runs = runs.assign_coords(snapshot=self.snapshots)
        if n_recorded := details.shape[-1]:
            runs["update_loss"], runs["update_accuracy"] = [
                (("seed", "update"), d) for d in details
            ]
            before = n_updates[: self.recorded[0]].sum()
            runs = runs.assign_coords(update=before + 1 + np.arange(n_recorded))
        return runs

    def _stretches(self, program, batch_sizes, learning_rates, seeds, stop, seconds):
        """Run the program from epoch to epoch; yield (epoch, 4, R) and (update, 2, R) metrics.

        A stretch ends where the batch size changes, at a snapshot, where the recording of updates
        begins or ends, or after about STRETCH_SECONDS.
        """
        n_train = self.data.n_train
        changes = {e for e in range(1, self.epochs) if batch_sizes[e] != batch_sizes[e - 1]}
        cuts = changes | {self.epochs, *self.snapshots, *self.recorded}
        capacity = int(np.clip(ORDER_ELEMENTS // (len(seeds) * n_train), 1, self.epochs))
        order = np.zeros((capacity, len(seeds), n_train), "int32")
        orders = [sample_orders(seed, n_train, self.shuffle) for seed in seeds]
        yield np.empty((0, len(METRICS), len(seeds))), np.empty((0, 2, len(seeds)))
        epoch, pace = 0, 1
        while epoch < self.epochs and not stop.is_set():
            kind = batch_sizes[epoch], self.recorded[0] <= epoch < self.recorded[1]
            rates = np.resize(learning_rates[epoch : epoch + capacity], capacity)
            if not program.is_compiled(*kind):
                began = time.perf_counter()
                program.run(*kind, order, rates, 0)
                seconds["compile_seconds"] += time.perf_counter() - began
            began = time.perf_counter()
            n = min(pace, capacity, min(cut for cut in cuts if cut > epoch) - epoch)
            order[:n] = [[next(draw) for draw in orders] for _ in range(n)]
            by_epoch, by_update = program.run(*kind, order, rates, n)
            took = time.perf_counter() - began
            seconds["run_seconds"] += took
            epoch, pace = epoch + n, max(1, int(STRETCH_SECONDS * n / took))
            yield by_epoch, by_update.reshape(-1, 2, len(seeds))
