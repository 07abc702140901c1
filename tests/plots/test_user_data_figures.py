"""Figures of the reader's own data, whatever it looks like."""

import numpy as np
import xarray as xr

from helpers.plots import user_data


def test_largest_class_is_on_top_and_names_are_no_formulae(ax):
    counts = {"train": np.array([3, 30]), "validate": np.array([1, 10]), "test": np.array([2, 9])}
    user_data.class_counts(ax, counts, ["$a$", "b_{"])
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["b_{", "$a$"]
    assert not any(tick.get_parse_math() for tick in ax.get_yticklabels())
    assert max(bar.get_x() + bar.get_width() for bar in ax.patches) == 49
    assert ax.yaxis_inverted()


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
