"""What the race says when it pauses, when it ends, and after many seeds."""

import pytest
from race_page import INFINITY, lost
from race_page import outcome as lane

pytestmark = pytest.mark.slow

THREE = [lane(1, INFINITY, 0.04), lane(32, 9, 0.01), lane(500, 60, 0.002)]
FINISH = {"clocks": ["epochs", "updates"], "target": "80 %"}


@pytest.fixture
def say(race_scripts):
    """What a function of the words returns."""

    def call(name, *arguments):
        script = f"(given) => raceWords.{name}(...given)"
        return race_scripts.evaluate(script, list(arguments))

    return call


@pytest.mark.parametrize(
    ("clock", "reached"),
    [("epochs", "9 epochs"), ("updates", "144 updates"), ("seconds", "0.12 s")],
)
def test_pause_says_what_each_lane_has_come_to(say, clock, reached):
    outcomes = [lane(1, INFINITY), lane(32, 9), lost(500)]
    assert say("paused", outcomes, {"clock": clock, "target": "80 %", "epochs": 12}) == (
        "After 12 epochs: batch size 1 has not kept 80 % yet; "
        f"batch size 32 has kept 80 % since {reached}; batch size 500 has diverged."
    )


def test_end_says_which_lanes_diverged_or_are_stuck(say):
    stuck = lane(500, INFINITY, 0.0001) | {"stuck": True}
    assert say("failures", [lost(1), lane(32, 9), stuck], FINISH) == [
        "Batch size 1 diverged.",
        "Batch size 500 is stuck.",
    ]
    assert say("failures", [lane(1, INFINITY), lane(32, 9)], FINISH) == []


def test_end_says_that_no_lane_got_there(say):
    (sentence,) = say("failures", [lost(1), lane(500, INFINITY)], FINISH)
    assert sentence.startswith("No lane keeps 80 %.")


def test_what_one_change_has_done_is_said(say):
    after = [lane(1, 20, 0.01, rate=0.001), *THREE[1:]]
    text = say("changed", THREE, after, {"target": "80 %"})
    assert text == (
        "Batch size 1 at learning rate 0.001: 80 % after 20 epochs (before: never), "
        "volatility 1.0 points (before: 4.0 points)."
    )
    assert say("changed", THREE, THREE, {"target": "80 %"}) == ""
    assert say("changed", THREE, after[1:], {"target": "80 %"}) == ""
    both = [after[0], lane(32, 9, rate=0.1), after[2]]
    assert say("changed", THREE, both, {"target": "80 %"}) == ""


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
        (lane(32, 9), False, "80 % after 9 epochs, 144 updates"),
        (lane(500, 1), True, "80 % after 1 epoch, 1 update"),
        (lane(1, INFINITY), False, ""),
        (lane(1, INFINITY), True, "Never kept 80 %."),
        (lost(1), True, "Diverged in epoch 12: its weights are no longer numbers."),
    ],
)
def test_news_of_a_lane_are_by_the_clocks_that_there_are(say, outcome, done, text):
    assert say("news", outcome, FINISH | {"epoch": 12, "done": done}) == text


def test_medians_are_those_of_the_runs(race_scripts):
    seeds = [lane(32, epochs, epochs / 1000) for epochs in (5, 9, 7, INFINITY)]
    seeds[-1]["volatility"] = 0.05
    never = [lane(1, INFINITY, volatility) for volatility in (0.04, 0.05, 0.06)]
    most = [lost(500), lost(500), lane(500, 3)]
    many = [{**runs[0], "runs": runs} for runs in (seeds, never, most)]
    text = race_scripts.evaluate(
        """(many) => raceWords.medians(many, {
          clocks: ["epochs", "updates"], target: "80 %",
          clockAt: (clock, size, n) => (clock === "epochs" ? n : n * Math.ceil(500 / size)),
        })""",
        many,
    )
    assert text == (  # by hand: the median of 5, 7, 9 and never is 8, of 0.5, 0.7, 0.9 and 5 is 0.8
        "Medians of 4 seeds: "
        "batch size 32 keeps 80 % after 8 epochs, 128 updates, with a volatility of 0.8 points; "
        "batch size 1 does not keep 80 %, with a volatility of 5.0 points; "
        "batch size 500 diverges."
    )
