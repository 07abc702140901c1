"""How much of the epochs to a target the pace explains, beside its rivals."""

import numpy as np
import xarray as xr

from helpers.analysis import updates_to


def epochs_to_target(loss: xr.DataArray, target: float, n_train: int) -> xr.DataArray:
    """Epochs at which the mean loss over seeds first falls to the target.

    Args:
        loss: dimensions learning_rate, batch_size, update and seed; not a number after the end of
            a run.
        target: above 0.
        n_train: training samples.

    Returns:
        Epochs, dimensions learning_rate and batch_size; infinity where it is not reached.
    """
    updates = updates_to(loss, target)
    return updates * updates.batch_size / n_train


def explained(epochs: xr.DataArray) -> dict[str, float]:
    """The share of the variance of log epochs that each of three numbers explains.

    By straight lines of least squares over their logarithms: the effective step per epoch, the
    learning rate alone, and the batch size alone.

    Args:
        epochs: dimensions learning_rate and batch_size; settings at infinity are left out.

    Returns:
        Shares from 0 to 1, by "pace", "learning rate" and "batch size", and the slope of the first
        line, "power".
    """
    epochs = epochs.transpose("learning_rate", "batch_size")
    reached = np.isfinite(epochs.values)
    logs = np.log(epochs.values[reached])
    rate, size = np.log(np.meshgrid(epochs.learning_rate, epochs.batch_size, indexing="ij"))
    forms = {"pace": rate - size, "learning rate": rate, "batch size": size}
    shares = {
        name: float(np.corrcoef(form[reached], logs)[0, 1] ** 2) for name, form in forms.items()
    }
    return shares | {"power": float(np.polyfit((rate - size)[reached], logs, 1)[0])}
