"""The step sizes that Rprop arrives at are read off the weights of the last epochs."""

import numpy as np
import pytest
import xarray as xr

from helpers.experiments.step_sizes import spread, step_sizes


def weights(*snapshots):
    """One seed's weights at consecutive epochs."""
    return xr.DataArray(
        np.array(snapshots)[:, None], {"seed": [7]}, dims=["snapshot", "seed", "weight"]
    )


def test_step_is_the_last_distance_that_is_not_zero():
    steps = step_sizes(weights([0.0, 0.0, 1.0], [0.5, 0.1, 1.0], [0.75, 0.1, 1.0]))
    assert steps.sel(seed=7).values[:2] == pytest.approx([0.25, 0.1])
    assert np.isnan(steps.sel(seed=7).values[2])


def test_spread_is_the_ratio_of_percentiles_of_the_weights_that_moved():
    steps = xr.DataArray([[1.0] * 50 + [10.0] * 50 + [np.nan]], dims=["seed", "weight"])
    assert spread(steps).item() == pytest.approx(10)
