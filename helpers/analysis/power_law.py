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
    there = (values > 0) & np.isfinite(values)
    y = np.log(values.where(there))  # not a number where it has no place
    x = np.log(values[along].astype(float)).where(there)
    x, y = x - x.mean(along), y - y.mean(along)
    spread = (x**2).sum(along)
    return (x * y).sum(along) / spread.where(there.sum(along) > 1)
