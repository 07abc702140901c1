"""A folder of results, in which every one is there whole or not at all.

    runs/NAME/      the files of a finished run, and result.json: its record and their checksums
    failed/NAME/    the notebook of a run that failed, up to the cell that did
    scratch/        what is being written; nothing here counts

A result is written in ``scratch`` and moved into its place as a folder, which file systems do at
once. So a run that was killed leaves nothing that looks finished. What was damaged later is found
by its checksums.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from helpers.reruns.execute import Outcome
from helpers.reruns.notebooks import RerunError

RESULT = "result.json"


class Store:
    """The results in one folder.

    Args:
        folder: is made if it is not there.

    Raises:
        RerunError: there is a file of that name, or it cannot be made.
    """

    def __init__(self, folder: Path):
        """Make the folders."""
        self.folder, self.runs = folder, folder / "runs"
        self.failed, self.scratch = folder / "failed", folder / "scratch"
        if folder.exists() and not folder.is_dir():
            raise RerunError(f"--out must be a folder, got the file {folder}")
        with plainly(folder):
            for each in (self.runs, self.failed, self.scratch):
                each.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def alone(self, tell) -> Iterator[None]:
        """Wait until no other process writes here; the lock ends with the process that holds it."""
        lock = FileLock(self.folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            tell(f"Another process is at work in {self.folder}. Waiting for it to end.")
            lock.acquire()
        with lock:
            lock.release()  # the one of acquire; `with` holds its own
            shutil.rmtree(self.scratch)
            self.scratch.mkdir()
            yield

    def result(self, name: str) -> dict[str, Any] | None:
        """The record of a finished run, or None if there is none.

        Raises:
            DamagedError: a file of it is missing or is not what was written.
        """
        place = self.runs / name
        if not place.exists():
            return None
        try:
            result = json.loads((place / RESULT).read_bytes())
            sums, record = result["sha256"], result["record"]
            whole = all(
                hashlib.sha256((place / file).read_bytes()).hexdigest() == expected
                for file, expected in sums.items()
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            whole = False
        if not whole:
            raise DamagedError(name)
        return record

    def names(self) -> list[str]:
        """Names of the finished runs."""
        return sorted(place.name for place in self.runs.iterdir() if place.is_dir())

    def records(self, failed: bool = False) -> list[dict[str, Any]]:
        """Records of all runs that finished, or failed, without a look at their other files."""
        places = sorted((self.failed if failed else self.runs).glob(f"*/{RESULT}"))
        return [json.loads(place.read_bytes())["record"] for place in places]

    def put(self, outcome: Outcome) -> None:
        """Keep what came of a run, in place of what was there under its name.

        Raises:
            RerunError: it cannot be written, as when the disk is full; what was there, stays.
        """
        kept = self.runs if outcome.failure is None else self.failed
        with plainly(self.folder):
            made = Path(tempfile.mkdtemp(dir=self.scratch))
            try:
                for file, content in outcome.files.items():
                    write(made / file, content)
                result = {"record": outcome.record, "sha256": checksums(outcome.files)}
                write(made / RESULT, json.dumps(result, indent=1).encode())
                self.remove(outcome.name)
                made.rename(kept / outcome.name)
                synchronize(kept)
            except BaseException:
                shutil.rmtree(made, ignore_errors=True)
                raise

    def remove(self, name: str) -> None:
        """Remove a run, at once: first out of its place, then file by file."""
        for place in (self.runs / name, self.failed / name):
            if place.exists():
                gone = Path(tempfile.mkdtemp(dir=self.scratch)) / name
                place.rename(gone)
                shutil.rmtree(gone.parent)

    def replace(self, file: str, content: str) -> None:
        """Write a file of the folder's own, such as its index: at once, or not at all."""
        with plainly(self.folder):
            made = self.scratch / file
            write(made, content.encode())
            made.replace(self.folder / file)


class DamagedError(Exception):
    """A result that is not what was written."""


def checksums(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of each file's content, by name."""
    return {file: hashlib.sha256(content).hexdigest() for file, content in files.items()}


def write(path: Path, content: bytes) -> None:
    """Write a file down to the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def synchronize(folder: Path) -> None:
    """Write down what a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def plainly(folder: Path) -> Iterator[None]:
    """Turn what the file system has against writing into a plain sentence."""
    try:
        yield
    except OSError as error:
        said = error.strerror or str(error)
        raise RerunError(
            f"{folder} cannot be written: {said}. Finished runs are kept; the same command goes on."
        ) from error
