"""Equal SGD noise levels: the rates that make them, the known optima, and a quick run."""

import numpy as np
import pytest
import xarray as xr

from helpers.experiments import equilibrium_linear, one_knob_exact, one_knob_network
from helpers.experiments.equilibrium_softmax import fisher_quadratic, standardised_blobs
from helpers.experiments.one_knob_exact import ONE_KNOB_EXACT, rate_for
from helpers.theory import noise_level


@pytest.mark.parametrize("sampling, n", [("stream", None), ("independent", 64)])
def test_the_rate_makes_the_noise_level(sampling, n):
    rate = rate_for(0.01, 16, 0.5, sampling, n)
    np.testing.assert_allclose(noise_level(rate, 16, 0.5, sampling, n), 0.01)
    assert rate_for(0.01, 16, 0.5, "reshuffled", 64) == rate_for(0.01, 16, 0.5, "independent", 64)
    assert rate_for(0.01, 16, 0.5, "with replacement", 64) == 0.01 * 0.5 * 16


def test_the_weights_are_those_of_the_bayes_rule():
    _, bayes, weights = standardised_blobs()
    logits = np.hstack([bayes.x, np.ones((len(bayes.x), 1))]) @ weights.reshape(3, 3)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    np.testing.assert_allclose(p / p.sum(axis=1, keepdims=True), bayes.y, atol=1e-10)


def test_the_fisher_information_is_the_covariance_of_sampled_gradients():
    stream, _, weights = standardised_blobs()
    x, y = stream.draw(np.random.default_rng(0), 200_000)
    rows = np.hstack([x, np.ones((len(x), 1))])
    logits = rows @ weights.reshape(3, 3)
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    gradients = rows[:, :, None] * (p / p.sum(axis=1, keepdims=True) - y)[:, None]
    trace = gradients.reshape(len(x), -1).var(axis=0).sum()
    np.testing.assert_allclose(fisher_quadratic().noise.sum(), trace, rtol=0.02)
    np.testing.assert_allclose(fisher_quadratic().curvatures.sum(), trace, rtol=0.02)


def test_the_prediction_for_small_steps_is_a_quarter_of_g_times_the_trace():
    data = equilibrium_linear.regression(1, 64, 3)
    problem = equilibrium_linear.problem_of(data)
    for sampling, g in (("independent", 1e-5), ("with replacement", 1e-5)):
        rate = rate_for(g, 4, 0.9, sampling, 64)
        expected = equilibrium_linear.prediction(problem, 4, rate, 0.9, sampling, 64)
        np.testing.assert_allclose(expected, g * problem.noise.sum() / 4, rtol=1e-3)


def test_values_are_ratios_by_setting():
    names = "sampling", "momentum", "linear_setting", "seed"
    samplings = list(one_knob_exact.SAMPLINGS)
    linear = np.ones((3, 2, 1, 4)) * np.array([2.0, 3.0, 0.5])[:, None, None, None]
    predicted = np.ones((3, 2, 1, 4)) * np.array([1.0, 1.0, 0.25])[:, None, None, None]
    measured = xr.Dataset(
        {
            "linear": (names, linear),
            "linear_predicted": (names, predicted),
            "softmax": (("momentum", "softmax_setting", "seed"), np.full((2, 1, 4), 6.0)),
            "softmax_predicted": (("momentum", "softmax_setting"), np.full((2, 1), 2.0)),
        },
        {"sampling": samplings, "momentum": [0.0, 0.9]},
    )
    decided = one_knob_exact.values(measured, None)
    e3 = {name: np.unique(values).tolist() for name, values in decided["E3"].items()}
    assert e3 == {
        "excess_loss": [2, 3], "independent": [2], "with_replacement": [3],
        "with_momentum": [2, 3], "softmax": [3], "reshuffled": [0.5],
    }  # fmt: skip
    assert decided["E3"]["excess_loss"].shape == (4, 4)
    np.testing.assert_allclose(decided["H23"]["calmer"], 0.25)
    np.testing.assert_allclose(decided["H23"]["as_predicted"], 2)


def test_values_of_the_network_compare_with_the_first_setting():
    excess = np.array([[1.0, 2.0], [3.0, 4.0]])  # sampling, setting
    shape = {"sampling": ["independent", "reshuffled"], "noise_level": [0.1], "seed": [0, 1]}
    table = xr.DataArray(
        excess[:, :, None, None] * np.ones((2, 2, 1, 2)),
        shape,
        ("sampling", "setting", "noise_level", "seed"),
    )
    decided = one_knob_network.values(xr.Dataset({"excess": table, "volatility": table**2}), None)
    np.testing.assert_allclose(decided["E3"]["network"], [[2.0]] * 2)
    np.testing.assert_allclose(decided["H17"]["as_volatile_if_independent"], [4.0] * 2)
    np.testing.assert_allclose(decided["H23"]["calmer_network"], [[3.0, 2.0]] * 2)
    np.testing.assert_allclose(decided["H23"]["as_volatile"], 6.0)


@pytest.mark.slow
def test_runs_have_the_excess_loss_of_theory():
    settings = dict(ONE_KNOB_EXACT.quick) | {"momenta": (0.0,), "linear_times": (2.0, 400.0)}
    runs = ONE_KNOB_EXACT.measure(range(10_000, 10_004), None, **settings)
    ratio = (runs.linear / runs.linear_predicted).mean("seed")
    np.testing.assert_allclose(ratio, 1, atol=0.2)
