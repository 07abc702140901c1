"""Linear regression on a training set, in equilibrium: what runs do, and what theory says.

The minimum, the Hessian and the gradient noise of each training set are known, so nothing is
fitted. Losses are as Keras has them, the squared error without a half.
"""

from collections.abc import Sequence

import keras
import numpy as np
import xarray as xr

from helpers.data import Dataset
from helpers.experiments.reshuffling import reshuffled_excess_loss
from helpers.theory import Quadratic, equilibrium_excess_loss, quadratic
from helpers.training import train


def regression(seed: int, n_train: int, n_inputs: int) -> Dataset:
    """A draw: inputs of variances 1, 1/2, 1/3 and so on, true weights 1, label noise 1.

    Args:
        seed: of the draw.
        n_train: samples, which are evaluated on, too.
        n_inputs: at least 1.
    """
    generator = np.random.default_rng([seed, n_train])
    deviations = 1 / np.sqrt(np.arange(1, n_inputs + 1))
    x = generator.standard_normal((n_train, n_inputs)) * deviations
    y = x.sum(axis=1, keepdims=True) + generator.standard_normal((n_train, 1))
    x, y = x.astype("float32"), y.astype("float32")
    return Dataset(x, y, x, y, f"linear regression({n_inputs} inputs), draw {seed}")


def _minimum(data):
    return np.linalg.lstsq(data.x_train.astype(float), data.y_train[:, 0].astype(float))[0]


def problem_of(data: Dataset) -> Quadratic:
    """Hessian and gradient noise of the squared error, at its minimum on a training set.

    Args:
        data: what ``regression`` returned.
    """
    x, y = data.x_train.astype(float), data.y_train[:, 0].astype(float)
    gradients = 2 * (x @ _minimum(data) - y)[:, None] * x
    return quadratic(2 * x.T @ x / len(x), np.cov(gradients.T), np.zeros(x.shape[1]))


def prediction(
    problem: Quadratic, size: int, rate: float, momentum: float, sampling: str, n_train: int
) -> float:
    """The expected excess loss in equilibrium, at the ends of epochs if they are reshuffled.

    Args:
        problem: of the training set.
        size: samples per update.
        rate: learning rate.
        momentum: at least 0 and below 1.
        sampling: "independent", "with replacement" or "reshuffled".
        n_train: training samples.
    """
    if sampling == "reshuffled":
        return reshuffled_excess_loss(problem, size, rate, momentum, n_train)
    n_train = n_train if sampling == "independent" else None
    return float(equilibrium_excess_loss(problem, size, rate, momentum, sampling, n_train))


def excess_loss(
    data: Sequence[Dataset],
    seeds: Sequence[int],
    size: int,
    rate: float,
    momentum: float,
    sampling: str,
    times: tuple[float, float],
) -> np.ndarray:
    """Mean excess training loss at the ends of the epochs of runs from the minimum, per seed.

    Args:
        data: a draw per seed.
        seeds: of the orders.
        size, rate, momentum, sampling: as for ``prediction``.
        times: learning time before the average begins, and over which it is taken.

    Returns:
        Losses of shape (n_seeds,).
    """
    n_inputs, n_train = data[0].x_train.shape[1], data[0].n_train

    def build():
        return keras.Sequential([keras.Input((n_inputs,)), keras.layers.Dense(1, use_bias=False)])

    per_epoch = rate / (1 - momentum) * n_train / size
    settling, averaged = (int(np.ceil(time / per_epoch)) for time in times)
    minima = [_minimum(each) for each in data]
    runs = train(
        build,
        keras.optimizers.SGD(rate, momentum=momentum),
        data,
        batch_size=size,
        learning_rate=rate,
        epochs=settling + averaged,
        seeds=seeds,
        sampling=sampling,
        start=start_at(minima, seeds),
        loss="mean_squared_error",
        n_jobs=1,
        progress=False,
    )
    lowest = [
        np.mean((each.x_train.astype(float) @ w - each.y_train[:, 0]) ** 2)
        for each, w in zip(data, minima, strict=True)
    ]
    return runs.val_loss.isel(epoch=slice(settling, None)).mean("epoch").values - lowest


def start_at(weights: Sequence[np.ndarray], seeds: Sequence[int]) -> xr.DataArray:
    """Weights to start from, as ``helpers.train`` takes them.

    Args:
        weights: flat, one array per seed.
        seeds: their labels.
    """
    return xr.DataArray(
        np.asarray(weights, "float32"), dims=("seed", "weight"), coords={"seed": list(seeds)}
    )
