"""Measure one part of an experiment, in a process that ends with the one that started it."""

import json
import sys
from pathlib import Path

import xarray as xr

from helpers.experiments.recorded import EXPERIMENTS
from helpers.reruns.child import ends_with_starter
from helpers.reruns.parts import QUICK, TUNING


def main(call: Path) -> None:
    """Write what the arguments in a file of JSON ask for; see ``parts.Part``.

    The quick part has two groups in its file: runs, and tuning if there is any.
    """
    wanted = json.loads(call.read_text())
    experiment, out = EXPERIMENTS[wanted["experiment"]], wanted["out"]
    with ends_with_starter(call.parent):
        if wanted["kind"] == TUNING:
            save(experiment.tuned(experiment.confirm), out)
        elif wanted["kind"] == QUICK:
            runs, tuning = experiment.run_quick()
            save(runs, out, group="runs")
            if tuning is not None:
                save(tuning, out, group="tuning", mode="a")
        else:
            tuning = xr.load_dataset(wanted["tuning"]) if wanted["tuning"] else None
            first, last = wanted["seeds"]
            seeds = range(first, last + 1)
            save(experiment.measure(seeds, tuning, **experiment.confirm), out)


def save(runs: xr.Dataset, path: str, **options: str) -> None:
    """Write a Dataset without its attributes, which may be of any type."""
    runs.drop_attrs().to_netcdf(path, engine="h5netcdf", **options)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
