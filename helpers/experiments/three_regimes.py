"""Updates to a target against batch size as a chapter shows them: measured, and by theory."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from helpers.experiments.regime_fits import fitted
from helpers.experiments.regimes_linear import REGIMES_LINEAR

REPLICATES = 199  # sets of seeds drawn anew for an interval
INTERVAL = (0.025, 0.975)


def three_regimes(seeds: range, settings: Mapping[str, Any] = REGIMES_LINEAR.live) -> xr.Dataset:
    """Updates of linear regression on fresh samples to two targets, at tuned learning rates.

    The learning rates are tuned by other seeds, for each batch size and target. The curve fitted
    is S = S_min (1 + B_crit / B) (McCandlish et al., arXiv 1812.06162, section 2.3).

    Args:
        seeds: one run each, at every batch size and learning rate.
        settings: as for ``helpers.experiments.regimes_linear.measure``, with one optimizer.

    Returns:
        Variables updates, low and high, the ends of its 95 % interval, and theory, the updates
        that the expected loss takes (target, batch_size); fewest, S_min, and critical, B_crit
        (target). The targets are mean squared errors above the least possible.
    """
    races, tuning = REGIMES_LINEAR.run(settings, seeds)
    fits = fitted(races, tuning, "arithmetic", REPLICATES)
    drawn = fits["updates"][:, 0]
    low, high = np.quantile(drawn[1:], INTERVAL, axis=0)
    grid = ("target", "batch_size")
    return xr.Dataset(
        {
            "updates": (grid, drawn[0]),
            "low": (grid, low),
            "high": (grid, high),
            "theory": (grid, races.theory.isel(optimizer=0).values),
            "fewest": ("target", fits["fewest"][0, 0]),
            "critical": ("target", fits["critical"][0, 0]),
        },
        {"target": races.target.values, "batch_size": races.batch_size.values},
    )
