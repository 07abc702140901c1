"""Leads readers of a stale address back to the book: 404.html.

It appears at any depth, so a path relative to it would lead astray. All it needs is inside it, and
its links begin at the root of the site: that of `baseurl` in `_config.yml` if given, else
that of the host.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from sphinx.application import Sphinx


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page, what its template is given, and the template."""
    root = urlsplit(app.config.html_baseurl).path.rstrip("/") + "/"
    favicon = app.config.html_favicon
    icon = quote(Path(app.srcdir, favicon).read_text()) if favicon else ""
    yield "404", {"root": root, "icon": icon}, "404.html"


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    templates = str(Path(__file__).parents[1] / "_templates")
    app.config.templates_path = [*app.config.templates_path, templates]
    app.connect("html-collect-pages", pages)
