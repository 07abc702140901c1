"""Which batch size generalises best, each at its own learning rate, after as many epochs.

Masters & Luschi, Revisiting small batch training for deep neural networks (arXiv 1804.07612): the
best results come with 32 samples or fewer.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from helpers.experiments.experiment import Experiment
from helpers.experiments.generalisation import grid, network, scores, tuned_rate
from helpers.parameters.seeds import TUNING

SMALL = 32  # samples up to which a batch counts as small
GROUPS = ("small", "large")


def tune(
    *,
    n_train: int,
    batch_sizes: Sequence[int],
    cases: Mapping[str, tuple[float, int, float, float]],
    momentum: float,
    steps: int,
    tuning_seeds: int,
) -> xr.Dataset:
    """Choose a learning rate for each batch size by the test loss, on splits of the tuning seeds.

    Args:
        n_train, momentum: as for ``scores``.
        batch_sizes: samples per update, each 1 to ``n_train``, some up to 32 and some above.
        cases: by name, the share of wrong labels, the epochs, and of the grids' centres that at
            batch size 8 and the exponent by which it grows with the batch size.
        steps: learning rates on either side of the centre, by factors of the root of 2.
        tuning_seeds: how many.

    Returns:
        Variables learning_rate, value (the test loss there) and edge, dimensions case and
        batch_size.
    """
    rows = []
    for share, epochs, centre, exponent in cases.values():
        best = [
            tuned_rate(
                scores(
                    network, n_train=n_train, wrong_labels=share, batch_size=size,
                    learning_rates=grid(centre * (size / 8) ** exponent, steps),
                    updates=[_updates(epochs, n_train, size)], momentum=momentum,
                    seeds=TUNING[:tuning_seeds],
                ).test_loss.isel(update=0)
            )
            for size in batch_sizes
        ]  # fmt: skip
        rows.append(xr.concat(best, "batch_size"))
    best = xr.concat(rows, "case").assign_coords(case=list(cases), batch_size=list(batch_sizes))
    return best.assign(edge=best.edge.astype("U6"))


def winners(tuning: xr.Dataset, case: str) -> list[tuple[int, float]]:
    """The best small batch size and the best large one, each with its learning rate.

    Args:
        tuning: what ``tune`` returned.
        case: one of its cases.
    """
    best, pairs = tuning.sel(case=case), []
    for group in (best.batch_size <= SMALL, best.batch_size > SMALL):
        size = int(best.value.where(group).idxmin("batch_size"))
        pairs.append((size, best.learning_rate.sel(batch_size=size).item()))
    return pairs


def measure(
    seeds: Sequence[int], tuning: xr.Dataset, *, n_train: int,
    cases: Mapping[str, tuple[float, int, float, float]], momentum: float, **of_tuning: Any,
) -> xr.Dataset:  # fmt: skip
    """Train the best small batch size and the best large one.

    Args:
        seeds: one run and one split each.
        tuning: what ``tune`` returned.
        n_train, cases, momentum: as for ``tune``.
        **of_tuning: settings that only ``tune`` needs.

    Returns:
        Variables test_loss, test_accuracy, training_loss and training_accuracy, dimensions case,
        group (small, large) and seed.
    """
    rows = []
    for case, (share, epochs, *_) in cases.items():
        ran = [
            scores(
                network, n_train=n_train, wrong_labels=share, batch_size=size,
                learning_rates=[rate], updates=[_updates(epochs, n_train, size)],
                momentum=momentum, seeds=seeds,
            ).isel(update=0, learning_rate=0, drop=True)
            for size, rate in winners(tuning, case)
        ]  # fmt: skip
        rows.append(xr.concat(ran, "group"))
    return xr.concat(rows, "case").assign_coords(case=list(cases), group=list(GROUPS))


def _updates(epochs, n_train, batch_size):
    return epochs * -(-n_train // batch_size)


def values(measured: xr.Dataset, tuning: xr.Dataset) -> dict[str, dict[str, np.ndarray]]:
    """Ratios and differences per seed, by claim and assertion.

    Args:
        measured: what ``measure`` returned, cases "true", "longer" and "wrong".
        tuning: not used.
    """
    small, large = (measured.sel(group=group, drop=True) for group in GROUPS)
    loss = large.test_loss / small.test_loss
    ahead = small.test_accuracy - large.test_accuracy
    return {
        "A10": {
            "least_loss_is_small": loss.sel(case="true").values,
            "least_loss_is_small_longer": loss.sel(case="longer").values,
            "best_is_small": ahead.sel(case="true").values,
            "as_well_with_noise": loss.sel(case="wrong").values,
        }
    }


WHOLE = {
    "n_train": 256,
    "batch_sizes": (4, 8, 32, 64, 128, 256),
    "cases": {
        "true": (0.0, 30, 0.02, 0.6),
        "longer": (0.0, 100, 0.0075, 0.7),
        "wrong": (0.1, 30, 0.0075, 0.85),
    },
    "momentum": 0.9,
    "steps": 3,
    "tuning_seeds": 6,
}
SMALLER = {"true": (0.0, 10, 0.04, 0.6), "longer": (0.0, 20, 0.02, 0.6),
           "wrong": (0.1, 10, 0.03, 0.6)}  # fmt: skip
GENERALISATION_BEST_BATCH = Experiment(
    name="generalisation_best_batch",
    measure=measure,
    values=values,
    tune=tune,
    confirm=WHOLE,
    live=WHOLE | {"batch_sizes": (8, 64), "cases": SMALLER, "steps": 2, "tuning_seeds": 5},
    quick=WHOLE
    | {"n_train": 128, "batch_sizes": (32, 64), "cases": SMALLER, "steps": 1, "tuning_seeds": 2},
    first_seed=6000,
)
