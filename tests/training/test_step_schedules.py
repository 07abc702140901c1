"""Stepped schedules, and that training uses at every epoch what the schedule says."""

import keras
import numpy as np
import pytest
import xarray as xr
from chapter_files import CHAPTERS, declared, read
from keras import optimizers

from helpers import models, train
from helpers.data.synthetic import blobs
from helpers.parameters import GrowingBatch, ParameterError
from helpers.training import sample_orders
from helpers.training.schedules import equal_phases, steps, whole_steps
from helpers.training.sweeps import train_schedules

DATA = blobs(240)  # 120 of them train
SETTINGS = {"epochs": 6, "seeds": [3, 1], "progress": False}
SIZES = whole_steps(7, 2.5, [1, 4], 6)
RATES = steps(0.2, 1 / 2.5, [2, 4], 6)


def untimed(runs):
    return runs.drop_vars("seconds_per_epoch")


def linear():
    """Softmax regression: its gradient is a line of NumPy."""
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])


@pytest.fixture(scope="module")
def runs():
    return train(
        linear, optimizers.SGD(), DATA, batch_size=SIZES, learning_rate=RATES,
        snapshots=range(7), jit_compile=False, **SETTINGS,
    )  # fmt: skip


def test_steps_are_taken_after_the_epochs_named():
    assert steps(8, 0.5, [1, 3], 5) == [8, 4, 4, 2, 2]
    assert steps(8, 0.5, [3, 1], 5) == [8, 4, 4, 2, 2]


def test_without_milestones_nothing_changes():
    assert steps(0.1, 10, [], 3) == [0.1, 0.1, 0.1]


def test_step_after_no_epoch_is_there_from_the_first():
    assert steps(1, 3, [0, 2], 3) == [3, 3, 9]


def test_step_at_the_end_or_beyond_is_never_taken():
    assert steps(1, 3, [2, 3, 1000], 3) == [1, 1, 3]


def test_batch_sizes_are_rounded_from_the_exact_value_and_not_step_by_step():
    exact = [3 * 1.5**k for k in range(6)]  # 3, 4.5, 6.75, 10.125, 15.1875, 22.78
    assert whole_steps(3, 1.5, range(1, 6), 6) == [3, 4, 7, 10, 15, 23]
    assert np.abs(np.array(whole_steps(3, 1.5, range(1, 6), 6)) - exact).max() <= 0.5


def test_root_of_a_factor_taken_twice_is_the_factor():
    assert whole_steps(4, 4**0.5, [1, 2], 3) == [4, 8, 16]
    assert whole_steps(32, 3**0.5, [1, 2], 3)[-1] == 96


def test_batch_size_that_shrinks_stays_at_least_one():
    assert whole_steps(4, 0.1, [1, 2], 3) == [4, 1, 1]


def test_batch_sizes_are_whole_numbers_of_python_which_the_trainer_takes():
    assert {type(size) for size in whole_steps(4.0, 2.0, [1], 3)} == {int}


@pytest.mark.parametrize(("phases", "epochs"), [(1, 1), (4, 200), (3, 10), (7, 23), (5, 5)])
def test_phases_are_equally_long_to_an_epoch(phases, epochs):
    ends = [0, *equal_phases(phases, epochs), epochs]
    assert len(ends) == phases + 1
    assert set(np.diff(ends)) <= {epochs // phases, -(-epochs // phases)}


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: steps(0, 2, [1], 3), "start must be a finite number above 0, got 0"),
        (lambda: steps(1, -2, [1], 3), "factor must be a finite number above 0, got -2"),
        (lambda: steps(1, 2, [-1], 3), "milestone must be at least 0, got -1"),
        (lambda: steps(1, 2, [1.5], 3), "milestone must be a whole number at least 0, got 1.5"),
        (lambda: steps(1, 2, [1, 1], 3), "milestones must not hold a value twice, got 1 twice"),
        (lambda: steps(1, 2, 2, 3), "milestones must hold several values, got 2"),
        (lambda: steps(1, 2, [1], 0), "epochs must be at least 1, got 0"),
        (lambda: equal_phases(4, 3),
         "phases must be between 1 and 3 (the number of epochs), got 4"),
    ],
)  # fmt: skip
def test_bad_argument_is_refused_in_one_sentence(call, sentence):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value) == sentence


