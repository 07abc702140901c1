"""Rank correlation counts pairs, and of two censored values it knows no order."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from helpers.analysis import rank_correlation

INF = np.inf
SIZES = [1, 4, 16, 64, 256]


def tau(*values):
    return rank_correlation(xr.DataArray([*values], {"batch_size": SIZES})).item()


def test_without_ties_it_is_kendalls_tau():
    values = xr.DataArray(
        np.random.default_rng(0).normal(size=(3, 5)), {"seed": range(3), "batch_size": SIZES}
    )
    expected = [stats.kendalltau(SIZES, row).statistic for row in values.values]
    np.testing.assert_allclose(rank_correlation(values), expected)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1, 2, 3, 4, 5), 1),
        ((5, 4, 3, 2, 1), -1),
        ((3, 3, 3, 3, 3), 0),
        ((INF, INF, INF, INF, INF), 0),
        ((7, INF, INF, INF, INF), 0.4),  # 4 pairs of 10 are known; SciPy says 0.63
        ((1, 2, INF, INF, INF), 0.7),
        ((INF, INF, INF, INF, 7), -0.4),
    ],
)
def test_pairs_of_censored_values_count_for_neither_order(values, expected):
    assert tau(*values) == pytest.approx(expected)


def test_other_dimensions_stay():
    values = xr.DataArray(np.zeros((2, 5, 3)), dims=("seed", "batch_size", "engine"))
    values = values.assign_coords(batch_size=SIZES, engine=list("abc"))
    assert rank_correlation(values).sizes == {"seed": 2, "engine": 3}
