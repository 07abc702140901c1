"""Shows the executed chapters as pages, so that no reader meets a number that the code lost.

A chapter is executed beforehand, by `execute.py`. Here its outputs are joined to its page when
Sphinx reads it, while the notebook to download has none (`downloads.py`). Pages of text get theirs
from the same cache, by MyST-NB. Pages are read again when what they show has changed, and a build
with a stale chapter fails.
"""

import sys
from pathlib import Path

import accessible
import api
import chapters
import colophon
import directives
import downloads
import evidence
import explorer
import figures
import light_pages
import mathml
import moved
import named_results
import nbformat
import not_found
import race
import repository
import searching
import sharing
import summary
import typography
from records import MIME, records
from results import box
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment


def use_cache(app: Sphinx, config: Config) -> None:
    """Show MyST-NB where the outputs of pages of text are."""
    config.nb_execution_cache_path = str(chapters.cache(Path(app.srcdir)).path)


def read_in_parallel(app: Sphinx, config: Config) -> None:
    """Say it for an extension that does not: it numbers sections once all pages are read."""
    if numbering := app.extensions.get("sphinx_multitoc_numbering"):
        numbering.parallel_read_safe = True


def refuse_stale_chapters(app: Sphinx) -> None:
    """Stop the build unless the cache has the outputs of all chapters and pages that it shows."""
    root = Path(app.srcdir)
    documents = [*chapters.chapters(root), *chapters.pages(root)]
    shown = {app.env.doc2path(page) for page in app.project.discover(app.config.exclude_patterns)}
    stale = [path for path in documents if str(path) in shown and not chapters.is_fresh(path)]
    if stale:
        names = ", ".join(f"{path.parent.name}/{path.name}" for path in stale)
        sys.exit(f"No up-to-date outputs of {names}: run `make book`.")


def show_executed(app: Sphinx, docname: str, source: list[str]) -> None:
    """Join the outputs in the cache to the text of a document that Sphinx is reading."""
    path = Path(app.env.doc2path(docname))
    if chapters.CODE_CELL in source[0]:  # MyST-NB finds them by what the page needs
        needs = chapters.keyed(path).metadata.kernelspec["needs"]
        source[0] = source[0].replace("kernelspec:\n", f'kernelspec:\n  needs: "{needs}"\n', 1)
        app.env.note_dependency(str(chapters.executed_path(path)))
    if path.suffix != ".ipynb":
        return
    app.env.note_dependency(str(chapters.executed_path(path)))
    notebook = chapters.executed(path)
    for output, record in records(notebook, docname):
        del output.data[MIME]
        output.data["text/markdown"] = box(record)
    for number, cell in reversed(list(enumerate(notebook.cells))):
        if "race" in cell.metadata:
            notebook.cells.insert(number + 1, race.race_cell(cell.metadata.race))
    notebook.cells.append(colophon.colophon(notebook))
    source[0] = nbformat.writes(notebook)


def outdated_pages(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Return the pages that Sphinx does not know to be outdated.

    These are the pages that show outputs which the cache has under another key by now, and all
    pages when a page came or went.
    """
    if added or removed:
        return sorted(env.found_docs)
    root = Path(app.srcdir)
    documents = [*chapters.chapters(root), *chapters.pages(root)]
    current = {chapters.executed_path(path) for path in documents}
    cache = chapters.cache(root).path
    return [
        page
        for page, files in env.dependencies.items()
        if {path for path in map(root.joinpath, files) if cache in path.parents} - current
    ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register everything with Sphinx."""
    for module in (
        api,
        downloads,
        evidence,
        mathml,
        moved,
        named_results,
        figures,
        explorer,
        not_found,
        race,
        repository,
        searching,
        sharing,
        summary,
        typography,
    ):
        module.setup(app)
    accessible.setup(app)
    light_pages.setup(app)  # last: it sees pages as the others leave them
    app.add_directive("chapter-figure", directives.ChapterFigure)
    app.connect("config-inited", use_cache)
    app.connect("config-inited", read_in_parallel)
    app.connect("builder-inited", refuse_stale_chapters)
    app.connect("source-read", show_executed)
    app.connect("env-get-outdated", outdated_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
