"""Batch sizes that are chosen by the data fit the data."""

import numpy as np

from helpers.data.batch_sizes import leaves_short_batch, suitable_batch_sizes
from helpers.data.user_splits import user_splits

ALL = [*range(1, 3000), 9_999, 50_000, 7_500_000]


def test_there_are_four_sizes_and_none_is_above_the_samples():
    for n_train in ALL:
        sizes = suitable_batch_sizes(n_train)
        assert sizes == sorted(set(sizes))
        assert 1 <= sizes[0] <= sizes[-1] <= n_train
        assert len(sizes) == 4 or n_train < 8


def test_sizes_are_near_4_16_64_and_256_if_there_are_as_many_samples():
    for n_train in filter(lambda n: n >= 256, ALL):
        factors = np.abs(np.log2(suitable_batch_sizes(n_train)) - [2, 4, 6, 8])
        assert factors.max() <= 1


def test_no_size_leaves_a_short_batch_where_one_near_it_does_not():
    short = [n for n in ALL if any(leaves_short_batch(b, n) for b in suitable_batch_sizes(n))]
    assert short == [37, 61]
    assert all(leaves_short_batch(size, n) for n in short for size in (3, 4, 5, 6))


def test_powers_of_two_stay_where_they_fit():
    assert suitable_batch_sizes(1024) == suitable_batch_sizes(7680) == [4, 16, 64, 256]


def test_a_short_batch_is_less_than_half_full():
    assert [n for n in range(16, 33) if leaves_short_batch(16, n)] == list(range(17, 24))


def test_sizes_that_were_given_stay_and_a_short_batch_is_told(capsys):
    data = user_splits(example="wine")  # 88 samples train
    assert data.batch_sizes([8, 44, 80, 99]) == [8, 44, 80, 99]
    assert capsys.readouterr().out == (
        "Batch size 80 leaves a short last batch: 8 of 88 training samples, whose gradient is "
        "noisier.\n"
    )
    assert data.batch_sizes([]) == suitable_batch_sizes(88)
