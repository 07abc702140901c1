"""The loss around given weights: its gradients, their noise, and its curvature."""

from helpers.landscape.batch_gradients import batch_gradients
from helpers.landscape.curvature import hessian, largest_eigenvalue
from helpers.landscape.gradients import losses, sample_gradients, squared_lengths
from helpers.landscape.noise import (
    cosines,
    draw_batches,
    estimated_noise_scale,
    noise_and_signal,
    noise_scale,
    two_batch_estimate,
)

__all__ = [
    "batch_gradients",
    "cosines",
    "draw_batches",
    "estimated_noise_scale",
    "hessian",
    "largest_eigenvalue",
    "losses",
    "noise_and_signal",
    "noise_scale",
    "sample_gradients",
    "squared_lengths",
    "two_batch_estimate",
]
