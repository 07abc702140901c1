"""LeNet at several batch sizes: values from made-up runs."""

import numpy as np
import pytest
import xarray as xr

from helpers.experiments.lenet_sizes import LENET_SIZES, values


def made_up(epochs, accuracy, n_seeds=8):
    one = np.ones((n_seeds, 1))
    return xr.Dataset(
        {
            "epochs": (("seed", "batch_size"), one * np.array(epochs, float)),
            "accuracy": (("seed", "batch_size"), one * np.array(accuracy)),
        },
        {"seed": range(n_seeds), "batch_size": [1, 2, 4, 8]},
    )


def test_values_of_runs_that_are_quickest_and_most_accurate_inside():
    by_name = values(made_up([np.inf, 10, 20, np.inf], [0.1, 0.9, 0.95, 0.8]), None)["D8"]
    np.testing.assert_allclose(by_name["more_epochs"], 1)  # 1 is left out of the order
    assert not by_name["too_small"].any()
    assert by_name["quickest_inside"].all()
    np.testing.assert_allclose(by_name["most_accurate_is_another"], 0.05)


def test_lead_is_measured_at_sizes_that_the_other_seeds_choose():
    runs = made_up([np.inf, 10, 20, 30], [0.1, 0.9, 0.95, 0.8], n_seeds=2)
    runs.accuracy[0] = [0.1, 0.5, 0.6, 0.99]  # the other seed chooses 4, this one would choose 8
    lead = values(runs, None)["D8"]["most_accurate_is_another"]
    np.testing.assert_allclose(lead, [0.6 - 0.5, 0.8 - 0.9])


def test_quickest_at_an_end_is_not_inside():
    by_name = values(made_up([10, 20, 30, 40], [0.9, 0.9, 0.9, 0.9]), None)["D8"]
    assert not by_name["quickest_inside"].any()
    assert by_name["too_small"].all()


@pytest.mark.slow
def test_quick_setting_has_a_value_for_each_run():
    measured, _ = LENET_SIZES.run_quick()
    assert dict(measured.sizes) == {"seed": 3, "batch_size": 3}
    assert ((measured.accuracy >= 0) & (measured.accuracy <= 1)).all()
