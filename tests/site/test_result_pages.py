"""Results of claims: their boxes, the page of all, the evidence, and the committed list."""

import re

import assertions
import evidence
import pytest
import records
import results
import summary
from small_book import LEVEL, RESULT, SPEED, displayed

COMMITTED = """
[A2]
statement = "Batch learns slowly."
first_stated = "It held."
[A2.assertions.settling]
type = "direction"
[A2.assertions.level]
type = "equivalence"
[A2.assertions.gone]
withdrawn = "It tested *more than half*."
last = "0.61 [0.5, 0.7]"
[B5]
statement = "Contrastive learning differs."
untested = "No experiment on it."
"""
WITHDRAWN = "# Evidence\n\n```{withdrawn}\n```\n\n```{untested}\n```"


def record(*listed, claim="A2", page="notebooks/01_data"):
    """Return a record of a claim with these assertions."""
    data = RESULT | {"claim": claim, "assertions": list(listed)}
    return records.Record(page, f"{page}-result-1", records.checked(data, page))


def cells(page):
    """Return the texts of the rows of a page's tables."""
    return [[cell.text.strip() for cell in row("td")] for row in page.select("tbody tr")]


@pytest.mark.parametrize(
    ("result", "assertion", "message"),
    [
        ({"kind": "verdict"}, {}, "kind 'verdict', not a result"),
        ({"claim": "two"}, {}, "claim 'two'"),
        ({}, {"type": "guess"}, "A2.settling of type 'guess'; known are direction, size"),
        ({}, {"outcome": "inside"}, "outcome 'inside' of A2.settling; known are confirmed"),
    ],
)
def test_malformed_record_is_refused(result, assertion, message):
    data = RESULT | {"assertions": [SPEED | assertion]} | result
    with pytest.raises(records.RecordError, match=message):
        records.checked(data, "notebooks/01_data")


def test_record_without_a_field_or_with_two_primaries_is_refused():
    fewer = {name: value for name, value in SPEED.items() if name != "effect"}
    for data, message in [
        ({"kind": "result", "claim": "A2"}, "without assertions, confirmed, first_stated"),
        (RESULT | {"assertions": [fewer]}, "an assertion of A2 without effect"),
        (RESULT | {"assertions": [SPEED, SPEED]}, "several primary assertions of A2"),
    ]:
        with pytest.raises(records.RecordError, match=message):
            records.checked(data, "notebooks/01_data")


def test_title_names_the_primary_outcome_and_that_a_part_came_out_against_the_claim():
    against = LEVEL | {"outcome": "relevant difference"}
    assert results.title(record(SPEED, LEVEL)) == "Claim A2: confirmed"
    assert results.title(record(SPEED, against)) == "Claim A2: confirmed, with exceptions"
    opposite = SPEED | {"outcome": "opposite found"}
    assert results.title(record(opposite, against)) == "Claim A2: opposite found"
    assert results.title(record(against)) == "Claim A2"


def test_any_type_may_lack_its_premise():
    record(SPEED | {"outcome": "premise not met here", "effect": None, "low": None, "high": None})


def test_count_is_of_primary_assertions_and_leaves_out_this_machine():
    shown = summary.count(
        [
            record(SPEED, LEVEL),
            record(SPEED, claim="A3"),
            record(SPEED | {"here": True}, claim="B1"),
            record(LEVEL | {"primary": True, "outcome": "not settled"}, claim="B2"),
        ]
    )
    assert "**4 claims** from 2 groups of sources, with 4 primary assertions and 1 sec" in shown
    assert "Counted here: 3 primary ones. Not counted: 1 reading of a clock" in shown
    rows = re.findall(r"\* - \[(.+?)\].+?\n  - (.+)", shown)
    assert rows == [("confirmed", "2"), ("not settled", "1")]


def test_every_outcome_has_a_meaning_and_a_style():
    outcomes = {outcome for known in records.OUTCOMES.values() for outcome in known}
    outcomes |= {records.ABSENT}
    assert set(summary.MEANINGS) == outcomes == set(results.CLASSES)


