"""The typical distance of two runs, of numbers whose distances are known."""

import numpy as np
import pytest
import xarray as xr

from helpers.experiments import distance_of_two_runs


def of(*numbers):
    return xr.DataArray(list(numbers), {"seed": range(len(numbers))})


def test_all_pairs_count_once():
    assert distance_of_two_runs(of(0, 1, 3, 7)).estimate == pytest.approx(3.5)  # 1 2 3 4 6 7


def test_run_that_is_drawn_twice_is_no_pair():
    replicates = distance_of_two_runs(of(0.0, 1.0)).replicates
    assert set(replicates[np.isfinite(replicates)]) == {1.0}
    assert 0.3 < np.isnan(replicates).mean() < 0.7  # both draws are the same run


def test_distance_of_normal_numbers_is_what_theory_says():
    numbers = np.random.default_rng(0).normal(0, 2, 400)
    estimate = distance_of_two_runs(of(*numbers[:200])).estimate
    assert estimate == pytest.approx(0.6745 * np.sqrt(2) * 2, rel=0.1)  # median of |N(0, 2σ²)|
