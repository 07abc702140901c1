"""Prints the built site as one PDF, with contents and page numbers, for reading on paper.

    python book/_ext/pdf.py

All pages are joined to one document in the order of `_toc.yml`, so that links between them lead
from page to page of the PDF, and page numbers run through. It is printed twice: the first PDF tells
on which page each chapter begins, which the contents of the second say. `print.css` has the looks.
"""

import html
import json
import logging
import posixpath
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import yaml
from bs4 import BeautifulSoup, Tag
from chapters import ROOT
from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

SITE = ROOT / "_build" / "html"
JOINED = SITE.with_name("batch-size-book.html")
PDF = JOINED.with_suffix(".pdf")
WITH_OUTLINE = {"outline": True, "tagged": True}  # Chromium makes the one from the other
LEFT_OUT = "a.headerlink, details.hide, .only-dark, .panels, picture > source, script, div.race"
LEFT_OUT += ", div.explorer > :not(.explorer-maps)"


@dataclass
class Page:
    """A page of the site.

    Attributes:
        name: its name, as `_toc.yml` has it.
        part: caption of the part that it begins, or an empty string.
        article: its text.
    """

    name: str
    part: str
    article: Tag

    @property
    def title(self) -> str:
        """Its heading."""
        return self.article.h1.get_text().strip()

    def id(self, anchor: str = "") -> str:
        """Return what a place of the page is called in the joined document."""
        return f"{self.name.replace('/', '-')}-{anchor}".rstrip("-")


