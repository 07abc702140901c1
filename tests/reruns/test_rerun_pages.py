"""What a user gives appears as text, in a real browser and in a spreadsheet, and is never run."""

import csv

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_notebook
from rerun_folder import helpers, notebook, rerun, runs

from helpers.reruns.page import html

pytestmark = pytest.mark.slow

MARKUP = "<script>document.title = 'run'</script><img src=x onerror=\"document.title='run'\">"
CALL = "__import__('pathlib').Path('executed').touch()"
FORMULA = '=HYPERLINK("http://127.0.0.1")'
SHOWS = """\
import matplotlib.pyplot as plt
from IPython.display import Markdown

%config InlineBackend.figure_formats = ["svg"]
plt.plot([1, 2])
plt.title("A line")
display(Markdown(f"The formula $x^2$, and {n_seeds} seeds."))
print(word)
word
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of reruns whose parameter is markup, code, or a formula."""
    folder = tmp_path_factory.mktemp("pages")
    shows = notebook(folder / "shows <b>.ipynb", SHOWS, "1 / (n_seeds - 3)")
    for word in (MARKUP, CALL, FORMULA):
        rerun(shows, "-p", "word", word, "--out", "out", folder=folder)
    helpers("rerun", shows, "-p", "word", MARKUP, "-p", "n_seeds", 3, "--out", "out", folder=folder)
    return folder


@pytest.fixture
def page(browser):
    """A page that remembers whom it asked and what it complained of."""
    made = browser.new_page()
    made.asked, made.complaints = [], []
    made.on("request", lambda request: made.asked.append(request.url))
    made.on("console", lambda message: made.complaints.append(message.text))
    made.on("pageerror", lambda error: made.complaints.append(str(error)))
    yield made
    made.close()


def test_index_shows_what_was_given_as_text(folder, page):
    page.goto((folder / "out" / "index.html").as_uri())
    text = page.locator("table").inner_text()
    for word in (MARKUP, CALL, FORMULA):
        assert word in text
    assert page.title() == "Reruns"
    assert page.locator("script, b").count() == 0
    assert page.locator("li").count() == 1  # the one that failed
    pictures = page.locator("td img")
    assert pictures.count() == 3
    for i in range(3):
        assert pictures.nth(i).evaluate("image => image.decode().then(() => image.naturalWidth)")
    assert all(address.startswith("file://") for address in page.asked)
    assert page.complaints == []


def test_thumbnail_leads_to_the_page_of_the_run_which_runs_nothing(folder, page):
    page.goto((folder / "out" / "index.html").as_uri())
    page.locator("tr", has_text=MARKUP).locator("a").first.click()
    page.wait_for_url("**/page.html")
    assert MARKUP in page.locator("body").inner_text()
    assert page.title().startswith("shows")
    assert page.locator("script, b").count() == 0
    assert page.locator("math").count() == 1
    picture = page.locator('img[src^="data:image/svg"]')
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)")
    assert all(address.startswith("file://") for address in page.asked)
    assert page.complaints == []


def test_links_to_the_glossary_are_their_text():
    text = "A {term}`batch size`, two {term}`batches <batch>`, `{term}`, 1 < 2 > 1 and `<b>`."
    made = html(new_notebook(cells=[new_markdown_cell(text)]), "A title")
    shown = BeautifulSoup(made, "html.parser").p.text
    assert shown == "A batch size, two batches, {term}, 1 < 2 > 1 and <b>."


def test_nothing_given_is_executed(folder):
    assert list(folder.rglob("executed")) == []
    refused = helpers(
        "rerun", "shows <b>.ipynb", "-p", f"word;{CALL}", 1, "--out", "no", folder=folder
    )
    assert refused.returncode == 1
    assert "is not a parameter of this chapter" in refused.stderr
    assert list(folder.rglob("executed")) == []


def test_text_that_is_a_formula_is_text_in_the_table(folder):
    lines = list(csv.DictReader((folder / "out" / "table.csv").open()))
    assert {line["parameter.word"] for line in lines} == {MARKUP, CALL, f"'{FORMULA}"}
    cells = [cell for line in lines for cell in line.values()]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


def test_formula_as_name_of_a_notebook_is_text_in_the_table(tmp_path):
    rerun(notebook(tmp_path / "=1+1.ipynb", "1"), "--out", "out", folder=tmp_path)
    [line] = csv.DictReader((tmp_path / "out" / "table.csv").open())
    assert line["notebook"] == "'=1+1.ipynb"
    assert len(runs(tmp_path / "out")) == 1
