"""A sweep is train at every combination of batch size and learning rate."""

import json

import keras
import numpy as np
import pytest
import xarray as xr
from keras import optimizers

from helpers import models, sweep, train
from helpers.data.synthetic import blobs

DATA = blobs()
SETTINGS = {"epochs": 3, "seeds": [4, 2], "snapshots": [3], "progress": False}
GRID = {"batch_sizes": [100, 450], "learning_rates": [0.02, 0.005, 0.01]}


def untimed(runs):
    return runs.drop_vars("seconds_per_epoch")


@pytest.fixture(scope="module")
def runs():
    return sweep(models.mlp, optimizers.SGD(0.01), DATA, n_jobs=2, **GRID, **SETTINGS)


@pytest.mark.slow
def test_sweep_is_labelled_by_batch_size_and_learning_rate_in_the_order_given(runs):
    assert runs.loss.dims == ("batch_size", "learning_rate", "seed", "epoch")
    assert runs.updates.dims == ("batch_size", "learning_rate", "epoch")
    assert runs.weights.dims == ("batch_size", "learning_rate", "seed", "snapshot", "weight")
    assert runs.batch_size.values.tolist() == GRID["batch_sizes"]
    assert runs.learning_rate.values.tolist() == GRID["learning_rates"]
    assert runs.seed.values.tolist() == [4, 2]
    assert runs.sel(batch_size=450, learning_rate=0.02).updates.values.tolist() == [2, 4, 6]


@pytest.mark.slow
@pytest.mark.parametrize(("batch_size", "learning_rate"), [(100, 0.02), (450, 0.005)])
def test_each_cell_is_what_train_gives_there(runs, batch_size, learning_rate):
    cell = runs.sel(batch_size=batch_size, learning_rate=learning_rate, drop=True)
    alone = train(
        models.mlp, optimizers.SGD(0.01), DATA, batch_size=batch_size,
        learning_rate=learning_rate, **SETTINGS,
    )  # fmt: skip
    xr.testing.assert_allclose(untimed(cell), untimed(alone), rtol=1e-5)


@pytest.mark.slow
def test_number_of_threads_does_not_change_a_bit(runs):
    one_by_one = sweep(models.mlp, optimizers.SGD(0.01), DATA, n_jobs=1, **GRID, **SETTINGS)
    xr.testing.assert_equal(untimed(one_by_one), untimed(runs))


def test_sweep_comes_back_from_a_netcdf_file_as_it_was(runs, tmp_path):
    runs.to_netcdf(tmp_path / "runs.nc", engine="h5netcdf")
    xr.testing.assert_identical(xr.load_dataset(tmp_path / "runs.nc", engine="h5netcdf"), runs)


def test_seconds_are_those_of_each_cell(runs):
    each = runs.seconds_per_epoch
    assert dict(each.sizes) == {"batch_size": 2, "learning_rate": 3}
    assert each.units == "s" and "share of the throughput" in each.description
    assert float(each.sum() * 2 * 3) == pytest.approx(runs.attrs["run_seconds"])  # seeds, epochs
    assert (each > 0).all() and runs.attrs["compile_seconds"] > 0
    assert json.loads(runs.attrs["settings"])["optimizer"]["class_name"] == "SGD"


@pytest.mark.slow
def test_batch_size_is_compiled_once_for_all_learning_rates():
    traced = []

    def loss(y_true, y_pred):
        traced.append(1)
        return keras.losses.categorical_crossentropy(y_true, y_pred)

    counts = []
    for rates in ([0.1], [0.1, 0.2, 0.3]):
        arguments = {"batch_sizes": [250, 500], "learning_rates": rates, "n_jobs": 1}
        sweep(models.mlp, optimizers.SGD(), DATA, loss=loss, **arguments, **SETTINGS)
        counts.append(len(traced))
        traced.clear()
    assert counts[0] == counts[1]


@pytest.mark.slow
def test_without_learning_rates_the_optimizers_own_is_the_label():
    runs = sweep(models.mlp, optimizers.SGD(0.01), DATA, batch_sizes=[500], n_jobs=1, **SETTINGS)
    assert runs.learning_rate.values.tolist() == [0.01]


def test_optimizer_with_a_schedule_has_no_learning_rate_to_label():
    decay = optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    with pytest.raises(ValueError, match="^learning_rates must be given where the optimizer has a"):
        sweep(models.mlp, optimizers.SGD(decay), DATA, batch_sizes=[500], **SETTINGS)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"batch_sizes": []}, "batch_sizes must hold at least one value, got none"),
        ({"batch_sizes": 32}, "batch_sizes must hold several values, got 32"),
        ({"batch_sizes": [8, 8]}, "batch_sizes must not hold a value twice, got 8 twice"),
        ({"batch_sizes": [8, 501]},
         "batch_size must be between 1 and 500 (the number of training samples), got 501"),
        ({"batch_sizes": [[8, 9, 10]]},
         "batch_size must be a whole number at least 1, got [8, 9, 10]"),
        ({"learning_rates": 0.1}, "learning_rates must hold several values, got 0.1"),
        ({"learning_rates": [0.1, 0.1]},
         "learning_rates must not hold a value twice, got 0.1 twice"),
        ({"learning_rates": [0.1, -1]}, "learning_rate must be a finite number above 0, got -1"),
        ({"n_jobs": 0}, "n_jobs must be at least 1, got 0"),
    ],
)  # fmt: skip
def test_bad_argument_is_refused_in_one_sentence(arguments, sentence):
    arguments = {"batch_sizes": [8], "learning_rates": [0.1]} | SETTINGS | arguments
    with pytest.raises(ValueError) as refusal:
        sweep(models.mlp, optimizers.SGD(), DATA, **arguments)
    assert str(refusal.value) == sentence


def noisy():
    return keras.Sequential(
        [keras.Input((2,)), keras.layers.Dropout(0.3), keras.layers.Dense(3, "softmax")]
    )


@pytest.mark.slow
@pytest.mark.parametrize("length", [{"epochs": 3}, {"updates": 14_000, "evaluate_at": [14_000]}])
def test_model_that_draws_random_numbers_draws_those_of_train_at_every_rate(length):
    options = length | {"seeds": [4, 2], "progress": False}
    runs = sweep(noisy, optimizers.SGD(), DATA, batch_sizes=[100], learning_rates=[0.1, 0.01],
                 **options)  # fmt: skip
    for rate in (0.1, 0.01):
        alone = train(noisy, optimizers.SGD(), DATA, batch_size=100, learning_rate=rate, **options)
        here = runs.val_loss.sel(learning_rate=rate).isel(batch_size=0)
        np.testing.assert_allclose(here, alone.val_loss, rtol=1e-4)
