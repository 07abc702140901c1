"""Metrics that runs are judged by, what guessing gets by them, and targets below that."""

import numpy as np
import pytest
import xarray as xr
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    log_loss,
    mean_absolute_error,
    mean_squared_error,
)

from helpers.analysis.validation_metrics import (
    also_shown,
    check_target,
    chosen_metric,
    metric_on,
    metrics_of,
)
from helpers.errors import ParameterError

GENERATOR = np.random.default_rng(0)
CLASSES = np.array([0] * 30 + [1] * 7 + [2] * 3)
LABELS, TRAIN_LABELS = GENERATOR.permutation(CLASSES), GENERATOR.permutation(np.tile(CLASSES, 2))
ONE_HOT, TRAIN_ONE_HOT = np.eye(3)[LABELS], np.eye(3)[TRAIN_LABELS]
NUMBERS = GENERATOR.lognormal(0, 1.5, size=(50, 1))  # whose median is far below the mean
TRAIN_NUMBERS = GENERATOR.lognormal(0, 1.5, size=(100, 1))
NOTHING = np.zeros((100, 1))


def cross_entropy(y_train, y):
    return float(-(y * np.log(y_train.mean(axis=0))).sum(axis=1).mean())


def squares(y_train, y):
    return float(np.square(y - y_train.mean()).mean())


def on_classes(name, target=0.9):
    return metric_on(ONE_HOT, TRAIN_ONE_HOT, name, target, cross_entropy)


def on_numbers(name, target=0.5):
    return metric_on(NUMBERS, TRAIN_NUMBERS, name, target, squares)


def test_guesses_are_those_of_scikit_learns_dummies():
    dummy = DummyClassifier(strategy="prior").fit(np.zeros((80, 1)), TRAIN_LABELS)
    predicted, shares = dummy.predict(NOTHING[:40]), dummy.predict_proba(NOTHING[:40])
    assert on_classes("accuracy").guess == pytest.approx(accuracy_score(LABELS, predicted))
    assert on_classes("balanced_accuracy").guess == pytest.approx(
        balanced_accuracy_score(LABELS, predicted)
    )
    assert on_classes("loss").guess == pytest.approx(log_loss(LABELS, shares))
    mean = DummyRegressor().fit(NOTHING, TRAIN_NUMBERS).predict(NOTHING[:50])
    loss = on_numbers("loss")
    assert loss.guess == pytest.approx(mean_squared_error(NUMBERS, mean))
    error = on_numbers("error")
    assert error.scale == pytest.approx(1 / mean_absolute_error(NUMBERS, mean))
    dummy = DummyRegressor(strategy="median").fit(NOTHING, TRAIN_NUMBERS)
    best = mean_absolute_error(NUMBERS, dummy.predict(NOTHING[:50]))
    assert error.guess == pytest.approx(min(1, best * error.scale))


def test_what_guessing_gets_by_a_loss_of_the_users_own_is_not_known():
    metric = metric_on(ONE_HOT, TRAIN_ONE_HOT, "loss", 9.0, lambda *_: np.nan)
    assert np.isnan(metric.guess)
    check_target(metric, "target_loss")
    assert "Guessing" not in metric._repr_markdown_()


def test_weights_make_the_accuracy_balanced():
    metric = on_classes("balanced_accuracy")
    assert metric.weights.mean() == pytest.approx(1)
    predicted = np.random.default_rng(1).integers(0, 3, 40)
    assert np.average(predicted == LABELS, weights=metric.weights) == pytest.approx(
        balanced_accuracy_score(LABELS, predicted)
    )


def test_resolution_is_the_spread_that_rounding_alone_makes():
    counts, metric = np.bincount(LABELS), on_classes("balanced_accuracy")
    errors = np.random.default_rng(2).uniform(-0.5, 0.5, (100_000, 3)) / counts
    assert metric.resolution == pytest.approx(errors.mean(axis=1).std(), rel=0.01)
    assert on_classes("accuracy").resolution == pytest.approx(1 / 40 / np.sqrt(12))


@pytest.mark.parametrize(
    ("metric", "values", "reached"),
    [
        (on_classes("accuracy", 0.8), [0.79, 0.8, 0.81], [False, True, True]),
        (on_classes("loss", 0.3), [0.31, 0.3, 0.29], [False, True, True]),
        (on_classes("loss", 0.3), [np.inf, np.nan, 0.0], [False, False, True]),
    ],
)
def test_target_is_met_from_the_side_on_which_better_values_lie(metric, values, reached):
    runs = xr.Dataset({metric.variable: ("epoch", values)})
    assert metric.reached(runs).values.tolist() == reached


