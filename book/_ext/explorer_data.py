"""Trains the runs of the explorer beforehand, so that it answers at once, and offline.

    python book/_ext/explorer_data.py

trains them unless those in `_build/explorer/` belong to what is there now: the code of this file
and of the helpers that it needs, the lock and Python's version. The files are JavaScript, since a
page that is opened as a file may load scripts but no data:

- `runs.json`, for the build of the page: how the runs were made, and their numbers in short;
- `problem.js`: the training samples, and the epochs of which weights are kept;
- `B_R.js` for batch size B and learning rate R: the accuracies of all runs at every epoch, as
  numbers of right answers, their losses, and the weights of the first run at some epochs.
"""

import ast
import base64
import datetime
import hashlib
import json
import math
import platform
import shutil
import sys
import time
from pathlib import Path

import numpy as np
from chapters import ROOT

from helpers.dependencies import Modules, code_of

BATCH_SIZES = [1, 4, 8, 16, 32, 64, 128, 256, 450, 500]
LEARNING_RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 1]
MOMENTUM = 0.9
EPOCHS = 200
SEEDS = range(1000, 1006)
SNAPSHOTS = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, *range(30, 201, 10)]
LAST_EPOCHS = 50
TARGET = 0.8
FAILED = 0.5  # training fails if the final test accuracy is lower; chance is a third
BAND = [0.05, 0.95]


def folder(root: Path = ROOT) -> Path:
    """Return where the files of the explorer are kept."""
    return root / "_build" / "explorer"


