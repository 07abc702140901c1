"""Pages show the executed chapters, and what is gathered from them."""

import os
import re

import chapters
import execute
import pytest
import records
from small_book import FIGURE, SOURCE, SVG, VERDICT, displayed

pytestmark = pytest.mark.slow


def rows(page):
    """Return the texts of the cells of a page's tables, by row."""
    return [[cell.text.strip() for cell in row(["th", "td"])] for row in page("tr")]


def test_chapter_shows_outputs_and_its_download_has_none(book):
    committed = book.chapter("01_data", {"text/plain": "an output"}).read_bytes()
    assert book.build()[0] == ""
    assert "an output" in book.html("notebooks/01_data").text
    (download,) = (book.site / "_sources").rglob("01_data.ipynb*")
    assert download.read_bytes() == committed


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
    book.page("summary", "# Summary\n\n```{claims-table} A2\n```")
    book.chapter("01_data", displayed(VERDICT))
    book.chapter("02_batch")
    assert len(book.build()[1]) == 5
    assert book.build()[1] == []
    chapter = book.chapter("01_data", displayed({**VERDICT, "evidence": "Another."}))
    os.utime(chapter, (0, 0))  # only the executed copy is newer
    assert book.build()[1] == ["notebooks/01_data", "summary"]
    assert "Another." in book.html("summary").text


def test_pages_are_read_again_when_a_chapter_is_added(book):
    book.page("summary", "# Summary\n\n```{claims-table} A2\nA2: Not yet.\n```")
    book.build()
    book.chapter("03_stochastic", displayed(VERDICT))
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


def test_verdict_stands_in_its_chapter_as_a_card(book):
    book.chapter("01_data", displayed(VERDICT))
    assert book.build()[0] == ""
    card = book.html("notebooks/01_data").find(class_="verdict-does-not-hold")
    assert card.p.text == "Claim A2 does not hold"
    assert card.strong.text == "0.823"
    assert card.math


def test_claims_table_has_the_claims_named_in_order_and_renders_markdown(book):
    a10, b1 = {**VERDICT, "claim": "A10"}, {**VERDICT, "claim": "B1"}
    shown = [displayed(record) for record in (a10, SOURCE, VERDICT, b1)]
    book.chapter("01_data", *shown)
    book.chapter("06_sweep", displayed({**VERDICT, "verdict": "holds"}))
    book.page("summary", "# S\n\n```{claims-table} A2 A3 A10\nA3: Stochastic *is* volatile.\n```")
    assert book.build()[0] == ""
    page = book.html("summary")
    head, *body = rows(page)
    assert head == ["Claim", "Statement", "Verdict", "Evidence", "Chapter"]
    assert [(row[0], row[2], row[4]) for row in body] == [
        ("A2", "does not hold", "Chapter 1"),
        ("A2", "holds", "Chapter 6"),
        ("A3", "not yet tested", ""),
        ("A10", "does not hold", "Chapter 1"),
    ]
    first, second = page.table.ul("li")
    assert first.strong.text == "0.823"
    assert second.math
    assert "Test: a good one." not in page.table.text
    assert len(page(class_="verdict-not-yet-tested")) == 1


def test_claims_table_links_to_the_cards_of_the_verdicts(book):
    book.chapter("01_data", displayed(SOURCE), displayed(VERDICT))
    book.page("summary", "# Summary\n\n```{claims-table} A2\n```")
    book.build()
    page, _, anchor = book.html("summary").table.a["href"].partition("#")
    assert "Claim A2" in book.html(page.removesuffix(".html")).find(id=anchor).text


def test_sources_table_sets_single_runs_among_many(book):
    book.chapter("02_batch", displayed(SOURCE))
    book.page("summary", "# Summary\n\n```{sources-table}\n```")
    assert book.build()[0] == ""
    _, row = rows(book.html("summary"))
    assert row[:5] == ["A", "batch", "test accuracy", "0.830", "0.823"]
    assert row[5:] == ["0.810 to 0.836", "71", "30", "Chapter 2"]


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
        ("{claims-table} A2 A9", "says anything of A9"),
        ("{claims-table} A2\nA8 without a colon", "reads `A8: statement`"),
        ("{chapter-figure} notebooks/01_data fig-b", "no figure fig-b; it has fig-a"),
        ("{chapter-figure} notebooks/09_none fig-a", "no chapter notebooks/09_none"),
    ],
)
def test_directive_that_finds_nothing_is_an_error(book, directive, message):
    book.chapter("01_data", displayed(VERDICT), {"image/svg+xml": SVG}, mystnb=FIGURE)
    book.page("page", f"# Page\n\n```{directive}\n```")
    assert re.search(rf"page\.md:\d+: ERROR: .*{message}", book.build()[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "vote"}, "kind 'vote'"),
        ({"kind": "source"}, "a source without experiment, high, low"),
        ({"verdict": "maybe"}, "the verdict 'maybe'"),
        ({"claim": "two"}, "claim 'two'"),
    ],
)
def test_malformed_record_is_refused(change, message):
    with pytest.raises(records.RecordError, match=message):
        records.checked({**VERDICT, **change}, "notebooks/01_data")


def test_numbers_are_set_with_a_minus_and_beside_their_unit_but_not_in_code(book):
    book.page("page", "# Page\n\nFrom -0.5 to 3 s, [-1, 2], on 2026-11-20, 5-7, x-2, 1e-3, `-4 s`.")
    book.build()
    shown = book.html("page").select_one("section p").get_text()
    assert shown == "From −0.5 to 3\u00a0s, [−1, 2], on 2026-11-20, 5-7, x-2, 1e-3, -4 s."
