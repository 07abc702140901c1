"""What SGD must do on quadratics, exactly: predictions that experiments are held against.

The mean and the covariance of weights and velocity follow linear recursions; from them come the
expected excess loss along a run and in equilibrium, the updates to a target at the best learning
rate, the limits of stability, and the SGD noise level of each way of drawing batches. Nothing here
imports TensorFlow.
"""

from helpers.theory.equilibrium import equilibrium_excess_loss
from helpers.theory.problems import Quadratic, linear_regression, quadratic
from helpers.theory.recursions import Moments, excess_losses, moments
from helpers.theory.samplings import SAMPLINGS, batch_share, noise_level
from helpers.theory.speed import fastest, updates_to_target
from helpers.theory.stability import largest_rate_of_mean, largest_rate_of_mean_square

__all__ = [
    "SAMPLINGS",
    "Moments",
    "Quadratic",
    "batch_share",
    "equilibrium_excess_loss",
    "excess_losses",
    "fastest",
    "largest_rate_of_mean",
    "largest_rate_of_mean_square",
    "linear_regression",
    "moments",
    "noise_level",
    "quadratic",
    "updates_to_target",
]
