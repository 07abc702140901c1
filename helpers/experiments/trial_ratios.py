"""What the path of the recipe picks over what the search found best, in loss, updates and time."""

import numpy as np
import xarray as xr

from helpers.analysis import bootstrap
from helpers.analysis.findings import Values
from helpers.experiments.trial_runs import DECIDES

CLOSE = 1.1  # ratio of final losses up to which a pick counts as close


def loss_ratios(measured: xr.Dataset, over: str = "search") -> xr.DataArray:
    """Mean final loss of the path's picks over that of another way, for each pair.

    Args:
        measured: what ``measure`` returned.
        over: the other way.

    Returns:
        Dimensions problem and optimizer.
    """
    means = measured.loss.mean("seed")
    return means.sel(way="path", drop=True) / means.sel(way=over, drop=True)


def cost_ratios(measured: xr.Dataset, cost: str) -> xr.DataArray:
    """What the path's pick takes to the target over what the search's best for that takes.

    Args:
        measured: what ``measure`` returned.
        cost: updates or seconds.

    Returns:
        Dimensions problem, optimizer and seed; infinite where the path's pick alone does not get
        there, not a number where neither does.
    """
    best = next(way for way, by in DECIDES.items() if by == cost)
    of = measured[cost]
    return of.sel(way="path", drop=True) / of.sel(way=best, drop=True)


def compared(measured: xr.Dataset, tuning: xr.Dataset) -> dict[str, Values]:
    """What the claims on the path are decided by, by the name of the assertion.

    Args:
        measured: what ``measure`` returned.
        tuning: what ``tune`` returned.
    """

    def average(ratios):
        return float(np.exp(np.log(ratios).mean()))

    def ratios(drawn):
        return average(loss_ratios(drawn)), average(loss_ratios(drawn, "usual"))

    loss, usual = bootstrap(ratios, measured)
    n_trials = tuning.rate.size * tuning.batch_size.size
    epochs = measured.epochs / (n_trials * measured.full_run)
    found = {"loss": loss, "better_than_usual": usual}
    found |= {
        cost: cost_ratios(measured, cost).median(["problem", "optimizer"]).values
        for cost in ("updates", "seconds")
    }
    found["close"] = (loss_ratios(measured) <= CLOSE).values.ravel()
    found["cheaper"] = epochs.mean(["problem", "optimizer"]).values
    return found
