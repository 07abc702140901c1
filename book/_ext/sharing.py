"""Lets a page be found and shared: descriptions, cards, the map of the site.

Addresses in them must be absolute. So those that need one are written only when `baseurl` of
`_config.yml` gives the address of the site.
"""

import io
import textwrap
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import chapters
from docutils import nodes
from records import displayed
from sphinx.application import Sphinx

MAP, ROBOTS, CARD = "sitemap.xml", "robots.txt", "_static/card.png"
CARD_SIZE = (1200, 630)  # pixels
CARD_LINE = "How many samples should a network see before it changes its weights?"
CARD_ALT = "Accuracy against epoch for eight batch sizes, a panel each."
CARD_FIGURE = ("06_batch_size_sweep.ipynb", "fig-sweep")
INK, MUTED = "#1b1e23", "#5a6370"


def site_address(app: Sphinx) -> str:
    """Return the address of the site with a slash at its end, or an empty string."""
    url = app.config.html_baseurl
    return f"{url.rstrip('/')}/" if url else ""


def description(doctree: nodes.document) -> str:
    """Return the first paragraph of a page, cut to the length of a search result."""
    for section in doctree.findall(nodes.section):
        for child in section.children:
            if isinstance(child, nodes.paragraph):
                return textwrap.shorten(child.astext(), 200, placeholder=" …")
    return ""


def add_tags(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add title, description and card of a page to its head."""
    if doctree is None:
        return
    site, about = site_address(app), description(doctree)
    tags = [
        ("name", "description", about),
        ("property", "og:title", app.env.titles[page].astext()),
        ("property", "og:description", about),
        ("property", "og:type", "website"),
        ("property", "og:site_name", app.config.project),
    ]
    if site:
        tags += [
            ("property", "og:url", site + quote(app.builder.get_target_uri(page))),
            ("property", "og:image", site + CARD),
            ("property", "og:image:width", str(CARD_SIZE[0])),
            ("property", "og:image:height", str(CARD_SIZE[1])),
            ("property", "og:image:alt", CARD_ALT),
        ]
    tags += [("name", "twitter:card", "summary_large_image" if site else "summary")]
    lines = [
        f'<meta {kind}="{name}" content="{escape(text)}">' for kind, name, text in tags if text
    ]
    context["metatags"] = "\n    ".join([context.get("metatags", ""), *lines])


def draw_card(svg: str, title: str, path: Path) -> None:
    """Draw the picture of the book that a social network shows beside a link to it."""
    import matplotlib.image
    import resvg_py
    from matplotlib.figure import Figure

    width, height = CARD_SIZE
    drawn = resvg_py.svg_to_bytes(svg_string=svg, height=2 * height, dpi=96, background="white")
    figure = Figure(figsize=(width / 100, height / 100), dpi=100, facecolor="white")
    named = {"linespacing": 1.2, "color": INK, "weight": "bold", "size": 42}
    figure.text(0.05, 0.88, textwrap.fill(title, 15), va="top", **named)
    said = {"linespacing": 1.5, "color": MUTED, "size": 21}
    figure.text(0.05, 0.12, textwrap.fill(CARD_LINE, 32), va="bottom", **said)
    ax = figure.add_axes((0.48, 0.03, 0.5, 0.94))
    ax.imshow(matplotlib.image.imread(io.BytesIO(bytes(drawn))), interpolation="lanczos")
    ax.set_axis_off()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def write_site_files(app: Sphinx, exception: Exception | None) -> None:
    """Write the map of the site, the card, and the file that tells robots of the map."""
    site = site_address(app)
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    if not site:
        for name in (MAP, ROBOTS, CARD):  # of an earlier build
            (out / name).unlink(missing_ok=True)
        return
    urls = ElementTree.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for page in sorted(app.env.found_docs):
        url = ElementTree.SubElement(urls, "url")
        ElementTree.SubElement(url, "loc").text = site + quote(app.builder.get_target_uri(page))
    ElementTree.indent(urls)
    ElementTree.ElementTree(urls).write(out / MAP, "utf-8", xml_declaration=True)
    (out / ROBOTS).write_text(f"User-agent: *\nAllow: /\nSitemap: {site}{MAP}\n")
    chapter, name = CARD_FIGURE
    if f"notebooks/{Path(chapter).stem}" not in app.env.found_docs:  # another page is shown alone
        return
    notebook = chapters.executed(Path(app.srcdir, "notebooks", chapter))
    for cell, output in displayed(notebook, "image/svg+xml"):
        if cell.metadata.mystnb.figure.name == name:
            draw_card(output.data["image/svg+xml"], app.config.project, out / CARD)


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("html-page-context", add_tags)
    app.connect("build-finished", write_site_files)
