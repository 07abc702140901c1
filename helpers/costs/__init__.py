"""What training costs: seconds per epoch and per update, and bytes of memory."""

from helpers.costs.clocks import (
    Seconds,
    Stopwatch,
    first_samples,
    fit_clock,
    overhead_and_rate,
    read_in_turn,
    trainer_clock,
)
from helpers.costs.memory import activation_bytes, device, peak_memory, train_briefly

__all__ = [
    "Seconds",
    "Stopwatch",
    "activation_bytes",
    "device",
    "first_samples",
    "fit_clock",
    "overhead_and_rate",
    "peak_memory",
    "read_in_turn",
    "train_briefly",
    "trainer_clock",
]
