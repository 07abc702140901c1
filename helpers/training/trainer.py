"""Train one Keras model from many seeds at once.

The result is that of ``model.fit`` repeated for every seed; ``program`` says how it is computed so
much faster. ``sweeps`` repeats it over batch sizes and learning rates.
"""

import json
from collections.abc import Callable, Sequence

import keras
import numpy as np
import xarray as xr

from helpers import checks
from helpers.data.dataset import Dataset
from helpers.training.progress import finish, interruptible
from helpers.training.replicates import sample_orders
from helpers.training.runner import METRICS, Runner

__all__ = ["METRICS", "evaluate", "sample_orders", "set_weights", "train"]


def train(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    data: Dataset,
    *,
    batch_size: int | Sequence[int],
    epochs: int,
    seeds: Sequence[int],
    learning_rate: float | Sequence[float] | None = None,
    n_jobs: int | None = None,
    progress: bool = True,
    **options,
) -> xr.Dataset:
    """Train a fresh model from each seed, as ``model.fit`` does, all seeds in one program.

    Each seed sets the initial weights (``keras.utils.set_random_seed`` before ``build``) and the
    order of the samples (``sample_orders``), so a run does not depend on those beside it.
    Ctrl-C stops at the end of the current stretch of epochs (half a second, or one epoch where
    that is longer), warns, and returns the epochs done.

    Args:
        build: returns a new Keras model, one input and one output; compiling it is not needed.
        optimizer: a Keras optimizer; only its settings are used, the object is left as it is.
        data: training and test samples; the test samples serve as ``fit``'s validation data.
        batch_size: samples per update, 1 to n_train; one number, or one per epoch.
        epochs: passes over the training set, at least 1.
        seeds: whole numbers from 0 to 2**32 - 1, all different, one run each.
        learning_rate: above 0; one number, one per epoch, or None for the optimizer's own.
        n_jobs: lanes of seeds trained at the same time, at least 1; None for one per core. Seeds
            train in several lanes where they cannot share a program, or it would run for long.
        progress: whether to draw a progress bar on stderr.
        **options: those of ``Runner``: loss, last_batch, shuffle, snapshots, per_update, stacked,
            jit_compile.

    Returns:
        Variables loss, accuracy, val_loss, val_accuracy (seed, epoch): what ``fit`` reports;
        updates (epoch): updates done by the end of the epoch; diverged (seed): whether a loss
        ever was infinite or not a number; weights (seed, snapshot, weight) and update_loss,
        update_accuracy (seed, update) if asked for. Attributes: compile_seconds and run_seconds
        (all seeds together), seconds_per_epoch (of one seed), and how the runs were made, as JSON.

    Raises:
        ValueError: an argument is out of its range, or the model does not fit the data.
        KeyboardInterrupt: Ctrl-C came before the first epoch was done.
    """
    n_jobs = checks.jobs(n_jobs)
    runner = Runner(build, optimizer, data, epochs, seeds, **options)
    schedules = [(runner.batch_sizes(batch_size), runner.learning_rates(learning_rate))]
    label = f"{len(runner.seeds)} seeds"
    with interruptible(runner.n_steps(schedules), label, progress) as (stop, bar):
        [runs] = runner.run(schedules, n_jobs, stop, bar)
    for name, value in (("batch_size", batch_size), ("learning_rate", learning_rate)):
        runs.attrs[name] = json.dumps(np.asarray(value).tolist())
    return finish(runs)


def set_weights(model: keras.Model, weights: np.ndarray) -> keras.Model:
    """``model`` with the flat ``weights`` of one run at one snapshot, shape (n_weights,).

    Raises:
        ValueError: the model has another number of weights.
    """
    if np.shape(weights) != (model.count_params(),):
        raise ValueError(
            f"weights must have the shape ({model.count_params()},) of the model's, "
            f"got {np.shape(weights)}"
        )
    shapes = [weight.shape for weight in model.weights]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])[:-1]
    pieces = np.split(np.asarray(weights), ends)
    model.set_weights([piece.reshape(s) for piece, s in zip(pieces, shapes, strict=True)])
    return model


def evaluate(
    build: Callable[[], keras.Model], runs: xr.Dataset, x: np.ndarray, y: np.ndarray
) -> xr.DataArray:
    """Accuracy on (x, y) of the weights kept at every snapshot of ``runs``.

    It is what ``model.evaluate`` gives after that epoch. The training accuracy that ``fit`` and
    ``train`` report for an epoch is another number: a mean taken while the weights move.

    Args:
        build: the function that built the trained models.
        runs: what ``train`` returned, with ``snapshots``.
        x: inputs, shape (n, ...).
        y: one-hot targets, shape (n, n_classes).

    Returns:
        Accuracies from 0 to 1 with dimensions (seed, snapshot).
    """
    model, labels = build(), np.argmax(y, axis=-1)

    def accuracy(weights):
        outputs = set_weights(model, weights)(x, training=False)
        return np.mean(keras.ops.convert_to_numpy(outputs).argmax(axis=-1) == labels)

    return xr.apply_ufunc(accuracy, runs.weights, input_core_dims=[["weight"]], vectorize=True)
