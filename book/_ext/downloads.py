"""Lets readers take the book away: a chapter alone, or the project; and says where a page is from.

The button of a page offers a chapter as a notebook that can be read anywhere: roles of MyST become
text, links lead to the site or the repository where one of them is known, else they say the name of
the file in the project. Its first cell says what the chapter needs; its second looks for it.
"""

import posixpath
import re
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import chapters
import nbformat
from docutils import nodes
from named_results import named, record_of
from nbformat.v4 import new_code_cell, new_markdown_cell
from project import ZIP
from repository import address
from sharing import site_address
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

ROLE = re.compile(r"\{([\w:]+)\}`([^`]+)`")
TITLED = re.compile(r"(.*?)\s*<([^<>]+)>", re.DOTALL)
LINK = re.compile(r"\[([^\[\]]+)\]\((?![a-z]+:|#)([^\s()]+)\)")
SOURCES = {"eprint": "https://arxiv.org/abs/", "doi": "https://doi.org/", "url": ""}
CHECK = """\
try:
    from helpers import parameters
except ImportError as error:
    raise ImportError(
        f"{error}. This chapter needs the package `helpers` of the batch-size book, and no other "
        "of that name beside it: run `COMMAND` in a cell, then this one again."
    ) from None"""


def command(app: Sphinx) -> tuple[str, str]:
    """Return the line that installs the package in a notebook, and what to do before it."""
    if site := site_address(app):
        return f"%pip install {site}{ZIP}", ""
    if repository := address(app.config):
        return f"%pip install git+{repository}", ""
    beside = f"put `{ZIP}`, which every page of the book offers to download, beside it, and "
    return f"%pip install ./{ZIP}", beside


class Plain:
    """The text of a chapter without what only this book's pages understand."""

    def __init__(self, app: Sphinx) -> None:
        """Make it plain for a site, whose settings say where links may lead."""
        self.app, self.env = app, app.env
        self.site, self.repository = site_address(app), source_address(app)

    def where(self, file: str, anchor: str = "") -> str:
        """Return the address of what a file of the project shows, or an empty string."""
        anchor = f"#{anchor}" if anchor else ""
        if self.site:
            page = self.app.builder.get_target_uri(posixpath.splitext(file)[0])
            return f"{self.site}{page}{anchor}"
        return f"{self.repository}{quote(file)}" if self.repository else ""

    def linked(self, text: str, page: str, anchor: str) -> str:
        """Return a text that leads to a place in a page, if the page has an address."""
        where = self.where(f"{page}{Path(self.env.doc2path(page)).suffix}", anchor)
        return f"[{text}]({where})" if where else text

    def link(self, found: re.Match[str]) -> str:
        """Return what becomes of a relative link."""
        text, target = found.groups()
        path, _, anchor = target.partition("#")
        file = posixpath.normpath(posixpath.join("notebooks", path))
        where = self.where(file, anchor)
        return f"[{text}]({where})" if where else f"{text} (`{file}`)"

    def role(self, found: re.Match[str]) -> str:
        """Return what becomes of a role."""
        role, content = found.groups()
        titled = TITLED.fullmatch(content)
        text, target = titled.groups() if titled else (content, content)
        if role == "term":
            return text
        if role in ("cite", "cite:t"):
            return ", ".join(self.cited(key, role) for key in target.split(","))
        if role == "result":
            claim, assertion, _ = named(content)
            record, _ = record_of(claim, assertion, Path(self.app.srcdir)) or (None, None)
            return f"({self.linked(claim, record.page, record.label) if record else claim})"
        if role == "numref":
            page, anchor, *_ = self.env.get_domain("std").anonlabels.get(target, ("", ""))
            number = self.env.toc_fignumbers.get(page, {}).get("figure", {}).get(anchor)
            text = f"Fig. {'.'.join(map(str, number))}" if number else "the figure"
            return self.linked(text, page, anchor) if page else text
        if role == "eq":
            page, number = self.env.get_domain("math").equations.get(target, ("", ""))
            return self.linked(f"equation {number}", page, f"equation-{target}")
        raise ExtensionError(f"downloads.py does not know what becomes of {found[0]}.")

    def cited(self, key: str, role: str) -> str:
        """Return authors and year of a source, with a link to it where it has an address."""
        entry = self.env.get_domain("cite").bibdata.data.entries[key.strip()]
        people = entry.persons.get("author", [])
        names = [" ".join(map(str, person.rich_last_names)) for person in people]
        who = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
        who = who or f"*{entry.fields['title']}*"
        year, url = entry.fields.get("year"), self.where("book/references.md")
        for field, site in SOURCES.items():
            if field in entry.fields:
                url = site + entry.fields[field]
        text = f"[{who}]({url})" if url else who
        if role == "cite:t":
            return f"{text} ({year})" if year else text
        return f"({text}, {year})" if year else f"({text})"

    def text(self, source: str) -> str:
        """Return the text of a cell."""
        return LINK.sub(self.link, ROLE.sub(self.role, source))


