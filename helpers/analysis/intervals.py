"""Intervals for what runs show: of a median, a mean, a share, and of anything, by the bootstrap.

All of them are two-sided, and exact or conservative, but for the bootstrap.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy import stats

from helpers import checks

ROUNDING = 1e-6  # of accuracies in float32: 40 of 50 may come as a little less than 0.8


@dataclass(frozen=True)
class Resampled:
    """A number computed from all seeds together, and the same from seeds drawn anew.

    Attributes:
        estimate: the number, from the seeds as they are.
        replicates: the number from each bootstrap sample, shape (n_replicates,).
        n: number of seeds.
    """

    estimate: float
    replicates: np.ndarray
    n: int

    def __sub__(self, other: "float | Resampled") -> "Resampled":
        """The same for the difference to a number, or to another one of the same bootstrap."""
        if isinstance(other, Resampled):
            differences = self.replicates - other.replicates
            return Resampled(self.estimate - other.estimate, differences, min(self.n, other.n))
        return Resampled(self.estimate - other, self.replicates - other, self.n)


def bootstrap(
    statistic: Callable[..., float | Sequence[float]],
    *data: xr.DataArray | xr.Dataset,
    replicates: int = 999,
) -> Resampled | list[Resampled]:
    """Compute ``statistic`` from whole seeds drawn with replacement, again and again.

    For what has no value per seed, such as an exponent, a fit, or a choice of the best setting.
    Data of other seeds, such as those that tuned, are resampled by themselves (Efron & Tibshirani,
    An introduction to the bootstrap, chapters 8 and 13).

    Args:
        statistic: from the data, as given here, to a number, or to several.
        *data: each with a dimension seed.
        replicates: bootstrap samples, at least 99.

    Returns:
        The estimate and its replicates, a list of them if there are several; the number of seeds
        is the smallest of the data's.

    >>> epochs = xr.DataArray([8.0, 8.0, 8.0], {"seed": [0, 1, 2]})
    >>> bootstrap(lambda drawn: drawn.mean().item(), epochs).estimate
    8.0
    """
    checks.whole_number("replicates", replicates, 99)
    generator = np.random.default_rng(0)

    def drawn_anew(values):
        return values.isel(seed=generator.integers(values.sizes["seed"], size=values.sizes["seed"]))

    estimate = np.asarray(statistic(*data), float)
    again = np.array([statistic(*map(drawn_anew, data)) for _ in range(replicates)], float)
    n = min(values.sizes["seed"] for values in data)
    if estimate.ndim == 0:
        return Resampled(float(estimate), again, n)
    return [Resampled(float(e), a, n) for e, a in zip(estimate, again.T, strict=True)]


def bounds(values: Sequence[float], lowest: float) -> tuple[np.ndarray, np.ndarray]:
    """What each value is at least, and at most; NaN is a value of which nothing is known.

    Args:
        values: shape (n,).
        lowest: what a value is at least: 0 for a ratio, minus infinity for a difference.
    """
    values = np.asarray(values, float)
    unknown = np.isnan(values)
    return np.where(unknown, lowest, values), np.where(unknown, np.inf, values)


def median_interval(
    values: Sequence[float], confidence: float, lowest: float = -np.inf
) -> tuple[float, float]:
    """The interval of the median between two order statistics; no distribution is assumed.

    It inverts the sign test (Conover, Practical nonparametric statistics, section 3.2). Infinity
    keeps its rank.

    Args:
        values: shape (n,); NaN where nothing is known of a value.
        confidence: of the interval, above 0 and below 1.
        lowest: what a value is at least, where it is not known.

    Returns:
        Its ends, infinite where there are too few values.

    >>> median_interval(range(1, 21), 1 - 0.05 / 3)
    (5.0, 16.0)
    """
    low, high = (np.sort(part) for part in bounds(values, lowest))
    n_outside = int(stats.binom.ppf((1 - confidence) / 2, len(low), 0.5))
    if n_outside == 0:
        return lowest, np.inf
    return float(low[n_outside - 1]), float(high[-n_outside])


def mean_interval(values: Sequence[float], confidence: float) -> tuple[float, float]:
    """Student's interval of the mean.

    Args:
        values: shape (n,).
        confidence: of the interval, above 0 and below 1.

    Returns:
        Its ends, infinite for a single value or where a value is not finite.
    """
    values = np.asarray(values, float)
    if len(values) < 2 or not np.isfinite(values).all():
        return -np.inf, np.inf
    reach = stats.t.ppf((1 + confidence) / 2, len(values) - 1) * stats.sem(values)
    return float(values.mean() - reach), float(values.mean() + reach)


def share_interval(hits: int, n: int, confidence: float) -> tuple[float, float]:
    """The exact interval of a share (Clopper & Pearson, Biometrika 26, 1934).

    Args:
        hits: how many of ``n`` did it.
        n: at least 1.
        confidence: of the interval, above 0 and below 1.

    >>> low, high = share_interval(0, 20, 0.95)
    >>> round(low, 3), round(high, 3)
    (0.0, 0.168)
    """
    interval = stats.binomtest(hits, n).proportion_ci(confidence, method="exact")
    return float(interval.low), float(interval.high)


def holm(p_values: Sequence[float]) -> np.ndarray:
    """P-values adjusted for their number (Holm, Scandinavian Journal of Statistics 6, 1979).

    The chance that any true null hypothesis has an adjusted p-value of at most α is at most α.

    Args:
        p_values: from 0 to 1, shape (n,).

    Returns:
        Adjusted p-values from 0 to 1, in the order given.

    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    p_values = np.asarray(p_values, float)
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1)
    return adjusted
