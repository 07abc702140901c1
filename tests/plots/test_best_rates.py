"""The figure of best learning rates beside the rules."""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

from helpers.plots import draw_best_rates, label_sizes


def test_rules_begin_at_the_first_rate_and_the_title_names_the_nearest():
    _, ax = plt.subplots()
    draw_best_rates(ax, xr.DataArray([0.01, 0.02, 0.05], {"batch_size": [8, 32, 128]}))
    best, linear, root = (line.get_ydata() for line in ax.get_lines())
    np.testing.assert_allclose(linear, [0.01, 0.04, 0.16])
    np.testing.assert_allclose(root, [0.01, 0.02, 0.04])
    np.testing.assert_allclose(best, [0.01, 0.02, 0.05])
    assert ax.get_title() == "nearest: square root"
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_only_the_sizes_given_are_labelled():
    _, ax = plt.subplots()
    ax.plot([1, 1000], [1, 2])
    label_sizes(ax, [4, 256])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["4", "256"]
    assert not len(ax.get_xticks(minor=True))
