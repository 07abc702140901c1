"""The race asks for a prediction first, and holds it against what comes out."""

import pytest
from race_page import fragment

pytestmark = pytest.mark.slow

QUESTIONS = {"epochs": 1, "updates": 2, "steady": 0}  # with the lane that is picked
CLOSED = ["bar", "outcome", "slice", "cloud"]


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
    answer(reader, {"epochs": 1, "updates": 2})
    reader.find(".race-prediction [type=submit]").click()
    assert reader.find(".race-prediction").is_visible()  # one is missing
    assert set(reader.counts("updates")) == {0}


def test_prediction_starts_the_race_and_stands_beside_what_came(racer):
    reader = racer(fragment(epochs=25))
    reader.find("[name=pace]").evaluate("(select) => { select.value = 'full'; }")
    answer(reader, QUESTIONS)
    reader.find(".race-prediction [type=submit]").click()
    reader.finished()
    assert not reader.find(".race-prediction").is_visible()
    assert reader.find(".race-bar").is_visible()
    assert reader.page.evaluate("document.activeElement.dataset.do") == "play"
    assert reader.counts("epochs") == [25, 25, 25]
    names = ["batch size 1", "batch size 32", "batch size 500"]
    outcome = reader.outcome
    assert list(outcome) == ["epochs", "updates", "seconds", "steady"]
    for question, pick in QUESTIONS.items():
        right = outcome[question]["winner"].startswith(f"{names[pick]}:")
        assert outcome[question]["said"] == f"{names[pick]}: {'right' if right else 'not so'}"
    verdicts = {row["said"].split(": ")[1] for row in outcome.values() if row["said"]}
    assert verdicts == {"right", "not so"}
    assert outcome["seconds"]["said"] == ""  # not asked
    assert all(row["why"].endswith(".") for row in outcome.values())
    assert reader.complaints == []


def test_skipped_prediction_leaves_nothing_said(racer):
    reader = racer(fragment(epochs=25))
    reader.button("skip").click()
    assert not reader.find(".race-prediction").is_visible()
    assert reader.page.evaluate("document.activeElement.dataset.do") == "play"
    assert set(reader.counts("updates")) == {0}  # it waits for Play
    outcome = reader.ready().race().outcome
    assert {row["said"] for row in outcome.values()} == {None}
    assert not reader.find(".race-outcome thead .race-said").is_visible()


def test_prediction_is_asked_once(racer):
    reader = racer(fragment(epochs=25)).ready().race()
    reader.button("reset").click()
    assert not reader.find(".race-prediction").is_visible()
    reader.race()
    assert not reader.find(".race-prediction").is_visible()


@pytest.mark.parametrize("how", ["address", "settings"])
def test_prediction_asks_for_the_lanes_that_race(racer, how):
    lanes = [(1, 0.01, "SGD"), (500, 0.01, "SGD")]
    reader = racer(fragment(*(lanes if how == "address" else []), epochs=25))
    if how == "settings":
        reader.open_settings()
        reader.lane_settings(1).get_by_role("button", name="Remove").click()
    reader.find("[name=pace]").evaluate("(select) => { select.value = 'full'; }")
    labels = reader.find(".race-prediction fieldset").first.locator("label").all_inner_texts()
    assert [label.strip() for label in labels] == ["1", "500"]
    answer(reader, {"epochs": 1, "updates": 1, "steady": 1})
    reader.find(".race-prediction [type=submit]").click()
    assert reader.finished().outcome["steady"]["said"].startswith("batch size 500: ")


def test_answers_are_given_and_the_race_started_by_keyboard(racer):
    reader = racer(fragment(epochs=25))
    keys = reader.page.keyboard
    reader.find("[name=pace]").evaluate("(select) => { select.value = 'full'; }")
    reader.find(".race-prediction input").first.focus()
    keys.press("Space")
    for _ in range(2):
        keys.press("ArrowRight")
    for _ in range(2):
        keys.press("Tab")
        keys.press("Space")
    keys.press("Tab")
    keys.press("Enter")
    reader.finished()
    said = {question: row["said"] for question, row in reader.outcome.items()}
    assert said["epochs"].startswith("batch size 500: ")
    assert said["updates"].startswith("batch size 1: ")
    assert said["steady"].startswith("batch size 1: ")
