import numpy as np
import pytest
import xarray as xr

from helpers.analysis import best_rate, critical_batch_size, updates_to
from helpers.experiments.noise_at_loss import noises
from helpers.experiments.regime_fits import (
    critical_batches,
    farthest,
    fit_regimes,
    fitted,
    seed_shares,
    tuned_places,
)
from helpers.experiments.regimes import (
    STEP,
    at_places,
    best_places,
    crossings,
    evaluation_grid,
)
from helpers.experiments.regimes_network_values import values

SIZES = 4.0 ** np.arange(7)


def exact(critical=50.0, fewest=10.0):
    """Updates that follow the form."""
    return fewest * (1 + critical / SIZES)


def races(critical=(40.0, 80.0), optimizers=2, n_seeds=6, best=3, evaluations=2000):
    """Losses that fall exponentially, such that targets are reached after known updates."""
    steps = STEP ** np.arange(-3, 4)
    slower = 1 + 0.2 * (np.arange(7) - best) ** 2  # updates over those of the best rate
    targets = np.array([0.1, 0.01])
    fewest = (10.0, 20.0)
    times = [f * (1 + c / SIZES) for f, c in zip(fewest, critical, strict=True)]
    at = np.geomspace(0.5, 4 * times[1], evaluations, axis=-1)
    log_losses = np.empty((len(SIZES), 7, evaluations))
    for i in range(len(SIZES)):
        for j in range(7):
            knots = np.log([0.1, *(t[i] * slower[j] for t in times), 1e6])
            log_losses[i, j] = np.interp(np.log(at[i]), knots, np.log([1, *targets, 1e-3]))
    excess = np.exp(log_losses)[None, :, :, None] * np.ones((optimizers, 1, 1, n_seeds, 1))
    dims = ("optimizer", "batch_size", "step", "seed", "evaluation")
    return xr.Dataset(
        {
            "excess": (dims, excess),
            "updates": (("optimizer", "batch_size", "evaluation"), np.stack([at] * optimizers)),
        },
        {"batch_size": SIZES.astype(int), "step": steps, "target": targets},
    )


def test_evaluations_end_with_the_run_and_are_distinct():
    for updates in (1, 20, 5000):
        grid = evaluation_grid(updates)
        assert grid[-1] == updates and grid[0] >= 1 and len(set(grid)) == len(grid) <= 32


def test_crossings_are_those_of_updates_to_but_on_logarithms_of_updates():
    loss = np.array([8.0, 4.0, 1.0, 2.0, 0.5])
    at = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    ours = crossings(loss[None, None], at[None], [8.0, 2.0, 1.0, 0.1])[:, 0, 0]
    assert ours == pytest.approx([1, 2 * 2**0.5, 4, np.inf])
    of_mean = updates_to(xr.DataArray(loss, {"update": at}), 1.0).item()
    assert ours[2] == of_mean


def test_missing_evaluations_do_not_count():
    loss = np.array([[[4.0, 2.0, np.inf]]])
    assert crossings(loss, np.array([[1.0, 2.0, np.nan]]), [1.0])[0, 0, 0] == np.inf


def test_best_places_are_those_of_best_rate():
    generator = np.random.default_rng(0)
    rates = STEP ** np.arange(7)
    updates = generator.uniform(1, 9, (50, 7))
    updates[:20, 5:] = np.inf
    best = best_rate(xr.DataArray(updates, {"learning_rate": rates}, ("case", "learning_rate")))
    assert STEP ** best_places(updates) == pytest.approx(best.learning_rate.values)


def test_at_places_is_a_line_between_logarithms():
    updates = np.array([1.0, 4.0, np.inf])
    assert at_places(updates, np.array(0.5)) == pytest.approx(2)
    assert at_places(updates, np.array(1.8)) == 4  # since the other diverged
    assert at_places(updates, np.array(2.0)) == np.inf


def test_critical_batches_are_those_of_the_library():
    generator = np.random.default_rng(1)
    updates = exact() * np.exp(0.1 * generator.normal(size=(5, 7)))
    updates[0, 0] = np.inf
    ours = critical_batches(SIZES, updates)
    theirs = critical_batch_size(
        xr.DataArray(updates, {"seed": range(5), "batch_size": SIZES}, ("seed", "batch_size"))
    )
    assert ours[0] == pytest.approx(theirs.fewest_updates.values, rel=2e-3)
    assert ours[1] == pytest.approx(theirs.critical_batch_size.values, rel=5e-3)
    assert np.isnan(critical_batches(SIZES, np.full(7, np.inf))[1])


def test_slopes_of_the_exact_form_are_those_of_its_derivative():
    fit = fit_regimes(SIZES, exact())
    assert fit["critical"] == pytest.approx(50, rel=5e-3)
    assert fit["rms"] < 1e-3
    assert fit["departure"] == pytest.approx(np.zeros(3), abs=2e-3)
    sizes = np.array([1.0, 1.001, 1.002, 400, 401, 402])  # so close that the line is the tangent
    fit = fit_regimes(sizes, 10 * (1 + 50 / sizes))
    assert fit["slope"][[0, 2]] == pytest.approx([-50 / 51, -50 / 451], rel=5e-3)


