import keras
import numpy as np
import pytest
import xarray as xr

from helpers.data import blob_stream, regression_stream
from helpers.experiments.noise_at_loss import noise_at_loss
from helpers.experiments.regimes import race
from helpers.experiments.regimes_linear import REGIMES_LINEAR
from helpers.experiments.regimes_network import REGIMES_NETWORK
from helpers.theory import excess_losses, linear_regression

pytestmark = pytest.mark.slow
SPECTRUM = [1.0, 0.5, 0.25]


def linear_model():
    weights = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    return keras.Sequential([keras.Input((3,)), weights])


def test_the_mean_loss_of_a_race_is_that_of_theory():
    runs = race(
        linear_model,
        keras.optimizers.SGD(),
        regression_stream(SPECTRUM, label_noise=1.0),
        loss="mean_squared_error",
        floor=1.0,
        batch_sizes=[8],
        largest_rate=0.3,
        knee=8,
        power=1,
        steps=1,
        updates=0,
        fewest=20,
        seeds=range(200),
        keep=[8],
    )
    assert runs.learning_rate.values[0] == pytest.approx([0.15 / 2**0.5, 0.15, 0.15 * 2**0.5])
    problem = linear_regression(SPECTRUM, 1.0, np.ones(3))
    rates = 2 * runs.learning_rate.values[0]  # of half the squared error
    exact = 2 * excess_losses(problem, 8, rates, updates=20)
    at = runs.updates.values[0]
    at = at[np.isfinite(at)].astype(int)
    mean = runs.excess.mean("seed").values[0, :, : len(at)]
    assert mean == pytest.approx(exact[at].T, rel=0.15)
    offsets = runs.weights.isel(kept=0).values[:, :, : len(at)] - 1
    of_weights = np.sum(np.array(SPECTRUM) * offsets**2, axis=-1)
    assert runs.excess.values[0, :, :, : len(at)] == pytest.approx(of_weights, abs=1e-5)


def softmax_regression():
    outputs = keras.layers.Dense(2, use_bias=False, activation="softmax")
    return keras.Sequential([keras.Input((2,)), outputs])


def test_the_noise_is_that_of_the_first_weights_at_the_target():
    # Blobs around ±(1, 0), and both probabilities 1/2: a gradient is ±(x, -x) / 2, and the Hessian
    # half of E[x xᵀ] = diag(2, 1) along it.
    runs = xr.Dataset(
        {
            "excess": (("seed", "evaluation"), [[9.0, 1.0, 0.0], [9.0, 9.0, 9.0]]),
            "weights": (
                ("seed", "evaluation", "weight"),
                np.array([[[9] * 4, [0] * 4, [9] * 4], [[9] * 4] * 3], "float32"),
            ),
        },
        {"seed": [5, 6]},
    )
    noise = noise_at_loss(
        softmax_regression,
        blob_stream(np.array([[-1.0, 0.0], [1.0, 0.0]]), 1.0),
        runs,
        1.0,
        noise_samples=20_000,
        hessian_samples=20_000,
    )
    exact = {"simple_noise": 1, "simple_signal": 1 / 2, "hessian_noise": 3 / 4}
    exact["hessian_signal"] = 1 / 2
    of_first = {name: part.values[0] for name, part in noise.data_vars.items()}
    assert of_first == pytest.approx(exact, rel=0.05)
    assert np.isnan(noise.simple_noise.values[1])


def test_quick_settings_give_values_for_all_assertions():
    runs, tuning = REGIMES_LINEAR.run_quick()
    claims = REGIMES_LINEAR.values(runs, tuning)
    assert np.isfinite([v.estimate for part in claims.values() for v in part.values()]).all()
    runs, tuning = REGIMES_NETWORK.run_quick()
    with np.errstate(all="ignore"):  # so few updates do not show where the batch gets critical
        by_claim = REGIMES_NETWORK.values(runs, tuning)
    assert set(by_claim) == {"E1", "E2", "H3", "H22"}
