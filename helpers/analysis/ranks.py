"""Rank correlation of two quantities over many runs, some of them censored."""

import numpy as np
import xarray as xr


def rank_correlation(values: xr.DataArray, along: str = "batch_size") -> xr.DataArray:
    """Kendall's τ of ``values`` with their coordinate ``along``, where infinity is censored.

    Of all pairs of points, the share that rise together less the share that do not (Kendall's
    τ-a). Of two censored values nobody knows which is larger, so their pair counts for neither,
    as a tie does: a single arrival among many runs that never arrive says little, and its τ is
    small (Oakes, A concordance test for independence in the presence of censoring, 1982).

    Args:
        values: with the dimension ``along``; infinity for a time that was not reached.
        along: a dimension with a coordinate, at least 2 points.

    Returns:
        From -1 to 1; all dimensions but ``along``.

    >>> times = xr.DataArray([[4.0, 9.0, 20.0]], {"seed": [0], "batch_size": [1, 8, 64]})
    >>> rank_correlation(times).item()
    1.0
    """
    x = values[along].values.astype(float)
    first, second = np.triu_indices(len(x), 1)
    y = values.transpose(..., along).values.astype(float)
    with np.errstate(invalid="ignore"):  # infinity less infinity
        rises = np.sign(y[..., second] - y[..., first]) * np.sign(x[second] - x[first])
    tau = np.nan_to_num(rises).mean(axis=-1)
    return xr.DataArray(tau, {d: values[d] for d in values.dims if d != along})
