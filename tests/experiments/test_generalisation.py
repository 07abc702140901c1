"""What the experiments on few digits share: splits, networks and scores."""

import keras
import numpy as np
import pytest
import xarray as xr

from helpers import train
from helpers.data import digits, flattened
from helpers.experiments.generalisation import (
    grid,
    network,
    normalised,
    scores,
    split,
    tuned_rate,
)


def test_a_split_has_the_wrong_labels_that_were_asked_for_and_tests_on_all_other_images():
    true, wrong = split(3, 100, 0), split(3, 100, 0.2)
    digits_as_they_are = flattened(digits(data_seed=3, n_train=100))
    np.testing.assert_array_equal(true.y_train, digits_as_they_are.y_train)
    differ = (true.y_train != wrong.y_train).any(axis=1)
    assert differ.sum() == 20
    np.testing.assert_array_equal(wrong.y_train.sum(axis=1), 1)
    assert len(true.x_test) == 1797 - 100
    np.testing.assert_array_equal(true.y_test, wrong.y_test)
    np.testing.assert_array_equal(true.x_train, wrong.x_train)


def test_every_seed_has_images_of_its_own():
    assert not np.array_equal(split(1, 100, 0).x_train, split(2, 100, 0).x_train)


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_the_share_of_wrong_labels_is_checked(share):
    with pytest.raises(ValueError, match="wrong_labels"):
        split(1, 100, share)


def test_networks_have_one_hidden_layer_and_what_is_put_into_it():
    assert network().count_params() == 64 * 64 + 64 + 64 * 10 + 10
    layers = normalised(keras.layers.BatchNormalization)().layers
    kinds = ["Dense", "BatchNormalization", "ReLU", "Dense"]
    assert [type(layer).__name__ for layer in layers] == kinds


def test_a_grid_goes_by_the_root_of_two_around_its_centre():
    np.testing.assert_allclose(grid(0.1, 2), [0.05, 0.05 * 2**0.5, 0.1, 0.1 * 2**0.5, 0.2])


def test_the_tuned_rate_has_the_least_mean_over_seeds_and_no_seed_that_diverges():
    rates = grid(0.1, 2)
    bowl = np.log(np.array(rates) / 0.1) ** 2
    values = xr.DataArray(
        [bowl + 1, bowl + 2], {"seed": [0, 1], "learning_rate": rates}, ("seed", "learning_rate")
    )
    best = tuned_rate(values)
    np.testing.assert_allclose([best.learning_rate, best.value], [0.1, 1.5])
    values[1, 2] = np.nan
    assert tuned_rate(values).learning_rate != pytest.approx(0.1)


@pytest.mark.slow
def test_scores_are_those_of_the_trainer_at_the_ends_of_epochs():
    got = scores(
        network, n_train=64, wrong_labels=0.1, batch_size=16, learning_rates=[0.05], updates=[4, 8],
        momentum=0.9, seeds=[1, 2],
    ).isel(learning_rate=0)  # fmt: skip
    runs = train(
        network, keras.optimizers.SGD(0.05, momentum=0.9), [split(s, 64, 0.1) for s in (1, 2)],
        batch_size=16, epochs=2, seeds=[1, 2], progress=False,
    )  # fmt: skip
    names = {"test_loss": "val_loss", "training_loss": "loss", "test_accuracy": "val_accuracy"}
    for name, other in (names | {"training_accuracy": "accuracy"}).items():
        values = got[name].transpose("seed", "update").values
        np.testing.assert_allclose(values, runs[other].values, rtol=1e-4, err_msg=name)
