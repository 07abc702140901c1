"""Batches are drawn fairly, and noise and noise scale are those of closed forms."""

import itertools

import numpy as np
import pytest

from helpers.landscape.noise import cosines, draw_batches, noise_and_signal, two_batch_estimate

GRADIENTS = np.random.default_rng(5).normal([2.0, -1.0, 0.5], 1.5, size=(6, 3))
TRACE = np.trace(np.cov(GRADIENTS, rowvar=False))
MEAN = GRADIENTS.mean(axis=0)


def test_batch_without_replacement_holds_each_sample_at_most_once():
    drawn = draw_batches(7, 3, 5000, np.random.default_rng(0))
    assert set(np.unique(drawn)) == {0, np.float32(1 / 3)}
    assert ((drawn > 0).sum(axis=1) == 3).all()
    np.testing.assert_allclose((drawn > 0).mean(axis=0), 3 / 7, atol=0.03)


def test_batch_with_replacement_may_hold_a_sample_again():
    drawn = draw_batches(4, 8, 5000, np.random.default_rng(0), replace=True)
    np.testing.assert_allclose(drawn.sum(axis=1), 1, rtol=1e-6)
    assert drawn.max() > 1 / 8
    np.testing.assert_allclose(drawn.mean(axis=0), 1 / 4, atol=0.01)


@pytest.mark.parametrize("replace", [False, True])
def test_variance_of_drawn_batches_follows_the_formula(replace):
    n, size = len(GRADIENTS), 2
    drawn = draw_batches(n, size, 200_000, np.random.default_rng(1), replace) @ GRADIENTS
    variance = ((drawn - MEAN) ** 2).sum(axis=1).mean()
    # With replacement the covariance is that of the set itself, with n as divisor.
    expected = TRACE * (n - 1) / n / size if replace else TRACE / size * (1 - size / n)
    assert variance == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("size", [1, 2, 4, 6])
def test_noise_of_all_batches_of_a_tiny_set_is_exactly_that_of_the_formula(size):
    batches = [GRADIENTS[list(s)].mean(axis=0) for s in itertools.combinations(range(6), size)]
    variance = np.mean(np.sum((np.array(batches) - MEAN) ** 2, axis=1))
    noise, _ = noise_and_signal(GRADIENTS)
    assert variance == pytest.approx(noise / size * (1 - size / 6), abs=1e-12)


def test_noise_and_signal_of_a_linear_model_are_those_of_the_closed_form():
    # loss (w x - y)^2 / 2, gradient (w x - y) x
    x, y, w = np.array([1.0, 2.0, -1.0]), np.array([0.0, 1.0, 3.0]), 2.0
    each = ((w * x - y) * x)[:, None]  # 2, 6, 5
    noise, signal = noise_and_signal(np.stack([each, 2 * each]))
    np.testing.assert_allclose(noise, [13 / 3, 4 * 13 / 3])
    np.testing.assert_allclose(signal, [(13 / 3) ** 2, 4 * (13 / 3) ** 2])
    assert noise_and_signal(GRADIENTS)[0] == pytest.approx(TRACE)


def test_two_batch_estimate_is_right_on_average_over_all_draws():
    squares = {}
    for size in (1, 3):
        draws = [GRADIENTS[list(s)].mean(axis=0) for s in itertools.product(range(6), repeat=size)]
        squares[size] = np.mean(np.sum(np.square(draws), axis=1))
    noise, signal = two_batch_estimate(squares[1], squares[3], 1, 3)
    assert noise == pytest.approx(TRACE * 5 / 6)  # of the set as a population
    assert signal == pytest.approx(np.sum(MEAN**2))


def test_cosines_by_hand():
    vectors = np.array([[1.0, 1.0], [-2.0, 0.0], [0.0, 5.0], [0.0, 0.0]])
    found = cosines(vectors, np.array([3.0, 0.0]))
    np.testing.assert_allclose(found, [np.sqrt(0.5), -1, 0, 0])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda g: draw_batches(4, 5, 1, g), "batch_size must be between 1 and 4 .*, got 5"),
        (lambda g: draw_batches(4, 0, 1, g), "batch_size must be between 1 and 4 .*, got 0"),
        (lambda g: draw_batches(4, 2, 0, g), "draws must be at least 1, got 0"),
        (lambda g: noise_and_signal(GRADIENTS[:1]), "number of samples must be at least 2, got 1"),
        (lambda g: two_batch_estimate(1.0, 1.0, 4, 4), "large_size must be at least 5 .*, got 4"),
    ],
)
def test_sizes_out_of_range_are_named(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call(np.random.default_rng(0))
