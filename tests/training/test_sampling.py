"""Samplings of a finite set: what an epoch's order holds, and how far batch means scatter."""

import numpy as np
import pytest

from helpers.training.sampling import SAMPLINGS, epoch_order


def batches(sampling, n, batch_size, epochs, seed=0):
    """Whole batches of some epochs, shape (batches, batch_size)."""
    generator = np.random.default_rng(seed)
    orders = [epoch_order(sampling, generator, n, batch_size) for _ in range(epochs)]
    whole = n // batch_size * batch_size
    return np.array(orders)[:, :whole].reshape(-1, batch_size)


@pytest.mark.parametrize("batch_size", [1, 3, 7, 20])
@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_an_order_holds_n_indices(sampling, batch_size):
    order = epoch_order(sampling, np.random.default_rng(0), 20, batch_size)
    assert order.shape == (20,)
    assert set(order) <= set(range(20))


def test_epochs_of_the_first_two_hold_every_sample_once():
    generator = np.random.default_rng(5)
    np.testing.assert_array_equal(epoch_order("in order", generator, 9, 2), np.arange(9))
    np.testing.assert_array_equal(
        epoch_order("reshuffled", generator, 9, 2), np.random.default_rng(5).permutation(9)
    )


@pytest.mark.parametrize("batch_size", [4, 5, 16])  # drawn again where they repeat; permuted
def test_independent_batches_hold_no_sample_twice_and_every_sample_equally_often(batch_size):
    drawn = batches("independent", 20, batch_size, 3000)
    assert (np.diff(np.sort(drawn)) > 0).all()
    for place in (0, -1):  # in every place of a batch, so that a short batch is no special choice
        counts = np.bincount(drawn[:, place], minlength=20) * 20 / len(drawn)
        np.testing.assert_allclose(counts, 1, atol=6 * np.sqrt(20 / len(drawn)))


@pytest.mark.parametrize("batch_size", [2, 5, 10])
@pytest.mark.parametrize(
    ("sampling", "factor"),
    [
        ("independent", lambda b, n: (1 / b - 1 / n) * n / (n - 1)),  # of a finite population
        ("with replacement", lambda b, n: 1 / b),
    ],
)
def test_batch_means_scatter_as_the_formulas_say(sampling, factor, batch_size):
    n, values = 20, np.random.default_rng(1).normal(size=20)
    means = values[batches(sampling, n, batch_size, 8000)].mean(axis=1)
    expected = values.var() * factor(batch_size, n)
    np.testing.assert_allclose(means.var(), expected, rtol=0.06)
    neighbours = np.corrcoef(means[:-1], means[1:])[0, 1]
    np.testing.assert_allclose(neighbours, 0, atol=4 / np.sqrt(len(means)))


def test_reshuffled_batches_of_an_epoch_cancel():
    values = np.random.default_rng(1).normal(size=20)
    means = values[batches("reshuffled", 20, 5, 100)].mean(axis=1).reshape(-1, 4)
    np.testing.assert_allclose(means.mean(axis=1), values.mean())
