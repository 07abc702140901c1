"""Parts of experiments, each measured in a process of its own: what `make confirm` resumes by."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from helpers import provenance
from helpers.reruns.execute import RUNS, THREADS, Outcome

TUNING, QUICK = "tuning", "quick"  # parts that are no seeds


@dataclass(frozen=True)
class Part:
    """A part of an experiment.

    Attributes:
        name: of its folder: the experiment, and what it is.
        experiment: name of the experiment.
        kind: TUNING, QUICK, or "seeds".
        seeds: first and last of them; zeros for the other kinds.
        tuning: file of what was tuned; empty if nothing is, or for the other kinds.
        threads: cores that it may use, or None for all.
        record: what is kept with it, among which ``key``, a hash of all that it depends on.
    """

    name: str
    experiment: str
    kind: str
    seeds: tuple[int, int]
    tuning: str
    threads: int | None
    record: Mapping[str, Any]


def measure_apart(part: Part) -> Outcome:
    """Measure a part in a process that ends with this one."""
    began, start = datetime.now(UTC), time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="confirm-", ignore_cleanup_errors=True) as scratch:
        saved, call = Path(scratch, RUNS), Path(scratch, "call.json")
        wanted = {"experiment": part.experiment, "kind": part.kind, "seeds": part.seeds}
        call.write_text(json.dumps(wanted | {"tuning": part.tuning, "out": str(saved)}))
        limits = {} if part.threads is None else dict.fromkeys(THREADS, str(part.threads))
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "helpers.reruns.measure", str(call)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=os.environ | limits, text=True, errors="replace",
        ) as child:  # fmt: skip
            said = child.stderr.read()
            failed = child.wait() != 0
        failure = (
            (said.strip().rpartition("\n")[2] or "it ended without a word") if failed else None
        )
        record = dict(part.record) | {
            "machine": provenance.processor(),
            "began": began.isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - start, 1),
            "failure": failure,
        }
        files = {} if failed else {RUNS: saved.read_bytes()}
        return Outcome(part.name, files, record, failure)
