"""`python -m benchmarks.reruns`: what the rerun command costs over papermill, and what jobs gain.

Not part of `make bench`: the figures need a machine that does nothing else. Each is taken in
turn, several times over; the median is told, and the load of the machine before.
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import repeat, run_program

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "02_batch_gradient_descent.ipynb"
RUNS = 4
SINGLE = dict.fromkeys(("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1")


def bare(**environment: str) -> float:
    """Seconds of papermill for each run of the grid, one after the other."""
    seconds = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for i in range(RUNS):
            seconds += run_program(
                ["-m", "papermill", str(NOTEBOOK), f"{i}.ipynb", "--no-progress-bar",
                 "-p", "first_seed", str(1000 * i)],
                Path(folder), **environment,
            )[0]  # fmt: skip
    return seconds


def grid(jobs: int, **environment: str) -> float:
    """Seconds of the command for the same grid."""
    seeds = ",".join(str(1000 * i) for i in range(RUNS))
    with tempfile.TemporaryDirectory() as folder:
        return run_program(
            ["-m", "helpers", "rerun", str(NOTEBOOK), "--grid", f"first_seed={seeds}",
             "--jobs", str(jobs), "--out", "out"],
            Path(folder), **environment,
        )[0]  # fmt: skip


def main() -> None:
    """Measure and tell."""
    print(f"load before: {os.getloadavg()[0]:.1f}")
    samples = repeat(
        {
            "papermill": lambda: {("papermill",): bare(**SINGLE)},
            "rerun --jobs 1": lambda: {("one",): grid(1, **SINGLE)},
            "rerun --jobs 2": lambda: {("two",): grid(2, **SINGLE)},
        },
        times=int(sys.argv[1]) if len(sys.argv) > 1 else 3,
    )
    papermill, one, two = (
        statistics.median(samples[name,]) for name in ("papermill", "one", "two")
    )
    print(
        f"{RUNS} runs of {NOTEBOOK.stem}, single-threaded, medians: papermill {papermill:.1f} s, "
        f"one job {one:.1f} s ({one / papermill - 1:+.1%}), two jobs {two:.1f} s, "
        f"{one / two:.2f} times as fast as one"
    )


if __name__ == "__main__":
    main()
