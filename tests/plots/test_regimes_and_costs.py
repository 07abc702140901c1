"""Figures of regimes and costs name what is best, and keep what has no number out."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from helpers import plots

SIZES = [1, 8, 64]
REGIMES = xr.Dataset(
    {
        "updates": (("target", "batch_size"), [[80.0, 12.0, 6.0], [160.0, 24.0, 9.0]]),
        "low": (("target", "batch_size"), [[70.0, 11.0, 5.0], [150.0, 22.0, 8.0]]),
        "high": (("target", "batch_size"), [[90.0, 13.0, 7.0], [170.0, 26.0, 10.0]]),
        "theory": (("target", "batch_size"), [[79.0, 12.0, 6.0], [161.0, 24.0, 9.0]]),
        "fewest": ("target", [5.0, 7.0]),
        "critical": ("target", [15.0, 23.0]),
    },
    {"target": [0.2, 0.1], "batch_size": SIZES},
)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_regimes_name_both_critical_batch_sizes_and_the_three_parts():
    _, ax = plt.subplots()
    plots.draw_regimes(ax, REGIMES)
    named = texts(ax)
    assert {"critical\nbatch size 15", "critical\nbatch size 23"} <= set(named)
    assert named[-3:] == ["half the updates", "less and less", "no gain"]
    diamonds = [line for line in ax.lines if line.get_marker() == "D"]
    assert [line.get_xydata()[0].tolist() for line in diamonds] == [[15, 10], [23, 14]]


def test_estimates_beyond_the_panel_lie_on_its_edge():
    values = [[[-50.0, 1.1], [0.9, 1.0]], [[7.0, 0.9], [1.2, 1.0]]]
    labels = {"seed": [1, 2], "snapshot": [0, 5], "pairs": [1, 100]}
    _, axes = plt.subplots(1, 2, sharey=True)
    plots.draw_estimates(axes, xr.DataArray(values, labels))
    assert axes[0].lines[0].get_ydata().tolist() == [-1, 4]
    assert [ax.get_title() for ax in axes] == ["epoch 0", "epoch 5"]
    assert axes[0].get_ylim()[0] < -1 < 4 < axes[0].get_ylim()[1]


def test_noise_scale_is_drawn_from_the_initial_weights_on_beside_the_batch_size():
    values = xr.DataArray([[2.0, 9, 80], [3.0, 11, 100]], {"seed": [1, 2], "snapshot": [0, 1, 200]})
    _, ax = plt.subplots()
    plots.draw_noise_scale(ax, values, values, 32)
    line, diamonds, level = ax.lines
    assert line.get_xdata().tolist() == diamonds.get_xdata().tolist() == [0, 1, 200]
    assert set(level.get_ydata()) == {32}
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "1", "200"]
    assert ax.get_xlim()[0] < 0


def test_engines_have_a_line_for_each_network_over_its_own_batch_sizes():
    values = np.full((2, 2, 3, 2), 2.0)
    values[0, :, 1] = np.nan
    labels = {"network": ["small", "larger"], "engine": ["fit", "trainer"], "batch_size": SIZES}
    _, ax = plt.subplots()
    plots.draw_engines(ax, xr.DataArray(values, labels | {"repeat": [0, 1]}))
    assert [line.get_label() for line in ax.lines] == [
        "fit, small network", "trainer, small network",
        "fit, larger network", "trainer, larger network",
    ]  # fmt: skip
    assert [line.get_xdata().tolist() for line in ax.lines] == [[1, 64]] * 2 + [SIZES] * 2


def costs(to_target):
    labels = {"seed": [1, 2, 3], "batch_size": SIZES}
    updates = xr.DataArray(np.array([[9.0, 5.0, 4.0]] * 3), labels)
    per_update = xr.DataArray(
        [[1e-3] * 3, [1e-4] * 3], {"engine": ["fit", "trainer"], "batch_size": SIZES}
    )
    _, axes = plt.subplots(1, 3)
    plots.draw_costs(axes, updates, per_update, to_target)
    return axes


def test_costs_name_the_fastest_batch_size_of_each_engine():
    values = np.array([[[9.0, 1.0, 4.0], [3.0, 2.0, 0.5]]] * 3)
    labels = {"seed": [1, 2, 3], "engine": ["fit", "trainer"], "batch_size": SIZES}
    axes = costs(xr.DataArray(values, labels))
    assert texts(axes[2]) == ["fastest: 8", "fastest: 64"]
    assert axes[1].lines[0].get_ydata().tolist() == [1, 1, 1]


def test_costs_name_none_where_no_run_gets_there():
    labels = {"seed": [1, 2, 3], "engine": ["fit", "trainer"], "batch_size": SIZES}
    axes = costs(xr.DataArray(np.full((3, 2, 3), np.inf), labels))
    assert texts(axes[2]) == []


def test_memory_rises_from_the_level_of_small_batches_by_twice_the_activations():
    sizes = [16, 256, 4096]
    peaks = xr.Dataset(
        {
            "peak": (("repeat", "batch_size"), [[400.0, 401, 430], [402.0, 403, 432]]),
            "before": (("repeat", "batch_size"), np.full((2, 3), 300.0)),
            "activations": ("batch_size", [0.0625, 1, 16]),
        },
        {"repeat": [0, 1], "batch_size": sizes},
    )
    _, ax = plt.subplots()
    plots.draw_memory(ax, peaks)
    rule, *dots, before = ax.lines
    assert rule.get_ydata()[[0, -1]].tolist() == pytest.approx([401, 401 + 2 * (16 - 0.0625)])
    assert [line.get_ydata().tolist() for line in dots] == peaks.peak.values.tolist()
    assert set(before.get_ydata()) == {300}
    assert ax.get_ylim()[0] == 0
    assert [label.get_text() for label in ax.get_xticklabels()] == ["16", "256", "4,096"]
