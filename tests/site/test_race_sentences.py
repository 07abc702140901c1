"""What the race says when it pauses, when it ends, and after many seeds."""

import pytest
from race_page import INFINITY, lost
from race_page import outcome as lane

pytestmark = pytest.mark.slow

THREE = [lane(1, INFINITY, 0.04), lane(32, 9, 0.01), lane(500, 60, 0.002)]


@pytest.fixture
def say(race_scripts):
    """What a function of the words returns."""

    def call(name, *arguments):
        script = f"(given) => raceWords.{name}(...given)"
        found = race_scripts.evaluate(script, list(arguments))
        return found.replace("\xa0", " ") if isinstance(found, str) else found

    return call


@pytest.mark.parametrize(
    ("clock", "reached"),
    [("epochs", "9 epochs"), ("updates", "144 updates"), ("seconds", "0.12 s")],
)
def test_pause_says_what_each_lane_has_come_to(say, clock, reached):
    outcomes = [lane(1, INFINITY), lane(32, 9), lost(500)]
    assert say("paused", outcomes, clock) == (
        "Batch size 1 has not reached 80 % yet; "
        f"batch size 32 reached 80 % after {reached}; batch size 500 has diverged."
    )


def test_end_says_which_lanes_diverged_or_are_stuck(say):
    stuck = lane(500, INFINITY, 0.0001) | {"stuck": True}
    assert say("failures", [lost(1), lane(32, 9), stuck]) == [
        "Batch size 1 diverged.",
        "Batch size 500 is stuck.",
    ]
    assert say("failures", [lane(1, INFINITY), lane(32, 9)]) == []


def test_end_says_that_no_lane_got_there(say):
    (sentence,) = say("failures", [lost(1), lane(500, INFINITY)])
    assert sentence.replace("\xa0", " ") == "No lane reaches and keeps 80 %."


def test_what_one_change_has_done_is_said(say):
    after = [lane(1, 20, 0.01, rate=0.001), *THREE[1:]]
    text = say("changed", THREE, after)
    assert text == (
        "Batch size 1 with SGD at 0.001 reaches 80 %: 20 epochs (before: never); "
        "volatility 1.0 points (before: 4.0)."
    )
    assert say("changed", THREE, THREE) == ""
    assert say("changed", THREE, after[1:]) == ""
    both = [after[0], lane(32, 9, rate=0.1), after[2]]
    assert say("changed", THREE, both) == ""


@pytest.mark.parametrize(
    ("outcomes", "batch_size", "rate"),
    [
        (THREE, 1, 0.001),
        ([lost(1), lost(8), lane(32, 9)], 1, 0.001),
        ([lane(32, 9), lane(500, 60)], None, None),  # none failed
        ([lane(1, INFINITY), lane(500, INFINITY)], None, None),  # all did
        ([lane(32, 9), lane(500, INFINITY)], None, None),  # it is not noise that the full batch has
    ],
)
def test_next_to_try_is_a_tenth_of_the_rate_of_a_small_batch_that_failed(
    say, outcomes, batch_size, rate
):
    found = say("suggestion", outcomes)
    if batch_size is None:
        assert found is None
    else:
        assert found["name"] == f"batch size {batch_size}"
        assert found["learningRate"] == rate


@pytest.mark.parametrize(
    ("outcome", "done", "text"),
    [
        (lane(32, 9), False, "80 % after 9 epochs, 144 updates, 0.12 s"),
        (lane(500, 1), True, "80 % after 1 epoch, 1 update, 0.00 s"),
        (lane(1, INFINITY), False, ""),
        (lane(1, INFINITY), True, "Never stayed at 80 %."),
        (lost(1), True, "Diverged in epoch 12: its loss is no longer a number."),
    ],
)
def test_news_of_a_lane_are_by_the_clocks_that_there_are(say, outcome, done, text):
    assert say("news", outcome, {"epoch": 12, "done": done}) == text


def test_medians_are_those_of_the_runs(say):
    seeds = [lane(32, epochs, epochs / 1000) for epochs in (5, 9, 7)]
    never = [lane(1, INFINITY, volatility) for volatility in (0.04, 0.05, 0.06)]
    most = [lost(500), lost(500), lane(500, 3)]
    many = [{"name": runs[0]["name"], "runs": runs} for runs in (seeds, never, most)]
    assert say("medians", many) == (
        "Medians of 3 seeds: "
        "batch size 32 reaches 80 % after 7 epochs, 112 updates, 0.09 s, volatility 0.7 points; "
        "batch size 1 does not keep 80 %, volatility 5.0 points; "
        "batch size 500 diverges (2 of 3)."
    )
