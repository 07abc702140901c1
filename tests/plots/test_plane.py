"""Figures of samples with two features."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color, to_rgba

from helpers import plots


@pytest.fixture(autouse=True)
def drawing():
    """Draw without a screen, and leave no figure and no setting behind."""
    with mpl.rc_context():
        plt.switch_backend("agg")
        yield
        plt.close("all")


def legend_of(ax):
    return ax.get_legend_handles_labels()[1]


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
