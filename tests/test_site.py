"""The built site in a browser: every page of it, on a desk and on a phone, by day and by night."""

import functools
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urldefrag

import chapter_files
import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import ROOT, SITE

TOC = yaml.safe_load((ROOT / "_toc.yml").read_text())
PAGES = [TOC["root"]] + [page["file"] for part in TOC["parts"] for page in part["chapters"]]
CHAPTERS = [page for page in PAGES if page.startswith("notebooks/")]
FACTS = Path(__file__).with_name("page_facts.js").read_text()

LOAD = """Promise.all([...document.images].map((image) => {
  image.loading = "eager"; // as if the reader had come near
  return image.decode().catch(() => null);
}))"""

every_page = pytest.mark.parametrize("name", PAGES)
every_chapter = pytest.mark.parametrize("name", CHAPTERS)


@dataclass
class Visit:
    """What happened as a page was opened, and what it shows on a desk and on a phone."""

    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    desk: dict = field(default_factory=dict)
    phone: dict = field(default_factory=dict)


def watch(page, home):
    """Note what a page asks of other hosts than its home, and what goes wrong in it."""
    visit = Visit()

    def ask(request):
        if not request.url.startswith((home, "data:", "blob:")):
            visit.elsewhere.append(request.url)

    def answer(response):
        if not response.ok:
            visit.complaints.append(f"{response.status} for {response.url}")

    def say(message):
        if message.type in ("error", "warning"):
            visit.complaints.append(message.text)

    page.on("request", ask)
    page.on("response", answer)
    page.on("console", say)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    return visit


@pytest.fixture(scope="session")
def visit(browser, address):
    """Open a page, in a light or a dark surrounding, once for all tests."""
    contexts = {scheme: browser.new_context(color_scheme=scheme) for scheme in ("light", "dark")}

    @functools.cache
    def open_page(name, scheme="light"):
        page = contexts[scheme].new_page()
        visit = watch(page, address)
        page.goto(f"{address}{name}.html")
        page.evaluate(LOAD)
        visit.desk = page.evaluate(FACTS)
        page.set_viewport_size({"width": 360, "height": 740})
        visit.phone = page.evaluate(FACTS)
        page.close()
        return visit

    return open_page


@every_page
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_asks_no_other_host_and_nothing_complains(visit, name, scheme):
    assert visit(name, scheme).elsewhere == []
    assert visit(name, scheme).complaints == []


@pytest.mark.parametrize("name", ["index", "search", "genindex"])
def test_page_of_the_site_itself_asks_no_other_host(browser, address, name):
    page = browser.new_page()
    visit = watch(page, address)
    page.goto(f"{address}{name}.html", wait_until="networkidle")
    page.close()
    assert visit.elsewhere == []
    assert visit.complaints == []


def test_pages_open_as_files(browser):
    page = browser.new_page()
    visit = watch(page, SITE.as_uri())
    for name in PAGES:
        page.goto((SITE / f"{name}.html").as_uri())
    page.close()
    assert visit.elsewhere == []
    assert visit.complaints == []


@every_page
def test_page_has_a_title_and_one_heading(visit, name):
    facts = visit(name).desk
    (heading,) = facts["headings"]
    assert facts["title"].startswith(heading.rstrip("#¶"))


@every_chapter
def test_number_of_a_chapter_is_that_of_its_file(visit, name):
    (heading,) = visit(name).desk["headings"]
    assert heading.startswith(f"{int(name.split('/')[1].split('_')[0])}. ")


@every_page
def test_images_load_and_have_alternative_text(visit, name):
    for image in visit(name).desk["images"]:
        assert image["width"] > 0, image
        assert image["alt"].strip(), image


@every_page
def test_figures_have_captions(visit, name):
    assert all(caption.strip() for caption in visit(name).desk["captions"])


