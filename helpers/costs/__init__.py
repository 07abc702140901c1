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
from helpers.costs.engines import Network, epoch_table, overheads, time_engines
from helpers.costs.memory import (
    activation_bytes,
    device,
    fits,
    fixed_bytes,
    measure_peaks,
    peak_memory,
    train_briefly,
)

__all__ = [
    "Network",
    "Seconds",
    "Stopwatch",
    "activation_bytes",
    "device",
    "epoch_table",
    "first_samples",
    "fit_clock",
    "fits",
    "fixed_bytes",
    "measure_peaks",
    "overhead_and_rate",
    "overheads",
    "peak_memory",
    "read_in_turn",
    "time_engines",
    "train_briefly",
    "trainer_clock",
]
