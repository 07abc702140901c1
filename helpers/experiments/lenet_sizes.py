"""LeNet at batch sizes in doublings, with the epochs that the source gives it (claim D8)."""

from collections.abc import Mapping, Sequence

import keras
import numpy as np
import xarray as xr

from helpers import models
from helpers.analysis import epochs_to, final_accuracy, medians, rank_correlation
from helpers.data import digits
from helpers.experiments.experiment import Experiment
from helpers.training import sweep


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset | None,
    *,
    n_train: int,
    batch_sizes: Sequence[int],
    learning_rate: float,
    momentum: float,
    epochs: int,
    last_epochs: int,
    target_accuracy: float,
) -> xr.Dataset:
    """Train LeNet on digits at every batch size, at one learning rate.

    Args:
        seeds: one run at each batch size each.
        tuning: not used, None.
        n_train: training images, 1 to 1797 less one per class; the others test.
        batch_sizes: rising, each 1 to ``n_train``.
        learning_rate, momentum: of SGD.
        epochs: of each run.
        last_epochs: epochs that count as final.
        target_accuracy: on the test images, to be reached and kept for five epochs.

    Returns:
        Dimensions seed and batch_size. Variables epochs, to the target, infinite where a run does
        not get there; accuracy, the mean of the last epochs.
    """
    del tuning
    data = digits(n_train=n_train)
    runs = sweep(
        lambda: models.lenet(data.x_train.shape[1:]),
        keras.optimizers.SGD(learning_rate, momentum=momentum),
        data,
        batch_sizes=batch_sizes,
        epochs=epochs,
        seeds=seeds,
        progress=False,
    ).squeeze("learning_rate", drop=True)
    measured = {
        "epochs": epochs_to(runs, target_accuracy),
        "accuracy": final_accuracy(runs, last_epochs),
    }
    return xr.Dataset(measured).transpose("seed", "batch_size")


def values(
    measured: xr.Dataset, tuning: xr.Dataset | None
) -> Mapping[str, Mapping[str, np.ndarray]]:
    """What claim D8's assertions on epochs and accuracy are decided by, one value per seed.

    The batch sizes that are compared in accuracy are chosen by the *other* seeds, so that a lead
    that is mere chance comes out as zero on average.

    Args:
        measured: what ``measure`` returned.
        tuning: not used, None.
    """
    del tuning
    epochs, sizes = measured.epochs, measured.batch_size.values
    soonest = epochs.idxmin("batch_size")
    return {
        "D8": {
            "more_epochs": rank_correlation(epochs.sel(batch_size=sizes[1:])).values,
            "too_small": np.isfinite(epochs.isel(batch_size=0)).values,
            "quickest_inside": ((soonest > sizes[0]) & (soonest < sizes[-1])).values,
            "most_accurate_is_another": np.array([_lead(measured, i) for i in measured.seed]),
        }
    }


def _lead(measured: xr.Dataset, seed: xr.DataArray) -> float:
    """A seed's accuracy at the others' most accurate size, minus that at their quickest."""
    others = measured.drop_sel(seed=seed) if measured.sizes["seed"] > 1 else measured
    middle = medians(others)
    chosen = middle.accuracy.idxmax("batch_size"), middle.epochs.idxmin("batch_size")
    most_accurate, quickest = (measured.accuracy.sel(seed=seed, batch_size=b) for b in chosen)
    return float(most_accurate - quickest)


SETTINGS = {
    "n_train": 448,
    "batch_sizes": (1, 2, 4, 8, 16, 32, 64, 128, 256, 448),
    "learning_rate": 0.01,
    "momentum": 0.9,
    "epochs": 200,
    "last_epochs": 50,
    "target_accuracy": 0.9,
}

LENET_SIZES = Experiment(
    name="lenet_sizes",
    measure=measure,
    values=values,
    confirm=SETTINGS,
    live=SETTINGS | {"batch_sizes": (2, 16, 128), "epochs": 20, "last_epochs": 5},
    quick=SETTINGS
    | {"n_train": 64, "batch_sizes": (4, 16, 64), "epochs": 8, "last_epochs": 3}
    | {"target_accuracy": 0.2},
    first_seed=6000,
    looks=(8, 16),
    part=4,
)