def test_bound_is_what_is_decided_less_what_holm_rejects():
    listed = [SPEED | {"name": str(p), "p": p} for p in (0.001, 0.02, 0.03)]
    rows = evidence.listed([record(*[a | {"primary": False} for a in listed])])
    assert [adjusted for *_, adjusted in rows] == pytest.approx([0.003, 0.04, 0.04])
    assert "at most **0** of those decided" in evidence.bound(rows)
    open_ones = [LEVEL | {"name": str(i), "outcome": "not settled", "p": 0.5} for i in range(3)]
    sized = LEVEL | {"name": "size", "type": "size", "outcome": "measured", "p": None}
    clock = LEVEL | {"name": "clock", "here": True, "p": 0.0001}
    unknown = LEVEL | {"name": "fit", "p": None}
    less = [a | {"primary": False} for a in listed]
    rows = evidence.listed([record(*less, *open_ones, sized, clock, unknown)])
    assert [p for _, a, p in rows if a["name"] in ("clock", "fit")] == [None, None]
    shown = evidence.bound(rows)
    assert "Decided by a test: 4 of 9 assertions. For 1 of them" in shown
    assert "at most **3** of those decided" in shown


def test_disagreements_of_chapters_and_committed_assertions_are_named(tmp_path):
    folder = tmp_path / assertions.FOLDER
    folder.mkdir(parents=True)
    (folder / "a.toml").write_text(COMMITTED)
    claims = assertions.committed(tmp_path)
    assert assertions.disagreements([record(SPEED, LEVEL)], claims) == []
    gone = LEVEL | {"name": "gone"}
    assert assertions.disagreements([record(SPEED, gone), record(LEVEL, claim="A3")], claims) == [
        "No chapter shows A2.level.",
        "notebooks/01_data shows A3.level, which helpers/analysis/assertions does not have.",
        "notebooks/01_data shows A2.gone, which is withdrawn.",
    ]


@pytest.mark.slow
def test_result_stands_in_its_chapter_as_a_box(book):
    book.chapter("01_data", displayed(RESULT))
    assert book.build()[0] == ""
    box = book.html("notebooks/01_data").find(class_="result")
    assert box.p.text == "Claim A2: confirmed"
    speed, level = box.select(".assertion")
    assert speed.strong.text == "fewer"
    assert speed.math
    assert speed.select_one("svg.forest")["role"] == "img"
    assert "◇ stated: 0.25" in speed.text
    assert "20 seeds; the tutorial’s network on its data" in speed.text
    assert "▒ no relevant difference: −0.02 to 0.02" in level.text
    fold = box.details
    assert "Ten of 500 samples." in fold.text
    assert fold.em.text == "twice"
    assert not fold.has_attr("open")


@pytest.mark.slow
def test_forest_plot_has_primary_rows_and_folds_the_others(book):
    book.chapter("06_sweep", displayed(RESULT | {"claim": "A10"}), displayed(RESULT))
    book.page("summary", "# S\n\n```{results-filter}\n```\n\n```{forest-plot} A\n```")
    assert book.build()[0] == ""
    page = book.html("summary")
    assert [row[::4] for row in cells(page)] == [["A2", "Chapter 6"], ["A10", "Chapter 6"]] * 2
    assert [len(fold("tr")) for fold in page("details")] == [3]
    assert len(page.select("svg.small-forest")) == 4
    target, _, anchor = page.table.a["href"].partition("#")
    assert "Claim A2" in book.html(target.removesuffix(".html")).find(id=anchor).text


@pytest.mark.slow
def test_evidence_has_the_numbers_of_a_source(book):
    book.chapter("01_data", displayed(RESULT))
    book.page("evidence", "# Evidence\n\n```{evidence} A\n```")
    assert book.build()[0] == ""
    speed, level = cells(book.html("evidence"))
    assert speed[0] == "A2 settling"
    assert speed[2:5] == ["0.13 [0.10, 0.20]", "no effect: 1; stated: 0.25", "20 seeds"]
    assert speed[5:] == ["confirmed", "0.002", "0.004"]
    assert level[-2:] == ["0.030", "0.030"]


