"""What the races of the tutorial's network say of E1, E2, H3 and H22."""

from typing import Any

import numpy as np
import xarray as xr

from helpers.experiments.regime_fits import farthest, fitted, resampled, seed_shares


def values(measured: xr.Dataset, tuning: xr.Dataset) -> dict[str, dict[str, Any]]:
    """What E1, E2, H3 and H22 say of the network.

    The noise scale is the ratio of the means of noise and signal over the seeds, each seed when its
    own loss reaches the target; it is divided by the critical batch size of the same optimizer and
    target.

    Args:
        measured, tuning: what ``measure`` and ``tune`` returned.
    """
    fits = fitted(measured, tuning, "geometric")
    n = measured.sizes["seed"]
    small, middle, large = np.moveaxis(fits["departure"].mean(2), -1, 0)  # of the targets
    fades = fits["slope"][..., -1] - fits["slope"][..., 0]
    growth = fits["critical"][:, :, -1] / fits["critical"][:, :, 0]
    simple, weighted = (_scales(measured, len(growth) - 1, k) for k in ("simple", "hessian"))
    of = [measured.optimizer.values.tolist().index(o) for o in measured.run_optimizer.values]
    ratios = np.moveaxis(simple / fits["critical"][:, of], 1, 0)
    over_critical = {  # at the target where it is farther off
        name: resampled(np.exp(farthest(np.log(ratio))), n)
        for name, ratio in zip(measured.run.values.tolist(), ratios, strict=True)
    }
    hessian = np.log(weighted[:, 0] / fits["critical"][:, of[0]])
    noise_growth = simple[:, 0, -1] / simple[:, 0, 0]
    return {
        "E1": over_critical
        | {
            "above": resampled(ratios[0].min(1), n),
            "hessian": resampled(np.exp(farthest(hessian)), n),
        },
        "E2": {
            "fades": resampled(fades.min((1, 2)), n),
            "perfect": resampled(farthest(small), n),
            "diminishing": resampled(farthest(middle), n),
            "no_gain": resampled(farthest(large), n),
            "fit": resampled(fits["rms"].max((1, 2)), n),
        },
        "H3": {"at_equal_loss": resampled(noise_growth, n)},
        "H22": {
            "grows": resampled(np.exp(np.log(growth).mean(1)), n),
            "keeps_pace": resampled(noise_growth / growth[:, 0], n),
        },
    }


def _scales(measured: xr.Dataset, replicates: int, kind: str) -> np.ndarray:
    """Ratios of means over seeds, those of the fit: (1 + replicates, runs, targets)."""
    shares = seed_shares(measured.sizes["seed"], replicates)
    above, below = (
        np.nan_to_num(measured[f"{kind}_{part}"].transpose("seed", "run", "target").values)
        for part in ("noise", "signal")  # a seed that did not get there counts in neither
    )
    return np.tensordot(shares, above, 1) / np.tensordot(shares, below, 1)
