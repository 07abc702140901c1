"""Whether what the validation split recommends is nearly the best on the test set (claim H21)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import keras
import numpy as np
import xarray as xr

from helpers import models
from helpers.analysis import final_accuracy, fully_accurate, gain, medians, recommend, speed
from helpers.analysis import volatility as volatility_of
from helpers.data import Dataset, example_table, with_validation
from helpers.experiments.experiment import Experiment
from helpers.training import sweep

GOALS = ("updates", "epochs", "volatility")
FULL = 0.01  # of accuracy, that a setting may lack of the most accurate and be stable


def measure(
    seeds: Sequence[int],
    tuning: xr.Dataset | None,
    *,
    example: str,
    test_share: float,
    batch_sizes: Sequence[int],
    learning_rates: Sequence[float],
    epochs: int,
    last_epochs: int,
    target_accuracy: float,
    n_runs: int,
) -> xr.Dataset:
    """Recommend settings by a validation split, and compare them with the best on the test set.

    Args:
        seeds: each splits the table anew into training, validation and test samples.
        tuning: not used, None: each seed chooses by runs of its own.
        example: of ``helpers.data.example_table``.
        test_share: share of the samples that test; as many validate.
        batch_sizes, learning_rates: of the settings to choose from.
        epochs: of each run.
        last_epochs: epochs that count as final.
        target_accuracy: to be reached and kept for five epochs.
        n_runs: of each setting and split that choose, and as many others that are reported.

    Returns:
        Dimensions seed and goal (updates, epochs, volatility). Variable ratio: on the test set,
        the median of what the recommended setting takes, over the least median of all settings;
        infinite if it does not get there, not a number if no setting does.
    """
    del tuning
    splits = [_split(example, test_share, seed) for seed in seeds]
    ratios = []
    runs = [
        sweep(
            lambda: models.mlp(splits[0][0].x_train.shape[1], splits[0][0].y_train.shape[1], 32),
            keras.optimizers.SGD(momentum=0.9),
            [split[part] for split in splits for _ in range(n_runs)],
            batch_sizes=batch_sizes,
            learning_rates=learning_rates,
            epochs=epochs,
            seeds=[seed * 100 + 50 * part + k for seed in seeds for k in range(n_runs)],
            progress=False,
        )
        for part in (0, 1)  # validation, test
    ]
    for i in range(len(splits)):
        of_split = slice(i * n_runs, (i + 1) * n_runs)
        validation, test = (
            costs(r.isel(seed=of_split), target_accuracy, last_epochs, len(data.x_test))
            for r, data in zip(runs, splits[i], strict=True)
        )
        ratios.append(compared(validation, test))
    return xr.Dataset(
        {"ratio": (("seed", "goal"), ratios)}, {"seed": list(seeds), "goal": list(GOALS)}
    )


def _split(example: str, test_share: float, seed: int) -> tuple[Dataset, Dataset]:
    """The same training samples with the validation samples, and with the test samples."""
    data = example_table(example, test_share=test_share, data_seed=seed)
    validation = with_validation(data, test_share / (1 - test_share), seed)
    return validation, replace(validation, x_test=data.x_test, y_test=data.y_test)


def costs(runs: xr.Dataset, target_accuracy: float, last_epochs: int, n_test: int) -> xr.Dataset:
    """What each run takes by the three goals, and its final accuracy.

    Args:
        runs: what ``helpers.sweep`` returned.
        target_accuracy, last_epochs: as for ``measure``.
        n_test: samples that were evaluated; a volatility below the rounding error of an accuracy
            on so many counts as that error.
    """
    clocks = speed(runs, target_accuracy)
    least = 1 / (n_test * np.sqrt(12))
    return xr.Dataset(
        {
            "updates": clocks.updates,
            "epochs": clocks.epochs,
            "volatility": np.maximum(volatility_of(runs, last_epochs).fillna(np.inf), least),
            "accuracy": final_accuracy(runs, last_epochs).fillna(0),
        }
    )


def compared(validation: xr.Dataset, test: xr.Dataset) -> list[float]:
    """For each goal, the recommended setting's median on the test set over the best one's.

    Args:
        validation, test: what ``costs`` returned.
    """
    chosen, best = _first(validation), _first(test)
    ratios = []
    for goal in GOALS:
        middle = medians(test[goal])
        least = _at(middle, best[goal])
        ratios.append(float(gain(_at(middle, chosen[goal]), least)))
    return ratios


def _first(cost: xr.Dataset) -> dict[str, tuple[int, float] | None]:
    stable = recommend(cost.volatility, fully_accurate(cost.accuracy, FULL), cost.updates)
    return {
        "updates": recommend(cost.updates, then=cost.volatility).first,
        "epochs": recommend(cost.epochs, then=cost.volatility).first,
        "volatility": stable.first,
    }


def _at(middle: xr.DataArray, setting: tuple[int, float] | None) -> float:
    if setting is None:
        return np.inf
    return middle.sel(batch_size=setting[0], learning_rate=setting[1]).item()


def values(
    measured: xr.Dataset, tuning: xr.Dataset | None
) -> Mapping[str, Mapping[str, np.ndarray]]:
    """What claim H21 is decided by, one value per split, with a column for each goal.

    Args:
        measured: what ``measure`` returned.
        tuning: not used, None.
    """
    del tuning
    return {"H21": {"nearly_best": measured.ratio.transpose("seed", "goal").values}}


SETTINGS = {
    "example": "breast_cancer",
    "test_share": 0.25,
    "batch_sizes": (4, 16, 64, 256),
    "learning_rates": (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3),
    "epochs": 60,
    "last_epochs": 20,
    "target_accuracy": 0.85,
    "n_runs": 5,
}

RECOMMENDED = Experiment(
    name="recommended",
    measure=measure,
    values=values,
    confirm=SETTINGS,
    live=SETTINGS | {"learning_rates": (0.001, 0.01, 0.1), "epochs": 30},
    quick=SETTINGS
    | {"batch_sizes": (64,), "learning_rates": (0.01, 0.03, 0.1), "epochs": 8, "last_epochs": 3}
    | {"n_runs": 2},
    first_seed=6000,
)
