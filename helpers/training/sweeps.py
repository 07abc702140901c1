"""Train at every combination of batch size and learning rate, or by every schedule of the two."""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
import xarray as xr

from helpers import checks
from helpers.data.dataset import Dataset
from helpers.training.program import has_schedule
from helpers.training.progress import finish, interruptible
from helpers.training.runner import Runner


def sweep(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    data: Dataset,
    *,
    batch_sizes: Sequence[int],
    learning_rates: Sequence[float] | None = None,
    epochs: int,
    seeds: Sequence[int],
    n_jobs: int | None = None,
    progress: bool = True,
    **options,
) -> xr.Dataset:
    """Train every seed at every batch size and learning rate.

    Batch sizes are trained side by side. A batch size is compiled once for all its learning rates.

    Args:
        batch_sizes: samples per update, each 1 to n_train, all different.
        learning_rates: each above 0, all different; None for the optimizer's own alone.
        n_jobs: lanes of seeds trained at the same time, at least 1; None for one per core.
        build, optimizer, data, epochs, seeds, progress, **options: as for ``helpers.train``.

    Returns:
        What ``helpers.train`` returns, with the dimensions batch_size and learning_rate in front.
        The attributes compile_seconds and run_seconds are sums over all combinations;
        seconds_per_epoch is what one run's epoch took at each of them, an array as JSON.
        What Ctrl-C left undone holds NaN.

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

    runner = Runner(build, optimizer, data, epochs, seeds, **options)
    sizes = [runner.batch_sizes(checks.whole_number("batch_size", b, 1)) for b in batch_sizes]
    rates = [runner.learning_rates(checks.positive("learning_rate", r)) for r in learning_rates]
    schedules = list(itertools.product(sizes, rates))
    label = f"{len(sizes)} batch sizes x {len(rates)} learning rates x {len(runner.seeds)} seeds"
    with interruptible(runner.n_steps(schedules), label, progress) as (stop, bar):
        trained = runner.run(schedules, n_jobs, stop, bar)
    cells = [trained[i : i + len(rates)] for i in range(0, len(trained), len(rates))]
    rows = [side_by_side(row, "learning_rate", learning_rates) for row in cells]
    runs = side_by_side(rows, "batch_size", batch_sizes)
    seconds = xr.DataArray(
        [[cell.attrs["seconds_per_epoch"] for cell in row] for row in cells],
        {"batch_size": batch_sizes, "learning_rate": learning_rates},
    )
    runs.attrs |= {
        name: sum(cell.attrs[name] for row in cells for cell in row)
        for name in ("compile_seconds", "run_seconds")
    } | {"seconds_per_epoch": json.dumps(seconds.to_dict())}
    return finish(runs)


def train_schedules(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    data: Dataset,
    schedules: Mapping[str, tuple[int | Sequence[int], float | Sequence[float] | None]],
    *,
    epochs: int,
    seeds: Sequence[int],
    n_jobs: int | None = None,
    progress: bool = True,
    **options,
) -> xr.Dataset:
    """Train every seed by each of several schedules.

    All start from the same weights, and see the samples in the same order. Schedules that begin
    with the same batch size are trained one after another, and compile a batch size once for all
    of them; others run in threads side by side.

    Args:
        schedules: by name, the batch size and the learning rate, each as ``helpers.train`` takes
            it: one number, or one per epoch.
        n_jobs: lanes of seeds trained at the same time, at least 1; None for one per core.
        build, optimizer, data, epochs, seeds, progress, **options: as for ``helpers.train``, but
            for ``per_update``, since the schedules differ in their updates.

    Returns:
        What ``helpers.train`` returns, with the dimension schedule in front. The attributes
        compile_seconds and run_seconds are sums over the schedules; seconds_per_epoch is what one
        run's epoch took with each of them, an array as JSON. What Ctrl-C left undone holds NaN.

    Raises:
        ValueError: as for ``helpers.train``, or there is no schedule.
    """
    n_jobs = checks.jobs(n_jobs)
    names = checks.distinct("schedules", schedules)
    if options.get("per_update") is not None:
        raise ValueError("per_update must be None, since the schedules differ in their updates")
    runner = Runner(build, optimizer, data, epochs, seeds, **options)
    plans = [
        (runner.batch_sizes(size), runner.learning_rates(rate)) for size, rate in schedules.values()
    ]
    label = f"{len(names)} schedules x {len(runner.seeds)} seeds"
    with interruptible(runner.n_steps(plans), label, progress) as (stop, bar):
        cells = runner.run(plans, n_jobs, stop, bar)
    runs = side_by_side(cells, "schedule", names)
    seconds = xr.DataArray([cell.attrs["seconds_per_epoch"] for cell in cells], {"schedule": names})
    runs.attrs |= {
        name: sum(cell.attrs[name] for cell in cells) for name in ("compile_seconds", "run_seconds")
    } | {"seconds_per_epoch": json.dumps(seconds.to_dict())}
    return finish(runs)


def side_by_side(runs: Sequence[xr.Dataset], name: str, labels: Sequence) -> xr.Dataset:
    """``runs`` of equal shape as one Dataset, along a new dimension ``name`` with ``labels``."""
    how = {"data_vars": "all", "coords": "minimal", "compat": "override", "join": "exact"}
    return xr.concat(runs, xr.Variable(name, labels), **how)