@pytest.mark.slow
def test_batch_size_of_every_epoch_is_the_schedules_by_the_number_of_updates(runs):
    assert SIZES == [7, 18, 18, 18, 44, 44]
    updates = np.diff(runs.updates.values, prepend=0)
    assert updates.tolist() == [-(-120 // size) for size in SIZES]


def softmax_gradient(weights, x, y):
    """Gradient of the mean cross-entropy of softmax regression, by hand."""
    kernel, bias = weights[:6].reshape(2, 3), weights[6:]
    scores = x @ kernel + bias
    outputs = np.exp(scores - scores.max(axis=1, keepdims=True))
    outputs /= outputs.sum(axis=1, keepdims=True)
    error = (outputs - y) / len(x)
    return np.concatenate([(x.T @ error).ravel(), error.sum(axis=0)])


@pytest.mark.parametrize("seed", SETTINGS["seeds"])
def test_weights_move_at_every_epoch_by_the_batch_size_and_the_learning_rate_of_it(runs, seed):
    kept = runs.weights.sel(seed=seed).values.astype(float)
    for epoch, order in zip(range(6), sample_orders(seed, 120), strict=False):
        weights = kept[epoch]
        for start in range(0, 120, SIZES[epoch]):
            batch = order[start : start + SIZES[epoch]]
            gradient = softmax_gradient(weights, DATA.x_train[batch], DATA.y_train[batch])
            weights = weights - RATES[epoch] * gradient
        np.testing.assert_allclose(kept[epoch + 1], weights, atol=2e-5)
        assert np.abs(kept[epoch + 1] - kept[epoch]).max() > 1e-3  # more than the tolerance


def test_schedules_are_those_of_keras_trained_batch_by_batch(runs):
    keras.utils.set_random_seed(3)
    model = linear()
    model.compile(optimizers.SGD(), "categorical_crossentropy")
    for epoch, order in zip(range(6), sample_orders(3, 120), strict=False):
        model.optimizer.learning_rate = RATES[epoch]
        for start in range(0, 120, SIZES[epoch]):
            batch = order[start : start + SIZES[epoch]]
            model.train_on_batch(DATA.x_train[batch], DATA.y_train[batch])
    weights = np.concatenate([weight.ravel() for weight in model.get_weights()])
    np.testing.assert_allclose(runs.weights.sel(seed=3, snapshot=6), weights, atol=1e-5)


PLANS = {
    "decay": (30, steps(0.01, 0.5, [2, 4], 6)),
    "growth": (whole_steps(30, 2, [2, 4], 6), 0.01),
    "constant": (30, None),
}


@pytest.fixture(scope="module")
def by_schedule():
    return train_schedules(
        models.mlp, optimizers.SGD(0.01, momentum=0.9), DATA, PLANS, snapshots=[6],
        jit_compile=False, **SETTINGS,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANS)
def test_each_of_several_schedules_is_what_train_gives_with_it(by_schedule, name):
    size, rate = PLANS[name]
    alone = train(
        models.mlp, optimizers.SGD(0.01, momentum=0.9), DATA, batch_size=size,
        learning_rate=rate, snapshots=[6], jit_compile=False, **SETTINGS,
    )  # fmt: skip
    xr.testing.assert_equal(untimed(by_schedule.sel(schedule=name, drop=True)), untimed(alone))


@pytest.mark.slow
def test_threads_change_neither_a_bit_nor_the_order(by_schedule):
    plans = {"decay": PLANS["decay"], "small": (24, None)} | PLANS
    settings = {"snapshots": [6], "jit_compile": False} | SETTINGS
    one_by_one, side_by_side = (
        train_schedules(
            models.mlp, optimizers.SGD(0.01, momentum=0.9), DATA, plans, n_jobs=n_jobs, **settings
        )
        for n_jobs in (1, 2)
    )
    xr.testing.assert_equal(untimed(one_by_one), untimed(side_by_side))
    assert side_by_side.schedule.values.tolist() == list(plans)
    xr.testing.assert_equal(untimed(side_by_side.sel(schedule=list(PLANS))), untimed(by_schedule))


def test_schedules_are_labelled_in_the_order_given(by_schedule):
    assert by_schedule.schedule.values.tolist() == list(PLANS)
    assert by_schedule.loss.dims == ("schedule", "seed", "epoch")
    assert by_schedule.updates.dims == ("schedule", "epoch")


def test_seconds_are_those_of_each_schedule(by_schedule):
    each = by_schedule.seconds_per_epoch
    assert each.dims == ("schedule",)
    assert float(each.sum() * 2 * 6) == pytest.approx(by_schedule.attrs["run_seconds"])


@pytest.mark.slow
def test_batch_size_is_compiled_once_for_all_schedules_that_use_it():
    traced = []

    def loss(y_true, y_pred):
        traced.append(1)
        return keras.losses.categorical_crossentropy(y_true, y_pred)

    counts = []
    for names in (["growth"], PLANS):
        plans = {name: PLANS[name] for name in names}
        train_schedules(models.mlp, optimizers.SGD(0.01), DATA, plans, loss=loss, **SETTINGS)
        counts.append(len(traced))
        traced.clear()
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("plans", "sentence"),
    [
        ({}, "schedules must hold at least one value, got none"),
        ({"a": (121, 0.1)},
         "batch_size must be between 1 and 120 (the number of training samples), got 121"),
        ({"a": ([4, 4], 0.1)},
         "batch_size must be one number or one per epoch (6), got 2"),
        ({"a": (4, [0.1] * 5 + [0])},
         "learning_rate must be a finite number above 0, got 0"),
    ],
)  # fmt: skip
def test_bad_schedule_is_refused_in_one_sentence(plans, sentence):
    with pytest.raises(ValueError) as refusal:
        train_schedules(models.mlp, optimizers.SGD(), DATA, plans, **SETTINGS)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"batch_size": 8},
         "batch_size must be at most 500 (the number of training samples) in the last phase too, "
         "got 8, which 3 steps by 4 raise to 512"),
        ({"digits_batch_size": 145},
         "digits_batch_size must be at most 9216 (the number of training samples) in the last "
         "phase too, got 145, which 3 steps by 4 raise to 9280"),
        ({"digits_epochs": 11},
         "digits_epochs must be at least 12 (phases of 3 epochs or more), got 11"),
    ],
)  # fmt: skip
def test_chapter_refuses_a_batch_that_outgrows_the_samples_and_too_short_a_phase(values, sentence):
    (path,) = (path for path in CHAPTERS if path.stem.startswith("10"))
    with pytest.raises(ParameterError) as refusal:
        GrowingBatch.check(declared(read(path)) | values)
    assert str(refusal.value) == sentence


def test_chapter_lets_the_batch_grow_to_all_samples():
    (path,) = (path for path in CHAPTERS if path.stem.startswith("10"))
    GrowingBatch.check(declared(read(path)) | {"n_samples": 512, "digits_batch_size": 144})
