"""What is trained, and how: checked once, before anything is compiled."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import keras
import numpy as np
import xarray as xr

from helpers import checks
from helpers.data.dataset import Dataset
from helpers.training.copies import fresh
from helpers.training.program import LAST_BATCH, updates_per_epoch
from helpers.training.refusals import check_optimizer
from helpers.training.replicates import Values, initial_values
from helpers.training.samples import Samples, checked, samples
from helpers.training.sampling import SAMPLINGS
from helpers.training.snapshots import set_weights, starting_weights
from helpers.training.stacking import accumulated, has_schedule, has_xla, trains_stacked
from helpers.training.targets import Metric, aim
from helpers.training.trials import adds_up, has_gradient_of_rows, tried
from helpers.training.weighting import sample_weights, validation_weights


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
        weights: of the training samples, shape (n_train,), for each data set; None without.
        validation_weights: of the test samples, shape (n_test,), of all data sets; None without.
        loss: a function of (y_true, y_pred).
        metric: accuracy, or error of a regression.
        adds_up: whether the loss of many samples is the mean over parts of them.
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
    weights: list[np.ndarray] | None
    validation_weights: np.ndarray | None
    loss: Callable
    metric: Metric
    adds_up: bool
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
        if len(self.data) == 1:
            return self._shared
        weights = self.weights and self.weights[lane]
        return samples(self.data[lane], weights, self.validation_weights)

    @functools.cached_property
    def _shared(self) -> Samples:
        return samples(self.data, self.weights, self.validation_weights)

    def updates(self, schedule: Schedule) -> np.ndarray:
        """Changes of the weights by the end of each epoch, shape (epochs,)."""
        return self.n_batches(schedule).cumsum() // accumulated(self.optimizer)

    def n_batches(self, schedule: Schedule) -> np.ndarray:
        """Batches of each epoch, shape (epochs,): as many as updates, unless they accumulate."""
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
        rates = [checks.learning_rate(value) for value in values]
        return np.array(rates, self.optimizer.learning_rate.dtype)


def set_up(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    data: Dataset | Sequence[Dataset],
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
    per_update: tuple[int, int] | None = None,
    stacked: bool | None = None,
    jit_compile: bool = True,
) -> Setup:
    """Check what ``train`` was given and build the model of every seed.

    Args:
        build, optimizer, data, epochs, seeds, loss, class_weight, sample_weight,
            validation_weight, last_batch, sampling, start, snapshots, per_update, stacked,
            jit_compile: as for ``train``.

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
    check_optimizer(optimizer, per_update)
    model, values = tried(build, datasets[0], seeds, loss)
    weights = starting_weights(start, seeds)
    if weights is not None:
        values = [_with_weights(model, *pair) for pair in zip(values, weights, strict=True)]
    goal = aim(model, datasets, loss)
    data = goal.data[0]
    model.compile(
        fresh(optimizer), goal.loss
    )  # which wraps the optimizer where Keras scales the loss
    return Setup(
        build=build,
        optimizer=optimizer,
        data=goal.data,
        epochs=epochs,
        seeds=seeds,
        snapshots=snapshots,
        recorded=recorded,
        weights=sample_weights(goal, class_weight, sample_weight),
        validation_weights=validation_weights(goal, validation_weight),
        loss=goal.loss,
        metric=goal.metric,
        adds_up=adds_up(model, data.x_test, data.y_test),
        last_batch=last_batch,
        sampling=sampling,
        stacked=trains_stacked(
            model,
            model.optimizer,
            stacked,
            has_gradient_of_rows(model, data.x_train, data.y_train),
        ),
        jit_compile=jit_compile and has_xla(model),
        model=model,
        start=values,
    )


def _with_weights(model: keras.Model, values: Values, weights: np.ndarray) -> Values:
    """The values of a model's variables, with flat ``weights`` in the place of its own."""
    for variables, arrays in zip(
        (model.trainable_variables, model.non_trainable_variables), values, strict=True
    ):
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)
    return initial_values(set_weights(model, weights))


def _recorded(per_update: tuple[int, int] | None, epochs: int) -> tuple[int, int]:
    """``per_update``, counted from 0 and without its end; (0, 0) if None."""
    if per_update is None:
        return 0, 0
    first, last = checks.several("per_update", per_update, 2)
    checks.whole_number("first epoch of per_update", first, 1, epochs)
    checks.whole_number("last epoch of per_update", last, first, epochs)
    return first - 1, last
