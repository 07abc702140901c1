"""The tutorial's data at the learning rate that suits each batch size: how fast, how accurate.

Tuning seeds choose the rates, each on fresh samples of its own; the other seeds report. The best
rate ends most accurate in the mean, so that one at which some runs fail is not best, and of a tie
it is the smallest; with the fastest one, three of four runs reach and keep the target in the fewest
epochs. Each batch size has a grid of rates of its own, and as many epochs as it needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import keras
import numpy as np
import pandas as pd
import xarray as xr

from helpers import models
from helpers.analysis import bootstrap, epochs_to, final_accuracy, gain, log_slope, median
from helpers.analysis.findings import Values
from helpers.analysis.summaries import count
from helpers.data import Dataset, blobs, new_blob_samples
from helpers.training import sweep

LOWEST = {2: 0.0003, 32: 0.003, 500: 0.01}  # learning rate of each batch size's grid
EPOCHS = {2: 60, 32: 100, 500: 200}  # of its runs; 500 is the full batch
FACTORS = (1, 10 / 3, 10, 100 / 3)  # of a grid
MOMENTUM = 0.9
LAST = 0.25  # share of the epochs, at their end, whose mean accuracy is final
TIE = 0.002  # of accuracy, within which the smaller of two learning rates is the better one
TARGET = 0.8  # test accuracy; the best possible is 0.84 on these test samples
TUNING_TARGET = 0.78  # on fresh samples, where the best possible is 0.82
REPLICATES = 499  # of a bootstrap, each of which chooses the fastest rates anew


def measure(
    seeds: Sequence[int],
    tuning_seeds: Sequence[int],
    epochs: Mapping[int, int] = EPOCHS,
) -> xr.Dataset:
    """Train the tutorial's network at every batch size and learning rate.

    Args:
        seeds: that report, on the tutorial's test samples.
        tuning_seeds: that choose the learning rates, each on as many fresh samples of its own.
        epochs: of the runs of each batch size, at least 5; batch sizes rise, and are some of
            ``LOWEST``.

    Returns:
        Dimensions batch_size, factor and seed, the reporting seeds. Variables accuracy, the final
        test accuracy from 0 to 1; epochs, to reach and keep ``TARGET``, infinite if never; rate,
        the learning rates (batch_size, factor); best and fastest (batch_size), the factors that the
        tuning seeds choose, fastest not a number where none of them reaches its target.
    """
    data = blobs()
    tested = [on_fresh_samples(data, seed) for seed in tuning_seeds] + [data] * len(seeds)

    def trained(size):
        rates = [LOWEST[size] * factor for factor in FACTORS]
        runs = sweep(
            models.mlp, keras.optimizers.SGD(momentum=MOMENTUM), tested, batch_sizes=[size],
            learning_rates=rates, epochs=epochs[size], seeds=[*tuning_seeds, *seeds],
            progress=False,
        )  # fmt: skip
        runs = runs.isel(batch_size=0, drop=True).rename(learning_rate="factor")
        runs = runs.assign_coords(factor=list(FACTORS))
        tuning = runs.sel(seed=list(tuning_seeds))
        runs = runs.sel(seed=list(seeds))
        last = round(LAST * epochs[size])
        final = [final_accuracy(some, last).fillna(0) for some in (tuning, runs)]
        return xr.Dataset(
            {
                "accuracy": final[1],
                "epochs": epochs_to(runs, TARGET),
                "rate": ("factor", rates),
                "best": _most_accurate(final[0]),
                "fastest": _fastest(epochs_to(tuning, TUNING_TARGET)),
            }
        )

    sizes = list(epochs)
    return xr.concat([trained(size) for size in sizes], xr.Variable("batch_size", sizes))


def on_fresh_samples(data: Dataset, seed: int) -> Dataset:
    """``data`` with fresh samples of the tutorial's blobs in place of its test samples.

    Args:
        data: the tutorial's data set.
        seed: of the fresh samples, as many as there were.
    """
    x, labels = new_blob_samples(len(data.x_test), seed=seed)
    y = np.eye(data.y_test.shape[1], dtype="float32")[labels]
    return replace(data, x_test=x.astype("float32"), y_test=y)


def at_tuned_rates(measured: xr.Dataset) -> xr.Dataset:
    """What each batch size comes to at the learning rates that the tuning seeds chose for it.

    Args:
        measured: what ``measure`` returned.

    Returns:
        Variables accuracy at the best rate and epochs at the fastest one (batch_size, seed), and
        these rates, best_rate and fastest_rate (batch_size).
    """

    def at(name, chosen):
        return measured[name].where(measured.factor == measured[chosen]).max("factor")

    return xr.Dataset(
        {
            "accuracy": at("accuracy", "best"),
            "epochs": at("epochs", "fastest").fillna(np.inf),
            "best_rate": at("rate", "best"),
            "fastest_rate": at("rate", "fastest"),
        }
    )


def table(measured: xr.Dataset) -> pd.DataFrame:
    """A row for each batch size: its tuned rates, and medians of what they come to.

    Args:
        measured: what ``measure`` returned.
    """
    tuned = at_tuned_rates(measured)
    rows = {
        size: {
            "best rate": f"{here.best_rate.item():.1g}",
            "final accuracy (%)": f"{100 * median(here.accuracy):.1f}",
            "fastest rate": f"{here.fastest_rate.item():.1g}",
            f"epochs to {100 * TARGET:g} %": count(median(here.epochs)),
        }
        for size in tuned.batch_size.values.tolist()
        for here in [tuned.sel(batch_size=size)]
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("batch size")


def values(measured: xr.Dataset) -> dict[str, dict[str, Values]]:
    """What decides claims A8 and E5.

    Args:
        measured: what ``measure`` returned.

    Returns:
        By claim and assertion, values per seed, or seeds drawn anew where a choice rests on all.
    """

    def power(drawn):
        quickest = drawn.rate.where(drawn.factor == _fastest(drawn.epochs)).max("factor")
        return float(log_slope(quickest))

    tuned = at_tuned_rates(measured)
    sizes = tuned.batch_size.values
    middle = tuned.accuracy.sel(batch_size=sizes[len(sizes) // 2])
    apart = tuned.accuracy.drop_sel(batch_size=middle.batch_size) - middle
    largest, smallest = (tuned.epochs.isel(batch_size=end) for end in (-1, 0))
    return {
        "A8": {
            "rate_grows": bootstrap(power, measured, replicates=REPLICATES),
            "epochs_grow": gain(largest, smallest),
        },
        "E5": {"same_accuracy": apart.transpose("seed", "batch_size")},
    }


def _most_accurate(accuracy: xr.DataArray) -> xr.DataArray:
    """The smallest factor whose mean accuracy is the highest, or ties with it."""
    mean = accuracy.mean("seed")
    return (mean > mean.max("factor") - TIE).idxmax("factor")


def _fastest(epochs: xr.DataArray) -> xr.DataArray:
    """The factor with which three of four runs need the fewest epochs; NaN if all need too many.

    Of a tie it is the smallest.
    """
    most = epochs.reduce(np.quantile, "seed", q=0.75, method="inverted_cdf")
    at = most.factor[most.argmin("factor")].drop_vars("factor")
    return at.where(np.isfinite(most.min("factor")))
