"""Figures of a sweep over batch sizes."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from helpers import plots

INF = float("inf")
N_EPOCHS = 200


@pytest.fixture(autouse=True)
def drawing():
    """Draw without a screen, and leave no figure and no setting behind."""
    with mpl.rc_context():
        plt.switch_backend("agg")
        yield
        plt.close("all")


@pytest.fixture
def runs():
    """Runs of six seeds at three batch sizes, the larger the slower."""
    sizes, seeds, epochs = [50, 250, 500], np.arange(6), np.arange(1, N_EPOCHS + 1)
    rise = 0.8 - 0.3 * np.exp(-epochs / np.array(sizes)[:, None] * 10)
    accuracy = rise[:, None] + 0.01 * np.sin(np.add.outer(7.0 * seeds, epochs))
    coords = {"batch_size": sizes, "seed": seeds, "epoch": epochs}
    both = {"accuracy": accuracy + 0.02, "val_accuracy": accuracy}
    return xr.Dataset({name: (list(coords), of) for name, of in both.items()}, coords)


def legend_of(ax):
    return ax.get_legend_handles_labels()[1]


def test_panels_are_one_for_each_batch_size(runs):
    figure, axes = plots.panels(runs)
    assert axes.shape == (2, 2)
    assert [ax.get_title() for ax in axes.flat if ax.get_visible()] == [
        "batch size 50", "batch size 250", "batch size 500",
    ]  # fmt: skip
    (legend,) = figure.legends
    assert {text.get_text() for text in legend.get_texts()} == set(legend_of(axes[0, 0]))
    assert {"train", "test"} <= set(legend_of(axes[0, 0]))
    curve = axes[0, 1].lines[legend_of(axes[0, 1]).index("test")]
    assert np.array_equal(curve.get_ydata(), runs.val_accuracy.sel(batch_size=250).median("seed"))
    low, high = axes[0, 0].get_ylim()
    assert low < 0.6
    assert runs.accuracy.median("seed").max() <= high < 0.9


@pytest.mark.parametrize(("tail", "split"), [(None, 150), (20, 180)])
def test_right_half_of_a_panel_enlarges_the_last_epochs(runs, tail, split):
    figure, axes = plots.panels(runs, tail=tail)
    figure.canvas.draw()
    ax = axes[0, 0]
    ends = [ax.transAxes.inverted().transform(ax.transData.transform((e, 0.8)))[0]
            for e in (1, split, (split + N_EPOCHS) / 2, N_EPOCHS)]  # fmt: skip
    np.testing.assert_allclose(ends, [0, 0.5, 0.75, 1], atol=1e-9)
    ticks = [label.get_text() for label in axes[1, 0].get_xticklabels()]
    assert ticks == ["1", "2", "5", "10", "20", "50", str(split), str(N_EPOCHS)]
    assert ax.lines[0].get_ydata().tolist() == runs.val_accuracy[0, 0].values.tolist()


def test_panels_have_room_for_few_epochs(runs):
    figure, _ = plots.panels(runs.isel(epoch=slice(0, 5)))
    figure.canvas.draw()


def test_each_panel_has_its_ticks_and_the_lowest_of_a_column_says_what_they_are(runs):
    _, axes = plots.panels(runs)
    shown = [ax for ax in axes.flat if ax.get_visible()]
    labelled = [ax.get_title() for ax in shown if ax.get_xlabel()]
    assert labelled == ["batch size 250", "batch size 500"]
    assert all(ax.xaxis.get_tick_params()["labelbottom"] for ax in shown)
    assert all(ax.yaxis.get_tick_params()["labelleft"] for ax in shown)


def test_censored_runs_leave_no_dot_against_batch_size_and_a_censored_median_no_line():
    values = xr.DataArray(
        [[4.0, 9.0, INF], [2.0, INF, INF], [8.0, 3.0, 5.0]], dims=("seed", "batch_size"),
        coords={"batch_size": [1, 32, 500]},
    )  # fmt: skip
    figure, ax = plt.subplots()
    plots.against_batch_size(ax, values, plots.TEST, "epochs")
    figure.canvas.draw()
    (line,) = ax.lines
    np.testing.assert_array_equal(line.get_xydata(), [[1, 4], [32, 9], [500, np.nan]])
    dots = [dots.get_offsets() for dots in ax.collections]
    assert [np.isfinite(drawn).all(axis=1).sum() for drawn in dots] == [3, 2, 1]
    np.testing.assert_allclose(np.log2(dots[1][:, 0] / 32), 0, atol=0.15)
    assert (ax.get_xscale(), legend_of(ax)) == ("log", ["epochs"])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "32", "500"]


def test_runs_that_are_all_censored_are_an_empty_panel():
    values = xr.DataArray(np.full((2, 3), INF), {"batch_size": [1, 2], "seed": range(3)})
    figure, ax = plt.subplots()
    plots.against_batch_size(ax, values, plots.TEST, "epochs")
    ax.plot(1, 0.97, "x", transform=ax.get_xaxis_transform())  # a mark beside the data
    figure.canvas.draw()
    assert ax.get_xlabel() == "batch size"


@pytest.mark.parametrize(
    ("medians", "title"),
    [([5.0, 2.0, INF], "least at batch size 250"), ([INF, INF, INF], "")],
)
def test_least_is_named_if_there_is_one(medians, title):
    values = xr.DataArray([medians] * 3, dims=("seed", "batch_size"))
    _, ax = plt.subplots()
    plots.name_least(ax, values.assign_coords(batch_size=[50, 250, 500]))
    assert ax.get_title() == title
