"""The whole book as one PDF."""

import re
import unicodedata

import pdf
import pytest
from bs4 import BeautifulSoup
from conftest import SITE
from pypdf import PdfReader
from pypdf.generic import ContentStream, NameObject
from visits import CHAPTERS, PAGES

pytestmark = pytest.mark.slow

TEXT = re.compile(rb"(?s)\bBT\n.*?\nET\b")  # without drawings, which take long to read
SHEET = {"width": 643, "height": 963}  # what the margins of an A4 page leave, in CSS pixels
CUT = """() => {
  const wide = [...document.querySelectorAll("article :is(figure, img, pre, table, math, p, dt)")]
    .filter((element) => element.checkVisibility()
      && element.getBoundingClientRect().right > document.body.getBoundingClientRect().right + 1);
  const whole = [...document.querySelectorAll(
    "article :is(figure, pre, .admonition:not(.result), .assertion, tr)")];
  const tall = whole.filter((element) => element.getBoundingClientRect().height > innerHeight);
  const loose = whole.filter((element) => getComputedStyle(element).breakInside !== "avoid");
  const says = (element) => element.textContent.trim().slice(0, 60) || element.src;
  return {
    whole: whole.length, wide: wide.map(says), tall: tall.map(says), loose: loose.map(says),
  };
}"""


@pytest.fixture(scope="module")
def printed(browser):
    """The book, printed from the site that was built."""
    if not (SITE / "index.html").exists():
        pytest.fail("The site is not built: run `make book`.", pytrace=False)
    pdf.print_book(browser)
    return PdfReader(pdf.PDF)


@pytest.fixture(scope="module")
def texts(printed):
    """The text of each page, without ligatures and with single spaces."""

    def text(page):
        content = ContentStream(None, printed, "bytes")
        content.set_data(b"\n".join(TEXT.findall(page.get_contents().get_data())))
        page[NameObject("/Contents")] = content
        return " ".join(unicodedata.normalize("NFKC", page.extract_text()).split())

    return [text(page) for page in printed.pages]


@pytest.fixture(scope="module")
def begins(printed):
    """The pages of the site and of the contents, by the number of the page they begin on."""
    tops = [entry for entry in printed.outline if not isinstance(entry, list)]
    return {printed.get_destination_page_number(top) + 1: top.title for top in tops}


def title(name):
    """The heading of a page of the site."""
    article = BeautifulSoup((SITE / f"{name}.html").read_text(), "html.parser").article
    article.h1.select_one("a.headerlink").decompose()
    return article.h1.get_text()


def solid(text):
    """A text without its spaces, which come and go where lines break."""
    return text.replace(" ", "")


def test_outline_leads_to_each_page_of_the_site_in_order(printed, texts, begins):
    titles = ["Contents", "About this book", *map(title, PAGES[1:])]
    assert list(begins.values()) == titles
    for number, name in begins.items():
        assert solid(name) in solid(texts[number - 1])
    sections = [entry for entry in printed.outline if isinstance(entry, list)]
    assert len(sections) >= len(CHAPTERS)


def test_contents_tell_on_which_page_each_begins(texts, begins):
    for number, name in list(begins.items())[2:]:
        assert solid(f"{name}{number}") in solid(texts[1])


def test_pages_have_numbers_and_the_title_above(texts, begins):
    assert texts[0].startswith("The batch-size book How many")
    above, wrong = "", []
    for number, text in enumerate(texts[2:], start=3):
        above = begins.get(number, above)
        if not text.startswith(f"{above} {number} "):
            wrong.append((number, text[:80]))
    assert wrong == []


def test_what_is_folded_lies_open_and_what_is_for_the_screen_is_left_out(texts):
    book = " ".join(texts)
    solutions = sum(
        (SITE / f"{name}.html").read_text().count("<summary>Solution") for name in CHAPTERS
    )
    assert solutions > 20
    assert book.count("Solution") >= solutions
    assert book.count("Executed from top to bottom") == len(CHAPTERS)
    for word in ["Show code cell", "Previous", "Search this book", "Skip to main content"]:
        assert word not in book


def test_links_between_pages_stay_in_the_book(printed):
    names = {name.lstrip("/") for name in printed.named_destinations}
    found = [
        note.get_object()
        for page in printed.pages
        for note in page.get("/Annots", [])
        if note.get_object().get("/Subtype") == "/Link"
    ]
    within = [link["/Dest"].lstrip("/") for link in found if "/Dest" in link]
    without = [link["/A"]["/URI"] for link in found if "/URI" in link.get("/A", {})]
    assert len(within) > 200
    assert set(within) <= names
    assert [address for address in without if not address.startswith("http")] == []


def test_nothing_is_cut(browser):
    """What must not be cut fits the page, so the browser moves it to the next one whole."""
    book_title, pages = pdf.prepared()
    joined = pdf.JOINED.with_name("test-of-the-joined-book.html")
    joined.write_text(pdf.document(pages, book_title, {}), encoding="utf-8")
    page = browser.new_page(viewport=SHEET)
    page.emulate_media(media="print")
    page.goto(joined.as_uri())
    found = page.evaluate(CUT)
    page.close()
    joined.unlink()
    assert found.pop("whole") > 100
    assert found == {"wide": [], "tall": [], "loose": []}
