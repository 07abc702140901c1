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
from helpers.training.stacking import draws_random, has_schedule
from helpers.training.stretches import train_lane


def run(
    setup: Setup,
    schedules: Sequence[Schedule],
    labels: Mapping[str, Sequence],
    n_jobs: int,
    progress: bool,
    by_rate: bool = False,
) -> xr.Dataset:
    """Train all seeds by each schedule, with a progress bar, until the end or until Ctrl-C.

    Args:
        setup: what is trained.
        schedules: batch size and learning rate of each epoch.
        labels: by dimension; the schedules are their product, in that order. Without a dimension
            there is one schedule.
        n_jobs: lanes trained at the same time, at least 1.
        progress: whether to draw a progress bar on stderr.
        by_rate: whether schedules of the same batch sizes may train together, which may change
            the last digits.

    Returns:
        What ``train`` returns, with the dimensions of ``labels`` in front.

    Raises:
        KeyboardInterrupt: Ctrl-C came before the first epoch was done.
    """
    runner = Runner(setup)
    counts = [f"{len(values)} {name.replace('_', ' ')}s" for name, values in labels.items()]
    title = " x ".join([*counts, f"{len(setup.seeds)} seeds"])
    n_epochs = setup.epochs * sum(len(runner.lanes(schedule)) for schedule in schedules)
    groups = lanes.groups(
        [schedule.batch_sizes for schedule in schedules],
        len(setup.seeds),
        by_rate
        and setup.stacked
        and not has_schedule(setup.optimizer)
        and not draws_random(setup.model),
    )
    with interruptible(n_epochs, title, progress) as (stop, bar):
        runs = runner.run(schedules, groups, n_jobs, stop, bar)
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
        self,
        schedules: Sequence[Schedule],
        groups: Sequence[Sequence[int]],
        n_jobs: int,
        stop: threading.Event,
        bar: tqdm,
    ) -> list[xr.Dataset]:
        """Train every seed by each schedule; ``stop``, once set, ends it early and leaves NaN.

        Args:
            schedules: batch size and learning rate of each epoch.
            groups: numbers of the schedules that train together, as ``lanes.groups`` has them.
            n_jobs: lanes trained at the same time, at least 1.
            stop: set to end all training early.
            bar: moves on by one for each epoch of each lane and schedule.
        """
        firsts = [schedules[group[0]] for group in groups]
        work = lanes.side_by_side(
            [schedule.batch_sizes[0] for schedule in firsts],
            [self.lanes(schedule) for schedule in firsts],
            [sum(self._seconds(schedules[number]) for number in group) for group in groups],
            n_jobs,
        )

        def train_in_turn(pieces):
            return [
                self._train([schedules[number] for number in groups[place]], lane, stop, bar)
                for place, lane in pieces
            ]

        parallel = joblib.Parallel(n_jobs, prefer="threads")
        done = parallel(joblib.delayed(train_in_turn)(pieces) for pieces in work)
        records = [{} for _ in schedules]
        for pieces, trained in zip(work, done, strict=True):
            for (place, lane), by_schedule in zip(pieces, trained, strict=True):
                for number, record in zip(groups[place], by_schedule, strict=True):
                    records[number][lane.start] = record
        return [
            dataset(self.setup, schedule, [by_start[start] for start in sorted(by_start)])
            for schedule, by_start in zip(schedules, records, strict=True)
        ]

    def _train(self, schedules, lane, stop, bar):
        n_seeds, batch_size = lane.stop - lane.start, schedules[0].batch_sizes[0]
        with self._program(n_seeds, len(schedules), batch_size) as program:
            return train_lane(program, self.setup, schedules, lane, stop, bar)

    @contextmanager
    def _program(self, n_seeds: int, n_rates: int, batch_size: int) -> Iterator[Program]:
        """A program that no other thread works with; best one that has compiled the batch size."""
        with self._taking:
            shape = n_seeds, n_rates
            fits = [p for p in self._idle if (p.stack.n_seeds, p.stack.n_rates) == shape]
            fits.sort(key=lambda program: program.is_compiled(batch_size, False))
            program = fits[-1] if fits else None
            if program:
                self._idle.remove(program)
            model = self._models.pop() if self._models and not program else None
        if program is None:
            setup = self.setup
            model = model or new_model(setup.build, setup.data[0].x_train[:1], setup.seeds[-1])
            program = new_program(setup, model, n_seeds, n_rates)
        yield program
        self._idle.append(program)


def new_program(setup: Setup, model: keras.Model, n_seeds: int, n_rates: int = 1) -> Program:
    """A program that trains replicates of a model.

    Args:
        setup: what is trained.
        model: of the setup, and used by nothing else.
        n_seeds, n_rates: seeds, and learning rates of each.
    """
    stack = new_stack(setup, model, n_seeds, n_rates)
    return Program(stack, setup.last_batch, setup.jit_compile)


def new_stack(setup: Setup, model: keras.Model, n_seeds: int, n_rates: int = 1) -> Stack:
    """Replicates of a model, with an optimizer of their own.

    Args:
        setup, model, n_seeds, n_rates: as for ``new_program``.
    """
    return Stack(
        model,
        fresh(setup.optimizer),
        setup.loss,
        setup.metric.function,
        n_seeds,
        setup.stacked,
        n_rates,
        setup.adds_up,
    )
