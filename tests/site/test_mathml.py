"""Formulas become MathML while the book is built, which a browser draws, copies and reads aloud."""

import re

import pytest

pytestmark = pytest.mark.slow
CHAPTER = "notebooks/08_best_learning_rate.html"
SELECT = """([from, to]) => {
  const [first, last] = [from, to].map((place) => document.querySelector(place));
  const range = document.createRange();
  range.setStart(first, 0);
  range.setEnd(last, last.childNodes.length);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  document.execCommand("copy");
}"""


def test_build_names_page_and_formula_that_cannot_be_drawn(book):
    book.page("page", "# Page\n\n$$\n\\foo\n$$\n\nAnd $a & b$.")
    warnings, _ = book.build()
    assert re.search(r"page\.md:\d+: ERROR: no MathML for the formula '\\n\\\\foo\\n'", warnings)
    assert re.search(r"page\.md:\d+: ERROR: no MathML for the formula 'a & b'", warnings)


def test_labelled_equation_has_number_permalink_and_references(book):
    book.page("page", "# Page\n\n$$\na\n$$ (eq-a)\n\nSee {eq}`eq-a`.")
    assert book.build()[0] == ""
    page = book.html("page")
    number = page.find(class_="eqno")
    target = number.find("a", class_="headerlink")["href"]
    assert number.text.startswith("(1)")
    assert page.find(id=target[1:]).find("math")
    assert [link.text for link in page.find_all("a", class_="reference", href=target)] == ["(1)"]


@pytest.fixture
def copy(browser, address):
    """Copy what stands from one place to another of a chapter; return the clipboard's text."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(address + CHAPTER)

    def between(*places):
        page.evaluate(SELECT, places)
        return page.evaluate("navigator.clipboard.readText()")

    yield between
    context.close()


def test_formula_is_copied_as_latex_within_its_text(copy):
    text = copy("p:has(+ div.math)", "div.math + p")
    before, formula, after = text.split("\n\n")
    assert "Compare $k$ updates of a small batch with one" in before
    assert formula == r"$$\varepsilon \to k \, \varepsilon \quad \text{for} \quad B \to k B.$$"
    assert "This is the linear rule" in after


def test_part_of_a_formula_is_copied_as_the_whole(copy):
    whole = r"$$\varepsilon \to k \, \varepsilon \quad \text{for} \quad B \to k B.$$"
    assert copy("div.math mi", "div.math mo") == whole


def test_text_without_formulas_is_copied_as_it_stands(copy):
    assert copy("article h1", "article h1") == "8. The best learning rate for each batch size"


def test_screen_reader_finds_a_formula_by_its_parts_and_not_its_latex(browser, address):
    page = browser.new_page()
    page.goto(address + CHAPTER)
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    read = [node for node in tree if not node["ignored"]]
    roles = {node["role"]["value"] for node in read}
    assert roles >= {"MathMLMath", "MathMLIdentifier", "MathMLOperator", "MathMLSquareRoot"}
    assert "\\varepsilon" not in " ".join(node.get("name", {}).get("value", "") for node in read)
    page.close()