def test_error_is_in_units_of_that_of_guessing_the_mean():
    metric = on_numbers("error")
    guess = np.abs(NUMBERS - TRAIN_NUMBERS.mean()).mean()
    runs = xr.Dataset({"val_error": ("epoch", [guess, guess / 2 + 1e-3, guess / 2])})
    np.testing.assert_allclose(metric.of(runs)[[0, 2]], [1, 0.5])
    assert metric.reached(runs).values.tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("counts", "name"),
    [([19, 1], "balanced_accuracy"), ([4, 1], "accuracy"), ([60, 70, 50], "accuracy")],
)
def test_metric_that_suits_the_classes_is_chosen(counts, name):
    y = np.repeat(np.eye(len(counts)), counts, axis=0)
    assert chosen_metric("auto", "classes", y) == name


def test_metric_that_does_not_go_with_what_is_predicted_is_refused():
    assert chosen_metric("auto", "numbers", NUMBERS) == "error"
    with pytest.raises(ParameterError) as told:
        chosen_metric("accuracy", "numbers", NUMBERS)
    assert str(told.value) == (
        "metric must be error or loss where numbers are predicted, got accuracy"
    )
    with pytest.raises(ParameterError, match="^metric must be accuracy or balanced_accuracy or"):
        chosen_metric("error", "classes", ONE_HOT)


@pytest.mark.parametrize(
    ("metric", "sentence"),
    [
        (
            on_classes("accuracy", 0.7),
            "target must be above 0.75, which always predicting the majority class gets on the "
            "samples that choose a setting, got 0.7",
        ),
        (
            metric_on(NUMBERS + 9, TRAIN_NUMBERS, "error", 1.0, squares),
            "target must be below 1, which always predicting the same number gets on the samples "
            "that choose a setting, got 1",
        ),
    ],
)
def test_target_that_guessing_meets_is_refused(metric, sentence):
    with pytest.raises(ParameterError) as told:
        check_target(metric, "target")
    assert str(told.value) == sentence


def test_targets_are_told_in_words():
    assert on_classes("balanced_accuracy")._repr_markdown_() == (
        "The target is a balanced accuracy of 90 %. Always predicting the majority class is "
        "right for 75 % of the samples, but has only a balanced accuracy of 33.33 %."
    )
    assert on_classes("accuracy")._repr_markdown_() == (
        "The target is an accuracy of 90 %. Guessing gets an accuracy of 75 %."
    )
    assert on_numbers("error")._repr_markdown_() == (
        "The target is an error of 50 % of that of guessing the mean."
    )


@pytest.mark.parametrize("name", ["accuracy", "balanced_accuracy"])
def test_chance_is_two_standard_errors_of_guesses(name):
    metric, generator = on_classes(name), np.random.default_rng(4)
    share = metric.guess  # of each class that guesses get right
    weights = np.ones(40) if metric.weights is None else metric.weights
    guesses = np.average(generator.random((20_000, 40)) < share, axis=1, weights=weights)
    assert metric.chance == pytest.approx(2 * guesses.std(), rel=0.03)
    assert metric.beats_guessing(share + 1.01 * metric.chance)
    assert not metric.beats_guessing(share + 0.99 * metric.chance)


def test_the_metric_on_the_samples_that_choose_and_on_those_that_judge():
    pair = metrics_of(
        TRAIN_ONE_HOT, ONE_HOT[:20], ONE_HOT[20:], "accuracy", 0.9, 0.5, 0.3, cross_entropy
    )
    assert [metric.target for metric in pair] == [0.9, 0.9]
    assert [metric.guess for metric in pair] == [
        pytest.approx((LABELS[part] == 0).mean()) for part in (slice(20), slice(20, None))
    ]
    with pytest.raises(ParameterError, match="^target_error must be below "):
        metrics_of(TRAIN_NUMBERS, NUMBERS, NUMBERS, "error", 0.9, 2, 0.3, squares)


def test_the_plain_accuracy_and_the_error_in_its_own_unit_are_shown_too():
    labels = {"seed": [0], "epoch": [1, 2, 3]}
    runs = xr.Dataset({"val_accuracy": (list(labels), [[0.1, 0.5, 0.7]])}, labels)
    (accuracy,) = also_shown(runs, on_classes("balanced_accuracy"), 2, 1.0).values()
    assert accuracy.item() == pytest.approx(60)
    runs = xr.Dataset({"val_error": (list(labels), [[9.0, 0.4, 0.6]])}, labels)
    metric = on_numbers("error")
    assert also_shown(runs, metric, 2, 20.0)["mean absolute error"].item() == pytest.approx(10)
    assert also_shown(runs, on_classes("accuracy"), 2, 1.0) == {}


def test_a_weighted_accuracy_that_rounding_takes_beyond_one_is_one_and_reaches_it():
    metric = on_classes("balanced_accuracy", 1.0)
    runs = xr.Dataset({metric.variable: ("epoch", [1 + 2e-6, 1 - 2e-6, 0.99])})
    assert metric.of(runs).max() == 1
    assert metric.reached(runs).values.tolist() == [True, True, False]


def test_what_counts_as_about_as_good_is_a_share_of_guessing_for_a_loss():
    assert on_classes("accuracy").margin == on_numbers("error").margin == 0.01
    assert on_classes("loss").margin == pytest.approx(0.01 * cross_entropy(TRAIN_ONE_HOT, ONE_HOT))
