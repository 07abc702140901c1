"""The Sphinx extension of the book: pages show the executed chapters.

A chapter is executed beforehand, by `chapters.py`. Here its outputs are joined to its page when
Sphinx reads it, while the notebook to download stays the committed one, without outputs. Pages are
read again when what they show has changed, and a build with a stale chapter fails.
"""

import sys
from pathlib import Path

import accessible
import api
import chapters
import colophon
import directives
import explorer
import figures
import glossary
import light_pages
import mathml
import nbformat
import not_found
import repository
import sharing
import typography
from myst_nb.sphinx_ import NbMetadataCollector
from records import MIME, records, verdict_card
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def refuse_stale_chapters(app: Sphinx) -> None:
    """Stop the build unless every chapter has an executed copy that belongs to it."""
    root = Path(app.srcdir)
    stale = [chapter for chapter in chapters.chapters(root) if not chapters.is_fresh(chapter)]
    if stale:
        names = ", ".join(f"notebooks/{chapter.name}" for chapter in stale)
        sys.exit(f"No up-to-date executed copy of {names}: run `make book`.")


def show_executed(app: Sphinx, docname: str, source: list[str]) -> None:
    """Join the outputs of the executed copy to the text of a chapter that Sphinx is reading."""
    chapter = Path(app.env.doc2path(docname))
    if chapter.suffix != ".ipynb":
        return
    app.env.note_dependency(str(chapters.executed_path(chapter)))
    notebook = chapters.executed(chapter)
    for output, record in records(notebook, docname):
        del output.data[MIME]
        if record.data["kind"] == "verdict":
            output.data["text/markdown"] = verdict_card(record)
    notebook.cells.append(colophon.colophon(notebook))
    source[0] = nbformat.writes(notebook)


def outdated_pages(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Return the pages that Sphinx does not know to be outdated.

    These are the pages of text whose code MyST-NB executes, when what they import has changed, and
    all pages when a page came or went.
    """
    before = getattr(env, "book_content_key", None)
    env.book_content_key = chapters.content_key(Path(app.srcdir))
    if added or removed:
        return sorted(env.found_docs)
    if before == env.book_content_key:
        return []
    data = NbMetadataCollector.get_doc_data(env)
    return sorted(page for page in env.found_docs if "exec_data" in data.get(page, {}))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register everything with Sphinx."""
    for module in (
        api,
        mathml,
        figures,
        explorer,
        glossary,
        not_found,
        repository,
        sharing,
        typography,
    ):
        module.setup(app)
    accessible.setup(app)
    light_pages.setup(app)  # last: it sees pages as the others leave them
    app.add_directive("claims-table", directives.ClaimsTable)
    app.add_directive("sources-table", directives.SourcesTable)
    app.add_directive("chapter-figure", directives.ChapterFigure)
    app.connect("builder-inited", refuse_stale_chapters)
    app.connect("source-read", show_executed)
    app.connect("env-get-outdated", outdated_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
