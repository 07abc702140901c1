"""What is trained for a number of updates, checked once, before anything is compiled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import xarray as xr

from helpers import checks
from helpers.data.dataset import Dataset
from helpers.data.streams import Stream
from helpers.training.clock import geometric_grid
from helpers.training.setup import Setup, set_up
from helpers.training.stacking import accumulated

SHAPING = 2  # samples of a stream that models are shaped and checked by


@dataclass(frozen=True)
class UpdateSetup:
    """What is trained, for how many updates, and when it is evaluated.

    Attributes:
        setup: models, optimizer and data; of a stream, a Dataset of a few of its samples to train
            and those to evaluate on.
        stream: where the samples come from, or None for the training samples of the setup.
        batch_sizes: samples per update.
        updates: of the runs at each batch size.
        learning_rates: of the runs at every batch size; zeros if the optimizer has a schedule.
        evaluate_at, snapshots: updates after which to evaluate, and to keep the weights, in order.
    """

    setup: Setup
    stream: Stream | None
    batch_sizes: list[int]
    updates: list[int]
    learning_rates: list[float]
    evaluate_at: list[int]
    snapshots: list[int]

    @property
    def evaluated(self) -> np.ndarray:
        """Whether a batch size is evaluated at an update: (batch sizes, evaluations), bool."""
        return np.array(self.evaluate_at) <= np.array(self.updates)[:, None]


def counts_in_updates(
    epochs: int | None,
    updates: int | None,
    evaluate_at: Sequence[int] | None,
    data: Dataset | Stream | Sequence[Dataset],
    with_epochs: Mapping[str, object],
) -> bool:
    """Whether runs count in updates: that is given, and not epochs.

    Args:
        epochs, updates, evaluate_at, data: as for ``train``.
        with_epochs: by name, what was given that goes with epochs alone; None where it was not.

    Raises:
        ValueError: both or none are given, or what goes with the other.
    """
    if (epochs is None) == (updates is None):
        came = "none" if epochs is None else f"epochs={epochs!r} and updates={updates!r}"
        raise ValueError(f"one of epochs and updates must be given, got {came}")
    if updates is None and isinstance(data, Stream):
        raise ValueError(f"a stream has no epochs: give updates, got epochs={epochs!r}")
    if updates is None and evaluate_at is not None:
        raise ValueError("evaluate_at goes with updates, got epochs, whose ends are evaluated")
    given = [name for name, value in with_epochs.items() if value is not None]
    if updates is not None and given:
        instead = ": give evaluate_at instead" if given[0] == "per_update" else ""
        raise ValueError(f"{given[0]} goes with epochs, got updates{instead}")
    return updates is not None


def set_up_updates(
    build: Callable[[], keras.Model],
    optimizer: keras.optimizers.Optimizer,
    data: Dataset | Stream | Sequence[Dataset],
    *,
    batch_sizes: Sequence[int],
    learning_rates: Sequence[float | None],
    updates: int | Sequence[int],
    evaluate_at: Sequence[int] | None,
    seeds: Sequence[int],
    loss: str | Callable | None,
    last_batch: str,
    sampling: str,
    start: xr.DataArray | None,
    snapshots: Sequence[int],
    stacked: bool | None,
    jit_compile: bool,
) -> UpdateSetup:
    """Check what ``train`` or ``sweep`` was given with ``updates``, and build every seed's model.

    Args:
        batch_sizes, learning_rates: as for ``sweep``; a learning rate of None is the optimizer's.
        updates: as for ``sweep``.
        build, optimizer, data, evaluate_at, seeds, loss, last_batch, sampling, start, snapshots,
            stacked, jit_compile: as for ``train``.

    Raises:
        ValueError: as for ``train``.
    """
    if (n := accumulated(optimizer)) > 1:
        raise ValueError(
            f"gradient_accumulation_steps goes with epochs, got {n} with updates: give batches of "
            "so many samples as one update is to see"
        )
    for name, values in (("batch_size", batch_sizes), ("learning_rate", learning_rates)):
        if lists := [value for value in values if np.ndim(value)]:
            raise ValueError(f"{name} must be one number with updates, got {lists[0]!r}")
    for size in batch_sizes:
        checks.whole_number("batch_size", size, 1)
    updates = [updates] * len(batch_sizes) if np.ndim(updates) == 0 else list(updates)
    if len(updates) != len(batch_sizes):
        raise ValueError(
            f"updates must be one number or one per batch size ({len(batch_sizes)}), "
            f"got {len(updates)}"
        )
    updates = [checks.whole_number("updates", n, 1) for n in updates]
    if evaluate_at is None:
        evaluate_at = sorted({*geometric_grid(max(updates)), *updates})
    else:
        evaluate_at = _within("evaluate_at", checks.distinct("evaluate_at", evaluate_at), updates)
    snapshots = _within("snapshots", snapshots, updates)
    stream = data if isinstance(data, Stream) else None
    if stream:
        x, y = stream.draw(np.random.default_rng(0), SHAPING)
        data = Dataset(np.asarray(x), np.asarray(y), stream.x, stream.y, stream.name)
    setup = set_up(
        build,
        optimizer,
        data,
        epochs=1,
        seeds=seeds,
        loss=loss,
        last_batch=last_batch,
        sampling=sampling,
        start=start,
        stacked=stacked,
        jit_compile=jit_compile,
    )
    if not stream:
        batch_sizes = [checks.batch_size(size, setup.n_train) for size in batch_sizes]
    rates = [float(setup.schedule(1, rate).learning_rates[0]) for rate in learning_rates]
    return UpdateSetup(setup, stream, batch_sizes, updates, rates, evaluate_at, snapshots)


def _within(name: str, values: Sequence[int], updates: list[int]) -> list[int]:
    """Numbers of updates in order, each once, all from 0 to the largest of ``updates``."""
    values, last = checks.several(name, values), max(updates)
    return sorted({checks.whole_number(f"a value of {name}", v, 0, last) for v in values})
