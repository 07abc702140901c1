"""Figures show the numbers that they are given, in the book's colours."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from keras import optimizers
from matplotlib.colors import same_color, to_rgba

from helpers import models, plots, sweep
from helpers.data.synthetic import blobs

INF = float("inf")


@pytest.fixture(autouse=True)
def drawing():
    """Draw without a screen, and leave no figure and no setting behind."""
    with mpl.rc_context():
        plt.switch_backend("agg")
        yield
        plt.close("all")


@pytest.fixture(scope="module")
def runs():
    settings = {"batch_sizes": [50, 250, 500], "epochs": 3, "seeds": range(6), "progress": False}
    return sweep(models.mlp, optimizers.SGD(0.01), blobs(), **settings).squeeze()


def legend_of(ax):
    return ax.get_legend_handles_labels()[1]


def test_band_is_the_median_and_the_range_from_5_to_95_per_cent():
    values = xr.DataArray(np.arange(303.0).reshape(101, 3), dims=("seed", "epoch"))
    values = values.assign_coords(epoch=[1, 2, 3])
    _, ax = plt.subplots()
    plots.band(ax, values, plots.TRAIN, "train", linestyle=":")
    (line,), (area,) = ax.lines, ax.collections
    assert line.get_xydata().tolist() == [[1, 150], [2, 151], [3, 152]]
    assert (line.get_label(), line.get_linestyle()) == ("train", ":")
    assert {tuple(corner) for corner in area.get_paths()[0].vertices} == {
        (epoch, quantile + epoch - 1) for epoch in (1, 2, 3) for quantile in (15, 285)
    }
    assert same_color(line.get_color(), plots.TRAIN)
    assert same_color(area.get_facecolor(), to_rgba(plots.TRAIN, 0.2))


@pytest.mark.slow
def test_learning_curves_show_training_and_test_accuracy(runs):
    _, ax = plt.subplots()
    one_size = runs.sel(batch_size=50)
    plots.learning_curves(ax, one_size)
    train, test = ax.lines
    assert legend_of(ax) == ["train", "test"]
    assert np.array_equal(train.get_ydata(), one_size.accuracy.median("seed"))
    assert np.array_equal(test.get_ydata(), one_size.val_accuracy.median("seed"))
    assert (train.get_color(), test.get_color()) == (plots.TRAIN, plots.TEST)
    assert train.get_linestyle() != test.get_linestyle()  # told apart without colours
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "accuracy")


def test_comparison_gives_each_flavour_its_colour(runs):
    _, ax = plt.subplots()
    names = {"batch": 500, "stochastic (0.001)": 50, "minibatch (32)": 250}
    plots.comparison(ax, {name: runs.sel(batch_size=size) for name, size in names.items()})
    assert legend_of(ax) == list(names)
    assert [line.get_color() for line in ax.lines] == list(plots.FLAVOURS.values())
    assert [line.get_linestyle() for line in ax.lines] == ["--", ":", "-"]
    assert np.array_equal(
        ax.lines[1].get_ydata(), runs.val_accuracy.sel(batch_size=50).median("seed")
    )


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
    assert low <= runs.val_accuracy.median("seed").min()
    assert runs.val_accuracy.median("seed").max() <= high


def test_lowest_panel_of_every_column_says_what_is_along_its_axis(runs):
    _, axes = plots.panels(runs)
    labelled = [ax.get_title() for ax in axes.flat if ax.get_visible() and ax.get_xlabel()]
    assert labelled == ["batch size 250", "batch size 500"]
    assert axes[0, 1].xaxis.get_tick_params()["labelbottom"]
    assert not axes[0, 0].xaxis.get_tick_params()["labelbottom"]


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


def test_distribution_shows_every_seed_and_the_sources_single_run():
    _, ax = plt.subplots()
    samples = {"train accuracy": [0.8, 0.81, 0.82], "test accuracy": [0.83, 0.84]}
    plots.distribution(ax, samples, {"test accuracy": 0.85})
    train, test = ax.collections
    assert train.get_offsets()[:, 0].tolist() == samples["train accuracy"]
    assert test.get_offsets()[:, 0].tolist() == samples["test accuracy"]
    assert same_color(train.get_facecolor()[0][:3], plots.TRAIN)
    assert same_color(test.get_facecolor()[0][:3], plots.TEST)
    diamond = next(line for line in ax.lines if len(line.get_xdata()))
    assert diamond.get_xydata().tolist() == [[0.85, 1]]
    assert [label.get_text() for label in ax.get_yticklabels()] == list(samples)
    assert legend_of(ax) == ["one seed", "source's single run"]


def test_points_have_a_colour_and_a_marker_for_each_class():
    _, ax = plt.subplots()
    x, labels = np.arange(12.0).reshape(6, 2), np.array([0, 1, 2, 0, 1, 2])
    plots.points(ax, x, labels)
    assert legend_of(ax) == ["class 0", "class 1", "class 2"]
    for label, dots in enumerate(ax.collections):
        assert np.array_equal(dots.get_offsets(), x[labels == label])
        assert same_color(dots.get_facecolor()[0][:3], plots.CLASSES[label])
    markers = {dots.get_paths()[0].vertices.tobytes() for dots in ax.collections}
    assert len(markers) == 3


def test_regions_have_the_colour_of_the_class_predicted_there():
    figure, ax = plt.subplots()
    plots.regions(ax, lambda points: (points[:, 0] > 0).astype(int), (-1, 1, -1, 1), steps=50)
    ax.axis((-1, 1, -1, 1))
    ax.set_axis_off()
    figure.canvas.draw()
    image = np.asarray(figure.canvas.buffer_rgba())[..., :3] / 255
    for x, color in [(-0.5, plots.CLASSES[0]), (0.5, plots.CLASSES[1])]:
        column, row = ax.transData.transform((x, 0)).astype(int)
        pale = 1 - 0.15 * (1 - np.array(to_rgba(color)[:3]))
        np.testing.assert_allclose(image[-row, column], pale, atol=0.01)


def test_style_makes_the_same_svg_of_the_same_figure(tmp_path):
    plots.use_style()
    drawn = []
    for i in (1, 2):
        figure, ax = plt.subplots()
        ax.plot([1, 2, 3], marker="o")
        figure.savefig(tmp_path / f"{i}.svg", metadata={"Date": None})
        drawn.append((tmp_path / f"{i}.svg").read_bytes())
    assert drawn[0] == drawn[1]
