"""Equal training loss, the line between two solutions, and what is made of made-up sharpness."""

import numpy as np
import pytest
import xarray as xr

from helpers.experiments.generalisation_sharpness import (
    GENERALISATION_SHARPNESS,
    GROUPS,
    _bends,
    _nearest,
    values,
)


class Quadratic:
    """The loss a w² / 2 + 1 of one weight, a for each set."""

    def losses(self, weights):
        return np.array([1.0, 4.0]) * weights[..., 0] ** 2 / 2 + 1


def test_the_second_differences_of_a_quadratic_are_its_curvature_times_the_square_of_the_step():
    small, large = np.zeros((1, 2, 1)), np.full((1, 2, 1), 3.0)
    for bend in _bends(Quadratic(), small, large, 0.5):
        np.testing.assert_allclose(bend, [[1.5**2 * 1, 1.5**2 * 4]])


def test_the_snapshot_nearest_to_a_level_is_so_by_the_ratio_and_never_one_that_diverged():
    weights = np.array([4.0, 2.0, 1.0, np.nan])[None, :, None, None] * np.ones((1, 4, 2, 1))
    nearest = _nearest(weights, Quadratic(), [9.0, 1.4])  # losses 9, 3, 1.5 and 33, 9, 3
    np.testing.assert_array_equal(nearest[0, :, :, 0], [[4, 2], [1, 1]])


def test_values_are_ratios_at_the_main_rate_a_quarter_of_it_and_its_double():
    rates, levels = [0.1, 0.2, 0.4, 0.8], [1.5, 0.5, 0.1]
    labels = {"group": list(GROUPS), "learning_rate": rates, "level": levels, "seed": [0]}
    sharpness = np.arange(1.0, 25).reshape(2, 4, 3, 1)  # 12 group + 3 rate + level + 1
    bend = np.arange(1.0, 9).reshape(2, 4, 1)  # 4 group + rate + 1
    far = bend.copy()
    far[0] = -1  # curved downwards
    over = "group", "learning_rate", "seed"
    measured = xr.Dataset(
        {
            "sharpness": (tuple(labels), sharpness),
            "test_loss": (tuple(labels), sharpness),
            "near": (over, bend),
            "far": (over, far),
        },
        labels,
    )
    got = values(measured, None)
    expected = {
        "B4": {
            "sharper_at_equal_loss": 21 / 9,
            "sharper_at_a_quarter_of_the_rate": 15 / 3,
            "large_sharpen_early": 20 / 19,
            "large_sharpen_late": 21 / 20,
            "small_flatten_late": 9 / 8,
            "rate_leaves_large": 21 / 15,
            "rate_flattens_small": 9 / 3,
            "limit_flattens_large": 24 / 21,
            "worse_at_equal_loss": 21 / 9,
        },
        "H15": {
            "curved_at_equal_loss": 7 / 3,
            "curved_at_a_quarter_of_the_rate": 5 / 1,
            "curved_far": np.inf,
        },
    }
    assert got.keys() == expected.keys()
    for claim, by_name in expected.items():
        assert got[claim].keys() == by_name.keys()
        for name, value in by_name.items():
            np.testing.assert_allclose(got[claim][name], value, err_msg=name)


@pytest.mark.slow
def test_both_have_the_same_training_loss_where_their_sharpness_is_compared():
    measured, _ = GENERALISATION_SHARPNESS.run_quick()
    loss = measured.training_loss.isel(learning_rate=slice(3))  # below the limit of stability
    levels = measured.level
    assert abs(np.log(loss.median("seed") / levels)).max() < 0.1
    assert (measured.sharpness > 0).all()
