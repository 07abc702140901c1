"""Samples sorted by class hold the same samples, and cost what they must."""

import numpy as np
import pytest
import xarray as xr

from helpers.data import blobs
from helpers.experiments.sorted_samples import SORTED_SAMPLES, sorted_by_class, values


def test_sorting_keeps_the_samples_and_their_order_within_a_class():
    data = blobs(40)
    by_class = sorted_by_class(data)
    labels = by_class.y_train.argmax(axis=1)
    assert (np.diff(labels) >= 0).all()
    for label in range(3):
        before = data.x_train[data.y_train.argmax(axis=1) == label]
        np.testing.assert_array_equal(by_class.x_train[labels == label], before)
    np.testing.assert_array_equal(by_class.x_test, data.x_test)


def test_values_are_what_sorting_costs():
    dims = ("seed", "batch_size", "order")
    measured = xr.Dataset(
        {
            "loss": (dims, [[[0.4, 1.4], [0.5, 0.6]]]),
            "accuracy": (dims, [[[0.8, 0.4], [0.8, 0.7]]]),
        },
        {"batch_size": [1, 32], "order": ["shuffled", "sorted"]},
    )
    by_name = values(measured, None)["H6"]
    np.testing.assert_allclose(by_name["worse"], [[1.0, 0.1]])
    np.testing.assert_allclose(by_name["less_accurate"], [[0.4, 0.1]])
    np.testing.assert_allclose(by_name["the_smaller_the_worse"], [0.3])


@pytest.mark.slow
def test_sorted_samples_cost_most_at_small_batches():
    measured, _ = SORTED_SAMPLES.run_quick()
    by_name = values(measured, None)["H6"]
    assert by_name["worse"].shape == (3, 2)
    assert (by_name["worse"][:, 0] > 0).all()
