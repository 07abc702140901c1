"""Which batch size has the least test loss where some of the training labels are wrong.

``generalisation_best_batch`` asks whether small and large are level there, within five per cent.
Its 80 seeds lie at that margin, on the side of the large batch. This experiment asks which of the
two is ahead, on seeds of its own.
"""

import numpy as np
import xarray as xr

from helpers.experiments.experiment import Experiment
from helpers.experiments.generalisation_best_batch import (
    GENERALISATION_BEST_BATCH,
    GROUPS,
    measure,
    tune,
)


def values(measured: xr.Dataset, tuning: xr.Dataset) -> dict[str, dict[str, np.ndarray]]:
    """Test loss of the best large batch size over that of the best small one, per seed.

    Args:
        measured: what ``measure`` returned, with the case "wrong".
        tuning: not used.
    """
    small, large = (measured.test_loss.sel(case="wrong", group=group).values for group in GROUPS)
    return {"A10": {"least_loss_is_small_with_noise": large / small}}


def _wrong(settings):
    """The same settings with wrong labels alone."""
    return {**settings, "cases": {"wrong": settings["cases"]["wrong"]}}


GENERALISATION_BEST_WITH_NOISE = Experiment(
    name="generalisation_best_with_noise",
    measure=measure,
    values=values,
    tune=tune,
    confirm=_wrong(GENERALISATION_BEST_BATCH.confirm),
    live=_wrong(GENERALISATION_BEST_BATCH.live),
    quick=_wrong(GENERALISATION_BEST_BATCH.quick),
    first_seed=6200,
)