def test_updates_that_never_fade_depart_from_the_fit_at_the_ends():
    steeper = exact() ** 1.5  # slope -1.5 at the small end, 0 at the large
    assert fit_regimes(SIZES, steeper)["departure"][0] < -0.2


def test_tuned_updates_and_fits_are_those_that_the_losses_were_made_for():
    runs = races()
    fits = fitted(runs, runs, "geometric", replicates=3)
    wanted = np.stack([10 * (1 + 40 / SIZES), 20 * (1 + 80 / SIZES)])
    assert fits["updates"][0, 0] == pytest.approx(wanted, rel=0.01)
    assert fits["critical"][0] == pytest.approx(np.array([[40, 80]] * 2), rel=0.05)
    assert fits["critical"][1:] == pytest.approx(fits["critical"][:1].repeat(3, 0))  # equal seeds
    assert tuned_places(runs, "geometric").values == pytest.approx(np.full((2, 2, 7), 3), abs=0.01)


def test_the_rate_is_the_one_that_the_tuning_seeds_choose():
    fits = fitted(races(), races(best=2), "geometric", replicates=1)
    wanted = 1.2 * 10 * (1 + 40 / SIZES)  # one step off the best
    assert fits["updates"][0, 0, 0] == pytest.approx(wanted, rel=0.02)


def test_a_run_that_diverged_spoils_the_arithmetic_mean_alone():
    runs = races()
    runs.excess[:, :, :, 0] = np.nan
    few = fitted(runs, races(), "arithmetic", replicates=1)
    assert np.isinf(few["updates"][0]).all()


def test_shares_are_those_of_a_bootstrap():
    shares = seed_shares(10, 500)
    assert shares[0] == pytest.approx(np.full(10, 0.1))
    assert shares.sum(1) == pytest.approx(np.ones(501))
    assert np.var(shares[1:] * 10) == pytest.approx(0.9, abs=0.1)  # multinomial: 1 - 1/n
    assert not np.allclose(shares, seed_shares(10, 500, kind=1))


def test_farthest_keeps_the_sign_and_counts_what_is_unknown_as_far():
    assert farthest(np.array([[[1.0, -3.0]], [[2.0, 1.0]]])).tolist() == [-3, 2]
    assert np.isnan(farthest(np.array([[1.0, np.nan]])))[0]


def test_numbers_are_those_of_single_gradients():
    gradients = np.array([[1.0, 0.0], [3.0, 2.0], [2.0, -2.0]])
    curvature = np.diag([2.0, 3.0])
    noise, signal, weighted, along = noises(gradients, curvature)
    assert noise == pytest.approx(1 + 4)  # variances of the two axes
    assert signal == pytest.approx(4 - 5 / 3)
    assert weighted == pytest.approx(2 * 1 + 3 * 4)
    assert along == pytest.approx(2 * 4 - 14 / 3)


def made_up_network(n_seeds=8):
    """Runs of three optimizers whose critical batch sizes are 40 and 80."""
    runs = races(optimizers=3, n_seeds=n_seeds, evaluations=100)
    runs = runs.assign_coords(optimizer=["SGD", "momentum", "Adam"])
    names, of = ["network", "momentum"], ["SGD", "momentum"]
    scale = np.array([[80.0, 240.0], [400.0, 400.0]])  # 2 and 3 times, 10 and 5 times
    signal = np.linspace(0.5, 1.5, n_seeds) * np.ones((2, 2, n_seeds))
    axes = ("run", "target", "seed")
    return runs.assign(
        simple_noise=(axes, scale[..., None] * np.ones(n_seeds)),
        simple_signal=(axes, signal),
        hessian_noise=(axes, 2 * scale[..., None] * np.ones(n_seeds)),
        hessian_signal=(axes, signal),
        run_optimizer=("run", of),
    ).assign_coords(run=names)


def test_values_of_the_network_are_those_that_it_was_made_for():
    runs = made_up_network()
    network = values(runs, runs)
    scale = {name: value.estimate for name, value in network["E1"].items()}
    wanted = {"network": 3, "above": 2, "momentum": 10, "hessian": 6}
    assert scale == pytest.approx(wanted, rel=0.1)
    assert network["E2"]["fades"].estimate > 0.5
    assert network["E2"]["fit"].estimate < 0.1
    assert network["H22"]["grows"].estimate == pytest.approx(2, rel=0.1)
    assert network["H3"]["at_equal_loss"].estimate == pytest.approx(3)
    assert network["H22"]["keeps_pace"].estimate == pytest.approx(1.5, rel=0.1)


def test_a_seed_that_does_not_get_there_counts_in_neither_mean():
    runs = made_up_network()
    for name in ("simple_noise", "simple_signal"):
        runs[name][:, :, 0] = np.nan
    signal = runs.simple_signal.isel(run=0, target=0).mean().item()
    expected = 80 / signal / 40
    assert values(runs, runs)["E1"]["above"].estimate == pytest.approx(expected, rel=0.1)
