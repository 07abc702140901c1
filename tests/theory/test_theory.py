"""The theory of SGD on quadratics agrees with simulated runs, and with the papers' limits."""

from itertools import islice

import keras
import numpy as np
import pytest

from helpers import theory
from helpers.analysis import critical_batch_size

SPECTRUM = np.array([1.0, 0.5, 0.2, 0.05])
OFFSET = np.array([1.0, -1.0, 0.5, 2.0])
REGRESSION = theory.linear_regression(SPECTRUM, 0.7, OFFSET)
N_TRAIN, REPLICATES = 12, 20_000


def simulate(gradients, offset, rate, momentum, updates):
    """Offsets and velocities of many runs, shape (updates + 1, REPLICATES, n) each."""
    w, v = np.tile(offset, (REPLICATES, 1)), np.zeros((REPLICATES, len(offset)))
    offsets, velocities = [w], [v]
    for _ in range(updates):
        v = momentum * v - rate * gradients(w)
        w = w + v
        offsets.append(w)
        velocities.append(v)
    return np.array(offsets), np.array(velocities)


def agree(samples, expected):
    """The mean over replicates lies within 5 standard errors of what is expected."""
    error = samples.std(axis=0) / np.sqrt(len(samples))
    assert (np.abs(samples.mean(axis=0) - expected) <= 5 * error + 1e-12).all()


def moments_agree(offsets, velocities, run):
    """Mean and covariance after the last update, and the squares after each."""
    moments = list(islice(run, len(offsets)))
    for o, moment in zip(offsets, moments, strict=True):
        agree(o**2, moment.squares)
    last = moments[-1]
    o, v = offsets[-1], velocities[-1]
    agree(o, last.offset)
    agree(v, last.velocity)
    o, v = o - last.offset, v - last.velocity
    agree(o**2, last.offset_variance)
    agree(o * v, last.covariance)
    agree(v**2, last.velocity_variance)


@pytest.mark.parametrize(("batch_size", "rate", "momentum"), [(1, 0.2, 0), (3, 0.3, 0.8)])
def test_moments_on_a_stream_are_those_of_simulated_linear_regressions(batch_size, rate, momentum):
    generator = np.random.default_rng(0)

    def gradients(w):
        x = generator.normal(size=(REPLICATES, batch_size, 4)) * np.sqrt(SPECTRUM)
        error = np.einsum("rbi,ri->rb", x, w) - 0.7 * generator.normal(size=x.shape[:2])
        return np.einsum("rb,rbi->ri", error, x) / batch_size

    runs = simulate(gradients, OFFSET, rate, momentum, updates=15)
    moments_agree(*runs, theory.moments(REGRESSION, batch_size, rate, momentum))


@pytest.mark.parametrize("momentum", [0, 0.7])
@pytest.mark.parametrize(("sampling", "divisor"), [("with replacement", 12), ("independent", 11)])
def test_moments_on_a_training_set_are_those_of_simulated_batches(sampling, divisor, momentum):
    generator = np.random.default_rng(1)
    mixed = generator.normal(size=(3, 3))
    hessian = mixed @ mixed.T
    noise = generator.normal(size=(N_TRAIN, 3)) @ mixed
    noise -= noise.mean(axis=0)  # sample k has the loss ½ w H w + noise_k w
    offset, batch_size, rate = np.array([1.0, 2.0, -1.0]), 5, 0.05

    def gradients(w):
        if sampling == "with replacement":
            batch = generator.integers(N_TRAIN, size=(REPLICATES, batch_size))
        else:
            batch = generator.random((REPLICATES, N_TRAIN)).argsort(axis=1)[:, :batch_size]
        return w @ hessian + noise[batch].mean(axis=1)

    problem = theory.quadratic(hessian, noise.T @ noise / divisor, offset)
    _, vectors = np.linalg.eigh(hessian)
    runs = simulate(gradients, offset, rate, momentum, updates=15)
    n_train = N_TRAIN if sampling == "independent" else None
    moments_agree(
        *(run @ vectors for run in runs),
        theory.moments(problem, batch_size, rate, momentum, sampling, n_train),
    )


def test_without_noise_the_path_is_that_of_keras():
    optimizer = keras.optimizers.SGD(0.3, momentum=0.8)
    weight = keras.Variable(OFFSET.astype("float32"))
    run = theory.moments(REGRESSION, np.inf, 0.3, 0.8)
    for moment in islice(run, 20):
        np.testing.assert_allclose(weight.numpy(), moment.offset, atol=1e-5)
        assert not moment.offset_variance.any()
        optimizer.apply([weight.value * SPECTRUM.astype("float32")], [weight])


