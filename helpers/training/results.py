"""What is recorded while seeds train, and the Dataset that it becomes."""

import json
from collections.abc import Sequence

import keras
import numpy as np
import xarray as xr

from helpers.provenance import versions
from helpers.training.copies import described
from helpers.training.program import Program
from helpers.training.setup import Schedule, Setup

METRICS = ["loss", "accuracy", "val_loss", "val_accuracy"]  # error for accuracy in regressions
WEIGHTED = "val_weighted_accuracy"  # comes last, where test samples have weights


class Record:
    """Metrics, weights and seconds of a lane of R replicates; NaN where nothing was trained.

    Attributes:
        metrics: loss, accuracy (or error), val_loss and val_accuracy, shape (4, R, epochs), and
            val_weighted_accuracy where test samples have weights, shape (5, R, epochs).
        details: loss and accuracy of each recorded update, shape (2, R, updates).
        weights: all weights at each snapshot, shape (R, snapshots, n_weights).
        n_done: epochs done.
        compile_seconds, run_seconds: what all replicates took together.
    """

    def __init__(self, setup: Setup, schedule: Schedule, n_replicates: int):
        """Nothing is recorded yet."""
        n_recorded = setup.n_batches(schedule)[slice(*setup.recorded)].sum()
        n_snapshots, n_weights = len(setup.snapshots), setup.model.count_params()
        shape = (len(metrics_of(setup)), n_replicates, setup.epochs)
        self.metrics = np.full(shape, np.nan, "float32")
        self.details = np.full((2, n_replicates, n_recorded), np.nan, "float32")
        dtype = setup.model.variable_dtype
        self.weights = np.full((n_replicates, n_snapshots, n_weights), np.nan, dtype)
        self.compile_seconds = self.run_seconds = 0.0
        self.n_done = self._n_details = 0
        self._snapshots = setup.snapshots

    def add(self, by_epoch: np.ndarray, by_update: np.ndarray) -> None:
        """Append the metrics of further epochs, as ``Program.run`` returns them."""
        done = slice(self.n_done, self.n_done + len(by_epoch))
        self.metrics[:, :, done] = by_epoch.transpose(1, 2, 0)
        for row in (1, *range(3, len(self.metrics))):  # accuracies, or errors
            beside = self.metrics[row, :, done]  # of what was trained never NaN, but infinite
            beside[np.isnan(beside)] = np.inf
        by_update = by_update.reshape(-1, *by_update.shape[2:])
        written = slice(self._n_details, self._n_details + len(by_update))
        self.details[:, :, written] = by_update.transpose(1, 2, 0)
        self.n_done, self._n_details = done.stop, written.stop

    def keep_weights(self, program: Program) -> None:
        """Keep the weights of the program if there is a snapshot at this epoch."""
        if self.n_done in self._snapshots:
            self.weights[:, self._snapshots.index(self.n_done)] = program.stack.weights()


def metrics_of(setup: Setup) -> list[str]:
    """The metrics that are recorded at every epoch.

    Args:
        setup: what is trained.
    """
    return METRICS if setup.validation_weights is None else [*METRICS, WEIGHTED]


def dataset(setup: Setup, schedule: Schedule, records: Sequence[Record]) -> xr.Dataset:
    """The Dataset of ``train``.

    Args:
        setup: what was trained.
        schedule: batch size and learning rate of each epoch.
        records: of all lanes, in the order of the seeds.
    """
    metrics, details, weights = (
        np.concatenate([getattr(record, name) for record in records], axis)
        for name, axis in (("metrics", 1), ("details", 1), ("weights", 0))
    )
    names = [name.replace("accuracy", setup.metric.name) for name in metrics_of(setup)]
    # A run left undone holds NaN too, but no accuracy or error; a diverged one has it.
    diverged = (~np.isfinite(metrics[[0, 2]]) & ~np.isnan(metrics[[1, 1]])).any(axis=(0, 2))
    n_done = np.count_nonzero(~np.isnan(metrics[1]))
    compile_seconds = sum(record.compile_seconds for record in records)
    run_seconds = sum(record.run_seconds for record in records)
    runs = xr.Dataset(
        {name: (("seed", "epoch"), metrics[i]) for i, name in enumerate(names)}
        | {"updates": ("epoch", setup.updates(schedule))}
        | {"diverged": ("seed", diverged)}
        | {
            "seconds_per_epoch": ((), run_seconds / n_done if n_done else np.nan, share_of("epoch"))
        },
        {"seed": setup.seeds, "epoch": np.arange(1, setup.epochs + 1)},
        {"compile_seconds": compile_seconds, "run_seconds": run_seconds}
        | {"settings": json.dumps(settings(setup)), "versions": json.dumps(versions())},
    )
    if setup.snapshots:
        runs["weights"] = ("seed", "snapshot", "weight"), weights
        runs = runs.assign_coords(snapshot=setup.snapshots)
    if n_recorded := details.shape[-1]:
        for name, values in zip(names[:2], details, strict=True):
            runs[f"update_{name}"] = ("seed", "update"), values
        before = setup.n_batches(schedule)[: setup.recorded[0]].sum()
        runs = runs.assign_coords(update=before + 1 + np.arange(n_recorded))
    return runs


def share_of(clock: str) -> dict[str, str]:
    """Attributes of the seconds that a run took of what all of them took.

    Args:
        clock: what the seconds are per, "epoch" or "update".
    """
    return {
        "units": "s",
        "description": "one run's share of the throughput: what all runs that were trained "
        f"together took for an {clock}, without compilation, divided by their number; one run "
        "alone takes longer",
    }


def settings(setup: Setup) -> dict:
    """How the runs of a ``setup`` were made, in what JSON can hold."""
    loss, names = setup.loss, [one.name for one in setup.data]
    return {
        "optimizer": described(setup.optimizer),
        "model": {"name": setup.model.name, "n_parameters": setup.model.count_params()},
        "data": names if len(names) > 1 else names[0],
        "loss": keras.losses.serialize(loss)
        if isinstance(loss, keras.losses.Loss)
        else getattr(loss, "__name__", repr(loss)),
        "last_batch": setup.last_batch,
        "sampling": setup.sampling,
        "stacked": setup.stacked,
        "jit_compile": setup.jit_compile,
        "epochs": setup.epochs,
    }


def along(runs: Sequence[xr.Dataset], name: str, labels: Sequence) -> xr.Dataset:
    """``runs`` of equal shape as one Dataset, along a new dimension ``name`` with ``labels``."""
    how = {"data_vars": "all", "coords": "minimal", "compat": "override", "join": "exact"}
    return xr.concat(runs, xr.Variable(name, labels), **how)
