"""The article's loop on its line, against the same loop written seed by seed."""

import numpy as np

from helpers.experiments.article_line import START, excess_loss, noisy_line

SETTINGS = {"n": 25, "batch_size": 8, "learning_rate": 0.1, "passes": 3}


def by_hand(seed, *, n, batch_size, learning_rate, passes):
    """The weights (w, b) after the last update of a run, one sample after another."""
    (x, _), y = noisy_line(seed, n)[0].T, noisy_line(seed, n)[1]
    w, b = START
    for _ in range(passes):
        for start in range(0, n, batch_size):
            last = min(start + batch_size, n)
            errors = [w * x[i] + b - y[i] for i in range(start, last)]
            slope = sum(e * x[i] for e, i in zip(errors, range(start, last), strict=True))
            w -= learning_rate * slope / batch_size  # a short last batch too
            b -= learning_rate * sum(errors) / batch_size
    return w, b


def mean_square(weights, seed):
    rows, y = noisy_line(seed, SETTINGS["n"])
    return np.mean((rows @ np.array(weights) - y) ** 2)


def test_every_seed_ends_where_its_run_by_hand_does():
    excess = excess_loss([3, 8], **SETTINGS)
    for seed, found in zip([3, 8], excess, strict=True):
        rows, y = noisy_line(seed, SETTINGS["n"])
        best = mean_square(np.linalg.solve(rows.T @ rows, rows.T @ y), seed)
        expected = mean_square(by_hand(seed, **SETTINGS), seed) / best - 1
        np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert (excess > 0.1).all()  # three passes are too few


def test_the_full_batch_comes_to_the_least_squares_solution():
    settings = SETTINGS | {"batch_size": 25, "learning_rate": 0.5, "passes": 500}
    np.testing.assert_allclose(excess_loss([1, 2], **settings), 0, atol=1e-9)


def test_a_run_that_overflows_has_an_infinite_excess():
    settings = SETTINGS | {"learning_rate": 50, "passes": 400}
    assert np.isposinf(excess_loss([1], **settings)).all()


def test_samples_lie_about_the_line():
    rows, y = noisy_line(4, 100_000)
    assert rows[:, 0].min() >= -1
    assert rows[:, 0].max() < 1.5
    errors = y - rows @ [2, 1]
    np.testing.assert_allclose([errors.mean(), errors.std()], [0, 0.8], atol=0.01)