@every_page
def test_formulas_are_drawn_as_mathml(visit, name):
    facts = visit(name).desk
    assert [formula["text"] for formula in facts["formulas"] if not formula["drawn"]] == []
    assert re.findall(r"\$\$|\\[a-zA-Z]+|\$[^$\n]*\$", facts["prose"]) == []


def test_book_has_formulas_and_figures(visit):
    """What the tests above look at is there."""
    facts = [visit(name).desk for name in PAGES]
    assert sum(len(page["formulas"]) for page in facts) > 10
    assert all(visit(name).desk["images"] for name in CHAPTERS)


@every_page
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable_by_day_and_by_night(visit, name, scheme):
    facts = visit(name, scheme).desk
    assert facts["theme"] == scheme
    assert facts["faint"] == []


@every_page
def test_nothing_scrolls_sideways_on_a_phone(visit, name):
    assert visit(name).phone["sideways"] == []


@every_page
def test_links_within_the_site_lead_somewhere(visit, address, name):
    for link in visit(name).desk["links"]:
        if link.startswith(address):
            target, anchor = urldefrag(link.removeprefix(address))
            assert (SITE / unquote(target)).is_file(), link
            if anchor and "=" not in anchor and target.removesuffix(".html") in PAGES:
                assert unquote(anchor) in visit(target.removesuffix(".html")).desk["ids"], link


@every_chapter
def test_chapter_offers_its_notebook_without_outputs(browser, address, visit, name):
    (link,) = {link for link in visit(name).desk["links"] if link.endswith(".ipynb")}
    page = browser.new_page()
    text = page.request.get(link).text()
    page.close()
    assert text == (ROOT / f"{name}.ipynb").read_text()
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)


def test_every_claim_that_a_chapter_judges_stands_in_the_summary():
    records = [
        record
        for name in CHAPTERS
        for record in chapter_files.records(
            chapter_files.read(ROOT / "_build/executed" / f"{Path(name).name}.ipynb")
        )
    ]
    verdicts = [record["claim"] for record in records if record["kind"] == "verdict"]
    summary = BeautifulSoup((SITE / "book" / "summary.html").read_text(), "html.parser")
    rows = [row.td.text.strip() for row in summary.select(".claims-table tbody tr")]
    assert verdicts
    for claim in verdicts:
        assert rows.count(claim) >= verdicts.count(claim)


def test_every_line_of_the_recipe_leads_to_a_figure_of_the_build():
    page = SITE / "notebooks" / "15_one_knob.html"
    read = functools.cache(lambda path: BeautifulSoup(path.read_text(), "html.parser"))
    lines = read(page).select("#the-recipe > ol > li")
    assert len(lines) >= 8
    for line in lines:
        links = [urldefrag(link["href"]) for link in line.select("a.reference.internal")]
        pages = [(page.parent / target if target else page, anchor) for target, anchor in links]
        pictures = [read(path).select_one(f"figure[id='{anchor}'] img") for path, anchor in pages]
        assert any(pictures), line.text


def test_search_finds_momentum(browser, address):
    page = browser.new_page()
    page.goto(address)
    page.get_by_role("button", name="Search").first.click()
    page.locator("#pst-search-dialog input").fill("momentum")  # once the dialog is open
    page.keyboard.press("Enter")
    page.locator("#search-results li a").first.wait_for()
    assert "search.html?q=momentum" in page.url
    page.close()


def test_copy_button_copies_the_cell(browser, address):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{address}{CHAPTERS[0]}.html")
    cell = page.locator(".cell_input .highlight").first
    cell.hover()
    cell.locator("button.copybtn").click()
    assert (
        page.evaluate("navigator.clipboard.readText()") == cell.locator("pre").inner_text().strip()
    )
    context.close()


@every_chapter
def test_no_output_is_the_bare_name_of_an_object(visit, name):
    """As `<matplotlib.legend.Legend at 0x7f…>` would be, the value of a cell's last line."""
    assert re.findall(r"<\S+ at 0x\w+>", visit(name).desk["text"]) == []
