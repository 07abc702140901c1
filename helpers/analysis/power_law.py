"""How one quantity grows with another over many runs: as which power."""

import numpy as np
import xarray as xr


def log_slope(values: xr.DataArray, along: str = "batch_size") -> xr.DataArray:
    """Slope of the straight line of least squares through log ``values`` against log ``along``.

    It is the power p of a law ``values`` = c ``along`` ** p: 1 if the one doubles with the other,
    1/2 if it doubles with four times the other, 0 if it does not depend on it.

    Args:
        values: at least 0, or infinity for what was censored, with the dimension ``along``, in any
            order. Zeros, infinities and what is not a number have no place on a logarithmic axis
            and are left out, seed by seed.
        along: a dimension whose coordinate is above 0.

    Returns:
        One slope for each of the other dimensions, such as seed; not a number where fewer than
        two points remain.

    Raises:
        ValueError: a coordinate or a value below its range.

    >>> sizes = xr.DataArray([64.0, 256.0, 1024.0], {"batch_size": [64, 256, 1024]})
    >>> float(log_slope(3 * sizes**0.5).round(6))
    0.5
    """
    if not (values[along] > 0).all():
        raise ValueError(f"{along} must be above 0, got {values[along].values.tolist()}")
    if (values < 0).any():
        raise ValueError(f"values must be at least 0, got {float(values.min())}")
    x = np.log(values[along].values.astype(float))
    return xr.apply_ufunc(lambda y: _slope(x, y), values, input_core_dims=[[along]])


def _slope(x: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Slope of log ``values`` against ``x`` along the last axis."""
    there = (values > 0) & np.isfinite(values)  # what has a place on a logarithmic axis
    y = np.log(values, out=np.zeros(values.shape), where=there)
    n = there.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        from_mean = np.where(there, x - (x * there).sum(axis=-1, keepdims=True) / n, 0)
        slope = (from_mean * y).sum(axis=-1) / (from_mean**2).sum(axis=-1)
    return np.where(n[..., 0] > 1, slope, np.nan)