def test_independent_batches_of_all_samples_have_no_noise():
    problem = theory.Quadratic(SPECTRUM, np.ones(4), OFFSET)
    losses = theory.excess_losses(problem, 8, 0.5, updates=9, sampling="independent", n_train=8)
    full = [np.sum(SPECTRUM * (OFFSET * (1 - 0.5 * SPECTRUM) ** t) ** 2) / 2 for t in range(10)]
    np.testing.assert_allclose(losses, full)


def test_settings_side_by_side_are_those_one_by_one():
    sizes, rates = np.array([[1], [8]]), np.array([0.05, 0.1, 0.2])
    together = theory.excess_losses(REGRESSION, sizes, rates, 0.5, updates=6)
    assert together.shape == (7, 2, 3)
    for i, j in np.ndindex(2, 3):
        alone = theory.excess_losses(REGRESSION, sizes[i, 0], rates[j], 0.5, updates=6)
        np.testing.assert_allclose(together[:, i, j], alone)


@pytest.mark.parametrize("momentum", [0, 0.9])
@pytest.mark.parametrize("problem", [REGRESSION, theory.Quadratic(SPECTRUM, [3, 1, 1, 2], OFFSET)])
def test_equilibrium_is_where_a_long_run_ends(problem, momentum):
    sizes, rates = np.array([[1], [4]]), np.array([0.01, 0.05])
    *_, last = islice(theory.moments(problem, sizes, rates, momentum), 20_000)
    expected = theory.equilibrium_excess_loss(problem, sizes, rates, momentum)
    np.testing.assert_allclose(problem.excess_loss(last.squares), expected, rtol=1e-6)


@pytest.mark.parametrize("momentum", [0, 0.9])
@pytest.mark.parametrize("problem", [REGRESSION, theory.Quadratic(SPECTRUM, [3, 1, 1, 2], OFFSET)])
def test_equilibrium_tends_to_the_noise_level_times_a_quarter_of_the_trace(problem, momentum):
    for rate, tolerance in [(1e-3, 3e-2), (1e-5, 3e-4)]:
        level = theory.noise_level(rate, 2, momentum)
        loss = theory.equilibrium_excess_loss(problem, 2, rate, momentum)
        assert loss == pytest.approx(level * problem.noise.sum() / 4, rel=tolerance)


def test_noise_levels_are_those_of_each_sampling():
    args = {"learning_rate": 0.02, "batch_size": 5, "momentum": 0.9}
    assert theory.noise_level(**args) == pytest.approx(0.04)
    assert theory.noise_level(**args, sampling="with replacement") == pytest.approx(0.04)
    independent = theory.noise_level(**args, sampling="independent", n_train=20)
    assert independent == pytest.approx(0.2 * (1 / 5 - 1 / 20))
    # Smith & Le's ε (N / B - 1), for the sum over samples instead of the mean
    assert independent == pytest.approx(0.2 * (20 / 5 - 1) / 20)


def test_gradient_noise_and_noise_scale_are_those_of_single_samples():
    generator = np.random.default_rng(2)
    x = generator.normal(size=(400_000, 4)) * np.sqrt(SPECTRUM)
    gradients = (x @ OFFSET - 0.7 * generator.normal(size=len(x)))[:, None] * x
    variance, mean = gradients.var(axis=0), gradients.mean(axis=0)
    np.testing.assert_allclose(REGRESSION.gradient_noise(OFFSET**2), variance, rtol=0.03)
    scale = variance.sum() / np.sum(mean**2)
    assert REGRESSION.noise_scale(OFFSET**2) == pytest.approx(scale, rel=0.03)
    assert REGRESSION.noise_scale(0 * OFFSET) == np.inf


def test_updates_to_a_target_are_interpolated_in_the_logarithm():
    problem = theory.Quadratic([1.0], [0.0], [1.0])  # at rate 0.5 the loss is 0.5 * 0.25**updates
    targets = {0.5: 0, 0.4: np.log(0.4 / 0.5) / np.log(0.25), 0.5 / 4**3: 3, 0.5 / 4**3.5: 3.5}
    for target, updates in targets.items():
        assert theory.updates_to_target(problem, target, 1, 0.5) == pytest.approx(updates)
    both = theory.updates_to_target(problem, 0.1, [1, 1], [0.5, 3.0])
    assert both[0] < 2 and np.isinf(both[1])


