"""Rprop on rare large gradients: the example of the lecture, and the median it must come to."""

import keras
import numpy as np
import pytest
import xarray as xr

from helpers.experiments.rprop import RPROP, build_constant, rare_labels, values
from helpers.models import Rprop


def test_gradients_at_the_mean_are_those_of_the_lecture():
    data = rare_labels(500)
    gradients = (0.1 * data.x_train - data.y_train)[:10, 0]  # of half the squared error
    np.testing.assert_allclose(np.sort(gradients), [-0.9, *[0.1] * 9], rtol=1e-5)
    assert data.y_train.mean() == pytest.approx(0.1)
    assert np.median(data.y_train) == 0


def test_rprop_walks_away_where_the_mean_gradient_is_zero():
    weight, optimizer = keras.Variable([0.0]), Rprop(0.01)
    for gradient in [*[0.1] * 9, -0.9] * 3:
        optimizer.apply([np.array([gradient], "float32")], [weight])
    # steps 0.01 * 1.2**k, k = 0..8; the tenth rests and halves; the sign starts anew after it
    first = 0.01 * (1.2**9 - 1) / 0.2
    last = 0.01 * 1.2**8 / 2
    second = last * (1.2**9 - 1) / 0.2
    third = last * 1.2**8 / 2 * (1.2**9 - 1) / 0.2
    np.testing.assert_allclose(weight.numpy(), -(first + second + third), rtol=1e-4)


def test_values_are_excess_losses_and_the_constant():
    constant = [[[0.0, 0.1], [0.06, 0.1], [0.1, 0.1]]]
    measured = xr.Dataset(
        {
            "constant": (("seed", "optimizer", "batch"), constant),
            "loss": (("seed", "batch"), [[0.7, 0.3]]),
        },
        {"optimizer": ["Rprop", "RMSprop", "SGD"], "batch": ["small", "full"]},
    )
    by_name = values(measured, None)["D3"]
    assert by_name["fails"] == pytest.approx([0.01])
    assert by_name["follows_the_median"] == [0.0]
    assert by_name["compromise_on_rare"] == pytest.approx([0.04**2 - 0.01])
    assert by_name["stagnates"] == pytest.approx([0.4])


@pytest.mark.slow
def test_single_samples_lead_rprop_to_the_median_and_the_full_batch_to_the_mean():
    measured, _ = RPROP.run_quick()
    by_rprop = measured.constant.sel(optimizer="Rprop")
    np.testing.assert_allclose(by_rprop.sel(batch="small"), 0, atol=1e-3)
    np.testing.assert_allclose(by_rprop.sel(batch="full"), 0.1, atol=1e-3)
    assert build_constant().count_params() == 1
