"""What linear scaling, warm-up, Adam's scaling and batch size 1 are judged by."""

import functools

import numpy as np
import pytest
import xarray as xr

from helpers.analysis import bootstrap
from helpers.analysis.intervals import Resampled
from helpers.experiments import adam_scaling, batch_one, linear_scaling, warm_up
from helpers.experiments.tuned_rates import distance

SEEDS = np.arange(20)


def estimates(values):
    (of,) = values.values()
    return {n: v.estimate if isinstance(v, Resampled) else np.median(v) for n, v in of.items()}


@pytest.fixture(autouse=True)
def few_replicates(monkeypatch):
    """Only estimates are looked at here, not their intervals."""
    for module in (adam_scaling, batch_one, linear_scaling, warm_up):
        monkeypatch.setattr(module, "bootstrap", functools.partial(bootstrap, replicates=99))


def test_distance_is_that_of_mean_curves():
    curves = xr.DataArray([[0.1, 0.3], [0.3, 0.1]], dims=("seed", "epoch"))
    assert distance(curves, xr.zeros_like(curves)) == pytest.approx(0.2)
    flat = xr.DataArray([[1.0, -1.0], [-1.0, 1.0]], dims=("seed", "epoch"))
    assert distance(flat, xr.zeros_like(flat)) == 0  # seeds that differ both ways are one mean


def test_linear_scaling_measures_factors_between_losses():
    shares, multiples = [1, 0.25], [1, 2, 4, 16]
    apart = np.array([[0, 0.05, 0.1, 0.9], [0, 0.02, 0.04, 0.3]])  # by share and multiple
    curve = apart[:, :, None, None] + np.zeros((3, len(SEEDS)))
    coordinates = {"share": shares, "multiple": multiples, "seed": SEEDS}
    measured = xr.Dataset(
        {
            "curve": (("share", "multiple", "epoch", "seed"), curve),
            "fixed": (("epoch", "seed"), np.full((3, len(SEEDS)), 1.5)),
        },
        coordinates,
    )
    expected = {
        "coincide_on_the_loss": np.exp(0.3), "four_times": np.exp(0.04),
        "doubling": np.exp(0.05), "closer_on_the_loss": 0.3 - 1.5, "small_rates": 0.3 - 0.9,
    }  # fmt: skip
    assert estimates(linear_scaling.values(measured, None)) == pytest.approx(expected)


def test_warm_up_is_compared_with_the_small_batch_and_with_none():
    loss = np.array([[[0.1, 0.2], [0.5, 0.8]], [[0.0, 0.0], [1.0, 0.4]]])  # network, multiple, way
    accuracy = np.array([[[0.95, 0.94], [0.9, 0.93]], [[0.9, 0.8], [0.5, 0.89]]])
    dims = ("network", "multiple", "way", "seed")
    measured = xr.Dataset(
        {k: (dims, a[..., None] + 0 * SEEDS) for k, a in (("loss", loss), ("accuracy", accuracy))},
        {"network": ["usual", "large"], "multiple": [1, 16], "way": ["linear", "warm-up"]}
        | {"seed": SEEDS},
    )
    expected = {
        "keeps": -0.02, "lower_loss": np.exp(0.3), "large_initial_keeps": -0.01,
        "large_initial_needs": np.exp(-0.6), "costs": np.exp(0.1),
    }  # fmt: skip
    assert estimates(warm_up.values(measured, None)) == pytest.approx(expected)


@pytest.mark.parametrize("rule", adam_scaling.RULES)
def test_settings_at_the_ratio_1_are_those_given(rule):
    given = {"learning_rate": 0.01, "beta_1": 0.9, "beta_2": 0.99, "epsilon": 1e-7}
    assert adam_scaling.settings(rule, 1, **given) == pytest.approx(given)


def test_sde_rule_is_that_of_the_paper():
    # Malladi et al., definition 5.3: eta sqrt(k), 1 - k (1 - beta), epsilon / sqrt(k).
    scaled = adam_scaling.settings("SDE", 1 / 16, 0.016, 0.84, 0.984, 1e-7)
    expected = {"learning_rate": 0.004, "beta_1": 0.99, "beta_2": 0.999, "epsilon": 4e-7}
    assert scaled == pytest.approx(expected)
    half_life = adam_scaling.settings("half-life", 1 / 16, 0.016, 0.84, 0.984, 1e-7)
    assert half_life == pytest.approx(expected | {"beta_1": 0.84, "epsilon": 1e-7})


def test_adam_scaling_compares_rules_by_their_distances():
    by_rule = {"fixed": 0.4, "linear": 0.5, "square root": 0.1, "half-life": 0.12, "SDE": 0.05}
    of_rules = np.array([by_rule[rule] for rule in adam_scaling.RULES])
    curve = np.stack([of_rules, 2 * of_rules])[..., None, None] + np.zeros((3, len(SEEDS)))
    measured = xr.Dataset(
        {
            "curve": (("part", "rule", "epoch", "seed"), curve),
            "reference": (("epoch", "seed"), np.zeros((3, len(SEEDS)))),
        },
        {"part": [4, 16], "rule": list(adam_scaling.RULES), "seed": SEEDS},
    )
    expected = {
        "coincide": np.exp(0.05), "sixteen_times": np.exp(0.1), "than_fixed": 0.1 - 0.8,
        "than_linear": 0.1 - 1, "than_rate_alone": -0.05, "half_life_alone": 0.02,
    }  # fmt: skip
    assert estimates(adam_scaling.values(measured, None)) == pytest.approx(expected)


def test_batch_one_compares_final_losses():
    ways = ["large", "held", "fixed", "SGD"]
    losses = np.log([[0.8], [0.4], [0.5], [0.6]]) + 0 * SEEDS
    measured = xr.Dataset({"loss": (("way", "seed"), losses)}, {"way": ways, "seed": SEEDS})
    expected = {
        "batch_one": 0.5, "plain_sgd": 0.75, "held_half_life": 0.8, "adam_beyond_sgd": 2 / 3
    }  # fmt: skip
    assert estimates(batch_one.values(measured, None)) == pytest.approx(expected)


def test_half_life_is_held_in_samples():
    held = batch_one.ways(512)["held"][1].beta_2
    samples = np.log(0.5) / np.log(held)  # of batch size 1
    assert samples == pytest.approx(512 * np.log(0.5) / np.log(batch_one.BETA_2))
