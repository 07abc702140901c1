"""Getting about in the built site, and what it says of itself."""

import importlib
import inspect
import pkgutil
import re

import chapters
import pytest
from conftest import ROOT, SITE
from site_server import Handler, serve
from visits import CHAPTERS, PAGES, every_chapter, every_page, html, watch

import helpers

pytestmark = pytest.mark.slow


def meta(name):
    """What the head of a page says, by name or property."""
    tags = html(name).head("meta", content=True)
    return {tag.get("name") or tag.get("property"): tag["content"] for tag in tags}


# Page after page.


def test_previous_and_next_lead_through_the_whole_book():
    for name, following in zip(PAGES, [*PAGES[1:], None], strict=True):
        folder = SITE / name
        link = html(name).select_one("a.right-next")
        page = link and (folder.parent / link["href"]).resolve().relative_to(SITE)
        assert (page and str(page)) == (following and f"{following}.html")
        if following:
            link = html(following).select_one("a.left-prev")
            page = ((SITE / following).parent / link["href"]).resolve().relative_to(SITE)
            assert str(page) == f"{name}.html"


@every_page
def test_headings_and_figures_have_permalinks(page):
    for place in html(page).select("article :is(h1, h2, h3, figcaption:has(.caption-number))"):
        (link,) = place.select("a.headerlink")
        assert html(page).find(id=link["href"].removeprefix("#"))


@every_chapter
def test_figures_are_numbered_by_chapter(page):
    number = int(page.split("/")[1].split("_")[0])
    labels = [label.get_text().strip() for label in html(page).select("figcaption .caption-number")]
    assert labels == [f"Fig. {number}.{i}" for i, _ in enumerate(labels, start=1)]
    assert len(labels) == len(html(page).select("article figure:not(.race *)"))


# Search.


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("momentum", {"Glossary", "Batch size and gradient descent > Momentum"}),
        ("volatile", {"Glossary", "3. Stochastic gradient descent: a step for every sample"}),
    ],
)
def test_search_finds_a_word_and_shows_where_it_stands(browser, address, word, found):
    page = browser.new_page()
    page.goto(f"{address}search.html?q={word}")
    page.locator("#search-results", has_text="Search finished").wait_for()
    results = page.locator("#search-results li")
    results.locator(".context").nth(2).wait_for()
    titles = [title.strip() for title in results.locator("a").all_inner_texts()]
    assert found <= set(titles)
    stem = word[:6]
    snippets = results.filter(has=page.locator(".context")).locator(".context").all_inner_texts()
    assert sum(stem in snippet.lower() for snippet in snippets) > len(snippets) / 2
    page.close()


# The glossary.


def terms():
    """The ids of the glossary's entries, by their terms."""
    entries = html("book/glossary").select("dl.glossary dt")
    return {entry.find(string=True).strip(): entry["id"] for entry in entries}


def test_glossary_is_in_order_and_explains_each_term():
    entries = html("book/glossary").select("dl.glossary > dd")
    assert len(terms()) > len(entries) > 30  # some have two names
    assert all(len(entry.get_text()) > 20 for entry in entries)
    names = [name.lower() for name in terms()]
    others = {"full batch", "minibatch"}  # second names, which stand behind the first
    in_order = [name for name in names if name not in others]
    assert in_order == sorted(in_order)


@every_chapter
def test_chapter_links_the_first_mention_of_its_terms_once(page):
    links = [link for link in html(page).select("article a") if link.select_one(".std-term")]
    anchors = [link["href"].partition("#")[2] for link in links]
    assert {"book/glossary.html"} == {
        link["href"].partition("#")[0].removeprefix("../") for link in links
    }
    assert len(anchors) >= 5
    assert len(anchors) == len(set(anchors))
    assert set(anchors) <= set(terms().values())
    assert not any(
        link.find_parent(["h1", "h2", "h3", "code", "figcaption", "table"]) for link in links
    )


def test_term_leads_to_its_entry(browser, address):
    page = browser.new_page()
    page.goto(f"{address}{CHAPTERS[6]}.html")
    page.get_by_role("link", name="momentum", exact=True).click()
    entry = page.locator("dt:target")
    assert entry.inner_text().startswith("momentum")
    assert entry.is_visible()
    page.close()


# How a page was made.


