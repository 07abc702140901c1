"""Learning rates are chosen by the seeds that tune, and accuracies read off the others."""

import numpy as np
import pytest
import xarray as xr

from helpers.experiments.generalisation import network, scores
from helpers.experiments.tuned_batch_sizes import accuracy_of_batch_sizes, at_best_rates


def final(losses, accuracies):
    dims = "batch_size", "learning_rate", "seed"
    return xr.Dataset(
        {"val_loss": (dims, losses), "val_accuracy": (dims, accuracies)},
        {"batch_size": [8, 64], "learning_rate": [0.1, 0.2, 0.4], "seed": [0, 1, 7]},
    )


def test_the_best_rate_has_the_least_loss_of_the_tuning_seeds_among_those_to_choose_from():
    losses = np.ones((2, 3, 3))
    losses[0, 1, :2] = 0.5
    losses[1, 2, :2] = 0.5, np.nan  # one of its runs diverged
    losses[1, 1, :2] = 0.9
    losses[:, 0, 2] = 0  # a seed that does not tune
    accuracies = np.arange(18).reshape(2, 3, 3) / 18
    chosen = at_best_rates(final(losses, accuracies), 0.1, [0.2, 0.4], [0, 1], [7])
    np.testing.assert_array_equal(chosen.learning_rate, [0.2, 0.2])
    np.testing.assert_array_equal(chosen.best_rate.sel(seed=7), accuracies[[0, 1], [1, 1], 2])
    np.testing.assert_array_equal(chosen.one_rate.sel(seed=7), accuracies[:, 0, 2])
    assert chosen.best_rate.sizes == {"batch_size": 2, "seed": 1}


@pytest.mark.slow
def test_accuracies_are_those_after_the_same_epochs_of_every_batch_size():
    settings = {"n_train": 64, "wrong_labels": 0.1, "momentum": 0.9}
    got = accuracy_of_batch_sizes(
        [16, 64], learning_rate=0.05, learning_rates=[0.1], epochs=4, tuning_seeds=[1],
        seeds=[1, 2], **settings,
    )  # fmt: skip
    np.testing.assert_array_equal(got.learning_rate, 0.1)
    for size, updates in ((16, 16), (64, 4)):
        expected = scores(
            network, batch_size=size, learning_rates=[0.05, 0.1], updates=[updates], seeds=[1, 2],
            **settings,
        ).test_accuracy.isel(update=0)  # fmt: skip
        of_size = got.sel(batch_size=size)
        np.testing.assert_allclose(of_size.one_rate, expected.sel(learning_rate=0.05), atol=2e-3)
        np.testing.assert_allclose(of_size.best_rate, expected.sel(learning_rate=0.1), atol=2e-3)
