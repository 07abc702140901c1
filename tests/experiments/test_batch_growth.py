import numpy as np
import pytest

from helpers.experiments.batch_growth import BATCH_GROWTH, growing
from helpers.theory import Quadratic


def test_without_noise_the_batch_stays_at_1_and_the_best_rate_jumps_to_the_minimum():
    updates, samples, growth = growing(Quadratic([2.0], [0.0], [1.0]), 1e-3, 50)
    assert updates < 1 and samples == pytest.approx(updates) and growth == 1


def test_updates_and_samples_are_those_of_one_weight_by_hand():
    # Constant noise s: the batch s / (h o)² makes the noise of the step ε² h² o², so that
    # o² -> ((1 - εh)² + ε² h²) o², the least of which is 1/2 at εh = 1/2.
    updates, samples, growth = growing(Quadratic([2.0], [300.0], [1.0]), 1 / 8, 50)
    assert updates == pytest.approx(3)  # from a loss of 1 to 1/8
    assert samples == pytest.approx(75 * (1 + 2 + 4))
    assert growth == pytest.approx(4)


def test_a_target_out_of_reach_takes_for_ever():
    assert growing(Quadratic([1.0], [1.0], [1.0]), 1e-9, 5)[0] == np.inf


def test_quick_setting_compares_positive_numbers():
    measured, _ = BATCH_GROWTH.run_quick()
    assert (measured.updates > 0).all() and (measured.samples > 0).all()
    assert np.isfinite(measured.to_array()).all()
