"""Train a lane of seeds in stretches of epochs, between which Python looks at the clock."""

import threading
import time

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from helpers.training.program import Program
from helpers.training.replicates import sample_orders
from helpers.training.results import Record
from helpers.training.setup import Schedule, Setup

STRETCH_SECONDS = 0.4  # how long the program runs between two looks at the clock and at Ctrl-C
ORDER_ELEMENTS = 2**22  # sample indices handed to the program at once (16 MB)


def train_lane(
    program: Program,
    setup: Setup,
    schedule: Schedule,
    lane: slice,
    stop: threading.Event,
    bar: tqdm,
) -> Record:
    """Train some seeds by one schedule, until the end or until ``stop`` is set.

    A stretch ends where the batch size changes, at a snapshot, where the recording of updates
    begins or ends, or after about STRETCH_SECONDS.

    Args:
        program: of as many replicates as there are seeds in the lane, and used by nothing else.
        setup: what is trained.
        schedule: batch size and learning rate of each epoch.
        lane: the places of the seeds among those of the setup.
        stop: ends the training early.
        bar: moves on by one for each epoch.
    """
    seeds = setup.seeds[lane]
    record = Record(setup, schedule, len(seeds))
    samples = setup.samples(lane)
    program.reset(setup.start[lane], samples)
    record.keep_weights(program)
    sizes = schedule.batch_sizes
    changes = {e for e in range(1, setup.epochs) if sizes[e] != sizes[e - 1]}
    cuts = changes | {setup.epochs, *setup.snapshots, *setup.recorded}
    capacity = int(np.clip(ORDER_ELEMENTS // (len(seeds) * setup.n_train), 1, setup.epochs))
    order = np.zeros((capacity, len(seeds), setup.n_train), "int32")
    draws = [sample_orders(seed, setup.n_train, setup.shuffle) for seed in seeds]
    most = 1  # epochs of the next stretch
    while (epoch := record.n_done) < setup.epochs and not stop.is_set():
        kind = sizes[epoch], setup.recorded[0] <= epoch < setup.recorded[1]
        rates = np.resize(schedule.learning_rates[epoch : epoch + capacity], capacity)
        if not program.is_compiled(*kind):
            began = time.perf_counter()
            _compile(program, kind, order, rates)
            record.compile_seconds += time.perf_counter() - began
        began = time.perf_counter()
        n = min(most, capacity, min(cut for cut in cuts if cut > epoch) - epoch)
        order[:n] = [[next(draw) for draw in draws] for _ in range(n)]
        order[:n] += samples.first
        record.add(*program.run(*kind, order, rates, n))
        seconds = time.perf_counter() - began
        record.run_seconds += seconds
        record.keep_weights(program)
        bar.update(n)
        most = max(1, int(STRETCH_SECONDS * n / seconds))
    return record


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
