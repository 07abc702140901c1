"""Packs the whole project into one file that every page offers: unzipped, it needs no repository.

The list of what is in it is short and closed, so that nothing else that lies in a working folder
gets onto a site. The same files give the same bytes, whenever and wherever they are packed.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path

NAME = "batch-size-book"
ZIP = f"{NAME}.zip"
FOLDERS = [".ci", ".github", "benchmarks", "book", "helpers", "notebooks", "tests"]
FILES = [".gitattributes", ".gitignore", ".pre-commit-config.yaml", "CITATION.cff"]
FILES += ["CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "_config.yml", "_toc.yml"]
FILES += ["environment.yml", "postBuild", "pyproject.toml", "requirements.lock"]
MADE = {"__pycache__", "node_modules"}  # folders of what is made while working
TIME = (2000, 1, 1, 0, 0, 0)  # of every file


def files(root: Path) -> Iterator[str]:
    """Yield the files of the project in order, by their paths below its root."""
    found = [root / name for name in FILES]
    found += [path for folder in FOLDERS for path in (root / folder).rglob("*")]
    for path in sorted(found):
        below = path.relative_to(root)
        hidden = any(part.startswith(".") for part in below.parts[1:])
        if path.is_file() and not hidden and not MADE & {*below.parts}:
            yield below.as_posix()


def pack(root: Path, target: Path) -> None:
    """Write the project, as one folder, into a zip file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name in files(root):
            content = (root / name).read_bytes()
            entry = zipfile.ZipInfo(f"{NAME}/{name}", TIME)
            entry.create_system = 3  # of Unix, whose permissions follow
            entry.external_attr = (0o100755 if content.startswith(b"#!") else 0o100644) << 16
            packed.writestr(entry, content, zipfile.ZIP_DEFLATED)
