"""What the revised budget path picks on data sets that had not been used before (claim H30)."""

from collections.abc import Sequence
from typing import Any

import xarray as xr

from helpers.analysis.findings import Values
from helpers.experiments.experiment import Experiment
from helpers.experiments.recipe_trial import QUICK, SETTINGS, compare, tune
from helpers.experiments.revised_path import revised_path
from helpers.experiments.trial_problems import OTHERS
from helpers.experiments.trial_ratios import compared


def measure(seeds: Sequence[int], tuning: xr.Dataset, **settings: Any) -> xr.Dataset:
    """``compare`` the path as it was revised with the search.

    Args:
        seeds, tuning, settings: as for ``compare``.
    """
    return compare(revised_path, seeds, tuning, **settings)


def values(measured: xr.Dataset, tuning: xr.Dataset) -> dict[str, dict[str, Values]]:
    """What claim H30 is decided by.

    Args:
        measured: what ``measure`` returned.
        tuning: what ``tune`` returned.
    """
    return {"H30": compared(measured, tuning)}


RECIPE_TRIAL_REVISED = Experiment(
    name="recipe_trial_revised",
    measure=measure,
    values=values,
    tune=tune,
    confirm=SETTINGS | {"problems": tuple(OTHERS)},
    live=QUICK | {"problems": ("moons",)},
    quick=QUICK | {"problems": ("moons",)},
    first_seed=6200,
    looks=(10, 20, 40),
    part=10,
)
