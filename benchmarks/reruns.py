"""`python -m benchmarks.reruns`: what the rerun command costs over papermill, and what jobs gain.

Not part of `make bench`: the figures need a machine that does nothing else. Each is taken in
turn, several times over; the median is told, and the load of the machine before.
"""

import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.measure import run_program
from helpers.reruns.execute import THREADS

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "02_batch_gradient_descent.ipynb"
RUNS = 4
SINGLE = dict.fromkeys(THREADS, "1")


def bare(streams: int, **environment: str) -> float:
    """Seconds of papermill for the runs of the grid, so many at a time: what the machine can do."""

    def execute(i: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            run_program(
                ["-m", "papermill", str(NOTEBOOK), "out.ipynb", "--no-progress-bar",
                 "-p", "first_seed", str(1000 * i)],
                Path(folder), **environment,
            )  # fmt: skip

    started = time.perf_counter()
    with ThreadPoolExecutor(streams) as pool:
        list(pool.map(execute, range(RUNS)))
    return time.perf_counter() - started


def grid(jobs: int, **environment: str) -> tuple[float, float]:
    """Seconds of the command for the same grid, and of its start: once more, with all done."""
    seeds = ",".join(str(1000 * i) for i in range(RUNS))
    call = ["-m", "helpers", "rerun", str(NOTEBOOK), "--grid", f"first_seed={seeds}",
            "--jobs", str(jobs), "--out", "out"]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        first, again = (run_program(call, Path(folder), **environment)[0] for _ in range(2))
    return first, again


def main() -> None:
    """Measure and tell."""
    print(f"load before: {os.getloadavg()[0]:.1f}")
    turns = []
    for turn in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
        one, start = grid(1, **SINGLE)
        two, _ = grid(2, **SINGLE)
        turns.append((bare(1, **SINGLE), bare(2, **SINGLE), one, two, start))
        print(f"  turn {turn + 1}:", *(f"{seconds:.1f} s" for seconds in turns[-1]), flush=True)
    bare_one, bare_two, one, two, start = map(statistics.median, zip(*turns, strict=True))
    print(
        f"{RUNS} runs of {NOTEBOOK.stem}, single-threaded, medians.\n"
        f"One at a time: papermill {bare_one:.1f} s, the command {one:.1f} s, of which its start "
        f"takes {start:.1f} s: {(one - start) / bare_one - 1:+.1%} per run, "
        f"{one / bare_one - 1:+.1%} with the start.\n"
        f"Two at a time: papermill {bare_two:.1f} s, {bare_one / bare_two:.2f} times as fast as "
        f"one; the command {two:.1f} s, {one / two:.2f} times as fast as one."
    )


if __name__ == "__main__":
    main()
