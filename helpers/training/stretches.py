"""Train a lane of seeds in stretches of epochs, between which Python looks at the clock."""

import copy
import threading
import time
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from helpers.training.program import Program
from helpers.training.results import Record
from helpers.training.sampling import epoch_order
from helpers.training.setup import Schedule, Setup

STRETCH_SECONDS = 0.4  # how long the program runs between two looks at the clock and at Ctrl-C
ORDER_ELEMENTS = 2**22  # sample indices handed to the program at once (16 MB)


def train_lane(
    program: Program,
    setup: Setup,
    schedules: Sequence[Schedule],
    lane: slice,
    stop: threading.Event,
    bar: tqdm,
) -> list[Record]:
    """Train some seeds by schedules that differ in their learning rates, until ``stop`` is set.

    A stretch ends where the batch size changes, at a snapshot, where the recording of updates
    begins or ends, or after about STRETCH_SECONDS.

    Args:
        program: of as many seeds as the lane has and as many rates as there are schedules, and
            used by nothing else.
        setup: what is trained.
        schedules: batch size, the same in all of them, and learning rate of each epoch.
        lane: the places of the seeds among those of the setup.
        stop: ends the training early.
        bar: moves on by one for each epoch of each schedule.

    Returns:
        A record of each schedule.
    """
    seeds = setup.seeds[lane]
    record = Record(setup, schedules[0], len(seeds) * len(schedules))
    samples = setup.samples(lane)
    program.reset(setup.start[lane], samples)
    record.keep_weights(program)
    sizes = schedules[0].batch_sizes
    by_epoch = np.stack([schedule.learning_rates for schedule in schedules], axis=1)
    changes = {e for e in range(1, setup.epochs) if sizes[e] != sizes[e - 1]}
    cuts = changes | {setup.epochs, *setup.snapshots, *setup.recorded}
    capacity = int(np.clip(ORDER_ELEMENTS // (len(seeds) * setup.n_train), 1, setup.epochs))
    order = np.zeros((capacity, len(seeds), setup.n_train), "int32")
    generators = [np.random.default_rng(seed) for seed in seeds]
    most = 1  # epochs of the next stretch
    while (epoch := record.n_done) < setup.epochs and not stop.is_set():
        kind = sizes[epoch], setup.recorded[0] <= epoch < setup.recorded[1]
        rates = np.resize(by_epoch[epoch : epoch + capacity], (capacity, len(schedules)))
        if not program.is_compiled(*kind):
            began = time.perf_counter()
            _compile(program, kind, order, rates)
            record.compile_seconds += time.perf_counter() - began
        began = time.perf_counter()
        n = min(most, capacity, min(cut for cut in cuts if cut > epoch) - epoch)
        order[:n] = [
            [epoch_order(setup.sampling, one, setup.n_train, kind[0]) for one in generators]
            for _ in range(n)
        ]
        order[:n] += samples.first
        record.add(*program.run(*kind, order, rates, n))
        seconds = time.perf_counter() - began
        record.run_seconds += seconds
        record.keep_weights(program)
        bar.update(n * len(schedules))
        most = max(1, int(STRETCH_SECONDS * n / seconds))
    return [_of_rate(record, rate, len(schedules)) for rate in range(len(schedules))]


def _of_rate(record, rate, n_rates):
    """The record of the replicates of one learning rate, which stand ``n_rates`` apart."""
    part = copy.copy(record)
    part.metrics, part.details = (a[:, rate::n_rates] for a in (record.metrics, record.details))
    part.weights = record.weights[rate::n_rates]
    part.compile_seconds, part.run_seconds = (
        seconds / n_rates for seconds in (record.compile_seconds, record.run_seconds)
    )
    return part


def _compile(program, kind, order, rates):
    """Run no epoch; a ValueError if TensorFlow cannot map a model over replicates or compile it."""
    try:
        program.run(*kind, order, rates, 0)
    except Exception as error:  # of any layer and kind
        reason = " ".join(str(error).split())[:200]
        if program.stack.stacked and "pfor" in reason:  # as TensorFlow calls what it maps
            raise ValueError(
                f"the seeds of this model cannot train together, so give stacked=False: {reason}"
            ) from None
        xla = tf.errors.InvalidArgumentError, tf.errors.UnimplementedError
        if program.jit_compile and isinstance(error, xla):
            raise ValueError(
                f"XLA cannot compile this model, so give jit_compile=False: {reason}"
            ) from None
        raise
