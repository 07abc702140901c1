"""The power of the best rate comes out where it is known, and its statistics are of whole seeds."""

import numpy as np
import pytest
import xarray as xr

from helpers.experiments import best_rate_blobs, best_rate_digits, shifted_digits
from helpers.experiments.best_rate import best_rates, factors, middles_of, power

SIZES = (8, 32, 64, 128, 512)
POWERS = {"SGD": 0.75, "momentum": 1.0, "Adam": 0.5, "AdamW": 0.5}


def made_up(n_seeds=20, noise=0.01, sizes=SIZES, names=tuple(POWERS)):
    """Parabolas whose vertices grow with known powers, on grids whose middles are elsewhere."""
    true = {name: {size: 0.01 * size ** POWERS[name] for size in sizes} for name in names}
    middle = middles_of({n: {s: 1.2 * rate for s, rate in of.items()} for n, of in true.items()})
    factor = xr.DataArray(factors(3), dims="factor", coords={"factor": factors(3)})
    seed = xr.DataArray(np.zeros(n_seeds), {"seed": range(n_seeds)})
    loss = np.log(middle * factor / middles_of(true)) ** 2 + seed
    scatter = np.random.default_rng(0).normal(0, noise, loss.shape)
    return xr.Dataset({"loss": loss + scatter, "early_loss": loss, "middle": middle})


def test_best_rates_are_the_vertices():
    rates = best_rates(made_up(noise=0))
    for name, p in POWERS.items():
        expected = 0.01 * rates.batch_size**p
        np.testing.assert_allclose(rates.sel(optimizer=name), expected, rtol=1e-6)


def test_power_is_that_of_the_sizes_asked_for():
    bent = best_rates(made_up(noise=0))
    bent = bent.where(bent.batch_size < 128, 0.3)
    assert power(bent, "momentum", high=32) == pytest.approx(1)
    assert power(bent, "momentum", low=128) == pytest.approx(0)


def test_values_on_digits_are_powers_less_those_of_the_rules():
    values = best_rate_digits.values(made_up(), None)
    estimates = {
        f"{claim}.{name}": v.estimate for claim, of in values.items() for name, v in of.items()
    }
    expected = {
        "H9.linear": 0, "H9.below_the_limit": -0.25, "H9.momentum_longer": 0.25,
        "H9.growth_ends": 0.75,
        "H9.training_longer": 0, "H10.square_root": 0, "H10.adamw": 0, "H10.smaller_power": 0.5,
        "A8.rate_grows_on_digits": 1,
    }  # fmt: skip
    assert estimates.keys() == expected.keys()
    for name, value in expected.items():
        assert estimates[name] == pytest.approx(value, abs=0.02), name
    spread = values["H9"]["linear"].replicates.std()
    assert 0 < spread < 0.02  # of 20 seeds, with a noise of 0.01 in each loss


def test_values_on_blobs():
    values = best_rate_blobs.values(made_up(names=("SGD", "Adam")), None)
    assert values["H9"]["linear_on_blobs"].estimate == pytest.approx(-0.25, abs=0.02)
    assert values["H10"]["square_root_on_blobs"].estimate == pytest.approx(0, abs=0.02)
    assert values["H10"]["smaller_power_on_blobs"].estimate == pytest.approx(0.25, abs=0.02)


def test_a_diverged_run_counts_as_a_bad_one():
    losses = xr.DataArray([1.0, np.nan, np.inf, 1e9], dims="seed")
    np.testing.assert_allclose(shifted_digits.log_loss(losses), np.log([1, 100, 100, 100]))


@pytest.mark.slow
def test_quick_settings_have_the_dimensions_that_values_take():
    runs, tuning = best_rate_blobs.BEST_RATE_BLOBS.run_quick()
    assert tuning is None
    assert runs.loss.dims == ("optimizer", "batch_size", "factor", "seed")
    assert np.isfinite(runs.loss).all()
    # The same rate at twice the batch size makes half as many updates: the loss falls less.
    first = runs.loss.sel(optimizer="SGD", batch_size=16).mean()
    assert first < np.log(0.6)  # nats above the Bayes rule, after 16 updates
