"""The adapted regime for a large batch, against small batches with batch normalisation.

Hoffer, Hubara & Soudry, Train longer, generalize better (arXiv 1705.08741): as many updates as
small batches make, a learning rate multiplied by the root of B / b, and ghost batch normalisation,
which normalises each b samples of a batch of B by themselves.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import xarray as xr

from helpers.experiments.experiment import Experiment
from helpers.experiments.generalisation import grid, normalised, scores, tuned_rate
from helpers.models import GhostBatchNormalization
from helpers.parameters.seeds import TUNING

FORGET = 0.99  # share of the moving statistics that is kept at a small batch, or a ghost
LABELS = ("true", "wrong")
REGIMES = ("small", "equal epochs", "whole", "adapted")  # the last three of the full batch
RATES = ("rule", "tuned")


def regime(name: str, n_train: int, batch_size: int, epochs: int) -> tuple[Any, int, int]:
    """How a regime trains.

    Args:
        name: "small" batches; the full batch after as many epochs ("equal epochs") or updates
            ("whole"), normalised as a whole; or "adapted", with ghosts and as many updates.
        n_train: samples of the full batch.
        batch_size: of the small batches, and of a ghost.
        epochs: of the small batches.

    Returns:
        A function that builds the model, samples per update, and updates. The moving statistics of
        all forget as fast per image.
    """
    full = FORGET ** (n_train / batch_size)
    updates = epochs * -(-n_train // batch_size)
    layers = {
        "small": lambda: keras.layers.BatchNormalization(momentum=FORGET),
        "whole": lambda: keras.layers.BatchNormalization(momentum=full),
        "adapted": lambda: GhostBatchNormalization(batch_size, momentum=FORGET),
    }
    build = normalised(layers["whole" if name == "equal epochs" else name])
    size = batch_size if name == "small" else n_train
    return build, size, epochs if name == "equal epochs" else updates


def tune(
    *,
    n_train: int,
    wrong_labels: float,
    batch_size: int,
    epochs: int,
    momentum: float,
    centres: Mapping[str, Sequence[float]],
    steps: int,
    tuning_seeds: int,
) -> xr.Dataset:
    """Choose each regime's learning rate by the test loss, on splits of the tuning seeds.

    Args:
        n_train, wrong_labels, momentum: as for ``scores``.
        batch_size, epochs: as for ``regime``.
        centres: of the grids of learning rates, by regime, with true labels and with wrong ones.
        steps: learning rates on either side of the centre, by factors of the root of 2.
        tuning_seeds: how many; with 0 of them all rates are the centres, and edge is "none".

    Returns:
        Variables learning_rate and edge, dimensions labels and regime.
    """
    rows = []
    for i, share in enumerate((0, wrong_labels)):
        for name in REGIMES:
            if not tuning_seeds:
                rows.append((centres[name][i], "none"))
                continue
            build, size, updates = regime(name, n_train, batch_size, epochs)
            ran = scores(
                build, n_train=n_train, wrong_labels=share, batch_size=size,
                learning_rates=grid(centres[name][i], steps), updates=[updates],
                momentum=momentum, seeds=TUNING[:tuning_seeds],
            )  # fmt: skip
            best = tuned_rate(ran.test_loss.isel(update=0))
            rows.append((best.learning_rate.item(), best.edge.item()))
    rates, edges = (np.reshape(column, (2, -1)) for column in zip(*rows, strict=True))
    return xr.Dataset(
        {"learning_rate": (("labels", "regime"), rates), "edge": (("labels", "regime"), edges)},
        {"labels": list(LABELS), "regime": list(REGIMES)},
    )


def rule(tuning: xr.Dataset, labels: str, name: str, n_train: int, batch_size: int) -> float:
    """The learning rate that a regime has without tuning.

    Args:
        tuning: what ``tune`` returned.
        labels: "true" or "wrong".
        name, n_train, batch_size: as for ``regime``.

    Returns:
        That of the small batches at equal epochs, and times the root of B / b after as many
        updates (Hoffer et al., equation 7).
    """
    small = tuning.learning_rate.sel(labels=labels, regime="small").item()
    return small * (1 if name in ("small", "equal epochs") else math.sqrt(n_train / batch_size))


def measure(
    seeds: Sequence[int], tuning: xr.Dataset, *, n_train: int, wrong_labels: float,
    batch_size: int, epochs: int, momentum: float, **of_tuning: Any,
) -> xr.Dataset:  # fmt: skip
    """Train every regime at the rate of the rule and at its own.

    Args:
        seeds: one run and one split each.
        tuning: what ``tune`` returned.
        n_train, wrong_labels, batch_size, epochs, momentum: as for ``tune``.
        **of_tuning: settings that only ``tune`` needs.

    Returns:
        Variables test_loss, test_accuracy, training_loss and training_accuracy, dimensions labels,
        regime, rate and seed.
    """
    rows = []
    for labels, share in zip(LABELS, (0, wrong_labels), strict=True):
        for name in REGIMES:
            build, size, updates = regime(name, n_train, batch_size, epochs)
            tuned = tuning.learning_rate.sel(labels=labels, regime=name).item()
            rates = [rule(tuning, labels, name, n_train, batch_size), tuned]
            ran = scores(
                build, n_train=n_train, wrong_labels=share, batch_size=size,
                learning_rates=sorted(set(rates)), updates=[updates], momentum=momentum,
                seeds=seeds,
            )  # fmt: skip
            ran = ran.isel(update=0, drop=True).sel(learning_rate=rates)
            rows.append(ran.rename(learning_rate="rate").assign_coords(rate=list(RATES)))
    n = len(REGIMES)
    ran = xr.concat([xr.concat(rows[i : i + n], "regime") for i in (0, n)], "labels")
    return ran.assign_coords(labels=list(LABELS), regime=list(REGIMES))


def values(measured: xr.Dataset, tuning: xr.Dataset) -> dict[str, dict[str, np.ndarray]]:
    """Differences per seed, by claim and assertion.

    Args:
        measured: what ``measure`` returned.
        tuning: not used.
    """

    def ahead(name, labels="true", rate="rule"):
        """Of small batches, in test accuracy."""
        accuracy = measured.test_accuracy.sel(labels=labels)
        small = accuracy.sel(regime="small", rate="tuned", drop=True)
        return (accuracy.sel(regime=name, rate=rate, drop=True) - small).values

    loss = measured.test_loss.sel(labels="true", rate="tuned")
    return {
        "B5": {
            "gap_with_normalisation": -ahead("equal epochs"),
            "adapted": ahead("adapted", "wrong"),
            "adapted_tuned": ahead("adapted", "wrong", "tuned"),
            "adapted_with_true_labels": ahead("adapted"),
            "adapted_with_true_labels_tuned": ahead("adapted", rate="tuned"),
            "ghosts": (loss.sel(regime="adapted") / loss.sel(regime="whole")).values,
        }
    }


WHOLE = {
    "n_train": 256, "wrong_labels": 0.1, "batch_size": 8, "epochs": 30, "momentum": 0.9,
    "centres": {
        "small": (0.007, 0.0035), "equal epochs": (0.18, 0.08), "whole": (0.02, 0.004),
        "adapted": (0.01, 0.003),
    },
    "steps": 2, "tuning_seeds": 6,
}  # fmt: skip
FASTER = {name: (2 * true, 2 * wrong) for name, (true, wrong) in WHOLE["centres"].items()}
GENERALISATION_ADAPTED = Experiment(
    name="generalisation_adapted",
    measure=measure,
    values=values,
    tune=tune,
    confirm=WHOLE,
    live=WHOLE | {"epochs": 10, "centres": FASTER, "tuning_seeds": 0},
    quick=WHOLE | {"n_train": 128, "epochs": 4, "centres": FASTER, "tuning_seeds": 0},
    first_seed=6000,
)
