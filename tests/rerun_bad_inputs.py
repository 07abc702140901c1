"""Call the rerun command with bad input of every kind, and look what it says.

    .venv/bin/python tests/rerun_bad_inputs.py 300

draws calls over all chapters, all their parameters and all options. Each must end with an exit code
other than 0 and say in plain sentences what is wrong, without a traceback, and write nothing.
"""

import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_origin

from chapter_files import CHAPTERS, parameters_class, read
from rerun_folder import contents, helpers

WRONG = {
    "number": ["many", "-1", "1e12", "nan", "inf", "", "[16, 64]", "16,64", "0,5", "{}", "None",
               "True", "1 000 000 000", "5 %", "0x", "٣x", "--", "=1+1", "1e", "'", "\\", "1;2"],
    "list": ["[]", "[1, 'x']", "none", "[[1]]", "{}", "[0]", "1e12", "[-1, 2]", "True"],
    "word": ["nothing", "1", "[]", "None", "True", "ADAM ", "é"],
    "text": ["\x07", "x" * 2001, "[[1]]", "{}", "None", "True", "line\nbreak", "\u2028"],
}  # fmt: skip
NAMES = [
    "n_seed",
    "batchsize",
    "Epochs",
    "größe",
    "",
    " ",
    "a b",
    "__class__",
    "lr",
    "-p",
    "\udcff",
]
OPTIONS = [
    ["--jobs", "0"], ["--jobs", "two"], ["--jobs", "-1"], ["--jobs", "1.5"], ["--jobs", ""],
    ["--timeout", "0"], ["--timeout", "-5"], ["--timeout", "1h"], ["--timeout", "nan"],
    ["--cwd", "none"], ["--cwd", "file"], ["--cwd", "https://example.org/"], ["--cwd", "\udcff"],
    ["--out", "file"], ["--out", "file/in"], ["--out", "s3://a/b"], ["--out", ""],
    ["--out", "x" * 300], ["--out", "/proc/none"], ["--out", "\udcff"], ["--out", "/dev/null"],
    ["--scheduler", "nowhere"], ["--scheduler", "tcp://127.0.0.1:1"], ["--scheduler", ""],
    ["--grid", "epochs"], ["--grid", "epochs="], ["--grid", "=5,6"], ["--grid", "epochs=5,,6"],
    ["--grid", "n_seeds=5,5"], ["--grid", "n_seeds=1..5"], ["--grid", "n_seeds=[5"],
    ["--grid", "n_seeds=5", "--grid", "n_seeds=6"], ["-p", "n_seeds", "5", "--grid", "n_seeds=6"],
    ["-p", "n_seeds", "5", "-r", "n_seeds", "6"], ["-p", "n_seeds"], ["-p"], ["-p", "n_seeds=5"],
    ["-y", "n_seeds: [5"], ["-y", "n_seeds 5"], ["-y", "5"], ["-y", ""], ["-y", "on: 5"],
    ["-y", "{n_seeds: 1, n_seeds: 2}"], ["-y", "n_seeds: !!set {5}"], ["-y", "\udcff"],
    ["-f", "none.yaml"], ["-f", "."], ["-f", "file"], ["-f", "latin"], ["-f", "\udcff"],
    ["-f", "https://127.0.0.1:1/x.yaml"], ["-f", "gs://a/b"], ["-f", "nosuch://a/b"],
    ["--grids", "n_seeds=5"], ["--parameter", "n_seeds", "5"], ["out.ipynb"], ["-x"],
]  # fmt: skip
NOTEBOOKS = ["none.ipynb", ".", "file", "latin", "", "-", "/dev/null", "~nobody/x.ipynb", "\udcff",
             "https://127.0.0.1:1/x.ipynb", "nosuch://x", "s3://", "x" * 300, "a\x00b"]  # fmt: skip


def calls(draw: random.Random) -> Iterator[list[str]]:
    """Arguments that are wrong, of all kinds in turn."""
    kinds = {path: parameters_class(read(path)) for path in CHAPTERS}
    while True:
        path = draw.choice(CHAPTERS)
        name, field = draw.choice([*kinds[path].model_fields.items()])
        kind = "number" if field.annotation in (int, float) else (
            "list" if get_origin(field.annotation) is list else
            "word" if get_origin(field.annotation) is Literal else "text"
        )  # fmt: skip
        word = draw.choice(WRONG[kind])
        if (name, word) == ("delimiter", "\x07"):
            continue  # a delimiter as good as others, such as the \x01 of some databases
        if kind != "list" and "," not in word:
            yield [str(path), "--out", "out", "--grid", f"{name}={word}"]
        yield [str(path), "--out", "out", "-p", name, word]
        yield [str(path), "--out", "out", "-r", draw.choice(NAMES), word]
        yield [str(path), "--out", "out", *draw.choice(OPTIONS)]
        yield [draw.choice(NOTEBOOKS), "--out", "out"]


def complaint(arguments: list[str], folder: Path) -> str:
    """What is wrong with what the command says; nothing if it is as it should be."""
    before = contents(folder)
    try:
        called = helpers("rerun", *arguments, folder=folder)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    said = called.stderr.partition("Error: ")[2]
    return "; ".join(
        what
        for what, wrong in {
            "it succeeded": called.returncode == 0,
            "no sentence": not said.strip(),
            "a traceback": "Traceback" in called.stderr,
            "too long": max(map(len, said.splitlines()), default=0) > 700,
            "something was written": contents(folder) != before,
        }.items()
        if wrong
    )


def try_all(number: int, folder: Path, seed: int = 17) -> dict[str, str]:
    """Complaints about ``number`` calls, by their arguments."""
    (folder / "file").write_text("no notebook\n")
    (folder / "latin").write_bytes("größe: 3".encode("latin-1"))
    drawn, tried = calls(random.Random(seed)), {}
    while len(tried) < number:
        arguments = next(drawn)
        tried[repr(arguments)] = complaint(arguments, folder)
    return {arguments: wrong for arguments, wrong in tried.items() if wrong}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        found = try_all(int(sys.argv[1]), Path(scratch))
    print(f"{len(found)} of {sys.argv[1]} bad inputs were not refused in plain words")
    print(*(f"{wrong}: {arguments}" for arguments, wrong in found.items()), sep="\n")
    sys.exit(bool(found))
