"""Lanes of the race, trained by the engine in a page of Chromium."""

import xarray as xr

from helpers.data import Dataset
from helpers.training.results import METRICS

START = """function start(given, settings) {  // a lane, from initial weights unless they are given
  const [x, xTest] = [given.x, given.xTest].map((values) => Float32Array.from(values));
  const problem = { ...given, x, xTest };
  const weights = raceEngine.initialWeights({ ...problem, ...settings }, settings.seed);
  return raceEngine.lane({ problem, weights, ...settings });
}"""
TRAIN = """([problem, lanes, epochs]) => lanes.map((settings) => {
  const lane = start(problem, settings);
  while (lane.epochs < epochs) lane.epoch();
  return { weights: [...lane.weights], diverged: lane.diverged, ...lane.history };
})"""
NAMES = dict(zip(("loss", "accuracy", "valLoss", "valAccuracy"), METRICS, strict=True))


def problem(data: Dataset) -> dict:
    """A data set as the engine takes it, but for the types of its arrays."""
    n_classes = data.y_train.shape[1]
    return {
        "x": data.x_train.ravel().tolist(),
        "labels": data.y_train.argmax(1).tolist(),
        "xTest": data.x_test.ravel().tolist(),
        "testLabels": data.y_test.argmax(1).tolist(),
        **{"nTrain": data.n_train, "nTest": len(data.x_test)},
        **{"nFeatures": data.x_train.shape[1], "nClasses": n_classes},
    }


def train(page, data: Dataset, lanes: list[dict], epochs: int) -> xr.Dataset:
    """Train lanes with these settings, and return what the trainer would, with the last weights."""
    runs = page.evaluate(TRAIN, [problem(data), lanes, epochs])
    return xr.Dataset(
        {name: (("seed", "epoch"), [run[key] for run in runs]) for key, name in NAMES.items()}
        | {"weights": (("seed", "weight"), [run["weights"] for run in runs])}
        | {"diverged": ("seed", [run["diverged"] for run in runs])},
        {"epoch": range(1, epochs + 1)},
    )
