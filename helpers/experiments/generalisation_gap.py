"""Small batches against the full batch: after as many epochs, as many updates, and at tuned rates.

Keskar et al., On large-batch training for deep learning (arXiv 1609.04836), see large batches
generalise worse; Hoffer, Hubara & Soudry, Train longer, generalize better (arXiv 1705.08741),
see too few updates. Both are told apart here, with true labels and with some wrong ones.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from helpers.experiments.experiment import Experiment
from helpers.experiments.generalisation import grid, network, scores, tuned_rate
from helpers.parameters.seeds import TUNING

FITTED = 0.98  # training accuracy from which a network has fitted its images
LABELS = ("true", "wrong")
REGIMES = ("small", "equal epochs", "equal updates")  # the last two of the full batch
RATES = ("one", "tuned")  # one that fits all labels in small batches, or each regime's best


def tune(
    *,
    n_train: int,
    wrong_labels: float,
    batch_size: int,
    epochs: int,
    momentum: float,
    centres: dict[str, float],
    steps: int,
    tuning_seeds: int,
) -> xr.Dataset:
    """Choose each regime's learning rate by the test loss, on splits of the tuning seeds.

    The one rate for all is that with the least test loss in small batches among those that fit:
    Keskar et al. compare networks that have fitted their training samples, wrong labels included.

    Args:
        n_train, wrong_labels, momentum: as for ``scores``.
        batch_size: of the small batches.
        epochs: of the small batches, and of the full batch at equal epochs.
        centres: of the grids of learning rates, by regime.
        steps: learning rates on either side of the centre, by factors of the root of 2.
        tuning_seeds: how many; with 0 of them all rates are the centres, and edge is "none".

    Returns:
        Variables learning_rate and edge, dimensions labels and regime; one_rate.
    """
    rates = np.tile([centres[regime] for regime in REGIMES], (2, 1))
    edges, one = np.full((2, 3), "none", "U6"), centres["small"]
    for i, share in enumerate((0, wrong_labels)):
        for j, regime in enumerate(REGIMES if tuning_seeds else ()):
            size, at = _regime(regime, n_train, batch_size, epochs)
            ran = scores(
                network, n_train=n_train, wrong_labels=share, batch_size=size,
                learning_rates=grid(centres[regime], steps), updates=[at], momentum=momentum,
                seeds=TUNING[:tuning_seeds],
            ).isel(update=0)  # fmt: skip
            best = tuned_rate(ran.test_loss)
            rates[i, j], edges[i, j] = best.learning_rate.item(), best.edge.item()
            if (share, regime) == (wrong_labels, "small"):
                one = fitting_rate(ran)
    return xr.Dataset(
        {
            "learning_rate": (("labels", "regime"), rates),
            "edge": (("labels", "regime"), edges),
            "one_rate": one,
        },
        {"labels": list(LABELS), "regime": list(REGIMES)},
    )


def fitting_rate(ran: xr.Dataset) -> float:
    """The rate with the least mean test loss among those that fit, or the one that comes closest.

    Args:
        ran: variables test_loss and training_accuracy, dimensions learning_rate and seed.
    """
    fitted, loss = ran.training_accuracy.mean("seed"), ran.test_loss.mean("seed")
    if not (fitted >= FITTED).any():
        return float(fitted.idxmax("learning_rate"))
    return float(loss.where(fitted >= FITTED).idxmin("learning_rate"))


def measure(
    seeds: Sequence[int], tuning: xr.Dataset, *, n_train: int, wrong_labels: float,
    batch_size: int, epochs: int, momentum: float, **of_tuning: Any,
) -> xr.Dataset:  # fmt: skip
    """Train every regime at the one rate and at its own, with true labels and with wrong ones.

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
        for regime in REGIMES:
            size, at = _regime(regime, n_train, batch_size, epochs)
            tuned = tuning.learning_rate.sel(labels=labels, regime=regime).item()
            rates = [tuning.one_rate.item(), tuned]
            ran = scores(
                network, n_train=n_train, wrong_labels=share, batch_size=size,
                learning_rates=sorted(set(rates)), updates=[at], momentum=momentum, seeds=seeds,
            )  # fmt: skip
            ran = ran.isel(update=0, drop=True).sel(learning_rate=rates)
            rows.append(ran.rename(learning_rate="rate").assign_coords(rate=list(RATES)))
    both = [xr.concat(rows[i : i + 3], "regime") for i in (0, 3)]
    ran = xr.concat(both, "labels")
    return ran.assign_coords(labels=list(LABELS), regime=list(REGIMES))


def _regime(name, n_train, batch_size, epochs):
    """Batch size and updates of a regime."""
    of_small = epochs * -(-n_train // batch_size)
    return {
        "small": (batch_size, of_small),
        "equal epochs": (n_train, epochs),
        "equal updates": (n_train, of_small),
    }[name]


def values(measured: xr.Dataset, tuning: xr.Dataset) -> dict[str, dict[str, np.ndarray]]:
    """Differences per seed, by claim and assertion.

    Args:
        measured: what ``measure`` returned.
        tuning: not used.
    """

    def at(name, labels, regime, rate="one"):
        return measured[name].sel(labels=labels, regime=regime, rate=rate).values

    def ahead(labels, regime, rate="one", name="test_accuracy"):
        """Of the small batches."""
        return at(name, labels, "small", rate) - at(name, labels, regime, rate)

    def higher(labels, regime, rate):
        """Test loss of the full batch over that of the small ones."""
        return at("test_loss", labels, regime, rate) / at("test_loss", labels, "small", rate)

    def gap(regime):
        return at("test_loss", "wrong", regime) - at("training_loss", "wrong", regime)

    return {
        "B4": {
            "generalise_worse": ahead("true", "equal epochs"),
            "generalise_worse_at_tuned_rates": higher("true", "equal epochs", "tuned"),
            "generalise_worse_with_noise": ahead("wrong", "equal epochs"),
            "as_well_with_noise_at_tuned_rates": higher("wrong", "equal epochs", "tuned"),
            "as_well_after_as_many_updates": higher("true", "equal updates", "one"),
        },
        "B5": {
            "gap": ahead("true", "equal epochs"),
            "equal_updates": -ahead("true", "equal updates"),
            "equal_updates_at_tuned_rates": -ahead("true", "equal updates", "tuned"),
        },
        "H16": {"turns": ahead("true", "equal epochs") - ahead("wrong", "equal epochs")},
        "A10": {"regularise": gap("small") - gap("equal updates")},
    }


WHOLE = {
    "n_train": 256, "wrong_labels": 0.1, "batch_size": 8, "epochs": 50, "momentum": 0.9,
    "centres": {"small": 0.01, "equal epochs": 0.12, "equal updates": 0.007},
    "steps": 4, "tuning_seeds": 10,
}  # fmt: skip
GENERALISATION_GAP = Experiment(
    name="generalisation_gap",
    measure=measure,
    values=values,
    tune=tune,
    confirm=WHOLE,
    live=WHOLE | {"n_train": 128, "epochs": 30, "steps": 2, "tuning_seeds": 3},
    quick=WHOLE | {"n_train": 128, "epochs": 5, "tuning_seeds": 0},
    first_seed=6000,
)
