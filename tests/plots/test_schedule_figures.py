"""Figures of schedules show each schedule on the clock that is asked for."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from helpers.analysis.phases import volatility_by_phase as by_phase
from helpers.plots import schedules

PLANS = {"constant": (5, 0.1), "growth": ([5, 5, 10, 20], 0.1)}
N = 6
LABELS = {"schedule": ["decay", "growth"], "seed": [1, 2, 3], "epoch": range(1, N + 1)}


@pytest.fixture
def runs():
    accuracy = np.random.default_rng(0).uniform(0.5, 0.9, (2, 3, N))
    updates = [[100, 200, 300, 400, 500, 1200], [100, 200, 300, 350, 375, 400]]
    return xr.Dataset(
        {"val_accuracy": (LABELS, accuracy), "updates": (("schedule", "epoch"), updates)}, LABELS
    )


def lines(ax):
    return {line.get_label(): line for line in ax.lines}


def test_panels_show_batch_size_rate_and_noise_and_leave_out_what_has_no_logarithm():
    figure, axes = plt.subplots(1, 3)
    schedules.draw_schedules(axes, PLANS, epochs=4, n_train=20, momentum=0.9)
    size, rate, noise = (lines(ax)["growth"].get_ydata() for ax in axes)
    assert size.tolist() == [5, 5, 10, 20]
    assert rate.tolist() == [0.1] * 4
    np.testing.assert_allclose(noise, [3, 3, 1, np.nan])  # 0.1 / (1 - 0.9) x (20 / 5 - 1)
    figure.canvas.draw()
    plt.close(figure)


def test_full_batches_all_along_leave_an_empty_panel_that_can_be_drawn():
    figure, axes = plt.subplots(1, 3)
    schedules.draw_schedules(axes, {"constant": (20, 0.1)}, epochs=4, n_train=20, momentum=0)
    figure.canvas.draw()
    assert axes[2].get_ylim() == (1, 10)
    plt.close(figure)


def test_curves_over_epochs_have_ticks_at_the_steps(ax, runs):
    schedules.schedule_curves(ax, runs, "epoch", [2, 4])
    drawn = lines(ax)["growth"]
    assert drawn.get_xdata().tolist() == list(range(1, N + 1))
    np.testing.assert_allclose(drawn.get_ydata(), runs.val_accuracy[1].median("seed"))
    assert ax.get_xticks().tolist() == [1, 2, 4, 6]
    assert ax.get_xlabel() == "epoch"


def test_curves_over_updates_end_where_their_updates_do_and_say_so(ax, runs):
    schedules.schedule_curves(ax, runs, "update")
    assert lines(ax)["growth"].get_xdata()[-1] == 400
    assert lines(ax)["decay"].get_xdata()[-1] == 1200
    assert {text.get_text() for text in ax.texts} == {
        "growth ends after 400",
        "decay ends after 1,200",
    }


def test_volatility_is_drawn_in_percentage_points_with_a_dot_for_each_run(ax, runs):
    values = by_phase(runs, [3])
    schedules.volatility_by_phase(ax, values)
    np.testing.assert_allclose(
        lines(ax)["decay"].get_ydata(), 100 * values.sel(schedule="decay").median("seed")
    )
    assert sum(len(dots.get_offsets()) for dots in ax.collections) == 2 * 2 * 3
