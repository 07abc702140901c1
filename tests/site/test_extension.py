"""Pages show the executed chapters, and what is gathered from them."""

import os
import re

import chapters
import execute
import nbformat
import pytest
from small_book import FIGURE, RESULT, SVG, displayed

pytestmark = pytest.mark.slow


def test_chapter_shows_outputs_and_its_download_has_none(book):
    committed = nbformat.read(book.chapter("01_data", {"text/plain": "an output"}), as_version=4)
    assert book.build()[0] == ""
    assert "an output" in book.html("notebooks/01_data").text
    (download,) = (book.site / "_sources").rglob("01_data.ipynb*")
    _, _, text, code = nbformat.read(download, as_version=4).cells
    assert [text, code] == committed.cells


def test_stale_chapter_stops_the_build_in_one_sentence(book):
    chapter = book.chapter("01_data")
    chapters.executed_path(chapter).unlink()
    with pytest.raises(SystemExit, match=r"^No .* of notebooks/01_data\.ipynb: run `make book`\.$"):
        book.build()
    book.chapter("01_data")
    book.change_helpers("changed = True")
    with pytest.raises(SystemExit, match="01_data"):
        book.build()


def test_pages_are_read_again_when_an_executed_chapter_changes(book):
    book.page("text", "# Text")
    book.page("summary", "# Summary\n\n```{forest-plot} A\n```")
    book.chapter("01_data", displayed(RESULT))
    book.chapter("02_batch")
    assert len(book.build()[1]) == 5
    assert book.build()[1] == []
    chapter = book.chapter("01_data", displayed({**RESULT, "statement": "Another.", "claim": "A7"}))
    os.utime(chapter, (0, 0))  # only the executed copy is newer
    assert book.build()[1] == ["notebooks/01_data", "summary"]
    assert "A7" in book.html("summary").text


def test_pages_are_read_again_when_a_chapter_is_added(book):
    book.page("summary", "# Summary\n\n```{results-count}\n```\n\n```{forest-plot} A\n```")
    book.chapter("01_data", displayed(RESULT))
    book.build()
    book.chapter("03_stochastic", displayed(RESULT))
    book.build()
    assert "Chapter 3" in book.html("summary").text


def test_text_page_shows_what_nbmake_executed_and_is_stale_when_its_helpers_change(book):
    cell = "# Code\n\n```{code-cell}\nfrom helpers import checks\n\nprint(6 * 7)\n```"
    front = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n"
    book.page("book/code", cell, front)
    assert execute.main(book.root) == []
    assert book.build() == ("", ["book/code", "index"])
    assert "42" in book.html("book/code").text
    assert book.build()[1] == []
    book.change_helpers("changed = True")
    with pytest.raises(SystemExit, match="No up-to-date outputs of book/code.md"):
        book.build()
    assert execute.main(book.root) == []
    assert book.build()[1] == ["book/code"]


def test_chapter_figure_is_that_of_the_chapter(book):
    book.chapter("06_sweep", {"image/svg+xml": SVG}, mystnb=FIGURE)
    figure = "```{chapter-figure} notebooks/06_sweep fig-a\n:name: fig-b\n```"
    other = "```{chapter-figure} notebooks/06_sweep fig-a\n:alt: A rise.\n\nMy words.\n```"
    book.page("page", f"# Page\n\n{figure}\n\n{other}\n\n{{numref}}`fig-b`")
    assert book.build()[0] == ""
    first, second = book.html("page")("figure")
    assert first.img["alt"] == "It rises."
    assert first.figcaption.em.text == "line"
    assert (book.site / first.img["src"]).read_text() == SVG
    assert second.img["alt"] == "A rise."
    assert "My words." in second.figcaption.text


@pytest.mark.parametrize(
    ("directive", "message"),
    [
        ("{forest-plot} B", "shows a result of the source B"),
        ("{evidence} B", "shows a result of the source B"),
        ("{chapter-figure} notebooks/01_data fig-b", "no figure fig-b; it has fig-a"),
        ("{chapter-figure} notebooks/09_none fig-a", "no chapter notebooks/09_none"),
    ],
)
def test_directive_that_finds_nothing_is_an_error(book, directive, message):
    book.chapter("01_data", displayed(RESULT), {"image/svg+xml": SVG}, mystnb=FIGURE)
    book.page("page", f"# Page\n\n```{directive}\n```")
    assert re.search(rf"page\.md:\d+: ERROR: .*{message}", book.build()[0])


def test_numbers_are_set_with_a_minus_and_beside_their_unit_but_not_in_code(book):
    book.page("page", "# Page\n\nFrom -0.5 to 3 s, [-1, 2], on 2026-11-20, 5-7, x-2, 1e-3, `-4 s`.")
    book.build()
    shown = book.html("page").select_one("section p").get_text()
    assert shown == "From −0.5 to 3\u00a0s, [−1, 2], on 2026-11-20, 5-7, x-2, 1e-3, -4 s."