@pytest.mark.slow
def test_withdrawn_assertions_are_listed_and_a_difference_fails_the_build(book):
    book.chapter("01_data", displayed(RESULT))
    book.committed(COMMITTED)
    book.page("evidence", WITHDRAWN)
    assert book.build()[0] == ""
    gone, untested = cells(book.html("evidence"))
    statement = RESULT["statement"]  # as the chapter has it, with its settings
    assert gone == ["A2.gone", statement, "It tested more than half.", "0.61 [0.5, 0.7]"]
    assert untested == ["B5", "Contrastive learning differs.", "No experiment on it."]
    book.committed(COMMITTED + "[A3.assertions.late]\n")
    assert "ERROR: No chapter shows A3.late." in book.build()[0]


@pytest.mark.slow
def test_files_of_assertions_that_come_later_are_seen(book):
    book.chapter("01_data", displayed(RESULT))
    (book.root / assertions.FOLDER).mkdir(parents=True)
    book.page("evidence", WITHDRAWN)
    assert "01_data shows A2.level, which helpers" in book.build()[0]
    book.committed(COMMITTED)
    assert book.build() == ("", ["evidence"])


@pytest.mark.slow
def test_rows_are_chosen_by_outcome_and_chapter(book, browser):
    """From a file, by the keyboard; without scripts all rows are there, and no form."""
    from conftest import ROOT

    book.chapter("01_data", displayed(RESULT))
    other = SPEED | {"outcome": "not settled"}
    book.chapter("06_sweep", displayed(RESULT | {"claim": "B1", "assertions": [other]}))
    plots = "```{forest-plot} A\n```\n\n```{forest-plot} B\n```"
    book.page("summary", f"# S\n\n```{{results-filter}}\n```\n\n{plots}")
    static = {"html_static_path": [str(ROOT / "book" / "_static")]}
    assert (
        book.build(**static, html_css_files=["results.css"], html_js_files=["results.js"])[0] == ""
    )
    address = (book.site / "summary.html").as_uri()
    page = browser.new_page()
    page.goto(address)
    form, rows = page.locator("form.results-filter"), page.locator("table.forest-plot tbody tr")
    assert form.locator("output").text_content() == "3 of 3 assertions"
    assert rows.filter(visible=True).count() == 2
    page.get_by_label("Outcome").focus()
    page.keyboard.type("no relevant")
    assert form.locator("output").text_content() == "1 of 3 assertions"
    [row] = rows.filter(visible=True).all_text_contents()  # its fold has opened
    assert "Both end level." in row
    page.get_by_label("Outcome").select_option("")
    page.get_by_label("Chapter").select_option("Chapter 6")
    [row] = rows.filter(visible=True).all_text_contents()
    assert "B1" in row
    page.close()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert not page.locator("form.results-filter").is_visible()
    assert page.locator("table.forest-plot tbody tr").filter(visible=True).count() == 2
    context.close()


def test_a_box_says_that_its_numbers_are_those_of_make_confirm():
    text = "seeds 6000–6019, 2026-01-31, A small one"
    data = RESULT | {"confirmed": text, "assertions": [LEVEL]}
    box = results.box(records.Record("notebooks/01_data", "label", data))
    assert f"Measured by `make confirm`, not by this build: {text}." in box
    assert "make confirm" not in results.box(record(LEVEL))


def test_a_box_folds_all_but_three_assertions_and_says_how_they_came_out():
    assert "more:" not in results.box(record(SPEED, LEVEL, LEVEL))
    shown, _, folded = results.box(record(SPEED, LEVEL, LEVEL, LEVEL, LEVEL)).partition("<details")
    assert shown.count(LEVEL["sentence"]) == 2
    assert f"<summary>2 more: 2 {LEVEL['outcome']}</summary>" in folded
    assert folded.count(LEVEL["sentence"]) == 2
