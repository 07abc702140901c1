"""An experiment: what it runs, on which seeds, and what comes of it for which assertions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import xarray as xr

from helpers.analysis.findings import LOOKS, Values
from helpers.parameters.seeds import EXPLORING

N_LIVE, N_QUICK = 10, 3  # seeds of the live and of the quick setting


@dataclass(frozen=True)
class Experiment:
    """What takes longer than a chapter allows, in three sizes.

    Attributes:
        name: unique, as a Python name has it.
        measure: takes seeds (a range), what ``tune`` returned or None, and the settings by name;
            returns a Dataset with a dimension seed. What has no such dimension is the same for all
            seeds.
        values: takes what ``measure`` returned, of any number of seeds, and what ``tune`` returned
            or None; returns by claim and by assertion what ``helpers.analysis.result`` takes.
        confirm: settings of ``make confirm``, the whole experiment.
        live: settings of a chapter, at most 20 s on two cores with ten seeds.
        quick: settings of tests and of the check that each build makes, seconds.
        first_seed: of the confirming seeds.
        tune: takes the settings by name and returns a Dataset, from seeds of its own; None if
            nothing is tuned.
        looks: numbers of seeds after which the evidence is looked at.
        part: seeds that are measured in one piece, so much is lost when the command is killed.
    """

    name: str
    measure: Callable[..., xr.Dataset]
    values: Callable[[xr.Dataset, xr.Dataset | None], Mapping[str, Mapping[str, Values]]]
    confirm: Mapping[str, Any]
    live: Mapping[str, Any]
    quick: Mapping[str, Any]
    first_seed: int
    tune: Callable[..., xr.Dataset] | None = None
    looks: tuple[int, ...] = LOOKS
    part: int = 20

    def tuned(self, settings: Mapping[str, Any]) -> xr.Dataset | None:
        """What ``tune`` finds at these settings, None if nothing is tuned."""
        return self.tune(**settings) if self.tune else None

    def run(
        self, settings: Mapping[str, Any], seeds: range
    ) -> tuple[xr.Dataset, xr.Dataset | None]:
        """Tune and measure at these settings.

        Returns:
            What ``measure`` returns, and what ``tune`` returns.
        """
        tuning = self.tuned(settings)
        return self.measure(seeds, tuning, **settings), tuning

    def run_quick(self) -> tuple[xr.Dataset, xr.Dataset | None]:
        """Run the quick setting, on exploring seeds."""
        return self.run(self.quick, EXPLORING[:N_QUICK])