def read(name: str) -> BeautifulSoup:
    """Return a built page."""
    return BeautifulSoup((SITE / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def pages() -> list[Page]:
    """Return the pages of the book in order, without what makes no sense on paper."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    found = [(toc["root"], "")]
    for part in toc["parts"]:
        captions = [part.get("caption", ""), *[""] * len(part["chapters"])]
        found += [(chapter["file"], captions[i]) for i, chapter in enumerate(part["chapters"])]
    book = [Page(name, part, read(name).select_one("article.bd-article")) for name, part in found]
    for page in book:
        for element in page.article.select(LEFT_OUT):
            element.decompose()
    return book


def join(page: Page, book: dict[str, Page]) -> None:
    """Let ids, links and images of a page fit the joined document."""
    folder = posixpath.dirname(page.name)
    for element in page.article.select("[id]"):
        element["id"] = page.id(element["id"])
    for image in page.article("img"):
        del image["loading"]
        if not urlsplit(image["src"]).scheme:
            path = posixpath.normpath(posixpath.join(folder, image["src"]))
            image["src"] = f"{SITE.name}/{path}"
    for link in page.article("a", href=True):
        target, anchor = urldefrag(link["href"])
        path = posixpath.normpath(posixpath.join(folder, unquote(target))) if target else page.name
        other = book.get(path.removesuffix(".html"))
        if other:
            link["href"] = f"#{other.id(unquote(anchor))}"
        elif not urlsplit(target).scheme:
            del link["href"]  # a file of the site


def contents(book: list[Page], numbers: dict[str, int]) -> str:
    """Return the table of contents, with the page on which each page of the site begins."""
    lines = ['<nav class="paper-contents"><h1>Contents</h1>']
    for page in book[1:]:
        if page.part:
            lines.append(f'<p class="paper-part">{html.escape(page.part)}</p>')
        lines.append(
            f'<p><a href="#{page.id()}"><span>{html.escape(page.title)}</span>'
            f"<span>{numbers.get(page.id(), '000')}</span></a></p>"
        )
    return "\n".join([*lines, "</nav>"])


def document(book: list[Page], title: str, numbers: dict[str, int]) -> str:
    """Return the joined document."""
    opening = read(book[0].name)
    folder = posixpath.join(SITE.name, posixpath.dirname(book[0].name))
    styles = [
        f'<link rel="stylesheet" href="{posixpath.join(folder, link["href"])}">'
        for link in opening.select('link[rel="stylesheet"]')
    ]
    about = opening.select_one("article h1 + p").get_text()
    titles = [json.dumps(page.title, ensure_ascii=False) for page in book]
    headers = [
        f"@page page-{i} {{ @top-left {{ content: {quoted} }} }}\n.page-{i} {{ page: page-{i} }}"
        for i, quoted in enumerate(titles)
    ]
    today = date.today()
    articles = [
        f'<div class="bd-content page-{i}" id="{page.id()}">{page.article}</div>'
        for i, page in enumerate(book)
    ]
    return f"""<!doctype html>
<html lang="en" data-theme="light" data-content_root="{SITE.name}/">
<head><meta charset="utf-8"><title>{html.escape(title)}</title>
{chr(10).join(styles)}
<style>{chr(10).join(headers)}</style>
</head>
<body class="paper">
<header class="paper-title">
<p class="paper-name">{html.escape(title)}</p>
<p>{html.escape(about)}</p>
<footer>Version {version("batch-size-book")}, printed on {today.day} {today:%B %Y}.<br>
Text: CC BY 4.0. Code: MIT.</footer>
</header>
{contents(book, numbers)}
{chr(10).join(articles)}
</body>
</html>
"""


def page_numbers(pdf: Path) -> dict[str, int]:
    """Return on which page each place of the joined document is, by its id."""
    reader = PdfReader(pdf)
    places = reader.named_destinations.items()
    return {
        name.lstrip("/"): reader.get_destination_page_number(place) + 1 for name, place in places
    }


def name_outline(pdf: Path, headings: list[str]) -> None:
    """Give the entries of the outline the text of their headings, which Chromium garbles.

    Raises:
        ValueError: if the outline has not an entry for each heading.
    """
    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it counts objects otherwise than Chromium
    writer = PdfWriter(pdf, incremental=True)  # what does not change is not written again

    def entries(node: DictionaryObject) -> Iterator[DictionaryObject]:
        child = node.get("/First")
        while child is not None:
            yield child.get_object()
            yield from entries(child.get_object())
            child = child.get_object().get("/Next")

    outline = writer.root_object["/Outlines"].get_object()
    for entry, heading in zip(entries(outline), headings, strict=True):
        entry[NameObject("/Title")] = TextStringObject(heading)
    writer.write(pdf)


def prepared() -> tuple[str, list[Page]]:
    """Return the title of the book, and its pages as they fit the joined document."""
    book = pages()
    names = {page.name: page for page in book}
    for page in book:
        join(page, names)
    title = book[0].title
    book[0].article.h1.string = "About this book"
    return title, book


def headings(book: list[Page]) -> list[str]:
    """Return the headings of the joined document, in order."""
    levels = ["h1", "h2", "h3", "h4", "h5", "h6"]
    found = [heading.get_text() for page in book for heading in page.article(levels)]
    return ["Contents", *(" ".join(heading.split()) for heading in found)]


def print_book(browser: Browser) -> None:
    """Write the PDF, through a Chromium that is running."""
    title, book = prepared()
    context = browser.new_context(java_script_enabled=False)
    sheet = context.new_page()
    numbers = {}
    for options in ({}, WITH_OUTLINE):
        text = document(book, title, numbers)
        JOINED.write_text(text, encoding="utf-8")
        sheet.goto(JOINED.as_uri())
        sheet.pdf(path=PDF, prefer_css_page_size=True, print_background=True, **options)
        numbers = page_numbers(PDF)
    context.close()
    JOINED.unlink()
    name_outline(PDF, headings(book))


def main() -> None:
    """Start Chromium, write the PDF, and say where it is."""
    from install_browser import chromium

    if not (SITE / "index.html").exists():
        sys.exit("The site is not built: run `make book`.")
    executable = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable)
        print_book(browser)
        browser.close()
    print(f"The book is printed: {PDF}")


if __name__ == "__main__":
    main()
