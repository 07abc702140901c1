"""A target is classes or numbers; numbers are standardised by the training samples."""

from collections import Counter

import numpy as np
import pytest
from table_files import refusal

from helpers.data.user_splits import user_splits
from helpers.data.user_tables import load_table
from helpers.errors import ParameterError

N = 120


def path_of(file, targets):
    rows = "".join(f"{i / 4},{target}\n" for i, target in enumerate(targets))
    return file("x,y\n" + rows)


PRICES = [f"{100 + 3 * i + i % 7 / 2}" for i in range(N)]


@pytest.mark.parametrize(
    ("targets", "predicts"),
    [
        (["yes", "no"], "classes"),
        (["true", "false"], "classes"),
        ([0, 1], "classes"),
        ([3, 4, 5, 6, 7, 8, 9], "classes"),
        ([404, 500, 200], "classes"),
        ([0.5, 1.5], "numbers"),
        (PRICES, "numbers"),
        (["1.234,5 €", "99,0 €", "7,25 €"], "numbers"),
        (range(N), "numbers"),
        ([*range(1, 30), 50], "numbers"),
        ([*list(range(1, 7)) * 19, *range(7, 13)], "numbers"),  # some only once
        (["<=50K", ">50K"], "classes"),
        (["1", "2", "unsure"], "classes"),
    ],
)
def test_what_a_target_is_taken_for(file, targets, predicts):
    targets = [list(targets)[i % len(targets)] for i in range(N)]
    rows = "".join(f"{i / 4};{target}\n" for i, target in enumerate(targets))
    data = load_table(file("x;y\n" + rows), "y")
    assert data.predicts == predicts
    assert data.y_train.shape == (90, len(data.classes) or 1)
    is_number = predicts == "numbers" or isinstance(targets[0], int)
    assert is_number == any(", taken for" in notice for notice in data.notices)
    can_be_both = is_number and min(Counter(targets).values()) >= 3
    assert can_be_both == any("overrules it" in notice for notice in data.notices)


def test_the_reader_decides_what_a_target_is(file):
    few = path_of(file, [i % 5 for i in range(N)])
    assert load_table(few, "y", predict="numbers").classes == []
    assert load_table(few, "y", predict="classes").classes == ["0", "1", "2", "3", "4"]
    halves = path_of(file, [i % 3 / 2 for i in range(N)])
    assert load_table(halves, "y", predict="classes").classes == ["0.0", "0.5", "1.0"]
    text = path_of(file, ["ab"[i % 2] for i in range(N)])
    assert refusal(text, "y", predict="numbers") == (
        "target 'y' of 'mine.csv' must hold numbers if predict is 'numbers', got 'a'"
    )
    many = path_of(file, range(N))
    assert refusal(many, "y", predict="classes").startswith("there must be at most 100 classes")


def test_numbers_are_standardised_by_the_training_samples_and_lead_back(file):
    data = user_splits(table=path_of(file, PRICES), target="y")
    assert (data.predicts, data.classes) == ("numbers", [])
    assert [len(y) for y in (data.y_train, data.y_validation, data.y_test)] == [60, 30, 30]
    assert data.y_train.dtype == np.float32
    assert data.y_train.shape == (60, 1)
    assert abs(data.y_train.mean()) < 1e-6
    assert abs(data.y_train.std() - 1) < 1e-6
    parts = [data.y_train, data.y_validation, data.y_test]
    prices = np.concatenate(parts)[:, 0] * data.target_std + data.target_mean
    np.testing.assert_allclose(sorted(prices), sorted(map(float, PRICES)), rtol=1e-5)


def test_rows_keep_their_numbers(file):
    data = load_table(path_of(file, PRICES), "y", standardise=False)
    prices = data.y_test[:, 0] * data.target_std + data.target_mean
    wanted = [float(PRICES[int(4 * x)]) for x in data.x_test[:, 0]]
    np.testing.assert_allclose(prices, wanted, rtol=1e-5)


def test_a_regression_is_described_with_what_guessing_gives(file):
    data = user_splits(table=path_of(file, PRICES), target="y")
    in_unit = data.y_test[:, 0].astype(float) * data.target_std
    error = np.abs(in_unit).mean()
    text = data._repr_markdown_()
    assert "They have 1 input (`x`) and a number to predict." in text
    assert f"the mean of the training samples, {data.target_mean:.4g}, gives" in text
    assert f"mean absolute error of {error:.4g} on the test samples." in text
    assert "\n- Column `y`: " in text


def test_samples_of_a_regression_are_drawn_and_split_by_chance(file):
    data = user_splits(table=path_of(file, PRICES), target="y", max_samples=40)
    assert [len(y) for y in (data.y_train, data.y_validation, data.y_test)] == [20, 10, 10]
    assert data.n_available == N
    assert data._repr_markdown_().startswith("Of 120 samples 40 were drawn at random. 20 train")


def test_a_target_of_one_number_is_refused(file):
    told = refusal(path_of(file, ["2.5"] * N), "y")
    assert told == "the target of 'mine.csv' is the same number in all training samples"


def test_a_target_out_of_reach_of_the_training_samples_is_refused(file):
    path = path_of(file, ["0.0"] * 30 + ["2e-204", "1.5"])
    found = []
    for seed in range(12):  # in some splits one of the two is in the test set alone
        try:
            data = load_table(path, "y", data_seed=seed)
        except ParameterError as error:
            found.append(str(error))
        else:
            assert np.isfinite(data.y_test).all()
    assert any("too far from those of the training samples" in said for said in found)


def test_a_target_of_dates_or_of_nothing_is_refused(file):
    told = refusal(path_of(file, ["14.02.2021"] * N), "y")
    assert told.startswith("target 'y' of 'mine.csv' must hold classes or numbers, but it holds da")
    assert refusal(path_of(file, [""] * N), "y").endswith("but it holds no value")
