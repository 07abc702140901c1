"""What a rerun is compared by: speed and stability of its runs, and its results."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr
from nbformat import NotebookNode

from helpers import analysis
from helpers.analysis import MIME
from helpers.conventions import HOLD

MOST = 50  # lines of one rerun


def measured(path: Path, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Speed, volatility and final accuracy of saved runs: medians over the seeds.

    Args:
        path: of the file that ``saving.save`` wrote.
        values: all parameters of the rerun. ``target_accuracy`` is the target of speed, or else
            0.8; ``last_epochs`` counts as final, or else the last quarter of the epochs, and no
            fewer than 3. A value that cannot be meant counts as none.

    Returns:
        For each combination of what the runs differ in besides seeds: name (of the runs), cell
        (what it differs in), n_seeds, target and last (epochs), as taken, and epochs, updates,
        volatility and final_accuracy; None stands for never. At most 50.
    """
    lines = []
    with xr.open_datatree(path, engine="h5netcdf") as tree:
        for group in tree.subtree:
            runs = group.to_dataset()
            trained = {"val_accuracy", "updates"} <= {*runs.variables}
            if not trained or not {"seed", "epoch"} <= {*runs.val_accuracy.dims}:
                continue  # such as medians
            if runs.sizes["epoch"] < HOLD or runs.epoch[-1] != runs.sizes["epoch"]:
                continue  # a few epochs of longer runs
            target, last = values.get("target_accuracy"), values.get("last_epochs")
            if not isinstance(target, (int, float)) or not 0 < target <= 1:
                target = 0.8
            if not isinstance(last, int) or not 3 <= last <= runs.sizes["epoch"]:
                last = max(3, runs.sizes["epoch"] // 4)
            speed = analysis.speed(runs, target)
            found = {
                "epochs": speed.epochs,
                "updates": speed.updates,
                "volatility": analysis.volatility(runs, last),
                "final_accuracy": analysis.final_accuracy(runs, last),
            }
            names = [name for name in runs.val_accuracy.dims if name not in ("seed", "epoch")]
            for cell in itertools.product(*(runs[name].values.tolist() for name in names)):
                at = dict(zip(names, cell, strict=True))
                medians = {name: analysis.median(each.sel(at)) for name, each in found.items()}
                lines.append(
                    {"name": group.path.strip("/"), "cell": at, "n_seeds": runs.sizes["seed"]}
                    | {"target": target, "last": last}
                    | {name: finite(value) for name, value in medians.items()}
                )
    return lines[:MOST]


def finite(value: float) -> float | None:
    """``value``, or None if it is infinite or not a number, which JSON does not have."""
    return value if abs(value) < float("inf") else None


def outcomes(notebook: NotebookNode) -> dict[str, str]:
    """The outcomes of the assertions that an executed notebook tested, such as "A3.worse"."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    records = [output.get("data", {}).get(MIME) for output in outputs]
    return {
        f"{record['claim']}.{part['name']}": part["outcome"]
        for record in records
        if record and record["kind"] == "result"
        for part in record["assertions"]
    }
