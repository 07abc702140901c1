"""Intervals cover what they should, and agree with closed forms and with SciPy."""

import math

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from helpers.analysis.intervals import (
    bootstrap,
    holm,
    mean_interval,
    median_interval,
    share_interval,
)

INF, NAN = math.inf, math.nan


@pytest.mark.parametrize("n", [7, 8, 10, 20, 29, 40, 80])
def test_median_interval_is_the_shortest_pair_of_order_statistics_that_covers_enough(n):
    def covers(k):  # the median lies between the k-th smallest and the k-th largest
        return sum(math.comb(n, heads) for heads in range(k, n - k + 1)) / 2**n

    k = max(k for k in range(1, n // 2 + 1) if covers(k) >= 1 - 0.05 / 3)
    values = np.random.default_rng(n).permutation(np.arange(1.0, n + 1))
    assert median_interval(values, 1 - 0.05 / 3) == (k, n + 1 - k)


def test_median_interval_of_twenty_runs_at_a_look_is_from_the_fifth_to_the_sixteenth():
    assert median_interval(np.arange(1, 21), 1 - 0.05 / 3) == (5, 16)


def test_median_interval_of_too_few_runs_has_no_ends():
    assert median_interval(np.arange(6), 1 - 0.05 / 3) == (-INF, INF)
    assert median_interval(np.arange(6), 1 - 0.05 / 3, lowest=0) == (0, INF)


def test_median_interval_covers_the_median_as_often_as_it_says():
    samples = np.random.default_rng(0).exponential(size=(2000, 20))
    ends = [median_interval(sample, 0.95) for sample in samples]
    covered = sum(low <= math.log(2) <= high for low, high in ends)
    assert stats.binomtest(covered, 2000, 0.95, alternative="less").pvalue > 0.01


def test_a_ratio_of_never_to_never_may_be_anything():
    known = [2.0] * 15
    assert median_interval([*known, *[NAN] * 5], 0.95, lowest=0) == (2, 2)
    low, high = median_interval([*known[:12], *[NAN] * 8], 1 - 0.05 / 3, lowest=0)
    assert (low, high) == (0, INF)


def test_mean_interval_is_students():
    values = np.random.default_rng(1).normal(size=12)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    np.testing.assert_allclose(mean_interval(values, 0.9), expected)


@pytest.mark.parametrize("values", [[0.5], [0.5, INF], [0.5, NAN]])
def test_mean_interval_of_what_has_no_mean_has_no_ends(values):
    assert mean_interval(values, 0.9) == (-INF, INF)


def test_share_interval_is_that_of_clopper_and_pearson():
    low, high = share_interval(3, 20, 0.95)  # by the quantiles of the beta distribution
    expected = stats.beta.ppf(0.025, 3, 18), stats.beta.ppf(0.975, 4, 17)
    np.testing.assert_allclose((low, high), expected)


def test_holm_adjusts_as_in_his_paper():
    np.testing.assert_allclose(holm([0.01, 0.02, 0.015, 0.5]), [0.04, 0.045, 0.045, 0.5])
    assert holm([]).size == 0


def test_bootstrap_resamples_whole_seeds_of_each_data_set_by_itself():
    tuning = xr.DataArray(np.eye(4), {"seed": range(4), "rate": range(4)})
    runs = xr.DataArray(np.arange(30.0), {"seed": range(30)})
    seen = []

    def statistic(tuned, reported):
        seen.append((tuned.sizes["seed"], reported.sizes["seed"], set(tuned.sum("rate").values)))
        return float(reported.mean())

    drawn = bootstrap(statistic, tuning, runs, replicates=2000)
    assert set(map(lambda each: each[:2], seen)) == {(4, 30)}
    assert set.union(*(each[2] for each in seen)) == {1.0}  # rows stay whole
    assert (drawn.estimate, drawn.n) == (14.5, 4)
    error = np.std(np.arange(30.0)) / math.sqrt(30)
    np.testing.assert_allclose(drawn.replicates.std(), error, rtol=0.06)


def test_bootstrap_gives_the_same_replicates_at_each_call():
    runs = xr.DataArray(np.arange(9.0), {"seed": range(9)})
    first, second = (bootstrap(lambda r: float(r.median()), runs) for _ in range(2))
    np.testing.assert_array_equal(first.replicates, second.replicates)
