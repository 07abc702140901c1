"""What is trained, and how: checked once, before anything is compiled."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import keras
import numpy as np
import xarray as xr

from helpers import checks
from helpers.data.dataset import Dataset
from helpers.training.program import LAST_BATCH, updates_per_epoch
from helpers.training.replicates import (
    Values,
    accuracy_function,
    initial_values,
    loss_function,
    new_model,
    targets_like,
)
from helpers.training.samples import Samples, checked, samples
from helpers.training.sampling import SAMPLINGS
from helpers.training.snapshots import set_weights, starting_weights
from helpers.training.stacking import has_schedule, trains_stacked


class Schedule(NamedTuple):
    """One batch size and one learning rate per epoch."""

    batch_sizes: list[int]
    learning_rates: np.ndarray


@dataclass(frozen=True)
class Setup:
    """Models of all seeds and how they are trained, except for batch size and learning rate.

    Attributes:
        build, optimizer: as for ``train``.
        data: the data set that all seeds share, or one for each; targets shaped like the model's
            outputs.
        epochs: passes over the training set.
        seeds: one run each.
        snapshots: epochs after which to keep all weights, in order.
        recorded: updates are recorded from the first of these epochs, counted from 0, to before
            the second.
        loss, accuracy: functions of (y_true, y_pred).
        last_batch, sampling, stacked, jit_compile: as for ``train``, and decided.
        model: the model of the last seed.
        start: the values that the variables of every seed's model start from.
    """

    build: Callable[[], keras.Model]
    optimizer: keras.optimizers.Optimizer
    data: list[Dataset]
    epochs: int
    seeds: list[int]
    snapshots: list[int]
    recorded: tuple[int, int]
    loss: Callable
    accuracy: Callable
    last_batch: str
    sampling: str
    stacked: bool
    jit_compile: bool
    model: keras.Model
    start: list[Values]

    @property
    def n_train(self) -> int:
        """Training samples of each seed."""
        return self.data[0].n_train

    def samples(self, lane: slice) -> Samples:
        """The samples of the seeds in a lane; handed to TensorFlow once where all share them."""
        return samples(self.data[lane]) if len(self.data) > 1 else self._shared

    @functools.cached_property
    def _shared(self) -> Samples:
        return samples(self.data)

    def n_updates(self, schedule: Schedule) -> np.ndarray:
        """Updates of each epoch, shape (epochs,)."""
        return np.array(
            [updates_per_epoch(self.n_train, b, self.last_batch) for b in schedule.batch_sizes]
        )

    def schedule(
        self, batch_size: int | Sequence[int], learning_rate: float | Sequence[float] | None
    ) -> Schedule:
        """Batch size and learning rate, given as for ``train``, one per epoch.

        Raises:
            ValueError: one is out of its range, or there are not as many as epochs.
        """
        return Schedule(self._batch_sizes(batch_size), self._learning_rates(learning_rate))

    def _batch_sizes(self, batch_size):
        return [
            checks.batch_size(size, self.n_train)
            for size in checks.per_epoch("batch_size", batch_size, self.epochs)
        ]

    def _learning_rates(self, learning_rate):
        if has_schedule(self.optimizer):
            if learning_rate is not None:
                raise ValueError("learning_rate cannot be given when the optimizer has a schedule")
            return np.zeros(self.epochs)
        if learning_rate is None:
            learning_rate = float(self.optimizer.learning_rate)
        values = checks.per_epoch("learning_rate", learning_rate, self.epochs)
        rates = [checks.positive("learning_rate", value) for value in values]
        return np.array(rates, self.optimizer.learning_rate.dtype)


def set_up(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    data: Dataset | Sequence[Dataset],
    *,
    epochs: int,
    seeds: Sequence[int],
    loss: str | Callable = "categorical_crossentropy",
    last_batch: str = "keep",
    sampling: str = "reshuffled",
    start: xr.DataArray | None = None,
    snapshots: Sequence[int] = (),
    per_update: tuple[int, int] | None = None,
    stacked: bool | None = None,
    jit_compile: bool = True,
) -> Setup:
    """Check what ``train`` was given and build the model of every seed.

    Args:
        build, optimizer, data, epochs, seeds, loss, last_batch, sampling, start, snapshots,
            per_update, stacked, jit_compile: as for ``train``.

    Raises:
        ValueError: as for ``train``.
    """
    epochs = checks.whole_number("epochs", epochs, 1)
    seeds = [checks.whole_number("seed", s, 0, 2**32 - 1) for s in checks.distinct("seeds", seeds)]
    snapshots = checks.several("snapshots", snapshots)
    snapshots = sorted({checks.whole_number("snapshot", e, 0, epochs) for e in snapshots})
    recorded = _recorded(per_update, epochs)
    checks.one_of("last_batch", last_batch, LAST_BATCH)
    checks.one_of("sampling", sampling, SAMPLINGS)
    datasets = checked(data, len(seeds))
    _check_optimizer(optimizer)
    weights, values = starting_weights(start, seeds), []
    for i, seed in enumerate(seeds):
        model = new_model(build, datasets[0].x_train[:1], seed)
        if weights is not None:
            set_weights(model, weights[i])
        values.append(initial_values(model))
    checks.model_fits(model, datasets[0])
    outputs = model(datasets[0].x_train[:1])
    datasets = [
        replace(
            one,
            y_train=targets_like(outputs, one.y_train),
            y_test=targets_like(outputs, one.y_test),
        )
        for one in datasets
    ]
    y_train = datasets[0].y_train
    return Setup(
        build=build,
        optimizer=optimizer,
        data=datasets,
        epochs=epochs,
        seeds=seeds,
        snapshots=snapshots,
        recorded=recorded,
        loss=loss_function(loss, outputs, y_train),
        accuracy=accuracy_function(outputs, y_train),
        last_batch=last_batch,
        sampling=sampling,
        stacked=trains_stacked(model, optimizer, stacked),
        jit_compile=jit_compile,
        model=model,
        start=values,
    )


def _recorded(per_update: tuple[int, int] | None, epochs: int) -> tuple[int, int]:
    """``per_update``, counted from 0 and without its end; (0, 0) if None."""
    if per_update is None:
        return 0, 0
    first, last = checks.several("per_update", per_update, 2)
    checks.whole_number("first epoch of per_update", first, 1, epochs)
    checks.whole_number("last epoch of per_update", last, first, epochs)
    return first - 1, last


def _check_optimizer(optimizer: keras.optimizers.Optimizer) -> None:
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise ValueError(f"optimizer must be a Keras optimizer, got {optimizer!r}")
    if optimizer.use_ema:
        raise ValueError("the optimizer must not use_ema, which the trainer does not apply")
