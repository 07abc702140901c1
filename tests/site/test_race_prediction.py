"""The race asks for a prediction first, and holds it against what comes out."""

import pytest
from race_page import fragment

pytestmark = pytest.mark.slow

QUESTIONS = {"epochs": 1, "updates": 2, "seconds": 1, "steady": 0}  # with the lane that is picked
CLOSED = ["bar", "outcome", "slice", "cloud", "settings"]


def answer(reader, picks):
    for question, lane in picks.items():
        reader.find(f".race-prediction [name={question}]").nth(lane).check()


def test_prediction_comes_before_the_controls(racer):
    reader = racer(fragment(epochs=25))
    assert reader.find(".race-prediction").is_visible()
    for name in CLOSED:
        assert not reader.find(f".race-{name}").is_visible()
    reader.find(".race-prediction [type=submit]").click()
    assert reader.find(".race-prediction").is_visible()  # unanswered
    answer(reader, {"epochs": 1, "updates": 2, "steady": 0})
    reader.find(".race-prediction [type=submit]").click()
    assert reader.find(".race-prediction").is_visible()  # one is missing
    assert set(reader.counts("updates")) == {0}


def test_prediction_starts_the_race_and_stands_beside_what_came(racer):
    reader = racer(fragment(epochs=25))
    reader.choose_pace("full")
    answer(reader, QUESTIONS)
    reader.find(".race-prediction [type=submit]").click()
    reader.finished()
    assert not reader.find(".race-prediction").is_visible()
    assert reader.find(".race-bar").is_visible()
    assert reader.page.evaluate("document.activeElement.dataset.do") == "play"
    assert reader.counts("epochs") == [25, 25, 25]
    names = ["1", "32", "500"]
    outcome = reader.outcome
    assert list(outcome) == ["epochs", "updates", "seconds", "steady"]
    for question, pick in QUESTIONS.items():
        right = outcome[question]["winner"].startswith(f"batch size {names[pick]}:")
        said = f"✓ {names[pick]}, right" if right else f"✗ {names[pick]}, wrong"
        assert outcome[question]["said"] == said
    assert {row["said"][0] for row in outcome.values() if row["said"]} == {"✓", "✗"}
    assert all(row["why"].endswith(".") for row in outcome.values())
    for row in outcome.values():
        assert (
            f"{row['said'][:2]}you said {row['said'][2:]}"
            in reader.find(".race-status").text_content()
        )
    assert reader.complaints == []


def test_a_race_without_a_prediction_leaves_nothing_said(racer):
    reader = racer(fragment(epochs=25))
    reader.choose_pace("full")
    reader.button("skip").click()
    reader.finished()
    assert not reader.find(".race-prediction").is_visible()
    assert reader.page.evaluate("document.activeElement.dataset.do") == "play"
    assert {row["said"] for row in reader.outcome.values()} == {None}
    assert not reader.find(".race-outcome thead .race-said").is_visible()
    assert "you said" not in reader.status


def test_prediction_is_asked_once(racer):
    reader = racer(fragment(epochs=25)).ready().race()
    reader.button("reset").click()
    assert not reader.find(".race-prediction").is_visible()
    reader.race()
    assert not reader.find(".race-prediction").is_visible()


def test_prediction_asks_for_the_lanes_that_race(racer):
    reader = racer(fragment((32, 0.01, "SGD"), (500, 0.01, "SGD"), epochs=25))
    reader.choose_pace("full")
    for fields in reader.find(".race-prediction fieldset").all():
        labels = fields.locator("label").all_inner_texts()
        assert [label.strip() for label in labels] == ["32", "500"]
    answer(reader, {question: 1 for question in QUESTIONS})
    reader.find(".race-prediction [type=submit]").click()
    assert reader.finished().outcome["steady"]["said"][2:].startswith("500, ")


def test_what_was_said_of_other_lanes_is_not_held_against_these(racer):
    reader = racer(fragment(epochs=25))
    reader.choose_pace("full")
    answer(reader, QUESTIONS)
    reader.find(".race-prediction [type=submit]").click()
    reader.finished().open_settings()
    reader.type_size(0, 8)
    assert not reader.find(".race-outcome").is_visible()
    assert {row["said"] for row in reader.race().outcome.values()} == {None}


def test_answers_are_given_and_the_race_started_by_keyboard(racer):
    reader = racer(fragment(epochs=25))
    keys = reader.page.keyboard
    reader.choose_pace("full")
    reader.find(".race-prediction input").first.focus()
    keys.press("Space")
    for _ in range(2):
        keys.press("ArrowRight")
    for _ in range(3):
        keys.press("Tab")
        keys.press("Space")
    keys.press("Tab")
    keys.press("Enter")
    reader.finished()
    said = {question: row["said"] for question, row in reader.outcome.items()}
    assert "500, " in said["epochs"]
    for question in ("updates", "seconds", "steady"):
        assert "1, " in said[question]
