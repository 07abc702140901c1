"""The build makes the race: its data, its directive, and its cell in a chapter."""

import base64
from types import SimpleNamespace

import numpy as np
import pytest
import race
from conftest import ROOT, SITE
from race_page import problem

from helpers.data.synthetic import blobs

LANES = ":lanes: 1:0.01, 500:0.02:Adam"


@pytest.fixture
def app():
    """A book without its chapter on time."""
    return SimpleNamespace(srcdir=str(ROOT), env=SimpleNamespace(found_docs={"book/index"}))


def test_data_are_those_of_the_tutorial(app):
    given = race.problem(app)
    labels = np.array([int(digit) for digit in given["labels"]])
    normals = np.frombuffer(base64.b64decode(given["normals"]), "<f4").reshape(-1, 2)
    x = np.array(given["centers"])[labels] + given["spread"] * normals
    data = blobs()
    n = given["nTrain"]
    np.testing.assert_allclose(x[:n], data.x_train, atol=1e-4)
    np.testing.assert_allclose(x[n:], data.x_test, atol=1e-4)
    assert labels[:n].tolist() == data.y_train.argmax(axis=1).tolist()
    assert labels[n:].tolist() == data.y_test.argmax(axis=1).tolist()
    assert abs(normals.std() - 1) < 0.05  # deviates of a standard normal distribution


def test_race_counts_as_the_tutorial_does(app):
    given = race.problem(app)
    counted = {name: given[name] for name in ("nTrain", "nHidden", "target", "hold", "last")}
    assert counted == {"nTrain": 500, "nHidden": 50, "target": 0.8, "hold": 5, "last": 20}


def test_costs_are_none_where_the_chapter_on_time_is_not_built(app):
    assert race.costs(app) is None
    assert race.problem(app)["costs"] is None


@pytest.fixture
def complete(app):
    """The book with that chapter."""
    app.env.found_docs.add(race.TIME_PAGE)
    return app


@pytest.mark.slow
def test_costs_are_those_of_the_chapter_on_time(complete):
    assert race.costs(complete) == race.fit_costs(ROOT)


def test_cell_of_a_chapter_is_the_directive_with_the_options_of_the_metadata():
    options = {"lanes": "8:0.01, 32:0.04", "small": True, "epochs": 200, "figure": "fig-a"}
    cell = race.race_cell(options)
    assert cell.cell_type == "markdown"
    assert cell.source.splitlines() == [
        "```{race}",
        ":lanes: 8:0.01, 32:0.04",
        ":small:",
        ":epochs: 200",
        ":figure: fig-a",
        "```",
    ]


def page(book, options, body="It stands still."):
    """Build a book with a race on its one page: the page, and the warnings."""
    book.page("play", "\n".join(["# Play", "", "```{race}", *options, "", body, "```"]))
    warnings, _ = book.build()
    return book.html("play"), warnings


@pytest.mark.slow
def test_directive_shows_what_the_lanes_start_with(book):
    html, warnings = page(book, [LANES, ":momentum: 0.5", ":lock: sqrt", ":clock: updates"])
    assert warnings == ""
    (shown,) = html.select(".race")
    assert shown["data-start"] == (
        "lanes=1:0.01:SGD,500:0.02:Adam&momentum=0.5&lock=sqrt&clock=updates"
    )
    assert len(shown.select(".race-lane")) == 2
    assert len(shown.select(".race-prediction fieldset")) == 3
    assert len(shown.select(".race-challenges")) == 1
    assert html.select_one(".race-still").get_text(strip=True) == "It stands still."
    assert "Copies of one network" in shown.select_one(".race-lead").text


@pytest.mark.slow
def test_small_race_has_no_prediction_and_no_challenges(book):
    html, warnings = page(book, [LANES, ":small:", ":lead: Press Play."])
    assert warnings == ""
    assert html.select(".race-prediction, .race-challenges") == []
    assert html.select_one(".race-lead").text == "Press Play."


@pytest.mark.slow
def test_book_without_the_chapter_on_time_has_no_clock_of_seconds(book):
    html, _ = page(book, [LANES])
    clocks = [choice["value"] for choice in html.select(".race-clock input")]
    assert clocks == ["epochs", "updates"]
    assert "chapter 15" not in html.select_one(".race").text
    assert problem(book.site)["costs"] is None


@pytest.mark.slow
def test_pages_with_a_race_alone_load_its_script_and_its_style(book):
    book.page("text", "# Text")
    html, _ = page(book, [LANES])
    (script,) = html.select("script[src*=race]")
    assert script.has_attr("defer")
    (written,) = book.site.glob("_static/race*.js")  # one file, and none of its parts
    assert script["src"].partition("?")[0] == f"_static/{written.name}"
    assert len(html.select("link[href*='race.css']")) == 1
    assert book.html("text").select("[src*=race], [href*='race.css']") == []


@pytest.mark.slow
def test_book_without_a_race_builds_too(book):
    book.page("text", "# Text")
    assert book.build()[0] == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "lanes",
    ["32", "a:0.01", "600:0.01", "0:0.01", "32:-1", "32:0.01:RMSprop", "1:1,2:1,3:1,4:1,5:1"],
)
def test_lanes_that_cannot_be_are_refused_in_a_sentence(book, lanes):
    _, warnings = page(book, [f":lanes: {lanes}"])
    assert "lane" in warnings and "play.md" in warnings


@pytest.mark.slow
@pytest.mark.parametrize("option", [":lock: cubic", ":clock: hours", ":epochs: 0", ":momentum: a"])
def test_options_that_cannot_be_are_refused(book, option):
    _, warnings = page(book, [LANES, option])
    assert option.split(":")[1] in warnings


@pytest.mark.slow
def test_built_book_has_the_data_of_the_race(complete):
    assert problem(SITE) == race.problem(complete)
