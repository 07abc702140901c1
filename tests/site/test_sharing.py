"""What a site says once its own address, or that of its repository, is known."""

import functools
from xml.etree import ElementTree

import pytest
import yaml
from conftest import ROOT
from jupyter_book.config import yaml_to_sphinx
from matplotlib.image import imread
from small_book import FIGURE, SVG, Book

pytestmark = pytest.mark.slow

SITE = "https://example.org/book/"
REPOSITORY = "https://github.com/someone/something"
SWEEP = {"figure": {**FIGURE["figure"], "name": "fig-sweep"}, "image": FIGURE["image"]}


def build(book, repository="", **settings):
    """Build a book with the book's theme."""
    options = {"repository_url": repository, "repository_branch": "main"}
    options |= {"use_fullscreen_button": False}
    theme = {"html_theme": "sphinx_book_theme", "html_theme_options": options}
    warnings, _ = book.build(project="A book", **theme, **settings)
    assert warnings == ""
    return book


def written(folder):
    """A small book with a page of text and a chapter."""
    book = Book(folder)
    book.chapter("06_batch_size_sweep", {"image/svg+xml": SVG}, mystnb=SWEEP)
    text = "The first *paragraph* of it.\n\n````{if-repository}\nAt REPOSITORY.\n````\n\nThe end."
    code = "---\nfile_format: mystnb\nkernelspec: {name: python3}\n---\n"  # it may hold some
    book.page("text", f"# A page & more\n\n{text}", code)
    return book


@pytest.fixture(scope="module")
def themed(tmp_path_factory):
    """A small book built with the book's theme, once for all tests that read it."""

    @functools.cache
    def once(repository="", **settings):
        return build(written(tmp_path_factory.mktemp("book") / "a book"), repository, **settings)

    return once


def head(book, page):
    """What the head of a page says, by name or property."""
    tags = book.html(page).head("meta", content=True)
    return {tag.get("name") or tag.get("property"): tag["content"] for tag in tags}


def links(book, page):
    """Where the links of a page lead."""
    return [link["href"] for link in book.html(page)("a", href=True)]


@pytest.mark.parametrize(
    ("setting", "of_sphinx"),
    [
        ("baseurl", lambda config: config["html_baseurl"]),
        ("repository_url", lambda config: config["html_theme_options"]["repository_url"]),
    ],
)
def test_addresses_are_one_empty_setting_each(setting, of_sphinx):
    text = (ROOT / "_config.yml").read_text()
    assert text.count(f'{setting}: ""') == 1
    for address in ["", SITE]:
        given = yaml.safe_load(text.replace(f'{setting}: ""', f'{setting}: "{address}"'))
        config, overriding, _ = yaml_to_sphinx(given)
        assert of_sphinx(config | overriding) == address


def test_page_is_described_by_its_title_and_first_paragraph(themed):
    told = head(themed(), "text")
    assert told["description"] == told["og:description"] == "The first paragraph of it."
    assert told["og:title"] == "A page & more"
    assert told["og:site_name"] == "A book"
    assert told["twitter:card"] == "summary"
    assert not {"og:url", "og:image"} & told.keys()


def test_known_address_brings_map_card_and_addresses(themed):
    book = themed(html_baseurl=SITE)
    told = head(book, "text")
    assert told["og:url"] == f"{SITE}text.html"
    assert told["twitter:card"] == "summary_large_image"
    card = imread(book.site / told["og:image"].removeprefix(SITE))
    assert card.shape[:2] == (630, 1200)
    assert len({tuple(color) for row in card for color in row}) > 10
    places = ElementTree.parse(book.site / "sitemap.xml").getroot()
    found = {place.text for place in places.findall(".//{*}loc")}
    pages = ["index", "notebooks/06_batch_size_sweep", "text"]
    assert found == {f"{SITE}{page}.html" for page in pages}
    assert f"Sitemap: {SITE}sitemap.xml" in (book.site / "robots.txt").read_text()


def test_address_that_is_no_longer_known_leaves_none_of_it(tmp_path):
    book = build(written(tmp_path / "a book"), html_baseurl=SITE)
    build(book)
    for name in ["sitemap.xml", "robots.txt", "_static/card.png"]:
        assert not (book.site / name).exists()


@pytest.mark.parametrize(("address", "root"), [("", "/"), (SITE, "/book/"), (SITE[:-1], "/book/")])
def test_page_not_found_links_from_the_root_of_the_site(themed, address, root):
    page = themed(html_baseurl=address).html("404")
    assert page.a["href"] == root
    assert page.form["action"] == f"{root}search.html"
    assert "A book" in page.title.text


def test_known_repository_brings_buttons(themed):
    book = themed(REPOSITORY)
    chapter = " ".join(links(book, "notebooks/06_batch_size_sweep"))
    path = "notebooks/06_batch_size_sweep.ipynb"
    assert f"colab.research.google.com/github/someone/something/blob/main/{path}" in chapter
    assert "mybinder.org/v2/gh/someone/something/main" in chapter
    assert f"{REPOSITORY}/edit/main/{path}" in chapter
    text = " ".join(links(book, "text"))
    assert f"{REPOSITORY}/edit/main/text.md" in text
    assert "mybinder" not in text
    assert "colab" not in text
    assert f"At {REPOSITORY}." in book.html("text").article.text


def test_colab_opens_notebooks_of_github_only(themed):
    book = themed("https://gitlab.com/someone/something")
    found = " ".join(links(book, "notebooks/06_batch_size_sweep"))
    assert "mybinder.org/v2/gl/" in found
    assert "colab" not in found


def test_unknown_repository_brings_no_button_and_no_text(themed):
    book = themed()
    for page in ["text", "notebooks/06_batch_size_sweep"]:
        found = " ".join(links(book, page))
        assert not any(word in found for word in ["mybinder", "colab", "edit/main", "issues"])
    assert "At" not in book.html("text").article.text
    assert "The end." in book.html("text").text
