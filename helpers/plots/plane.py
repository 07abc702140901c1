"""Figures of samples with two features, and of what is predicted across their plane."""

import numpy as np
from matplotlib.axes import Axes

from helpers.plots.figures import CLASSES, MARKERS


def points(ax: Axes, x: np.ndarray, labels: np.ndarray, size: float = 14) -> None:
    """Draw two-dimensional samples, a colour and a marker for each class.

    Args:
        ax: axes to draw on.
        x: samples, shape (n, 2).
        labels: their classes, shape (n,), integers from 0.
        size: area of a marker, in square points.
    """
    for label in np.unique(labels):
        of_class = x[labels == label]
        style = {"color": CLASSES[label % len(CLASSES)], "marker": MARKERS[label % len(MARKERS)]}
        ax.scatter(*of_class.T, s=size, alpha=0.6, lw=0, label=f"class {label}", **style)
    ax.set(xlabel="first feature", ylabel="second feature", aspect="equal")


def regions(ax: Axes, predict, limits: tuple[float, float, float, float], steps: int = 200) -> None:
    """Colour the plane by predicted class.

    Args:
        ax: axes to draw on.
        predict: from points of shape (n, 2) to labels of shape (n,).
        limits: x from, x to, y from, y to, in feature units.
        steps: grid points along each axis.
    """
    x, y = np.linspace(*limits[:2], steps), np.linspace(*limits[2:], steps)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    labels = predict(grid).reshape(steps, steps)
    n_classes = max(3, labels.max() + 1)
    colors = [CLASSES[label % len(CLASSES)] for label in range(n_classes)]
    ax.contourf(x, y, labels, np.arange(n_classes + 1) - 0.5, colors=colors, alpha=0.15)
