"""The line between two solutions begins and ends at the training loss that was asked for."""

import numpy as np
import pytest

from helpers.experiments.loss_on_line import loss_on_line, nearest


def test_each_seed_has_the_weights_whose_loss_is_nearest_by_the_ratio():
    weights = np.arange(12.0).reshape(3, 2, 2)
    losses = np.array([[1.0, np.nan], [0.3, 0.05], [0.02, 0.9]])
    chosen = nearest(weights, losses, 0.1)
    np.testing.assert_array_equal(chosen, [weights[1, 0], weights[1, 1]])


@pytest.mark.slow
def test_both_ends_have_the_training_loss_and_the_line_goes_on_beyond_them():
    line = loss_on_line(
        [-4, 0, 0.5, 1, 5], n_train=64, batch_size=8, learning_rate=0.1, training_loss=0.5,
        updates=200, seeds=[1, 2],
    )  # fmt: skip
    assert line.training_loss.sizes == {"place": 5, "seed": 2}
    np.testing.assert_allclose(line.training_loss.sel(place=[0, 1]), 0.5, rtol=0.15)
    assert (line.training_loss.sel(place=[-4, 5]) > 0.6).all()
    assert (line.test_loss.sel(place=[0, 1]) > line.training_loss.sel(place=[0, 1])).all()
