"""Train one Keras model from many seeds at once.

The result is that of ``model.fit`` repeated for every seed; ``program`` says how it is computed so
much faster. ``sweeps`` repeats it over batch sizes and learning rates.
"""

import json
from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
import xarray as xr

from helpers import checks
from helpers.data.dataset import Dataset
from helpers.data.streams import Stream
from helpers.training.runner import run
from helpers.training.setup import set_up
from helpers.training.update_runs import run_updates
from helpers.training.update_setup import counts_in_updates, set_up_updates


def train(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    data: Dataset | Stream | Sequence[Dataset],
    *,
    batch_size: int | Sequence[int],
    epochs: int | None = None,
    updates: int | None = None,
    evaluate_at: Sequence[int] | None = None,
    seeds: Sequence[int],
    learning_rate: float | Sequence[float] | None = None,
    loss: str | Callable | None = None,
    class_weight: Mapping[int, float] | None = None,
    sample_weight: np.ndarray | None = None,
    validation_weight: np.ndarray | None = None,
    last_batch: str = "keep",
    sampling: str = "reshuffled",
    start: xr.DataArray | None = None,
    snapshots: Sequence[int] = (),
    per_update: tuple[int, int] | None = None,
    stacked: bool | None = None,
    jit_compile: bool = True,
    n_jobs: int | None = None,
    progress: bool = True,
) -> xr.Dataset:
    """Train a fresh model from each seed, as ``model.fit`` does, all seeds in one program.

    Each seed sets the initial weights (``keras.utils.set_random_seed`` before ``build``) and the
    order of the samples (``sample_orders``), so a run does not depend on those beside it.
    Ctrl-C stops at the end of the current stretch of epochs (half a second, or one epoch where
    that is longer), warns, and returns the epochs done.

    A run counts in ``epochs``, or in ``updates`` and is then evaluated at some of them. It does so
    on a finite set or on a stream of fresh samples, and does not depend on what is evaluated when;
    XLA compiles it where that pays, in long runs, which may change the last digits.

    Args:
        build: returns a new Keras model, one input and one output. It need not be compiled; of a
            compiled one the loss is used, unless another is given, and a warning tells of the rest.
        optimizer: a Keras optimizer; only its settings are used, the object is left as it is.
        data: training and test samples; the test samples serve as ``fit``'s validation data. One
            Dataset for all seeds, or one per seed, all of the same shapes. Or a Stream, whose
            samples each seed draws anew, with ``updates``.
        batch_size: samples per update, 1 to n_train; one number, or one per epoch.
        epochs: passes over the training set, at least 1; or else:
        updates: changes of the weights, at least 1. ``batch_size`` and ``learning_rate`` are then
            one number each.
        evaluate_at: the updates after which to evaluate, 0 to ``updates``; None for about 30 of
            them, a geometric grid. Only with ``updates``.
        seeds: whole numbers from 0 to 2**32 - 1, all different, one run each.
        learning_rate: above 0, at most 1e6; one number, one per epoch, or None for the
            optimizer's own.
        loss: a Keras loss that averages over samples, or its name. None for the one that the model
            is compiled with, and else the cross-entropy that suits outputs and targets.
        class_weight: weights of classes by their number from 0, as for ``fit``; others have 1.
        sample_weight: weights of the training samples, as for ``fit``, shape (n_train,), or
            (n_seeds, n_train) where each seed has a data set of its own. Both kinds weight the
            training loss, and neither accuracy nor ``val_loss``.
        validation_weight: weights of the test samples, shape (n_test,), the same for all seeds, as
            ``fit`` takes them with its validation data: they weight ``val_loss``, and there is a
            val_weighted_accuracy beside val_accuracy, as by ``weighted_metrics``. Weights of one
            over the size of its class make that a balanced accuracy.
        last_batch: the short last batch of an epoch: "keep" as ``fit`` does, "drop" it, or
            "weight" its gradient by its size over the batch size.
        sampling: how batches are drawn from a finite set: "reshuffled" has an order of its own in
            each epoch, as ``fit`` has; "in order" always that of the data; "independent" batches
            hold no sample twice, and do not depend on each other; "with replacement" no sample
            depends on another. With ``updates`` the batches of the last two are never short.
        start: weights to go on from, in place of the initial ones: those of one snapshot, with the
            dimensions seed and weight. The state of the optimizer (momentum, moments, count of
            updates) and the order of the samples start anew.
        snapshots: epochs, or updates, after which to keep all weights, from 0 (before the first).
        per_update: (first, last) epoch, counted from 1, between which the training loss and
            accuracy of every update, taken before it, are kept.
        stacked: whether one program trains all replicates together. None does so where the
            optimizer allows it and the model has no convolutions and no recurrent layers.
        jit_compile: whether XLA compiles the program; otherwise TensorFlow runs it as a graph, as
            it does with layers that say that XLA cannot compile them.
        n_jobs: lanes of seeds trained at the same time, at least 1; None for one per core. Seeds
            train in several lanes where they cannot share a program, or it would run for long.
        progress: whether to draw a progress bar on stderr.

    Returns:
        Variables loss, accuracy, val_loss, val_accuracy (seed, epoch): what ``fit`` reports. A
        regression has error and val_error in place of accuracies: the mean absolute error, inf
        where ``fit`` has NaN. A loss that depends on which samples are evaluated together is that
        of ``fit`` with ``validation_batch_size=n_test``. Updates (epoch): changes of the weights by
        the end of the epoch, fewer than batches where the optimizer accumulates their gradients;
        diverged (seed): whether a loss ever was infinite or not a number; weights (seed, snapshot,
        weight) and update_loss, update_accuracy (seed, update) if asked for; seconds_per_epoch:
        one run's share of what all of them took for an epoch, which is less than one run alone
        takes. Attributes:
        compile_seconds and run_seconds (all seeds together), and how the runs were made, as JSON.

        With ``updates`` there is the dimension update in place of epoch, with ``evaluate_at`` as
        its labels: val_loss and val_accuracy after these updates, loss and accuracy the means over
        the samples trained on since the evaluation before (NaN at update 0); and
        seconds_per_update. Snapshots count updates.

    Raises:
        ValueError: an argument is out of its range, the model does not fit the data, or ``fit``
            would do with them what the trainer does not do.
        KeyboardInterrupt: Ctrl-C came before the first epoch was done.
    """
    n_jobs = checks.jobs(n_jobs)
    given = {"batch_size": batch_size, "learning_rate": learning_rate}
    given = {name: json.dumps(np.asarray(value).tolist()) for name, value in given.items()}
    with_epochs = {
        "per_update": per_update, "class_weight": class_weight, "sample_weight": sample_weight,
        "validation_weight": validation_weight,
    }  # fmt: skip
    if counts_in_updates(epochs, updates, evaluate_at, data, with_epochs):
        plan = set_up_updates(
            build,
            optimizer,
            data,
            batch_sizes=[batch_size],
            learning_rates=[learning_rate],
            updates=checks.whole_number("updates", updates, 1),
            evaluate_at=evaluate_at,
            seeds=seeds,
            loss=loss,
            last_batch=last_batch,
            sampling=sampling,
            start=start,
            snapshots=snapshots,
            stacked=stacked,
            jit_compile=jit_compile,
        )
        runs = run_updates(plan, n_jobs, progress).drop_vars("updates")
        return runs.isel(batch_size=0, learning_rate=0, drop=True).assign_attrs(given)
    setup = set_up(
        build,
        optimizer,
        data,
        epochs=epochs,
        seeds=seeds,
        loss=loss,
        class_weight=class_weight,
        sample_weight=sample_weight,
        validation_weight=validation_weight,
        last_batch=last_batch,
        sampling=sampling,
        start=start,
        snapshots=snapshots,
        per_update=per_update,
        stacked=stacked,
        jit_compile=jit_compile,
    )
    runs = run(setup, [setup.schedule(batch_size, learning_rate)], {}, n_jobs, progress)
    return runs.assign_attrs(given)
