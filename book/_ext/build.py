"""Build the book: execute what needs it, train the explorer's runs, and make the site.

On the way one row of the confirmed results is measured again.

    python book/_ext/build.py [--jobs N] [CHAPTER]

makes the site in `_build/html` with Jupyter Book, and the zip of the project that its pages offer;
any warning fails it. With CHAPTER, the beginning of a file's name, that one document is executed
and shown alone, in `_build/page`.
"""

import argparse
import hashlib
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import project

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "_build" / ".built"  # holds the fingerprint of what the site was made of
FOLDERS = ["book", "notebooks", "helpers", "benchmarks"]
FILES = ["_config.yml", "_toc.yml", "requirements.lock"]
# What a page that is shown alone cannot know: the pages that it links to, and their numbers.
OTHERS = ["ref", "toc", "myst", "bibtex", "app", "misc", "image", "docutils"]


def sources(root: Path) -> Iterator[Path]:
    """Yield the files that the site is made of, in order."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and not {"__pycache__", "node_modules"} & {*path.parts}:
                yield path
    yield from (root / file for file in FILES)


def fingerprint(root: Path) -> str:
    """Return a hash of everything that the site is made of."""
    digest = hashlib.sha256(platform.python_version().encode())
    for path in sources(root):
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def make_site(target: Path, toc: Path, *, strict: bool, **settings: object) -> bool:
    """Let Jupyter Book make the site of a table of contents; return whether all went well."""
    from jupyter_book.sphinx import build_sphinx

    overrides = {"external_toc_path": str(toc), "nitpicky": strict, "latex_individualpages": False}
    status = build_sphinx(
        ROOT,
        target,
        noconfig=True,
        path_config=ROOT / "_config.yml",
        confoverrides=overrides | settings,
        warningiserror=strict,
        keep_going=strict,
        jobs=2,
    )
    return status == 0


def build_book(jobs: int | None) -> bool:
    """Bring the whole book up to date, and return whether all went well."""
    now = fingerprint(ROOT)
    if not BUILT.exists() or BUILT.read_text() != now:
        import execute

        if not BUILT.exists():  # Sphinx warns about a page only as it reads it
            shutil.rmtree(ROOT / "_build" / ".doctrees", ignore_errors=True)
        BUILT.unlink(missing_ok=True)
        if failures := execute.main(ROOT, jobs=jobs):
            print("\n".join(failures), file=sys.stderr)
            return False
        train_runs = [sys.executable, Path(__file__).with_name("explorer_data.py")]
        if subprocess.run(train_runs).returncode:  # apart: Sphinx forks, and TensorFlow must not
            return False
        confirm = [sys.executable, "-P", "-m", "helpers.reruns.confirm", "--check"]
        if subprocess.run(confirm).returncode:
            return False
        if not make_site(ROOT / "_build" / "html", ROOT / "_toc.yml", strict=True):
            return False
        BUILT.write_text(now)
    project.pack(ROOT, ROOT / "_build" / "html" / project.ZIP)
    print(f"The book is built. Its first page: {ROOT}/_build/html/index.html")
    return True


def build_page(chapter: str, jobs: int | None) -> bool:
    """Execute one document and show it alone; return whether all went well."""
    import chapters
    import execute

    [path] = execute.chosen([*chapters.chapters(ROOT), *chapters.pages(ROOT)], chapter)
    if failures := execute.main(ROOT, chapter, jobs):
        print("\n".join(failures), file=sys.stderr)
        return False
    folder = ROOT / "_build" / "page" / path.stem
    folder.mkdir(parents=True, exist_ok=True)
    name = path.relative_to(ROOT).with_suffix("")
    toc = folder / "_toc.yml"
    toc.write_text(f"format: jb-book\nroot: {name.as_posix()}\n")
    if not make_site(folder / "html", toc, strict=False, suppress_warnings=OTHERS):
        return False
    project.pack(ROOT, folder / "html" / project.ZIP)
    print(f"The page is built: {folder}/html/{name}.html")
    return True


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("chapter", nargs="?", default="")
    parser.add_argument("--jobs", type=int)
    given = parser.parse_args()
    try:
        done = build_page(given.chapter, given.jobs) if given.chapter else build_book(given.jobs)
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. What has been executed so far is kept.")
    sys.exit(None if done else 1)