@every_chapter
def test_chapter_says_how_it_was_made(page):
    made = chapters.executed(ROOT / f"{page}.ipynb").metadata.book
    note = html(page).select_one("details.colophon")
    assert not note.has_attr("open")
    text = note.get_text()
    year, month, day = map(int, made.executed.split("-"))
    assert re.search(rf"\b{day} [A-Z][a-z]+ {year}\b", text)
    assert f"in {made.seconds:.0f} seconds" in text
    assert f"Python {made.versions['python']}, TensorFlow {made.versions['tensorflow']}" in text
    assert f"Keras {made.versions['keras']}" in text
    assert made.processor in text
    assert "first_seed = " in text


# The helpers.


def words(text):
    """The words of a text, whatever stands between them."""
    return re.findall(r"\w+", text)


def public(module):
    """The names of a module's own functions and classes that are not private."""
    offered = getattr(module, "__all__", vars(module))
    return [
        name
        for name, thing in vars(module).items()
        if name in offered
        and not name.startswith("_")
        and (inspect.isfunction(thing) or inspect.isclass(thing))
        and thing.__module__ == module.__name__
    ]


FOUND = [found.name for found in pkgutil.iter_modules(helpers.__path__)]
MODULES = [name for name in FOUND if name != "__main__"]


@pytest.mark.parametrize("name", MODULES)
def test_helpers_are_described_with_their_docstrings(name):
    page = html("book/helpers")
    module = importlib.import_module(f"helpers.{name}")
    assert page.find(id=f"module-helpers.{name}")
    for thing in public(module):
        entry = page.find("dt", id=f"helpers.{name}.{thing}")
        first = inspect.getdoc(getattr(module, thing)).splitlines()[0]
        told = entry.find_next_sibling("dd").get_text()
        assert words(told)[: len(words(first))] == words(first)


def test_docstrings_are_free_of_markup():
    strings = html("book/helpers").article.find_all(string=True)
    prose = "".join(text for text in strings if not text.find_parent(["code", "pre"]))
    assert re.findall(r"`|\\[|*]|\bArgs:", prose) == []


def test_lines_of_a_signature_are_no_list():
    signature = html("book/helpers").find("dt", id="helpers.training.trainer.train")
    lines = [line.get_text().strip(" ,") for line in signature.select(".sig-line")]
    assert lines[:2] == ["build: Callable[[], Model]", "optimizer: Optimizer"]
    assert signature("dl") == []


# An address with nothing behind it.


class Host(Handler):
    """Serves files as hosts of static sites do: 404.html where there is none."""

    def send_error(self, code, message=None, explain=None):
        text = (SITE / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@pytest.fixture(scope="module")
def host():
    """The address of a host of the site."""
    with serve(SITE, Host) as address:
        yield address


@pytest.mark.parametrize("path", ["nothing.html", "notebooks/no/such/page.html"])
def test_page_not_found_needs_nothing_and_leads_back(browser, host, path):
    page = browser.new_page()
    visit = watch(page, host)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    answer = page.goto(f"{host}{path}", wait_until="networkidle")
    assert answer.status == 404
    assert asked == [f"{host}{path}"]
    assert [line for line in visit.complaints if "404" not in line] == []
    assert page.locator("h1").is_visible()
    page.get_by_role("searchbox").fill("momentum")
    page.get_by_role("button", name="Search").click()
    page.locator("#search-results li a").first.wait_for()
    page.goto(f"{host}{path}")
    page.get_by_role("link", name="The batch-size book").click()
    page.wait_for_url("**/book/index.html")
    page.close()


# What other sites are told.


def test_pages_describe_themselves():
    told = [meta(name) for name in PAGES]
    assert len({page["description"] for page in told}) == len(PAGES)
    for name, page in zip(PAGES, told, strict=True):
        assert 20 < len(page["description"]) <= 200, name
        assert page["og:title"] in html(name).h1.get_text()
        assert page["og:description"] == page["description"]


def test_site_without_an_address_names_none():
    assert not (SITE / "sitemap.xml").exists()
    assert [name for name in PAGES if "og:url" in meta(name) or "og:image" in meta(name)] == []


@every_page
def test_page_without_a_repository_has_no_buttons_for_it(page):
    links = " ".join(link["href"] for link in html(page)("a", href=True))
    assert not re.search(r"mybinder|colab\.research|/edit/|/issues/new", links)
    assert not html(page).select(".dropdown-launch-buttons, .dropdown-source-buttons")
