"""Rules that scale learning rates: which is nearest, and how far one keeps the accuracy."""

import numpy as np
import pytest
import xarray as xr

from helpers.analysis.scaling import RULES, nearest_rule, reach, scaled_rate

SIZES = [16, 64, 256, 1024]


def rates(power, noise=0.0):
    values = 0.02 * (np.array(SIZES) / 16) ** power
    values[1:] *= np.exp(noise * np.array([1, -1, 1]))
    return xr.DataArray(values, {"batch_size": SIZES})


@pytest.mark.parametrize("rule", RULES)
def test_rates_of_a_rule_are_nearest_to_it_also_with_noise(rule):
    assert nearest_rule(rates(RULES[rule])) == rule
    assert nearest_rule(rates(RULES[rule], noise=0.3)) == rule


def test_a_rule_undoes_itself():
    for rule in RULES:
        there = scaled_rate(rule, 0.3, 8)
        assert scaled_rate(rule, there, 1 / 8) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("cubic", 0.1, 2), "rule must be one of fixed, square root, linear, got 'cubic'"),
        (("linear", 0, 2), "learning_rate must be"),
        (("linear", 0.1, -1), "ratio must be"),
    ],
)
def test_bad_arguments_are_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        scaled_rate(*arguments)


def test_reach_pairs_seeds_and_ends_at_the_first_loss():
    start = np.array([0.9, 0.8, 0.7])  # pairs differ by less than the seeds do
    steps = np.array([0.0, 0.004, 0.02, 0.0])
    ends = xr.DataArray(start - steps[:, None], {"batch_size": SIZES, "seed": [0, 1, 2]})
    assert reach(ends, 0.01) == 64
    assert reach(ends, 0.03) == 1024
    assert reach(ends.transpose("seed", "batch_size"), 0.001) == 16
