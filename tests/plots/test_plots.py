"""Figures show the numbers that they are given, in the book's colours."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import same_color, to_rgba

from helpers import plots

INF = float("inf")


@pytest.fixture(autouse=True)
def drawing():
    """Draw without a screen, and leave no figure and no setting behind."""
    with mpl.rc_context():
        plt.switch_backend("agg")
        yield
        plt.close("all")


def made_runs(start, n_epochs=20):
    """Runs of five seeds whose accuracies rise from ``start`` and swing a little."""
    epochs, seeds = np.arange(1, n_epochs + 1), np.arange(5)
    rise = start + (0.85 - start) * (1 - 1 / epochs)
    accuracy = rise + 0.01 * np.sin(np.add.outer(7.0 * seeds, epochs))
    coords = {"seed": seeds, "epoch": epochs}
    both = {"accuracy": accuracy, "val_accuracy": accuracy - 0.02}
    return xr.Dataset({name: (("seed", "epoch"), of) for name, of in both.items()}, coords)


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


def test_learning_curves_show_both_medians_and_one_run():
    _, ax = plt.subplots()
    runs = made_runs(0.3, n_epochs=50)
    plots.learning_curves(ax, runs)
    single, train, test = ax.lines
    assert legend_of(ax) == ["test, one run", "train", "test"]
    assert np.array_equal(train.get_ydata(), runs.accuracy.median("seed"))
    assert np.array_equal(test.get_ydata(), runs.val_accuracy.median("seed"))
    assert np.array_equal(single.get_ydata(), runs.val_accuracy[0])
    assert (train.get_color(), test.get_color()) == (plots.TRAIN, plots.TEST)
    assert train.get_linestyle() != test.get_linestyle()  # told apart without colours
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_xscale()) == ("epoch", "accuracy", "log")


def test_range_shown_leaves_out_a_few_outliers():
    _, ax = plt.subplots()
    values = made_runs(0.7, n_epochs=100).val_accuracy.copy()
    values[0, 0] = 0.01
    plots.over_epochs(ax, values)
    low, high = ax.get_ylim()
    assert 0.7 < low < 0.78
    assert values.quantile(0.98) < high < 1
    assert ax.get_xlim() == (1, 100)


@pytest.mark.parametrize(
    ("last", "labels"),
    [
        (200, ["1", "2", "5", "10", "20", "50", "100", "200"]),
        (100_000, ["1", "10", "100", "1,000", "10,000", "100,000"]),
    ],
)
def test_logarithmic_ticks_are_few_and_plain_numbers(last, labels):
    figure, ax = plt.subplots()
    ax.set(xscale="log", xlim=(1, last))
    plots.readable(ax.xaxis)
    figure.canvas.draw()
    shown = [tick.label1 for tick in ax.xaxis.get_major_ticks()]
    shown = [label for label in shown if 1 <= label.get_position()[0] <= last]
    assert [label.get_text() for label in shown] == labels


def test_comparison_gives_each_flavour_its_colour_and_shows_one_run_of_each():
    _, ax = plt.subplots()
    names = {"batch": 0.2, "stochastic at 0.001": 0.5, "minibatch of 32": 0.4}
    runs = {name: made_runs(start) for name, start in names.items()}
    plots.comparison(ax, runs)
    assert legend_of(ax) == list(names)
    singles, medians = ax.lines[::2], ax.lines[1::2]
    colors = [plots.FLAVOURS[name.split()[0]] for name in names]
    assert [line.get_color() for line in singles] == colors
    assert [line.get_color() for line in medians] == colors
    assert [line.get_linestyle() for line in medians] == ["--", ":", "-"]
    for name, single, median in zip(names, singles, medians, strict=True):
        assert np.array_equal(single.get_ydata(), runs[name].val_accuracy[0])
        assert np.array_equal(median.get_ydata(), runs[name].val_accuracy.median("seed"))


def test_first_to_a_target_is_named_and_who_never_gets_there_has_no_mark():
    _, ax = plt.subplots()
    times = {"batch": 1250.0, "stochastic at 0.001": 8.0, "minibatch": INF}
    plots.first_to(ax, 0.8, times, "updates")
    assert ax.get_title() == "first to 0.8 in updates: stochastic at 0.001"
    marks = [line for line in ax.lines if line.get_marker() == "o"]
    assert [mark.get_xydata().tolist() for mark in marks] == [[[1250, 0.8]], [[8, 0.8]]]
    assert [mark.get_color() for mark in marks] == [
        plots.FLAVOURS["batch"], plots.FLAVOURS["stochastic"],
    ]  # fmt: skip
    assert [text.get_text() for text in ax.texts] == ["1,250", "8"]


@pytest.mark.parametrize(
    ("times", "title"),
    [
        ({"batch": 8.0, "minibatch": 8.0}, "first to 0.8 in epochs: batch and minibatch"),
        ({"batch": INF}, "first to 0.8 in epochs: none"),
    ],
)
def test_ties_share_the_first_place_and_nobody_may_have_it(times, title):
    _, ax = plt.subplots()
    plots.first_to(ax, 0.8, times)
    assert ax.get_title() == title


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


def test_style_makes_the_same_svg_of_the_same_figure(tmp_path):
    plots.use_style()
    drawn = []
    for i in (1, 2):
        figure, ax = plt.subplots()
        ax.plot([1, 2, 3], marker="o")
        figure.savefig(tmp_path / f"{i}.svg", metadata={"Date": None})
        drawn.append((tmp_path / f"{i}.svg").read_bytes())
    assert drawn[0] == drawn[1]
