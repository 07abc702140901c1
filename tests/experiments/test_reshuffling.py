"""Reshuffled epochs in closed form, against a simulation and what can be worked out by hand."""

import numpy as np
import pytest

from helpers.experiments.reshuffling import reshuffled_excess_loss, share_left
from helpers.theory import Quadratic, equilibrium_excess_loss

ONE = Quadratic([1.0], [1.0], [0.0])


def simulated(h, size, rate, momentum, n_train, epochs=4000, runs=50):
    """½ h o² at the ends of reshuffled epochs, of gradients h o + z_i with fixed z_i."""
    generator = np.random.default_rng(0)
    z = generator.standard_normal(n_train)
    z = (z - z.mean()) / z.std(ddof=1)
    weight, velocity, squares = np.zeros(runs), np.zeros(runs), []
    for _ in range(epochs):
        order = generator.permuted(np.tile(z, (runs, 1)), axis=1)
        for batch in order.reshape(runs, -1, size).mean(axis=-1).T:
            velocity = momentum * velocity - rate * (h * weight + batch)
            weight = weight + velocity
        squares.append(np.mean(weight**2))
    return h / 2 * np.mean(squares[epochs // 10 :])


@pytest.mark.parametrize("h, size, rate, momentum", [(1, 4, 0.1, 0.0), (2, 2, 0.02, 0.8)])
def test_the_closed_form_is_what_a_simulation_gives(h, size, rate, momentum):
    problem = Quadratic([float(h)], [1.0], [0.0])
    expected = reshuffled_excess_loss(problem, size, rate, momentum, 16)
    np.testing.assert_allclose(simulated(h, size, rate, momentum, 16), expected, rtol=0.03)


def test_two_batches_by_hand():
    # o <- (1 - e)² o - e ((1 - e) z1 + z2), and z2 = -z1 of variance 1/2 - 1/4 of 4 samples.
    e, variance = 0.3, 1 / 4
    made = e**2 * (1 - e - 1) ** 2 * variance
    expected = made / (1 - (1 - e) ** 4) / 2
    np.testing.assert_allclose(reshuffled_excess_loss(ONE, 2, e, 0.0, 4), expected)


def test_directions_add_up_and_a_flat_one_adds_nothing():
    both = Quadratic([1.0, 3.0, 0.0], [2.0, 1.0, 1.0], [0.0, 0.0, 0.0])
    apart = [Quadratic([h], [v], [0.0]) for h, v in ((1.0, 2.0), (3.0, 1.0))]
    parts = [reshuffled_excess_loss(one, 2, 0.1, 0.5, 8) for one in apart]
    np.testing.assert_allclose(reshuffled_excess_loss(both, 2, 0.1, 0.5, 8), sum(parts))


def test_small_steps_leave_the_share_of_the_formula():
    for rate in (0.0005, 0.002, 0.02):
        independent = equilibrium_excess_loss(ONE, 1, rate, 0.0, "independent", 1000)
        left = reshuffled_excess_loss(ONE, 1, rate, 0.0, 1000) / independent
        np.testing.assert_allclose(left, share_left(rate * 1000), rtol=0.02)


def test_a_batch_that_does_not_divide_the_samples_is_refused():
    with pytest.raises(ValueError, match="must divide"):
        reshuffled_excess_loss(ONE, 3, 0.1, 0.0, 8)
