"""The table of doublings: each batch size at its best learning rate."""

import numpy as np
import xarray as xr

from helpers.analysis import doublings

LABELS = {"learning_rate": [0.1, 0.2], "batch_size": [1, 2, 4]}


def test_takes_the_best_rate_of_each_batch_size_and_compares_with_the_row_above():
    tried = xr.DataArray([[1000.0, 500.0, 400.0], [np.inf, 600.0, 375.0]], LABELS)
    table = doublings(tried)
    assert table.columns.name == "batch size"
    assert table.loc[1].tolist() == ["0.1", "1,000", "–", "1,000"]
    assert table.loc[2].tolist() == ["0.1", "500", "50", "1,000"]
    assert table.loc[4].tolist() == ["0.2", "375", "75", "1,500"]


def test_a_batch_size_that_never_gets_there_says_so_and_is_compared_with_nothing():
    tried = xr.DataArray([[np.inf, 500.0, np.inf], [np.inf, 600.0, np.inf]], LABELS)
    table = doublings(tried)
    assert table.iloc[:, 1].tolist() == ["never", "500", "never"]
    assert table.iloc[:, 2].tolist() == ["–", "–", "–"]