def key(root: Path = ROOT) -> str:
    """Return a hash of what the runs depend on."""
    source = Path(__file__).read_text(encoding="utf-8")
    content = [
        platform.python_version(),
        (root / "requirements.lock").read_text(),
        ast.dump(code_of(source)),
        Modules(root).key(source),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def read(root: Path = ROOT) -> dict:
    """Return how the runs were made, and their numbers in short."""
    return json.loads((folder(root) / "runs.json").read_text())


def is_fresh(root: Path = ROOT) -> bool:
    """Tell whether the runs are there and belong to what is there now."""
    return (folder(root) / "runs.json").exists() and read(root)["key"] == key(root)


def fragment(batch_size: int, learning_rate: float) -> str:
    """Return what stands behind the `#` in the address of the page at a cell."""
    return f"batch_size={batch_size}&learning_rate={learning_rate:g}"


def name(batch_size: int, learning_rate: float) -> str:
    """Return the name of the file of a batch size and a learning rate, without its ending."""
    return f"{batch_size}_{learning_rate:g}"


def packed(values: np.ndarray, dtype: str) -> str:
    """Return the values of an array as text: the bytes of `dtype`, in base64."""
    return base64.b64encode(np.ascontiguousarray(values, dtype).tobytes()).decode()


def packed_weights(weights: np.ndarray) -> dict:
    """Return weights of shape (n_snapshots, n_weights) in half of their bytes.

    Each snapshot has a scale, its largest weight; the weights are whole multiples of its 32767th
    part. A snapshot that is not all numbers has the scale null.
    """
    scales = np.abs(weights).max(axis=-1)
    finite = np.isfinite(scales)
    scales = np.where(finite, scales, 1).astype("float64")
    units = np.where(finite[:, None], weights / scales[:, None] * 32767, 0)
    scales = [float(s) if ok else None for s, ok in zip(scales, finite, strict=True)]
    return {"scales": scales, "units": packed(np.rint(units), "<i2")}


def packed_losses(losses: np.ndarray) -> str:
    """Return losses as text: thousandths of their natural logarithms, in 16 bits.

    A loss that is not a number gets the largest of them, which is far above any that is drawn.
    """
    logs = np.nan_to_num(1000 * np.log(losses), nan=np.inf)
    return packed(np.rint(logs.clip(-32768, 32767)), "<i2")


def three(values) -> list[float | None]:
    """Return 5 % quantile, median and 95 % quantile over seeds; None stands for never."""
    from helpers import analysis

    low, high = values.quantile(BAND, "seed", method="inverted_cdf").values
    shown = (low, analysis.median(values), high)
    return [round(float(value), 6) if np.isfinite(value) else None for value in shown]


def summary(runs) -> dict:
    """Return speed, stability, final accuracy and loss of the runs of one cell, in short."""
    from helpers import analysis

    def final_loss(name):
        losses = analysis.last_epochs(runs, LAST_EPOCHS, name)
        return losses.mean("epoch", skipna=False).fillna(np.inf)

    speed = analysis.speed(runs, TARGET)
    test = three(analysis.final_accuracy(runs, LAST_EPOCHS))
    return {
        "batch_size": int(runs.batch_size),
        "learning_rate": float(runs.learning_rate),
        "epochs": three(speed.epochs),
        "updates": three(speed.updates),
        "held": int(np.isfinite(speed.epochs).sum()),
        "diverged": int(runs.diverged.sum()),
        "failed": test[1] < FAILED,
        "volatility": three(analysis.volatility(runs, LAST_EPOCHS)),
        "train": three(analysis.final_accuracy(runs, LAST_EPOCHS, "accuracy")),
        "test": test,
        "train_loss": three(final_loss("loss")),
        "test_loss": three(final_loss("val_loss")),
    }


def train(batch_sizes=BATCH_SIZES, learning_rates=LEARNING_RATES):
    """Return the problem and the runs of the explorer, or of some of its cells."""
    import keras

    from helpers import models, sweep
    from helpers.data.synthetic import blobs

    data = blobs()
    optimizer = keras.optimizers.SGD(momentum=MOMENTUM)
    grid = {"batch_sizes": batch_sizes, "learning_rates": learning_rates, "epochs": EPOCHS}
    runs = sweep(
        models.mlp, optimizer, data, seeds=SEEDS, snapshots=SNAPSHOTS, progress=False, **grid
    )
    if "interrupted_at_epoch" in runs.attrs:  # by Ctrl-C
        raise KeyboardInterrupt
    return data, runs


def write(target: Path, data, runs, about: dict) -> None:
    """Write all files of the explorer."""
    n_classes = data.y_train.shape[1]
    best = float(max(runs.accuracy.max(), runs.val_accuracy.max()))
    problem = {
        "x": packed(data.x_train, "<f4"),
        "labels": data.y_train.argmax(axis=1).tolist(),
        "n_train": data.n_train,
        "n_test": len(data.x_test),
        "snapshots": SNAPSHOTS,
        "seed": SEEDS[0],
        "target": TARGET,
        "range": [math.floor(10 / n_classes) / 10, math.ceil(10 * best) / 10],  # of accuracy
    }
    target.joinpath("problem.js").write_text(f"explorer.define({json.dumps(problem)});\n")
    samples = np.array([data.n_train, len(data.x_test)])[:, None, None]
    cells = []
    for batch_size in runs.batch_size.values:
        for learning_rate in runs.learning_rate.values:
            cell = runs.sel(batch_size=batch_size, learning_rate=learning_rate)
            cells.append(summary(cell))
            shares = np.stack([cell.accuracy, cell.val_accuracy])  # set, seed, epoch
            content = cells[-1] | {
                "right": packed(np.rint(shares * samples), "<u2"),
                "losses": packed_losses(np.stack([cell.loss, cell.val_loss])),
                "weights": packed_weights(cell.weights.isel(seed=0).values),
            }
            file = name(batch_size, learning_rate)
            script = f'explorer.add("{file}", {json.dumps(content, allow_nan=False)});\n'
            target.joinpath(f"{file}.js").write_text(script)
    index = about | {"cells": cells}
    target.joinpath("runs.json").write_text(json.dumps(index, allow_nan=False))


def main(root: Path = ROOT) -> None:
    """Train the runs and write the files, if those that are there are missing or stale."""
    if is_fresh(root):
        return
    print("To train: the runs of the explorer.", flush=True)
    sys.path.insert(0, str(root))
    from helpers.conventions import HOLD

    start = time.perf_counter()
    data, runs = train()
    about = {
        "key": key(root),
        "seconds": round(time.perf_counter() - start, 1),
        "trained": datetime.date.today().isoformat(),
        "batch_sizes": BATCH_SIZES,
        "learning_rates": LEARNING_RATES,
        "seeds": list(SEEDS),
        "epochs": EPOCHS,
        "momentum": MOMENTUM,
        "last_epochs": LAST_EPOCHS,
        "target": TARGET,
        "failed": FAILED,
        "hold": HOLD,
        "n_train": data.n_train,
        "n_test": len(data.x_test),
        "n_parameters": json.loads(runs.attrs["settings"])["model"]["n_parameters"],
        "versions": json.loads(runs.attrs["versions"]),
    }
    parts = folder(root).with_suffix(".part")
    shutil.rmtree(parts, ignore_errors=True)
    parts.mkdir(parents=True)
    write(parts, data, runs, about)
    shutil.rmtree(folder(root), ignore_errors=True)
    parts.rename(folder(root))  # the files are there whole or not at all


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. The runs of the explorer are trained again next time.")
