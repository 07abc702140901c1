"""A folder of results, in which every one is there whole or not at all.

    runs/NAME/      the files of a finished run, its record in result.json, and SHA256SUMS
    failed/NAME/    the same for a run that failed: its notebook, up to the cell that did
    scratch/        what is being written; nothing here counts

A result is written in ``scratch`` and moved into its place as a folder, which file systems do at
once. So a run that was killed leaves nothing that looks finished. What was damaged later is found
by its checksums, which ``sha256sum -c SHA256SUMS`` checks too.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from helpers.reruns.given import RerunError

RESULT, SUMS = "result.json", "SHA256SUMS"


class DamagedError(Exception):
    """A result that is not what was written."""


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
        if os.path.isfile(folder):  # of a name too long, too
            raise RerunError(f"DIR must be a folder, got the file {folder}")
        with in_plain_words(folder, ""):
            for place in (self.runs, self.failed, self.scratch):
                place.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def alone(self, tell: Callable[[str], None]) -> Iterator[None]:
        """Wait until no other process writes here; the lock ends with the process that holds it."""
        lock = FileLock(self.folder / ".lock")
        with in_plain_words(self.folder):
            try:
                held = lock.acquire(timeout=0)
            except Timeout:
                tell(f"Another process is at work in {self.folder}. Waiting for it to end.")
                held = lock.acquire()
        with held:
            with in_plain_words(self.folder):
                self._clear()
            yield

    def results(self) -> tuple[dict[str, Any], list[str]]:
        """The records of all finished runs by name, and the names of those that are damaged."""
        return whole_and_damaged(self.runs)

    def failures(self) -> dict[str, Any]:
        """The records of all runs that failed, by name."""
        return whole_and_damaged(self.failed)[0]

    def put(
        self, name: str, record: Mapping[str, Any], files: Mapping[str, bytes], failed: bool
    ) -> None:
        """Keep what came of a run, in place of what was there under its name.

        Raises:
            RerunError: it cannot be written, as when the disk is full; what was there, stays.
        """
        kept = self.failed if failed else self.runs
        with in_plain_words(self.folder):
            made = self.scratch / "made"
            made.mkdir()
            files = {**files, RESULT: json.dumps(record, indent=1).encode()}
            for file, content in files.items():
                write(made / file, content)
            sums = [f"{sha256(content)}  {file}\n" for file, content in files.items()]
            write(made / SUMS, "".join(sums).encode())
            synchronize(made)
            for place in (self.runs, self.failed):
                if (place / name).exists():
                    (place / name).rename(self.scratch / place.name)
            made.rename(kept / name)
            synchronize(kept)
            self._clear()

    def _clear(self) -> None:
        shutil.rmtree(self.scratch)
        self.scratch.mkdir()

    def replace(self, file: str, content: str) -> None:
        """Write a file of the folder's own, such as its index: at once, or not at all."""
        with in_plain_words(self.folder):
            made = self.scratch / file
            write(made, content.encode())
            made.replace(self.folder / file)


def whole_and_damaged(place: Path) -> tuple[dict[str, Any], list[str]]:
    """Records by name, and names of what is damaged, of the results in a folder."""
    whole, damaged = {}, []
    for result in sorted(filter(Path.is_dir, place.iterdir())):
        try:
            whole[result.name] = read(result)
        except DamagedError:
            damaged.append(result.name)
    return whole, damaged


def read(result: Path) -> dict[str, Any]:
    """The record of a result, all of whose files are what was written.

    Raises:
        DamagedError: one is not, or is missing.
    """
    try:
        lines = (result / SUMS).read_text(encoding="utf-8").removesuffix("\n").split("\n")
        sums = {file: checksum for checksum, file in (line.split("  ", 1) for line in lines)}
        contents = {file: (result / file).read_bytes() for file in sums}
        if {file: sha256(content) for file, content in contents.items()} != sums:
            raise DamagedError(result.name)
        return json.loads(contents[RESULT])
    except (OSError, ValueError, KeyError) as error:
        raise DamagedError(result.name) from error


def sha256(content: bytes) -> str:
    """The checksum of a file's content."""
    return hashlib.sha256(content).hexdigest()


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
def in_plain_words(
    folder: Path, kept: str = " Finished runs are kept; the same command goes on."
) -> Iterator[None]:
    """Explain in one sentence why the file system cannot write."""
    try:
        yield
    except OSError as error:
        said = error.strerror or str(error)
        raise RerunError(f"{folder} cannot be written: {said}.{kept}") from error
