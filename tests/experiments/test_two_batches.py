"""Noise scales from pairs of batches come nearer to the exact one the more pairs are averaged."""

import numpy as np
import pytest
import xarray as xr

from helpers.data import blobs
from helpers.experiments.two_batches import AVERAGED, two_batch_ratios
from helpers.models import mlp


@pytest.mark.slow
def test_estimates_gather_around_the_exact_noise_scale():
    data = blobs(120)
    generator = np.random.default_rng(3)
    weights = xr.DataArray(
        generator.normal(0, 0.3, (2, 4, 303)).astype("float32"),
        {"snapshot": [0, 9], "seed": [5, 6, 7, 8]},
        ("snapshot", "seed", "weight"),
    )
    ratios = two_batch_ratios(mlp, weights, data.x_train, data.y_train, 2, 60)
    assert ratios.dims == ("seed", "snapshot", "pairs")
    assert ratios.pairs.values.tolist() == list(AVERAGED)
    off = np.abs(ratios - 1).max(("seed", "snapshot"))
    assert off.sel(pairs=AVERAGED[-1]) < 0.1
    assert off.sel(pairs=1) > 3 * off.sel(pairs=AVERAGED[-1])