def test_updates_to_a_target_are_those_of_the_losses():
    rates = np.array([0.02, 0.05, 0.1])
    losses = theory.excess_losses(REGRESSION, 2, rates, 0.5, updates=400)
    needed = theory.updates_to_target(REGRESSION, 0.3, 2, rates, 0.5)
    for updates, of_rate in zip(needed, losses.T, strict=True):
        first = next(t for t, loss in enumerate(of_rate) if loss <= 0.3)
        straight = np.interp(updates, [first - 1, first], np.log(of_rate[first - 1 : first + 1]))
        assert straight == pytest.approx(np.log(0.3))
    never = theory.updates_to_target(REGRESSION, 0.3, 2, rates, 0.5, at_most=3)
    assert np.isinf(never).all()


@pytest.mark.parametrize("momentum", [0, 0.9])
def test_no_learning_rate_is_faster_than_the_fastest(momentum):
    best = theory.fastest(REGRESSION, 0.2, [1, 64], momentum)
    for size in (1, 64):
        rates = np.geomspace(1e-3, 4, 1500)
        brute = theory.updates_to_target(REGRESSION, 0.2, size, rates, momentum, at_most=500).min()
        here = best.sel(batch_size=size)
        assert here.updates == pytest.approx(brute, rel=2e-3)
        again = theory.updates_to_target(REGRESSION, 0.2, size, here.learning_rate.item(), momentum)
        assert again == here.updates


def test_a_target_out_of_reach_is_never_reached():
    best = theory.fastest(REGRESSION, 1e-9, [1], at_most=50)
    assert np.isinf(best.updates.item())
    assert np.isnan(best.learning_rate.item())


@pytest.mark.parametrize(("momentum", "tolerance"), [(0, 0.05), (0.9, 0.1)])
def test_at_tuned_rates_updates_follow_the_curve_of_the_critical_batch(momentum, tolerance):
    spectrum, sizes = 1 / np.arange(1, 21), 2 ** np.arange(12)
    problem = theory.linear_regression(spectrum, 1.0, np.ones(20))
    for part in (10, 20, 40):
        target = problem.excess_loss(problem.offset**2) / part
        updates = theory.fastest(problem, target, sizes.tolist(), momentum).updates
        fit = critical_batch_size(updates.expand_dims(seed=[0]))
        curve = fit.fewest_updates.item() * (1 + fit.critical_batch_size.item() / sizes)
        assert np.sqrt(np.mean(np.log(curve / updates) ** 2)) < tolerance


def run(problem=REGRESSION, **changed):
    settings = {"batch_size": 1, "learning_rate": 0.1, "momentum": 0.0} | changed
    return theory.excess_losses(problem, **settings, updates=1)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: run(batch_size=0), "batch_size must be at least 1, got 0"),
        (lambda: run(learning_rate=0.0), "learning_rate must be a finite number above 0, got 0.0"),
        (lambda: run(momentum=1), "momentum must be at least 0 and below 1, got 1"),
        (lambda: run(sampling="independent", n_train=5), "stream of fresh samples only"),
        (lambda: theory.batch_share(9, "independent", 8), r"at most n_train \(8\), got 9"),
        (lambda: theory.batch_share(2, "independent"), "n_train must be a whole number"),
        (lambda: theory.batch_share(2, n_train=8), "n_train is for independent batches only"),
        (lambda: theory.noise_level(0.1, 2, sampling="reshuffled"), "no formula covers"),
        (lambda: theory.batch_share(2, "shuffled"), "sampling must be one of stream"),
        (lambda: theory.Quadratic([1, 1], [1], [1, 1]), "noise must have one axis"),
        (lambda: theory.Quadratic([1, -1], [1, 1], [1, 1]), "curvatures must be at least 0"),
        (lambda: theory.Quadratic([0], [1], [1]), "curvatures must hold a number above 0"),
        (lambda: theory.Quadratic([1], [1], [np.nan]), "offset must be finite"),
        (lambda: theory.linear_regression([1], -1, [1]), "noise_std must be at least 0, got -1"),
        (lambda: theory.quadratic(np.eye(2), np.eye(3), [1, 1]), r"must have the shape \(2, 2\)"),
        (lambda: theory.updates_to_target(REGRESSION, 0, 1, 0.1), "target must be a finite"),
        (lambda: theory.fastest(REGRESSION, 1, [1, 1]), "batch_sizes must not hold a value twice"),
    ],
)
def test_arguments_out_of_their_range_are_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
