"""Up to which learning rate SGD on quadratics is stable, in the mean and in the mean square."""

from itertools import islice

import numpy as np
import pytest

from helpers import theory

SPECTRUM = np.array([1.0, 0.5, 0.2, 0.05])
OFFSET = np.array([1.0, -1.0, 0.5, 2.0])
REGRESSION = theory.linear_regression(SPECTRUM, 0.7, OFFSET)


def mean_square_radius(spectrum, batch_size, rate, momentum):
    """Largest eigenvalue of the expected Kronecker square of an update, of (weights, velocity)."""
    points, shares = np.polynomial.hermite_e.hermegauss(3)  # exact up to the fifth power
    n = len(spectrum)

    def update(curvature):
        kick = momentum * np.eye(n), -rate * curvature
        return np.block([[np.eye(n) + kick[1], kick[0]], [kick[1], kick[0]]])

    of_one = 0
    for at in np.ndindex(*[3] * n):
        x = points[list(at)] * np.sqrt(spectrum)
        one = update(np.outer(x, x))
        of_one = of_one + np.prod(shares[list(at)] / shares.sum()) * np.kron(one, one)
    mean = update(np.diag(spectrum))
    square = of_one / batch_size + np.kron(mean, mean) * (1 - 1 / batch_size)
    return np.abs(np.linalg.eigvals(square)).max()


@pytest.mark.parametrize("momentum", [0, 0.5, 0.9])
@pytest.mark.parametrize("batch_size", [1, 3, 30])
def test_mean_square_converges_below_its_limit_and_diverges_above(batch_size, momentum):
    spectrum = np.array([1.0, 0.6])
    problem = theory.linear_regression(spectrum, 1.0, [1.0, 1.0])
    limit = theory.largest_rate_of_mean_square(problem, batch_size, momentum)
    assert limit < theory.largest_rate_of_mean(problem, momentum)
    assert mean_square_radius(spectrum, batch_size, 0.99 * limit, momentum) < 1
    assert mean_square_radius(spectrum, batch_size, 1.01 * limit, momentum) > 1
    below, above = (
        theory.excess_losses(problem, batch_size, limit * part, momentum, updates=6000)[-1]
        for part in (0.98, 1.02)
    )
    expected = theory.equilibrium_excess_loss(problem, batch_size, limit * 0.98, momentum)
    assert below == pytest.approx(expected, rel=1e-3)
    assert not above < 1e3 * expected
    assert theory.equilibrium_excess_loss(problem, batch_size, limit * 1.02, momentum) == np.inf


@pytest.mark.parametrize("batch_size", [1, 2, 16, np.inf])
def test_in_one_dimension_the_limit_is_that_of_the_curvatures_variance(batch_size):
    curvature = 0.4
    problem = theory.linear_regression([curvature], 1.0, [1.0])
    limit = 2 * curvature / (curvature**2 + 2 * curvature**2 / batch_size)
    assert theory.largest_rate_of_mean_square(problem, batch_size) == pytest.approx(limit)


@pytest.mark.parametrize("momentum", [0, 0.5, 0.9])
def test_mean_converges_below_its_limit_and_diverges_above_at_any_batch_size(momentum):
    limit = theory.largest_rate_of_mean(REGRESSION, momentum)
    for batch_size in (1, np.inf):
        *_, below = islice(theory.moments(REGRESSION, batch_size, limit * 0.99, momentum), 3000)
        *_, above = islice(theory.moments(REGRESSION, batch_size, limit * 1.01, momentum), 3000)
        assert np.abs(below.offset).max() < 1e-3
        assert np.abs(above.offset).max() > 1e3
    for part, stable in ((0.99, True), (1.01, False)):
        pull = part * limit * SPECTRUM.max()
        step = np.array([[1 - pull, momentum], [-pull, momentum]])
        assert (np.abs(np.linalg.eigvals(step)).max() < 1) == stable


def test_with_the_same_noise_everywhere_both_limits_are_one():
    problem = theory.Quadratic(SPECTRUM, np.ones(4), OFFSET)
    limits = [theory.largest_rate_of_mean_square(problem, size, 0.9) for size in (1, 100)]
    assert limits == [theory.largest_rate_of_mean(problem, 0.9)] * 2
    assert theory.equilibrium_excess_loss(problem, 1, limits[0] * 0.999, 0.9) < np.inf
    assert theory.equilibrium_excess_loss(problem, 1, limits[0] * 1.001, 0.9) == np.inf
