"""How well a quantity collapses: whether it is a function of one form of the settings alone.

If the quantity depends on batch size and learning rate only through some form of the two, then
what it is at one batch size follows from what it is at the others. So every batch size in turn is
left out: a monotone curve through the cells of all others, against the form, predicts its cells.
A cell is one combination of batch size and learning rate.
"""

import numpy as np
import xarray as xr
from sklearn.isotonic import IsotonicRegression

SAME = 9  # decimals of the logarithm to which two forms count as equal: products round
CELL = ("batch_size", "learning_rate")


def errors(values: xr.DataArray, form: xr.DataArray, within: xr.DataArray) -> xr.DataArray:
    """How far each cell lies from what the other batch sizes predict for it, as logarithms.

    The logarithm of ``values`` is fitted as a monotone function of the logarithm of ``form``, by
    least squares (isotonic regression; Barlow, Bartholomew, Bremner & Brunk, Statistical inference
    under order restrictions, 1972), rising or falling, whichever fits the cells better. Between
    cells the curve is a straight line, beyond the outermost it stays level. Every seed has a curve
    of its own. A power of ``form``, or a multiple, gives the same errors.

    Args:
        values: dimensions seed, batch_size and learning_rate, above 0. Infinity (a censored time)
            is left out of every fit, and is infinitely far off where it is predicted.
        form: dimensions batch_size and learning_rate (or one of them), at least 0. Cells where it
            is 0, which has no logarithm, are left out.
        within: the cells that count, True or False, dimensions batch_size and learning_rate.

    Returns:
        Distances |log(value) - log(prediction)|, dimensions seed, batch_size and learning_rate; 0
        is perfect; not a number at cells that do not count, or that no other batch size predicts.

    Raises:
        ValueError: a value is not above 0, or a form is negative, in a cell that counts.
    """
    cells = {name: values[name] for name in CELL}
    values = values.transpose("seed", *CELL)
    form, within = (
        each.broadcast_like(xr.Dataset(coords=cells)).transpose(*CELL) for each in (form, within)
    )
    counts = within.values.astype(bool) & (form.values != 0)
    if not (form.values[counts] > 0).all():
        raise ValueError("form must be at least 0, and a number, in every cell that counts")
    if not (values.values[:, counts] > 0).all():
        raise ValueError("values must be above 0, and numbers, in every cell that counts")
    x = np.log(form.values, out=np.zeros(form.shape), where=counts).round(SAME)
    size = np.broadcast_to(np.arange(len(x))[:, None], x.shape)
    result = np.full(values.shape, np.nan)
    for of_seed, here in zip(result, values.values, strict=True):
        y = np.log(here, out=np.zeros(here.shape), where=counts)
        for left_out in range(len(x)):
            fitted = counts & (size != left_out) & np.isfinite(y)
            scored = counts & (size == left_out)
            if fitted.any() and scored.any():
                predicted = _monotone(x[fitted], y[fitted], x[scored])
                of_seed[scored] = np.abs(y[scored] - predicted)
    return values.copy(data=result)


def factor(errors: xr.DataArray) -> xr.DataArray:
    """The factor by which a typical cell lies off: 1 if the collapse is perfect.

    Args:
        errors: what the function ``errors`` returned, or some of its cells.

    Returns:
        exp of the median over cells, dimension seed; infinity where no cell was scored.
    """
    stacked = errors.stack(cell=CELL).transpose("seed", "cell")
    return np.exp(_median(stacked))


def ratio(rival: xr.DataArray, form: xr.DataArray) -> xr.DataArray:
    """How many times as large the typical error of a rival form is as that of a form.

    Args:
        rival, form: what the function ``errors`` returned for either, or some of its cells.

    Returns:
        Ratio of the medians over cells, dimension seed; infinity where ``form`` alone has no
        error, 1 where neither has one, or both are infinite.
    """
    rival, form = (_median(each.stack(cell=CELL)) for each in (rival, form))
    with np.errstate(invalid="ignore", divide="ignore"):
        return xr.where(rival == form, 1.0, rival / form)


def _median(stacked: xr.DataArray) -> xr.DataArray:
    """The median over cells that hold a number, infinity if none does."""
    return stacked.where(stacked.notnull().any("cell"), np.inf).median("cell")


def _monotone(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The rising or falling curve of least squares through (x, y), whichever is nearer, ``at``."""
    fits = [
        IsotonicRegression(increasing=rising, out_of_bounds="clip").fit(x, y)
        for rising in (True, False)
    ]
    nearest = min(fits, key=lambda fit: float(np.sum((fit.predict(x) - y) ** 2)))
    return nearest.predict(at)