def download(app: Sphinx, chapter: Path) -> str:
    """Return a chapter as the notebook that its page offers."""
    notebook, plain = chapters.read(chapter), Plain(app)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = plain.text(cell.source)
    line, before = command(app)
    book = f"[{app.config.project}]({plain.site})" if plain.site else app.config.project
    needs = (
        f"*This notebook, `notebooks/{chapter.name}` of {book}, needs the book's package `helpers` "
        f"and Python 3.11, 3.12 or 3.13: {before}run `{line}` in a cell, once.*"
    )
    check = new_code_cell(CHECK.replace("COMMAND", line), id="helpers")
    notebook.cells[:0] = [new_markdown_cell(needs, id="needs"), check]
    return nbformat.writes(notebook) + "\n"


def write_chapters(app: Sphinx, exception: Exception | None) -> None:
    """Put the notebooks to download where Sphinx has put the committed ones."""
    if exception or app.builder.format != "html":
        return
    for file in Path(app.outdir, "_sources", "notebooks").glob("*.ipynb*"):
        chapter = Path(app.srcdir, "notebooks", f"{file.name.partition('.')[0]}.ipynb")
        if chapter.exists():
            file.write_text(download(app, chapter), encoding="utf-8")
        else:  # of an earlier build
            file.unlink()


def source_address(app: Sphinx) -> str:
    """Return the address below which the repository shows its files, or an empty string."""
    repository = address(app.config)
    branch = app.config.html_theme_options.get("repository_branch") or "main"
    return f"{repository}/blob/{branch}/" if repository else ""


def offer(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Offer the project at each page, and say which of its files the page is made of."""
    zip_file = context["pathto"](ZIP, 1)
    for button in context.get("header_buttons", []):
        if button["label"] == "download-buttons":
            tooltip = "Download the project: all chapters, the helpers and the tests"
            item = {"type": "link", "url": zip_file, "text": "project (.zip)", "tooltip": tooltip}
            item |= {"icon": "fas fa-file-zipper", "label": "download-project-button"}
            button["buttons"].append(item)
    whole = f'<a href="{zip_file}">the whole project</a> (zip)'
    said = f"Source: {whole}."
    if doctree is not None:
        file = Path(app.env.doc2path(page)).relative_to(app.srcdir).as_posix()
        shown = f"<code>{escape(file)}</code>"
        if repository := source_address(app):
            shown = f'<a href="{repository}{quote(file)}">{shown}</a>'
        said = f"Source of this page: {shown} in {whole}."
    footer = context.get("theme_extra_footer", "")
    context["theme_extra_footer"] = f'<p class="source">{said}</p>\n{footer}'


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("html-page-context", offer, priority=900)  # after the theme's buttons
    app.connect("build-finished", write_chapters)
