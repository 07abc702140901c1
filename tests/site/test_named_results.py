"""A sentence that names a result links to it, and stops the build once the result is another."""

import os

import named_results
import pytest
from records import RecordError
from small_book import RESULT, displayed


@pytest.mark.parametrize("text", ["A2.settling", "A2: confirmed", "A2.settling: proved", "A2"])
def test_result_named_in_another_form_is_refused(text):
    with pytest.raises(RecordError, match="named like `A5.fast: confirmed`"):
        named_results.named(text)


def test_all_results_that_a_text_names_are_seen():
    text = "Fast {result}`A2.settling: confirmed` and {result}`H1.level: not settled`."
    assert named_results.named_in(text) == [
        ("A2", "settling", "confirmed"),
        ("H1", "level", "not settled"),
    ]


@pytest.mark.slow
def test_sentence_links_to_the_result_it_rests_on(book):
    book.page("text", "# Text\n\nIt is fast {result}`A2.settling: confirmed`.")
    book.chapter("01_data", displayed(RESULT))
    assert book.build()[0] == ""
    link = book.html("text").select_one("p .rests-on a")
    assert link["href"] == "notebooks/01_data.html#notebooks-01-data-result-1"
    assert link.text == "A2"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("A2.settling: opposite found", r"text.* opposite found; notebooks/01_data found: confirm"),
        ("A9.settling: confirmed", "A9.settling, which no chapter shows"),
    ],
)
def test_sentence_whose_result_no_longer_holds_stops_the_build(book, named, message):
    book.page("text", f"# Text\n\nIt is fast {{result}}`{named}`.")
    book.chapter("01_data", displayed(RESULT))
    with pytest.raises(RecordError, match=message):
        book.build()


@pytest.mark.slow
def test_reading_of_a_clock_is_named_without_its_outcome(book):
    clock = {**RESULT["assertions"][0], "here": True}
    book.page("text", "# Text\n\nIt is fast {result}`A2.settling: on this machine`.")
    book.chapter("01_data", displayed({**RESULT, "assertions": [clock]}))
    assert book.build()[0] == ""
    book.page("text", "# Text\n\nIt is fast {result}`A2.settling: confirmed`.")
    with pytest.raises(RecordError, match="found: on this machine"):
        book.build()


@pytest.mark.slow
def test_page_is_read_again_when_a_result_it_names_changes(book):
    book.page("text", "# Text\n\nIt is fast {result}`A2.settling: confirmed`.")
    book.chapter("01_data", displayed(RESULT))
    book.build()
    other = {**RESULT["assertions"][0], "outcome": "opposite found"}
    chapter = book.chapter("01_data", displayed({**RESULT, "assertions": [other]}))
    os.utime(chapter, (0, 0))  # only the executed copy is newer
    with pytest.raises(RecordError, match="found: opposite found"):
        book.build()
