"""Both engines are timed at every batch size; tables say it in numbers that people read."""

import keras
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from helpers import costs, models
from helpers.costs import engines
from helpers.data import blobs


@pytest.mark.slow
def test_times_every_batch_size_of_every_network_on_both_engines():
    few, many = blobs(80), blobs(2 * (engines.WHOLE + 400))
    networks = {
        "small": costs.Network(models.mlp, few, [8, 40]),
        "larger": costs.Network(models.mlp, many, [8, 128]),
    }
    seconds = costs.time_engines(networks, keras.optimizers.SGD(0.01), 2, progress=False)
    assert dict(seconds.sizes) == {"network": 2, "engine": 2, "batch_size": 3, "repeat": 2}
    assert (seconds.sel(network="small", batch_size=[8, 40]).to_array() > 0).all()
    assert seconds.sel(network="small", batch_size=128).to_array().isnull().all()
    here = seconds.sel(network="larger", batch_size=128)
    updates = -(-many.n_train // 128)
    np.testing.assert_allclose(here["epoch"], updates * here["update"])
    np.testing.assert_allclose(here.samples, 128 / here["update"])


def test_overheads_are_those_of_the_medians():
    sizes = np.array([1.0, 10, 100])
    update = np.stack([2e-3 + 5e-5 * sizes, 1e-3 + 0 * sizes])
    seconds = xr.Dataset(
        {"update": (("network", "engine", "batch_size", "repeat"), update[None, :, :, None])},
        {"network": ["small"], "engine": ["fit", "trainer"], "batch_size": sizes},
    )
    table = costs.overheads(seconds)
    assert table.loc["small, fit"].tolist() == ["2.000", "0.0500", "40"]
    assert table.loc["small, trainer"].tolist() == ["1.000", "0.0000", "far beyond all"]


def test_epoch_table_counts_the_short_last_batch_and_writes_thousands_with_a_comma():
    table = costs.epoch_table([1, 32], [4.0, 0.5], 4100)
    assert isinstance(table, pd.DataFrame)
    assert table.columns.name == "batch size"
    assert table.loc[1].tolist() == ["4,100", "0.98", "4.00", "1,025"]
    assert table.loc[32].tolist() == ["129", "3.88", "0.50", "8,200"]


@pytest.mark.parametrize(
    ("optimizer", "numbers"),
    [
        (keras.optimizers.SGD(0.1), 2),  # the weight and its gradient
        (keras.optimizers.SGD(0.1, momentum=0.9), 3),
        (keras.optimizers.Adam(), 4),
    ],
)
def test_fixed_bytes_are_four_for_each_number_of_a_weight(optimizer, numbers):
    model = models.mlp()
    assert costs.fixed_bytes(model, optimizer) == 4 * numbers * model.count_params()


def test_fits_fills_the_memory_with_twice_the_activations():
    model = models.mlp(64, 10, [512, 512])
    adam = keras.optimizers.Adam()
    table = costs.fits({"wide": model}, adam, gib=1)
    fixed, sample = costs.fixed_bytes(model, adam), 2 * costs.activation_bytes(model, 1)
    most = (2**30 - fixed) // sample
    assert table.loc["wide"].tolist() == ["301,066", "4.59", "0.00838", f"{most:,}"]
    assert costs.fits({"wide": model}, adam, gib=1e-3).iloc[0, -1] == "0"


@pytest.mark.slow
def test_peaks_are_of_processes_that_train_and_hold_the_computed_activations():
    peaks = costs.measure_peaks([64, 256, 256, 10], 16384, [16, 16384], 2)
    assert peaks.peak.dims == peaks.before.dims == ("repeat", "batch_size")
    assert (peaks.peak > peaks.before).all()
    grown = peaks.peak.sel(batch_size=16384) - peaks.peak.sel(batch_size=16)
    assert (grown > peaks.activations.sel(batch_size=16384)).all()
