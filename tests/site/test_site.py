"""The built site: what every page of it shows in a browser, and where its links lead."""

import io
import posixpath
from urllib.parse import unquote, urldefrag

import chapter_files
import chapters
import moved
import pytest
from conftest import ROOT, SITE
from pypdf import PdfReader
from visits import CHAPTERS, PAGES, every_chapter, every_page, every_width, html, ids, watch

pytestmark = pytest.mark.slow


def test_first_page_of_the_site_leads_to_the_book(browser, address):
    page = browser.new_page()
    visit = watch(page, address)
    page.goto(address)
    page.wait_for_url(f"**/{PAGES[0]}.html")
    page.close()
    assert visit.elsewhere == []
    assert visit.complaints == []


@every_page
def test_page_has_a_title_and_one_heading(view):
    (heading,) = view["headings"]
    assert view["title"].startswith(heading.rstrip("#¶"))


@every_chapter
def test_number_of_a_chapter_is_that_of_its_file(view, page):
    (heading,) = view["headings"]
    assert heading.startswith(f"{int(page.split('/')[1].split('_')[0])}. ")


@every_chapter
def test_chapter_has_images(view):
    """What the tests of images look at is there."""
    assert view["images"]


@every_page
def test_figures_have_captions(view):
    assert all(caption.strip() for caption in view["captions"])


@every_page
@every_width
def test_formulas_are_drawn_as_mathml(view, page):
    assert len(view["formulas"]) == len(html(page).select("article .math"))
    assert [formula["text"] for formula in view["formulas"] if not formula["drawn"]] == []
    assert view["latex"] == []


def test_book_has_formulas():
    """What the test above looks at is there."""
    assert sum(len(html(page).select("article .math")) for page in PAGES) > 10


@every_page
def test_links_within_the_site_lead_somewhere(view, address):
    for link in view["links"]:
        if link.startswith(address):
            target, anchor = urldefrag(link.removeprefix(address))
            assert (SITE / unquote(target)).is_file(), link
            if anchor and "=" not in anchor and target.removesuffix(".html") in PAGES:
                assert unquote(anchor) in ids(target.removesuffix(".html")), link


@every_chapter
def test_no_output_is_the_bare_name_of_an_object(view):
    """As `<matplotlib.legend.Legend at 0x7f…>` would be, the value of a cell's last line."""
    assert view["objects"] == []


@pytest.mark.parametrize(("page", "style"), [("summary", "forest-plot"), ("evidence", "evidence")])
def test_every_assertion_of_the_chapters_stands_in_the_gathered_pages(page, style):
    assertions = [
        (record["claim"], assertion["name"])
        for name in CHAPTERS
        for record in chapter_files.records(chapters.executed(ROOT / f"{name}.ipynb"))
        for assertion in record["assertions"]
    ]
    rows = [row.td.text.split()[0] for row in html(f"book/{page}").select(f".{style} tbody tr")]
    assert assertions
    assert sorted(rows) == sorted(claim for claim, _ in assertions)


def test_every_line_of_the_recipe_leads_to_a_figure_of_the_build():
    recipe = "book/recipe"
    rows = html(recipe).select("table:is(.decisions, .cheat-sheet, .symptoms) tbody tr")
    lines = [*rows, *html(recipe).select("#if-a-grid-is-too-expensive > ol > li")]
    assert len(lines) >= 25
    assert [line.text for line in lines if not line.select("a.reference.internal")] == []
    for link in html(recipe).select("table a.reference.internal:has(.std-numref)"):
        page, anchor = urldefrag(link["href"])
        chapter = posixpath.normpath(posixpath.join("book", page)).removesuffix(".html")
        assert html(chapter).select_one(f"figure[id='{anchor}'] img"), link["href"]


def test_recipe_prints_on_one_sheet(browser, address):
    page = browser.new_page()
    page.goto(f"{address}book/recipe.html")
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    page.close()
    first, second = (sheet.extract_text() for sheet in sheets[:2])
    assert "Four questions" in first
    assert "gradient_accumulation_steps" in first
    assert "If a grid is too expensive" in second


def test_old_addresses_lead_to_where_the_chapters_are_now(browser, address):
    page = browser.new_page()
    for old, new in moved.MOVED.items():
        page.goto(f"{address}{old}.html")
        page.wait_for_url(f"**/notebooks/{new}.html")
    page.close()


@every_chapter
def test_phone_shows_each_panel_and_a_desk_the_whole_figure(browser, address, page):
    for width, shown, hidden in ((360, ".panels img", "> img"), (1440, "> img", ".panels img")):
        tab = browser.new_page(viewport={"width": width, "height": 740})
        tab.goto(f"{address}{page}.html")
        boxes = tab.locator(".figure-box:has(.panels)")
        for number in range(boxes.count()):
            seen, unseen = (
                boxes.nth(number).locator(f":scope {selector}").locator("visible=true").count()
                for selector in (shown, hidden)
            )
            assert seen > 0
            assert unseen == 0
        tab.close()


def test_search_finds_momentum(browser, address):
    page = browser.new_page()
    page.goto(address)
    page.wait_for_url(f"**/{PAGES[0]}.html")  # and for its scripts
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
    cell = page.locator(".cell:not(.tag_hide-input) > .cell_input .highlight").first
    cell.hover()
    cell.locator("button.copybtn").click()
    assert (
        page.evaluate("navigator.clipboard.readText()") == cell.locator("pre").inner_text().strip()
    )
    context.close()
