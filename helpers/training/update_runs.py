"""Train seeds for a number of updates, on a stream or on a finite set, and evaluate on the way."""

import threading
import time

import joblib
import numpy as np
import tensorflow as tf
import xarray as xr
from tqdm import tqdm

from helpers.training.clock import UpdateProgram
from helpers.training.feeds import Feed, dataset_blocks, stream_blocks
from helpers.training.pieces import Piece, Pool, pieces
from helpers.training.program import updates_per_epoch
from helpers.training.progress import finish, interruptible
from helpers.training.sampling import HAVE_EPOCHS
from helpers.training.update_results import Results, empty, update_dataset
from helpers.training.update_setup import UpdateSetup

HELD = 2**18  # numbers of the samples that are handed over at once (1 MB)


def run_updates(plan: UpdateSetup, n_jobs: int, progress: bool) -> xr.Dataset:
    """Train every seed at every batch size and learning rate, until the end or until Ctrl-C.

    Args:
        plan: what is trained.
        n_jobs: pieces trained at the same time, at least 1.
        progress: whether to draw a progress bar on stderr.

    Returns:
        What ``sweep`` returns for ``updates``.

    Raises:
        KeyboardInterrupt: Ctrl-C came before the first evaluation.
    """
    results, pool, work = empty(plan), Pool(plan), pieces(plan)
    counts = [
        f"{len(plan.batch_sizes)} batch sizes",
        f"{len(plan.learning_rates)} learning rates",
        f"{len(plan.setup.seeds)} seeds",
    ]
    n_updates = sum(plan.updates[piece.size] for piece in work)
    with interruptible(n_updates, " x ".join(counts), progress, "update") as (stop, bar):

        def train(piece):
            with pool.program(piece) as program:
                return train_piece(program, plan, piece, results, stop, bar)

        parallel = joblib.Parallel(n_jobs, prefer="threads")
        seconds = parallel(joblib.delayed(train)(piece) for piece in work)
    for piece, spent in zip(work, seconds, strict=True):
        n_rates = piece.rates.stop - piece.rates.start
        results.seconds[:, piece.size, piece.rates] += np.array(spent)[:, None] / n_rates
    wanted = xr.DataArray(plan.evaluated, dims=("batch_size", "update"))
    return finish(update_dataset(plan, results), wanted)


def train_piece(
    program: UpdateProgram,
    plan: UpdateSetup,
    piece: Piece,
    results: Results,
    stop: threading.Event,
    bar: tqdm,
) -> tuple[float, float]:
    """Train the seeds of a piece at its learning rates, and write down what comes out.

    Args:
        program: of as many seeds and rates as the piece, and used by nothing else.
        plan: what is trained.
        piece: the places in the plan and in ``results``.
        results: filled in here.
        stop: ends the training early.
        bar: moves on by one for each update.

    Returns:
        Seconds that it took to compile, and to run.
    """
    setup, stack = plan.setup, program.stack
    n_seeds, n_rates = stack.n_seeds, stack.n_rates
    batch_size, updates = plan.batch_sizes[piece.size], plan.updates[piece.size]
    place = piece.size, piece.rates, piece.seeds
    evaluation = _evaluation(plan, piece.seeds)
    feed = Feed(_blocks(plan, piece.seeds, batch_size))
    stack.reset(setup.start[piece.seeds])
    stack.set_rates(plan.learning_rates[piece.rates])
    sample = setup.data[0].x_train[0].size * n_seeds
    total, n_seen, done = np.zeros((2, stack.n_replicates)), 0, 0
    compile_seconds, began = 0.0, time.perf_counter()

    def by_rate(array):  # (..., R, k) as (..., rates, seeds, k)
        *front, _, k = array.shape
        return np.swapaxes(array.reshape(*front, n_seeds, n_rates, k), -3, -2)

    cuts = {0, updates, *plan.evaluate_at, *plan.snapshots}
    for cut in sorted(cut for cut in cuts if cut <= updates):
        while done < cut and not stop.is_set():
            size, n, longest, scale = _next_updates(plan, batch_size, updates, done)
            most = max(1, HELD // (sample * size))
            n = min(n, cut - done, most)
            x, y = feed.take(n * size)
            if program.xla_updates:
                length = min(most, longest) * size
                x, y = _padded(x, length), _padded(y, length)
            if not program.is_compiled(size):
                before = time.perf_counter()
                program.run(x, y, size, 0, scale)
                compile_seconds += time.perf_counter() - before
            total += size * program.run(x, y, size, n, scale).astype("float64")
            n_seen, done = n_seen + n * size, done + n
            bar.update(n)
        if stop.is_set():
            break
        if cut in plan.evaluate_at:
            at = plan.evaluate_at.index(cut)
            trained = total / n_seen if n_seen else np.full_like(total, np.nan)
            evaluated = program.evaluate(*evaluation)
            evaluated[1, np.isnan(evaluated[1])] = np.inf  # an error that is no number
            values = np.concatenate([trained, evaluated])
            results.metrics[:, *place, at] = by_rate(values[..., None])[..., 0]
            total, n_seen = np.zeros_like(total), 0
        if cut in plan.snapshots:
            results.weights[*place, plan.snapshots.index(cut)] = by_rate(stack.weights())
    return compile_seconds, time.perf_counter() - began - compile_seconds


def _blocks(plan, seeds, batch_size):
    """Where the samples of some seeds come from."""
    setup = plan.setup
    if plan.stream:
        like = setup.data[0]
        return [stream_blocks(plan.stream, seed, like) for seed in setup.seeds[seeds]]
    datasets = setup.data[seeds] if len(setup.data) > 1 else setup.data * len(setup.seeds[seeds])
    keep = setup.last_batch != "drop"
    return [
        dataset_blocks(data, setup.sampling, seed, batch_size, keep)
        for data, seed in zip(datasets, setup.seeds[seeds], strict=True)
    ]


def _next_updates(plan, batch_size, updates, done):
    """Samples per update, how many such updates come next and at most in a row, their factor."""
    setup = plan.setup
    full, rest = divmod(setup.n_train, batch_size)
    if plan.stream or setup.sampling not in HAVE_EPOCHS or setup.last_batch == "drop" or not rest:
        return batch_size, updates, updates, 1.0
    place = done % updates_per_epoch(setup.n_train, batch_size)
    if place < full:
        return batch_size, full - place, full, 1.0
    return rest, 1, 1, rest / batch_size if setup.last_batch == "weight" else 1.0


def _evaluation(plan, seeds):
    """The arguments of ``UpdateProgram.evaluate`` for some seeds."""
    datasets, shared = plan.setup.data, len(plan.setup.data) == 1
    x, y = (
        getattr(datasets[0], name)
        if shared
        else np.stack([getattr(data, name) for data in datasets[seeds]])
        for name in ("x_test", "y_test")
    )
    weights = plan.stream and plan.stream.weights
    if weights is not None:
        weights = tf.convert_to_tensor(weights / np.mean(weights), tf.float32)
    return tf.convert_to_tensor(x), tf.convert_to_tensor(y), weights, shared


def _padded(array, length):
    """``array`` with zeros behind it, second axis of this length."""
    padded = np.zeros((len(array), length, *array.shape[2:]), array.dtype)
    padded[:, : array.shape[1]] = array
    return padded
