"""Which batch size and learning rate to take: decided by a rule, which may end in no clear winner.

A *cell* is one batch size with one learning rate. A *goal* is a number per cell and
seed of which less is better, such as updates to a target; infinity stands for never.

The rule: the cell with the least median over the seeds is *first*. Any cell is worse than another
if a sign test, seed by seed, says so. Which cell looks best is a matter of chance among equals, and
of many comparisons some come out by chance, so a cell is left out only if another beats it at 5 %
divided by the number of others: the best cell is then kept in at least 95 % of cases (Hsu, Multiple
comparisons, chapter 4, by the bound of Bonferroni). Those that are kept *tie* with the first. It is
a clear winner if there are others and none ties with it.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy import stats

from helpers.analysis.runs import medians

Cell = tuple[int, float]  # batch size and learning rate
CELL = ["batch_size", "learning_rate"]
ERROR = 0.05  # chance that the best cell is called worse than another


@dataclass(frozen=True)
class Recommendation:
    """What the rule says.

    Attributes:
        first: the cell with the least median; None if no cell has a finite one.
        ties: cells that may be as good, the least median first.
        n_others: cells that the first was compared with.
    """

    first: Cell | None
    ties: list[Cell]
    n_others: int

    @property
    def is_clear(self) -> bool:
        """Whether the first was compared with others, and no other ties with it."""
        return self.n_others > 0 and not self.ties

    def __str__(self) -> str:
        """The outcome in words."""
        if self.first is None:
            return "no cell gets there in the median"
        size, rate = self.first
        if self.n_others == 0:
            return f"batch size {size} at learning rate {rate:g} is the only cell to choose from"
        if self.is_clear:
            return f"batch size {size} at learning rate {rate:g} is the clear winner"
        n = len(self.ties)
        some = "1 tie" if n == 1 else f"{n} ties"
        near_size, near_rate = self.ties[0]
        return (
            f"no clear winner; batch size {size} at learning rate {rate:g} comes first, with "
            f"{some}, the nearest batch size {near_size} at learning rate {near_rate:g}"
        )


def recommend(
    values: xr.DataArray, among: xr.DataArray | None = None, then: xr.DataArray | None = None
) -> Recommendation:
    """Choose the cell with the least ``values``, and name the cells that may be as good.

    Args:
        values: dimensions batch_size, learning_rate and seed, at least 0; infinity for never. With
            few seeds no cell can be called worse, and all tie: five at least for two cells.
        among: which cells may be chosen, dimensions batch_size and learning_rate; None for all.
        then: dimensions as ``values``; of cells with equal medians of ``values`` the one with the
            least median of it comes first. None leaves them in their order.

    Raises:
        ValueError: a value is below 0 or not a number.

    >>> updates = xr.DataArray(
    ...     [[[10.0] * 6, [20.0] * 6]], {"batch_size": [8], "learning_rate": [0.1, 0.01],
    ...     "seed": range(6)})
    >>> recommend(updates).first, recommend(updates).is_clear
    ((8, 0.1), True)
    """
    if not (values >= 0).all():
        raise ValueError("values must be at least 0, and infinity where there is none")
    cells = values.stack(cell=CELL).transpose("cell", "seed")
    middle = medians(cells)
    allowed = np.isfinite(middle)
    if among is not None:
        allowed &= among.stack(cell=CELL).sel(cell=cells.cell).values
    second = middle if then is None else medians(then).stack(cell=CELL).sel(cell=cells.cell)
    order = [i for i in np.lexsort((second.values, middle.values)) if allowed[i]]
    if not order:
        return Recommendation(None, [], 0)
    best, *others = order
    named = [(int(size), float(rate)) for size, rate in cells.cell.values]
    seen = cells.values[order]
    ties = [named[i] for i in others if not _is_beaten(cells.values[i], seen)]
    return Recommendation(named[best], ties, len(others))


def _is_beaten(values: np.ndarray, all_values: np.ndarray) -> bool:
    """Whether any cell is clearly better than one; two seeds that never arrive are no evidence.

    Args:
        values: of the one cell, shape (n_seeds,).
        all_values: of all cells, shape (n_cells, n_seeds).
    """
    most = (values > all_values).sum(axis=1).max()
    p = stats.binom.sf(most - 1, len(values), 0.5)
    return bool(p <= ERROR / max(1, len(all_values) - 1))


def fully_accurate(accuracy: xr.DataArray, margin: float) -> xr.DataArray:
    """Which cells are as accurate as the best, within a margin.

    Args:
        accuracy: dimensions batch_size, learning_rate and seed; not a number counts as 0.
        margin: what the median accuracy over the seeds may lack of the highest, at least 0.

    Returns:
        Truth values; dimensions batch_size and learning_rate. One at least is true.
    """
    middle = medians(accuracy.fillna(0))
    return middle >= middle.max() - margin


def trade_off(*costs: xr.DataArray) -> xr.DataArray:
    """Which cells no other cell beats: none has less of one cost and no more of the others.

    Args:
        *costs: one number per cell each, dimensions batch_size and learning_rate; cells with an
            infinite cost are left out.

    Returns:
        Truth values; dimensions batch_size and learning_rate.
    """
    flat = np.stack([cost.stack(cell=CELL).values for cost in costs], axis=-1)
    no_more, less = (flat[:, None] <= flat).all(axis=-1), (flat[:, None] < flat).any(axis=-1)
    beaten = (no_more & less).any(axis=0)
    kept = np.isfinite(flat).all(axis=1) & ~beaten
    return xr.DataArray(kept, costs[0].stack(cell=CELL).coords).unstack("cell")
