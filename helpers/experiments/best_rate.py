"""With which power of the batch size the best learning rate grows."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from helpers.analysis import best_rate

STEP = 2**0.5  # between neighbours of a grid of learning rates
REPLICATES = 499  # of a bootstrap, each of which looks for all best rates anew


def factors(reach: int) -> np.ndarray:
    """Factors of the root of 2 around 1, ``reach`` on either side.

    >>> factors(2).round(2).tolist()
    [0.5, 0.71, 1.0, 1.41, 2.0]
    """
    return STEP ** np.arange(-reach, reach + 1.0)


def together(losses: Mapping[str, Sequence[xr.Dataset]], middles: xr.DataArray) -> xr.Dataset:
    """The losses of all optimizers and batch sizes, over rates relative to the middle of each grid.

    Args:
        losses: by optimizer, for each batch size in turn a Dataset of logarithms of losses with the
            dimensions factor and seed.
        middles: the learning rate that has the factor 1, dimensions optimizer and batch_size.

    Returns:
        The variables of the Datasets, dimensions optimizer, batch_size, factor and seed, and
        middle.
    """
    by_size = [xr.concat(list(of), middles.batch_size) for of in losses.values()]
    return xr.concat(by_size, middles.optimizer).assign(middle=middles)


def best_rates(measured: xr.Dataset, name: str = "loss") -> xr.DataArray:
    """The best learning rate of each optimizer at each batch size, for the mean over the seeds.

    Args:
        measured: as ``together`` returns it.
        name: of the logarithms of losses.

    Returns:
        Vertices of parabolas (``helpers.analysis.best_rate``), dimensions optimizer and batch_size.
    """
    means = measured[name].mean("seed").rename(factor="learning_rate")
    return best_rate(means).learning_rate * measured.middle


def power(rates: xr.DataArray, optimizer: str, low: int = 1, high: int = 2**30) -> float:
    """The power of the batch size with which an optimizer's best rates grow.

    Args:
        rates: dimensions optimizer and batch_size.
        optimizer: its name.
        low, high: the range of batch sizes, both included, at least two of ``rates``.
    """
    sizes = rates.batch_size.values
    inside = (low <= sizes) & (sizes <= high)
    logs = np.log(rates.sel(optimizer=optimizer).values[inside])
    return float(np.polyfit(np.log(sizes[inside]), logs, deg=1)[0])


def middles_of(by_optimizer: Mapping[str, Mapping[int, float]]) -> xr.DataArray:
    """The middles of grids of learning rates, dimensions optimizer and batch_size.

    Args:
        by_optimizer: for each optimizer, for each batch size, the same for all of them.

    >>> middles_of({"SGD": {8: 0.1, 16: 0.2}}).sel(optimizer="SGD", batch_size=16).item()
    0.2
    """
    table = [list(of.values()) for of in by_optimizer.values()]
    sizes = list(next(iter(by_optimizer.values())))
    return xr.DataArray(table, {"optimizer": list(by_optimizer), "batch_size": sizes})
