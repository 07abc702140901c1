"""Numbers that stand for gaps or rows are known from measurements, in real tables, too."""

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets

from helpers.data.codes import gap_codes, may_be_keys, tells_target

N = 400
RNG = np.random.default_rng(17)
AGES = RNG.integers(18, 90, N)
ANSWERS = RNG.integers(1, 6, N)
REAL = ["breast_cancer", "diabetes", "digits", "iris", "linnerud", "wine"]


@pytest.mark.parametrize(
    ("numbers", "n_codes", "codes"),
    [
        (RNG.normal(60, 6, N), 1, [-999]),
        (RNG.integers(1, 31, N), 300, [999]),
        (RNG.normal(3000, 800, N).clip(500, 6000).round(), 4, [9999]),
        (AGES, 20, [99]),
        (AGES, 20, [98, 99]),
        (AGES, 3, [-1]),
        (AGES, 1, [-99]),
        (RNG.integers(0, 40, N), 30, [-1]),
        (RNG.integers(0, 5, N), 9, [-9, -8]),
        (ANSWERS, 40, [9]),
        (ANSWERS, 40, [8]),
        (ANSWERS, 40, [8, 9]),
        (ANSWERS, 10, [8]),
        (np.exp(RNG.normal(8, 1, N)).round(), 9, [99999]),
    ],
)
def test_a_number_far_from_all_others_may_be_a_gap(numbers, n_codes, codes):
    values = np.concatenate([numbers, *([code] * n_codes for code in codes), [np.nan]])
    assert gap_codes(values) == codes


@pytest.mark.parametrize(
    "numbers",
    [
        RNG.integers(0, 100, N),  # percentages
        RNG.integers(0, 10, N),  # digits
        RNG.integers(-1, 20, N),  # degrees
        RNG.integers(-1, 2, N),  # signs
        RNG.poisson(3, N).clip(1, 9),  # rooms
        [*ANSWERS, 9],  # children
        RNG.integers(18, 100, N),
        RNG.normal(0, 400, N),
        [999.0] * N,
        [0, 99] * N,
        [np.nan] * 3,
    ],
)
def test_a_number_among_others_is_a_number(numbers):
    assert gap_codes(np.asarray(numbers, float)) == []


@pytest.mark.parametrize("name", REAL)
def test_nothing_is_suspected_in_real_tables(name):
    frame = getattr(datasets, f"load_{name}")(as_frame=True).frame
    for column in frame:
        numbers = frame[column].to_numpy(float)
        assert (column, gap_codes(numbers), may_be_keys(numbers)) == (column, [], False)
        if "target" in frame and column != "target":
            target = frame["target"].to_numpy(float)
            assert not tells_target(frame[column], target, classes=name != "diabetes")


KEYS = {
    "customers": RNG.choice(900_000, N, replace=False) + 100_000,
    "sevens": 1000 + 7 * RNG.permutation(N),
    "four digits": RNG.choice(9000, N, replace=False) + 1000,
    "up to a million": 5828 + RNG.choice(990_000, N, replace=False),
    "with gaps": np.where(np.arange(N) % 50, RNG.permutation(N), np.nan),
}


@pytest.mark.parametrize("numbers", KEYS.values(), ids=KEYS)
def test_keys_in_any_order_are_known(numbers):
    assert may_be_keys(np.asarray(numbers, float))


@pytest.mark.parametrize(
    "numbers",
    [
        np.unique(np.exp(RNG.normal(10.3, 0.5, 300)).round()),  # incomes, none twice by chance
        RNG.integers(0, 20_000, N),
        RNG.normal(0, 1, N),
        AGES,
    ],
)
def test_measurements_are_no_keys(numbers):
    assert not may_be_keys(RNG.permutation(np.asarray(numbers, float)))


def test_a_copy_of_the_target_tells_it():
    kinds = RNG.integers(0, 3, N)
    codes = pd.Series(np.array([7.0, 1.0, 4.0])[kinds])
    assert tells_target(codes, kinds, classes=True)
    assert tells_target(codes.where(AGES > 25), kinds, classes=True)
    assert not tells_target(codes.where(AGES > 25, 1.0), kinds, classes=True)
    incomes = RNG.normal(3000, 500, N)
    assert tells_target(pd.Series(incomes * 12), incomes, classes=False)
    assert not tells_target(pd.Series(incomes * 12 + AGES), incomes, classes=False)
    assert not tells_target(pd.Series(np.arange(N) * 1.0), kinds, classes=True)
