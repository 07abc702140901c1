"""Train all seeds of a setup by one schedule or several.

Lanes of seeds are trained side by side, in threads: the programs do not hold Python's lock, and
threads share one TensorFlow, where processes would load it each for themselves.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import joblib
import keras
import xarray as xr
from tqdm import tqdm

from helpers.training import lanes
from helpers.training.copies import fresh
from helpers.training.program import Program
from helpers.training.progress import finish, interruptible
from helpers.training.replicates import new_model
from helpers.training.results import along, dataset
from helpers.training.setup import Schedule, Setup
from helpers.training.stack import Stack
from helpers.training.stretches import train_lane


def run(
    setup: Setup,
    schedules: Sequence[Schedule],
    labels: Mapping[str, Sequence],
    n_jobs: int,
    progress: bool,
) -> xr.Dataset:
    """Train all seeds by each schedule, with a progress bar, until the end or until Ctrl-C.

    Args:
        setup: what is trained.
        schedules: batch size and learning rate of each epoch.
        labels: by dimension; the schedules are their product, in that order. Without a dimension
            there is one schedule.
        n_jobs: lanes trained at the same time, at least 1.
        progress: whether to draw a progress bar on stderr.

    Returns:
        What ``train`` returns, with the dimensions of ``labels`` in front.

    Raises:
        KeyboardInterrupt: Ctrl-C came before the first epoch was done.
    """
    runner = Runner(setup)
    counts = [f"{len(values)} {name.replace('_', ' ')}s" for name, values in labels.items()]
    title = " x ".join([*counts, f"{len(setup.seeds)} seeds"])
    n_epochs = setup.epochs * sum(len(runner.lanes(schedule)) for schedule in schedules)
    with interruptible(n_epochs, title, progress) as (stop, bar):
        runs = runner.run(schedules, n_jobs, stop, bar)
    totals = {
        name: sum(part.attrs[name] for part in runs) for name in ("compile_seconds", "run_seconds")
    }
    for name, values in reversed(labels.items()):
        rows = range(0, len(runs), len(values))
        runs = [along(runs[i : i + len(values)], name, values) for i in rows]
    return finish(runs[0].assign_attrs(totals))


class Runner:
    """The programs that train the seeds of a setup, lane by lane."""

    def __init__(self, setup: Setup):
        """Nothing is compiled yet."""
        self.setup = setup
        self._models, self._idle = [setup.model], []
        self._taking = threading.Lock()

    def lanes(self, schedule: Schedule) -> list[slice]:
        """The places of the seeds that train together by this schedule."""
        setup = self.setup
        return lanes.lanes(len(setup.seeds), setup.stacked, self._seconds(schedule))

    def _seconds(self, schedule: Schedule) -> float:
        """About how long all seeds take on one core."""
        setup = self.setup
        return lanes.run_seconds(
            schedule.batch_sizes,
            setup.n_batches(schedule),
            setup.model.count_params(),
            len(setup.seeds),
            setup.stacked,
        )

    def run(
        self, schedules: Sequence[Schedule], n_jobs: int, stop: threading.Event, bar: tqdm
    ) -> list[xr.Dataset]:
        """Train every seed by each schedule; ``stop``, once set, ends it early and leaves NaN.

        Args:
            schedules: batch size and learning rate of each epoch.
            n_jobs: lanes trained at the same time, at least 1.
            stop: set to end all training early.
            bar: moves on by one for each epoch of each lane.
        """
        work = lanes.side_by_side(
            [schedule.batch_sizes[0] for schedule in schedules],
            [self.lanes(schedule) for schedule in schedules],
            [self._seconds(schedule) for schedule in schedules],
            n_jobs,
        )

        def train_in_turn(pieces):
            return [self._train(schedules[number], lane, stop, bar) for number, lane in pieces]

        parallel = joblib.Parallel(n_jobs, prefer="threads")
        done = parallel(joblib.delayed(train_in_turn)(pieces) for pieces in work)
        records = [{} for _ in schedules]
        for pieces, trained in zip(work, done, strict=True):
            for (number, lane), record in zip(pieces, trained, strict=True):
                records[number][lane.start] = record
        return [
            dataset(self.setup, schedule, [by_start[start] for start in sorted(by_start)])
            for schedule, by_start in zip(schedules, records, strict=True)
        ]

    def _train(self, schedule, lane, stop, bar):
        with self._program(lane.stop - lane.start, schedule.batch_sizes[0]) as program:
            return train_lane(program, self.setup, schedule, lane, stop, bar)

    @contextmanager
    def _program(self, n_replicates: int, batch_size: int) -> Iterator[Program]:
        """A program that no other thread works with; best one that has compiled the batch size."""
        with self._taking:
            fits = [program for program in self._idle if program.n_replicates == n_replicates]
            fits.sort(key=lambda program: program.is_compiled(batch_size, False))
            program = fits[-1] if fits else None
            if program:
                self._idle.remove(program)
            model = self._models.pop() if self._models and not program else None
        if program is None:
            setup = self.setup
            model = model or new_model(setup.build, setup.data[0].x_train[:1], setup.seeds[-1])
            program = new_program(setup, model, n_replicates)
        yield program
        self._idle.append(program)


def new_program(setup: Setup, model: keras.Model, n_replicates: int) -> Program:
    """A program that trains ``n_replicates`` seeds of the ``setup``, with this ``model``."""
    stack = Stack(
        model,
        fresh(setup.optimizer),
        setup.loss,
        setup.metric.function,
        n_replicates,
        setup.stacked,
        setup.adds_up,
    )
    return Program(stack, setup.last_batch, setup.jit_compile)
