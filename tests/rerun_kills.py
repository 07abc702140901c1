"""Kill a grid of reruns again and again at random moments, and look whether anything is lost.

    .venv/bin/python tests/rerun_kills.py 50

starts the command over and over in one folder, kills it after a random time with ``kill -9``,
alone or with all processes below it, as when the power fails, and looks at the folder each time.
At the end the runs are compared with those of a grid that nobody disturbed.
"""

import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from rerun_folder import WALK, command, contents, notebook, numbers, rerun

from helpers.reruns.store import whole_and_damaged

FILES = {"SHA256SUMS", "notebook.ipynb", "page.html", "result.json", "runs.nc"}


@dataclass
class Tally:
    """What came of it: how often it was killed, and what was found."""

    kills: int = 0
    grids: int = 0
    held: int = 0
    lost: int = 0
    wrong: int = 0


def disturb(folder: Path, kills: int, n_runs: int, longest: float, seed: int) -> Tally:
    """Kill grids of ``n_runs`` runs until there were ``kills``, and finish the last one.

    Args:
        folder: where to work; must be empty.
        kills: how often to kill.
        n_runs: runs of a grid; when one is done, the next begins in a folder of its own.
        longest: seconds after which a grid is killed at the latest.
        seed: of the random moments.
    """
    moments, tally, orphans = random.Random(seed), Tally(), []
    walk = notebook(folder / "walk.ipynb", WALK)
    grid = (walk, "--jobs", 2, "--grid", "n_seeds=" + ",".join(map(str, range(2, 2 + n_runs))))
    rerun(*grid, "--out", "undisturbed", folder=folder)
    expected = numbers(folder / "undisturbed")
    while tally.kills < kills:
        tally.grids += 1
        out, before = folder / f"disturbed-{tally.grids}", {}
        while True:
            call = command("rerun", *grid, "--out", out)
            was_killed = tally.kills < kills and killed(call, moments, longest, orphans)
            if not was_killed:
                rerun(*grid, "--out", out, folder=folder)  # what was left, if any
            tally.kills += was_killed
            before = compare(out, before, tally)
            if not was_killed:
                break
        tally.held += len(before)
        tally.lost += n_runs - len(before)
        tally.wrong += numbers(out) != expected
    for process in orphans:
        if process.is_running():
            process.kill()
    return tally


def killed(
    call: list[str], moments: random.Random, longest: float, orphans: list[psutil.Process]
) -> bool:
    """Kill a command at a random moment; False if it had ended before.

    Processes below it that are left alone are added to ``orphans``, and go on for a while.
    """
    process = psutil.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    moment, alone = moments.uniform(0.5, longest), moments.random() < 0.5
    try:
        process.wait(moment)
        return False
    except psutil.TimeoutExpired:
        below = process.children(recursive=True)
        for each in [process] if alone else [process, *below]:
            each.kill()
        process.wait()
    orphans += below
    return True


def compare(out: Path, before: dict[str, dict], tally: Tally) -> dict[str, dict]:
    """Count what was lost or is wrong since ``before``; the finished runs and their contents."""
    if not (out / "runs").exists():
        return before
    whole, damaged = whole_and_damaged(out / "runs")
    now = {name: contents(out / "runs" / name) for name in whole}
    tally.lost += len(before.keys() - now.keys())
    tally.wrong += len(damaged) + sum(set(files) != FILES for files in now.values())
    tally.wrong += sum(now[name] != before[name] for name in before.keys() & now.keys())
    return now


if __name__ == "__main__":
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        found = disturb(Path(scratch), int(sys.argv[1]), n_runs=20, longest=10, seed=6)
    print(f"{found} in {time.perf_counter() - start:.0f} s")
    sys.exit(found.lost + found.wrong)
