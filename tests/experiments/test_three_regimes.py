"""The three regimes as a chapter shows them, on the quick setting of their experiment."""

import numpy as np
import pytest

from helpers.experiments.regime_fits import fitted
from helpers.experiments.regimes_linear import REGIMES_LINEAR
from helpers.experiments.three_regimes import three_regimes

pytestmark = pytest.mark.slow


def test_gives_the_updates_their_intervals_and_fit_and_those_of_theory():
    seeds = range(10_000, 10_004)
    regimes = three_regimes(seeds, REGIMES_LINEAR.quick)
    assert regimes.updates.dims == ("target", "batch_size")
    assert regimes.batch_size.values.tolist() == REGIMES_LINEAR.quick["batch_sizes"]
    assert (np.diff(regimes.target) < 0).all()
    assert (regimes.low <= regimes.high).all()
    assert np.abs(np.log(regimes.updates / regimes.theory)).max() < np.log(2)
    fit = fitted(*REGIMES_LINEAR.run(REGIMES_LINEAR.quick, seeds), "arithmetic", 1)
    np.testing.assert_allclose(regimes.critical, fit["critical"][0, 0])
    np.testing.assert_allclose(regimes.fewest, fit["fewest"][0, 0])
    np.testing.assert_allclose(regimes.updates, fit["updates"][0, 0])
