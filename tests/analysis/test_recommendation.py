"""The rule that recommends a setting: a clear winner, a tie, or nothing that reaches the target."""

import numpy as np
import pytest
import xarray as xr

from helpers.analysis.recommendation import fully_accurate, recommend, trade_off

SIZES, RATES = [8, 32], [0.01, 0.1, 1.0]


def cells(values, n_seeds=None):
    """Values of shape (size, rate), or (size, rate, seed), with their labels."""
    values = np.array(values, float)
    if n_seeds:
        values = np.repeat(values[..., None], n_seeds, axis=2)
    labels = {"batch_size": SIZES, "learning_rate": RATES, "seed": range(values.shape[-1])}
    return xr.DataArray(values, dict(list(labels.items())[: values.ndim]))


UPDATES = [[400, 40, np.inf], [100, 50, 60]]


def test_a_clear_winner_is_less_than_every_other_cell():
    found = recommend(cells(UPDATES, 10))
    assert (found.first, found.ties, found.is_clear) == ((8, 0.1), [], True)
    assert str(found) == "batch size 8 at learning rate 0.1 is the clear winner"


def test_cells_that_win_on_some_seeds_tie():
    updates = cells(UPDATES, 10).copy()
    updates.loc[{"batch_size": 32, "learning_rate": 0.1}] = [35] * 4 + [45] * 6
    found = recommend(updates)
    assert (found.first, found.ties, found.is_clear) == ((8, 0.1), [(32, 0.1)], False)
    assert str(found) == (
        "no clear winner; batch size 8 at learning rate 0.1 comes first, with 1 tie, the nearest "
        "batch size 32 at learning rate 0.1"
    )
    updates.loc[{"batch_size": 32, "learning_rate": 0.1}] = [35] * 1 + [45] * 9
    assert recommend(updates).is_clear  # one seed of ten may be luck


def test_equal_cells_have_no_clear_winner():
    found = recommend(cells([[7, 7, 7], [7, 7, 7]], 10))
    assert len(found.ties) == 5
    assert not found.is_clear


def test_of_equal_cells_the_second_goal_decides_which_is_first():
    found = recommend(cells([[7, 8, 7], [7, 7, 8]], 10), then=cells(UPDATES, 10))
    assert found.first == (32, 0.1)
    assert found.ties == [(32, 0.01), (8, 0.01), (8, 1.0)]


def test_ties_come_in_order_of_their_medians():
    updates = cells([[10, 12, 11], [90, 90, 90]], 10).copy()
    updates[:, :, :3] = 10  # on three seeds of ten all are equal
    assert recommend(updates).ties[:2] == [(8, 1.0), (8, 0.1)]  # after the first, (8, 0.01)


def test_few_seeds_have_no_clear_winner():
    assert recommend(cells(UPDATES, 7)).is_clear
    found = recommend(cells(UPDATES, 6))
    assert found.first == (8, 0.1)
    assert len(found.ties) == 4  # all that reach the target


@pytest.mark.parametrize(("n_cells", "n_seeds"), [(2, 10), (28, 10), (28, 20), (63, 20)])
def test_of_equal_cells_each_ties_in_95_of_100_cases_however_many_they_are(n_cells, n_seeds):
    generator = np.random.default_rng(0)
    kept, n = 0, 60 if n_cells > 10 else 400
    for _ in range(n):
        draws = generator.lognormal(size=(1, n_cells, n_seeds))
        labels = {"batch_size": [8], "learning_rate": range(1, n_cells + 1), "seed": range(n_seeds)}
        kept += 1 + len(recommend(xr.DataArray(draws, labels)).ties)
    assert kept / (n * n_cells) >= 0.95


def test_a_cell_without_others_wins_nothing():
    updates = cells(np.full((2, 3), np.inf), 3).copy()
    updates[0, 1] = 5
    found = recommend(updates)
    assert (found.first, found.n_others, found.is_clear) == ((8, 0.1), 0, False)
    assert str(found) == "batch size 8 at learning rate 0.1 is the only cell to choose from"


def test_none_reaches_the_target():
    found = recommend(cells(np.full((2, 3), np.inf), 10))
    assert (found.first, found.ties, found.is_clear) == (None, [], False)
    assert str(found) == "no cell gets there in the median"


def test_a_cell_that_mostly_fails_is_not_recommended():
    updates = cells(UPDATES, 10).copy()
    updates.loc[{"batch_size": 8, "learning_rate": 1.0}] = [1] * 4 + [np.inf] * 6
    assert recommend(updates).first == (8, 0.1)


def test_only_allowed_cells_are_chosen_or_tie():
    allowed = cells([[1, 0, 1], [1, 0, 1]]).astype(bool)
    found = recommend(cells(UPDATES, 10), allowed.transpose("learning_rate", "batch_size"))
    assert (found.first, found.ties) == ((32, 1.0), [])


def test_the_order_of_dimensions_does_not_matter():
    updates = cells(UPDATES, 10)
    assert recommend(updates.transpose("seed", "learning_rate", "batch_size")) == recommend(updates)


@pytest.mark.parametrize("value", [-1, np.nan])
def test_values_must_be_numbers_from_zero(value):
    updates = cells(UPDATES, 10).copy()
    updates[0, 0, 0] = value
    with pytest.raises(ValueError, match="values must be at least 0"):
        recommend(updates)


def test_full_accuracy_is_within_the_margin_of_the_best_median():
    accuracy = cells([[0.9, 0.892, 0.889], [0.5, np.nan, 0.895]], 4).copy()
    accuracy[0, 2, 0] = 1.0  # a lucky seed
    assert fully_accurate(accuracy, 0.01).values.tolist() == [
        [True, True, False],
        [False, False, True],
    ]


def test_the_trade_off_keeps_what_no_other_cell_beats():
    updates = cells([[10, 20, 30], [20, 5, np.inf]])
    volatility = cells([[0.3, 0.2, 0.2], [0.1, 0.4, 0.01]])
    kept = trade_off(updates, volatility)
    assert kept.values.tolist() == [[True, False, False], [True, True, False]]


def test_equal_cells_are_both_kept_in_the_trade_off():
    same = cells(np.ones((2, 3)))
    assert trade_off(same, same).all()
