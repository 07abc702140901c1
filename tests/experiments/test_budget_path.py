"""The budget path on made-up losses, and its parts against exact results."""

import numpy as np
import pytest

from helpers.experiments import budget_path, revised_path
from helpers.experiments.budget_path import best_of_three, useful_batch
from helpers.experiments.decayed import cosine, decayed_sweep
from helpers.experiments.revised_path import best_of_tries, candidates, noise_scales
from helpers.experiments.trial_problems import PROBLEMS
from helpers.landscape import noise_and_signal, sample_gradients
from helpers.training import train

BLOBS = PROBLEMS["blobs"]


def made_up(best):
    """Losses of n seeds whose best learning rates are ``best``."""
    return lambda rates, added=(0,): 1 + np.log(np.array(rates)[:, None] / best) ** 2


def test_best_inside_the_five_takes_five_runs_and_four_more():
    rates, trials = best_of_three(made_up(np.array([0.03])), 0.01, 1)
    np.testing.assert_allclose(rates, 0.03)
    assert trials.tolist() == [9]


def test_best_at_an_edge_goes_on_until_it_lies_inside():
    rates, trials = best_of_three(made_up(np.array([0.81, 0.01, 0.01 / 27])), 0.01, 3)
    np.testing.assert_allclose(rates, [0.81, 0.01, 0.01 / 27])
    assert trials.tolist() == [5 + 3 + 4, 9, 5 + 2 + 4]


def test_the_second_best_wins_if_two_more_seeds_say_so():
    def losses(rates, added=(0,)):
        first = {0.01: 1.0, 0.03: 1.1}
        again = {0.01: 1.5, 0.03: 1.1}
        of = first if added == (0,) else again
        return np.array([[of.get(round(rate, 6), 9.0)] for rate in rates])

    rates, _ = best_of_three(losses, 0.01, 1)
    np.testing.assert_allclose(rates, 0.03)


def test_where_every_rate_fails_smaller_ones_are_tried():
    def losses(rates, added=(0,)):
        return np.array([[1.0 if rate < 1e-4 else np.inf] for rate in rates])

    rates, _ = best_of_three(losses, 0.01, 1)
    assert rates[0] < 1e-4


def test_batch_is_doubled_as_long_as_it_gains_a_quarter():
    assert useful_batch(lambda size: 1.0, 256) == 256  # samples per second double
    assert useful_batch(lambda size: size, 256) == 16  # they do not grow
    # (1 + 2 B h) / (1 + B h) ≤ 2 / 1.25 as long as B h ≤ 1.5, with h = 0.02
    assert useful_batch(lambda size: 1 + 0.02 * size, 256) == 128


def test_candidates_go_from_the_scaled_rate_down_to_the_old_one_by_thirds():
    np.testing.assert_allclose(candidates(0.09, 8, "SGD"), [0.72, 0.24])
    np.testing.assert_allclose(candidates(0.09, 8, "Adam"), [0.25])
    np.testing.assert_allclose(candidates(0.1, 9, "SGD"), [0.9, 0.3, 0.1])
    np.testing.assert_allclose(candidates(0.09, 0.25, "Adam"), [0.045])


def test_every_seed_chooses_among_its_own_rates():
    def losses(every):
        assert every == [0.01, 0.03, 0.1]
        return np.array([[1.0, 9.0], [2.0, 8.0], [3.0, 7.0]])

    assert best_of_tries([[0.03, 0.1], [0.01, 0.03]], losses) == [0.03, 0.03]
    assert best_of_tries([[0.03], [0.01]], None) == [0.03, 0.01]


def test_cosine_starts_at_the_rate_and_is_half_in_the_middle():
    rates = cosine(0.2, 8)
    assert rates[0] == 0.2
    assert rates[4] == pytest.approx(0.1)
    assert rates == sorted(rates, reverse=True)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
def test_problems_are_standardised_by_what_trains_and_share_no_rows(problem):
    validation, test = problem.data(10_000)
    assert len(validation.x_train) == problem.n_train
    assert len(validation.x_test) == len(test.x_test) == problem.n_held
    np.testing.assert_allclose(validation.x_train.mean(axis=0), 0, atol=1e-4)
    assert validation.x_train.std(axis=0).round(3).max() == 1
    rows = [
        row.tobytes() for x in (validation.x_train, validation.x_test, test.x_test) for row in x
    ]
    assert len(set(rows)) > 0.99 * len(rows)


@pytest.mark.slow
def test_decayed_sweep_is_train_with_the_rates_of_a_cosine():
    data = [BLOBS.data(10_000)[0]]
    swept = decayed_sweep(
        BLOBS.build, budget_path.optimizer("Adam"), data, batch_sizes=[64], seeds=[10_000],
        learning_rates=[0.003, 0.01], epochs=3, loss=BLOBS.loss,
    )  # fmt: skip
    runs = train(
        BLOBS.build, budget_path.optimizer("Adam"), data, batch_size=64, epochs=3, seeds=[10_000],
        learning_rate=cosine(0.01, 3), progress=False,
    )  # fmt: skip
    np.testing.assert_allclose(
        swept.val_loss.sel(batch_size=64, learning_rate=0.01), runs.val_loss, rtol=1e-4
    )


@pytest.mark.slow
def test_noise_scale_of_two_batches_is_that_of_all_single_gradients(monkeypatch):
    monkeypatch.setattr(revised_path, "PAIRS", 8000)
    data = BLOBS.data(10_000)[0]
    runs = train(
        BLOBS.build, budget_path.optimizer("SGD"), [data], batch_size=64, epochs=1, seeds=[10_000],
        snapshots=[1], progress=False,
    )  # fmt: skip
    weights = runs.weights.values
    [estimate] = noise_scales(BLOBS, [data], [10_000], weights, 256)
    single = sample_gradients(BLOBS.build, weights[0, 0], data.x_train, data.y_train)
    noise, signal = noise_and_signal(single)
    assert estimate == pytest.approx(noise / signal, rel=0.07)
