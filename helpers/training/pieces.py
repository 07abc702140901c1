"""What trains together for a number of updates, and the programs that do it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from helpers.training.clock import UpdateProgram
from helpers.training.replicates import new_model
from helpers.training.runner import new_stack
from helpers.training.stacking import draws_random
from helpers.training.update_setup import UpdateSetup

# What XLA saves of an update: seconds, and seconds for each number that the layers give. Compiling
# a batch size takes one or two seconds, so it has to save as many over all of its updates.
XLA_SAVES, XLA_SAVES_PER_NUMBER, XLA_COSTS = 1.5e-4, 2e-9, 2.0
LANE = 2**22  # numbers that the layers of the replicates of a piece give for a batch, at most
# Samples times replicates times weights from which on an evaluation takes some 15 milliseconds,
# of which XLA saves two thirds, and so makes up for its compiling.
XLA_EVALUATION = 2**25


class Piece(NamedTuple):
    """What one program trains together: places of a batch size, of learning rates, of seeds."""

    size: int
    rates: slice
    seeds: slice


def pieces(plan: UpdateSetup) -> list[Piece]:
    """What to train of a ``plan``, the largest batches first.

    Rates and seeds train together as far as their layers' outputs stay below LANE numbers; one
    rate where the model draws random numbers, and one seed at one rate where it cannot be stacked.
    """
    setup, work = plan.setup, []
    alone = draws_random(setup.model)  # XLA cannot map that over rates and seeds at once
    for i, size in sorted(enumerate(plan.batch_sizes), key=lambda pair: -pair[1]):
        most = max(1, LANE // (size * _width(plan))) if setup.stacked else 1
        for rates in _parts(len(plan.learning_rates), 1 if alone else most):
            of_seeds = _parts(len(setup.seeds), max(1, most // (rates.stop - rates.start)))
            work += [Piece(i, rates, seeds) for seeds in of_seeds]
    return work


def xla_pays(plan: UpdateSetup, size: int) -> bool:
    """Whether XLA compiles the updates of the batch size at the place ``size`` of a ``plan``."""
    n_replicates = len(plan.learning_rates) * len(plan.setup.seeds)
    numbers = plan.batch_sizes[size] * _width(plan)
    n_calls = -(-n_replicates * numbers // LANE) if plan.setup.stacked else n_replicates
    saved = n_calls * XLA_SAVES + n_replicates * numbers * XLA_SAVES_PER_NUMBER
    return plan.setup.jit_compile and plan.updates[size] * saved >= XLA_COSTS


def _width(plan: UpdateSetup) -> int:
    """Numbers that the layers of a replicate give for one sample, its input included."""
    kernels = [v for v in plan.setup.model.trainable_variables if len(v.shape) > 1]
    return plan.setup.data[0].x_train[0].size + sum(kernel.shape[-1] for kernel in kernels)


def _parts(n: int, most: int) -> list[slice]:
    """0 to n in equal parts of at most ``most``, which thus share a program."""
    length = max(k for k in range(1, min(n, most) + 1) if n % k == 0)
    return [slice(i, i + length) for i in range(0, n, length)]


class Pool:
    """The programs of a plan, each used by one thread at a time."""

    def __init__(self, plan: UpdateSetup):
        """No program is made yet."""
        self._plan, self._models, self._idle = plan, [plan.setup.model], []
        self._taking = threading.Lock()

    @contextmanager
    def program(self, piece: Piece) -> Iterator[UpdateProgram]:
        """A program for a piece that no other thread works with; best one that was used before."""
        setup, xla = self._plan.setup, xla_pays(self._plan, piece.size)
        n_seeds, n_rates = (part.stop - part.start for part in (piece.seeds, piece.rates))
        with self._taking:
            kinds = [(p.stack.n_seeds, p.stack.n_rates, p.xla_updates) for p in self._idle]
            kind = n_seeds, n_rates, xla
            program = self._idle.pop(kinds.index(kind)) if kind in kinds else None
            model = self._models.pop() if self._models and not program else None
        if program is None:
            model = model or new_model(setup.build, setup.data[0].x_train[:1], setup.seeds[-1])
            stack = new_stack(setup, model, n_seeds, n_rates)
            work = len(setup.data[0].x_test) * stack.n_replicates * model.count_params()
            xla_evaluation = setup.jit_compile and work >= XLA_EVALUATION
            program = UpdateProgram(stack, xla_updates=xla, xla_evaluation=xla_evaluation)
        yield program
        self._idle.append(program)
