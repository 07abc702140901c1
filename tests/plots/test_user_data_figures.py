"""Figures of the reader's own data, whatever it looks like."""

import numpy as np
import xarray as xr

from helpers.analysis.validation_metrics import ValidationMetric
from helpers.plots import user_data

SIZES = {"train": 60, "validate": 20, "test": 10}


def test_largest_class_is_on_top_and_names_are_no_formulae(ax):
    counts = {"train": np.array([3, 30]), "validate": np.array([1, 10]), "test": np.array([2, 9])}
    user_data.class_counts(ax, counts, ["$a$", "b_{"])
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["b_{", "$a$"]
    assert not any(tick.get_parse_math() for tick in ax.get_yticklabels())
    assert max(bar.get_x() + bar.get_width() for bar in ax.patches) == 49
    assert ax.yaxis_inverted()


def test_classes_are_counted_and_numbers_are_not(ax):
    one_hot = {name: np.eye(2)[[0] * n + [1]] for name, n in SIZES.items()}
    user_data.targets(ax, one_hot, ["a", "b"], "kind")
    assert sum(bar.get_width() for bar in ax.patches) == sum(n + 1 for n in SIZES.values())
    ax.clear()
    user_data.targets(ax, {name: np.arange(n) for name, n in SIZES.items()}, [], "price")
    assert ax.get_xlabel() == "price"


def test_of_many_classes_the_largest_are_drawn(ax):
    counts = dict.fromkeys(("train", "validate", "test"), np.arange(1, 31))
    user_data.class_counts(ax, counts, [str(i) for i in range(30)])
    labels = [tick.get_text() for tick in ax.get_yticklabels()]
    assert labels == [str(i) for i in range(29, 9, -1)]


LABELS = {"seed": [0, 1], "epoch": [0, 1, 60]}


def test_noise_scale_is_drawn_among_the_batch_sizes(ax):
    scale = xr.DataArray([[5.0, 20, 100], [5, 30, np.inf]], LABELS)
    user_data.noise_scale_curve(ax, scale, [4, 64], 64)
    curve = next(line for line in ax.lines if line.get_label() == "noise scale")
    assert curve.get_ydata().tolist() == [5, 25, 100]  # what is infinite is left out
    dashes = {line.get_ydata()[0]: line.get_linestyle() for line in ax.lines if line is not curve}
    assert dashes == {4: "--", 64: "-"}


def test_without_a_noise_scale_the_figure_says_so(ax):
    user_data.noise_scale_curve(ax, xr.DataArray(np.full((2, 3), np.nan), LABELS), [4, 64], None)
    assert "no noise scale is measured" in {text.get_text() for text in ax.texts}


def test_histogram_of_the_target_holds_every_sample_and_its_name_is_no_formula(ax):
    values = {name: np.random.default_rng(0).normal(size=n) for name, n in SIZES.items()}
    user_data.target_histogram(ax, values, "$price$")
    assert sum(bar.get_height() for bars in ax.containers for bar in bars) == 90
    assert set(ax.get_legend_handles_labels()[1]) == set(SIZES)
    assert not ax.xaxis.label.get_parse_math()


def test_curves_of_settings_stand_beside_the_target_and_the_guess(ax):
    labels = {"batch_size": [4, 8], "learning_rate": [0.1], "seed": [0, 1], "epoch": range(1, 6)}
    values = np.random.default_rng(0).uniform(0.6, 0.9, (2, 1, 2, 5))
    runs = xr.Dataset({"val_accuracy": (list(labels), values)}, labels)
    metric = ValidationMetric("accuracy", "val_accuracy", 0.95, 0.4, 0.1, 1.0, 0.0)
    user_data.metric_curves(ax, runs, metric, [(8, 0.1), None, (8, 0.1)])
    lines = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert set(lines) == {"8 at 0.1", "target", "guessing"}
    np.testing.assert_allclose(lines["8 at 0.1"], values[1, 0].mean(axis=0))
    low, high = ax.get_ylim()
    assert low < 0.4 and high > 0.95
    assert ax.get_ylabel() == "test accuracy"


def test_without_a_setting_the_one_that_ends_best_is_drawn(ax):
    labels = {"batch_size": [4, 8], "learning_rate": [0.1], "seed": [0, 1], "epoch": range(1, 6)}
    values = np.full((2, 1, 2, 5), 0.4)
    values[1, ..., -1] = 0.5
    runs = xr.Dataset({"val_accuracy": (list(labels), values)}, labels)
    metric = ValidationMetric("accuracy", "val_accuracy", 0.95, 0.4, 0.1, 1.0, 0.0)
    user_data.metric_curves(ax, runs, metric, [None])
    assert "8 at 0.1" in ax.get_legend_handles_labels()[1]


def test_where_nothing_trains_there_are_the_target_and_the_guess_alone(ax):
    labels = {"batch_size": [4], "learning_rate": [0.1], "seed": [0], "epoch": [1, 2]}
    runs = xr.Dataset({"val_loss": (list(labels), np.full((1, 1, 1, 2), np.inf))}, labels)
    metric = ValidationMetric("loss", "val_loss", 0.5, np.nan, 0.1, 1.0, 0.0)
    user_data.metric_curves(ax, runs, metric, [None])
    assert [line.get_label() for line in ax.lines] == ["target"]
    user_data.metric_curves(ax, runs, metric, [(4, 0.1)])
    ax.figure.canvas.draw()
