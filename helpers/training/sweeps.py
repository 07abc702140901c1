"""Train by several schedules, or at every combination of batch size and learning rate."""

import itertools
from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
import xarray as xr

from helpers import checks
from helpers.data.dataset import Dataset
from helpers.data.streams import Stream
from helpers.training.runner import run
from helpers.training.setup import set_up
from helpers.training.stacking import has_schedule
from helpers.training.update_runs import run_updates
from helpers.training.update_setup import counts_in_updates, set_up_updates


def sweep(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    data: Dataset | Stream | Sequence[Dataset],
    *,
    batch_sizes: Sequence[int],
    learning_rates: Sequence[float] | None = None,
    epochs: int | None = None,
    updates: int | Sequence[int] | None = None,
    evaluate_at: Sequence[int] | None = None,
    seeds: Sequence[int],
    loss: str | Callable | None = None,
    class_weight: Mapping[int, float] | None = None,
    sample_weight: np.ndarray | None = None,
    validation_weight: np.ndarray | None = None,
    last_batch: str = "keep",
    sampling: str = "reshuffled",
    start: xr.DataArray | None = None,
    snapshots: Sequence[int] = (),
    stacked: bool | None = None,
    jit_compile: bool = True,
    n_jobs: int | None = None,
    progress: bool = True,
) -> xr.Dataset:
    """Train every seed at every batch size and learning rate.

    Batch sizes are trained side by side. A batch size is compiled once for all its learning rates.
    Runs of one seed have the same start and the same samples, whatever their learning rate. Where
    seeds are few, several learning rates train in one program, so that the last digits may differ
    from those of ``helpers.train``.

    Args:
        batch_sizes: samples per update, each 1 to n_train, all different.
        learning_rates: each above 0, all different; None for the optimizer's own alone.
        updates: as for ``helpers.train``, or one number for each batch size.
        build, optimizer, data, epochs, evaluate_at, seeds: as for ``helpers.train``.
        loss, class_weight, sample_weight, validation_weight, last_batch: as for ``helpers.train``.
        sampling, start, snapshots: as for ``helpers.train``.
        stacked, jit_compile: as for ``helpers.train``.
        n_jobs, progress: as for ``helpers.train``.

    Returns:
        What ``helpers.train`` returns, with the dimensions batch_size and learning_rate in front.
        seconds_per_epoch, or seconds_per_update, has these two dimensions; the attributes
        compile_seconds and run_seconds are sums over all combinations. With ``updates``, the
        labels of the dimension update are those of all batch sizes, and NaN stands beyond a batch
        size's own number, which the variable updates (batch_size) holds. What Ctrl-C left undone
        holds NaN.

    Raises:
        ValueError: as for ``helpers.train``.
    """
    n_jobs = checks.jobs(n_jobs)
    batch_sizes = checks.distinct("batch_sizes", batch_sizes)
    if learning_rates is None:
        if has_schedule(optimizer):
            raise ValueError("learning_rates must be given where the optimizer has a schedule")
        learning_rates = [float(str(np.float32(optimizer.learning_rate)))]  # 0.01, not 0.0099999998
    learning_rates = checks.distinct("learning_rates", learning_rates)
    for size in batch_sizes:
        checks.whole_number("batch_size", size, 1)
    for rate in learning_rates:
        checks.learning_rate(rate)
    with_epochs = {
        "class_weight": class_weight,
        "sample_weight": sample_weight,
        "validation_weight": validation_weight,
    }
    if counts_in_updates(epochs, updates, evaluate_at, data, with_epochs):
        plan = set_up_updates(
            build,
            optimizer,
            data,
            batch_sizes=batch_sizes,
            learning_rates=learning_rates,
            updates=updates,
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
        runs = run_updates(plan, n_jobs, progress)
        return runs.assign_coords(learning_rate=learning_rates)
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
        stacked=stacked,
        jit_compile=jit_compile,
    )
    schedules = [setup.schedule(*pair) for pair in itertools.product(batch_sizes, learning_rates)]
    labels = {"batch_size": batch_sizes, "learning_rate": learning_rates}
    return run(setup, schedules, labels, n_jobs, progress, by_rate=True)


def train_schedules(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    data: Dataset | Sequence[Dataset],
    schedules: Mapping[str, tuple[int | Sequence[int], float | Sequence[float] | None]],
    *,
    epochs: int,
    seeds: Sequence[int],
    loss: str | Callable | None = None,
    class_weight: Mapping[int, float] | None = None,
    sample_weight: np.ndarray | None = None,
    validation_weight: np.ndarray | None = None,
    last_batch: str = "keep",
    sampling: str = "reshuffled",
    start: xr.DataArray | None = None,
    snapshots: Sequence[int] = (),
    stacked: bool | None = None,
    jit_compile: bool = True,
    n_jobs: int | None = None,
    progress: bool = True,
) -> xr.Dataset:
    """Train every seed by each of several schedules.

    All start from the same weights, and see the samples in the same order. Schedules that begin
    with the same batch size are trained one after another, and compile a batch size once for all
    of them; others run in threads side by side.

    Args:
        schedules: by name, the batch size and the learning rate, each as ``helpers.train`` takes
            it: one number, or one per epoch.
        build, optimizer, data, epochs, seeds: as for ``helpers.train``.
        loss, class_weight, sample_weight, validation_weight, last_batch: as for ``helpers.train``.
        sampling, start, snapshots: as for ``helpers.train``.
        stacked, jit_compile: as for ``helpers.train``.
        n_jobs, progress: as for ``helpers.train``.

    Returns:
        What ``helpers.train`` returns, with the dimension schedule in front, which
        seconds_per_epoch has too; the attributes compile_seconds and run_seconds are sums over the
        schedules. What Ctrl-C left undone holds NaN.

    Raises:
        ValueError: as for ``helpers.train``, or there is no schedule.
    """
    n_jobs = checks.jobs(n_jobs)
    names = checks.distinct("schedules", schedules)
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
        stacked=stacked,
        jit_compile=jit_compile,
    )
    given = [setup.schedule(*pair) for pair in schedules.values()]
    return run(setup, given, {"schedule": names}, n_jobs, progress)
