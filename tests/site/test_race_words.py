"""What the race says of its outcome, for outcomes made up here."""

import pytest

pytestmark = pytest.mark.slow

INFINITY = float("inf")
ABOUT = {"target": "80 %", "costs": {"update": 0.7, "sample": 0.004}, "nTrain": 500}
QUESTIONS = ["epochs", "updates", "seconds", "steady"]


def lane(size, epochs, volatility=0.02, rate=0.01, diverged=False):
    """The outcome of a lane that reached the target after so many epochs."""
    per_epoch = -(-500 // size)
    updates = epochs * per_epoch
    return {
        "name": f"batch size {size}",
        "batchSize": size,
        "learningRate": rate,
        "optimizer": "SGD",
        "updatesPerEpoch": per_epoch,
        "reached": {
            "epochs": epochs,
            "updates": updates,
            "seconds": (0.7 * updates + 0.004 * 500 * epochs) / 1000,
        },
        "volatility": float("nan") if diverged else volatility,
        "diverged": diverged,
        "kept": not diverged and epochs < INFINITY,
    }


def diverged(size):
    return lane(size, INFINITY, diverged=True)


THREE = [lane(1, INFINITY, 0.04), lane(32, 9, 0.01), lane(500, 60, 0.002)]


@pytest.fixture
def answer(race_scripts):
    """What the race answers to a question."""

    def ask(question, outcomes, **about):
        return race_scripts.evaluate(
            "([question, outcomes, about]) => raceWords.answer(question, outcomes, about)",
            [question, outcomes, ABOUT | about],
        )

    return ask


def winners(found):
    return [winner["batchSize"] for winner in found["winners"]]


def test_each_question_has_its_winner_and_what_the_others_came_to(answer):
    found = {question: answer(question, THREE) for question in QUESTIONS}
    assert {question: winners(found[question]) for question in QUESTIONS} == {
        "epochs": [32],
        "updates": [500],
        "seconds": [32],
        "steady": [500],
    }
    assert found["epochs"]["text"] == "batch size 32: 9 epochs"
    assert found["epochs"]["others"] == "batch size 1: never; batch size 500: 60 epochs"
    assert found["updates"]["text"] == "batch size 500: 60 updates"
    # By hand: 9 epochs of 16 updates of 0.7 ms, and 4500 samples of 0.004 ms.
    assert found["seconds"]["text"] == "batch size 32: 0.12 s"
    assert found["steady"]["text"] == "batch size 500: 0.2 points"
    assert found["steady"]["others"] == "batch size 1: 4.0 points; batch size 32: 1.0 points"


def test_each_answer_says_why_by_the_numbers_of_the_lanes(answer):
    why = {question: answer(question, THREE)["why"] for question in QUESTIONS}
    assert "16 of its updates and only 1 of batch size 500" in why["epochs"]
    assert "Batch size 1 makes more still, but follows the noise of single samples" in why["epochs"]
    assert why["updates"].startswith("Each of its updates averages 500 samples")
    assert "0.70 ms" in why["seconds"] and "0.0040 ms" in why["seconds"]
    assert "144 updates and 4,500 samples" in why["seconds"]
    assert why["steady"].startswith("Each step averages 500 samples")


def test_full_batch_that_wins_on_epochs_does_so_by_its_learning_rate(answer):
    why = answer("epochs", [lane(32, 9), lane(500, 5, rate=0.3)])["why"]
    assert "fewest updates" in why and "learning rate, 0.3" in why


def test_small_batch_that_wins_on_updates_does_so_by_its_learning_rate(answer):
    why = answer("updates", [lane(32, 2, rate=0.1), lane(500, 60)])["why"]
    assert "learning rate, 0.1" in why and "larger batch" in why


def test_small_batch_that_is_steadier_is_so_by_its_small_steps(answer):
    why = answer("steady", [lane(1, 9, 0.001, rate=0.0001), lane(500, 60, 0.01)])["why"]
    assert "learning rate over batch size" in why


@pytest.mark.parametrize("question", QUESTIONS)
def test_equal_lanes_tie(answer, question):
    twins = [lane(32, 9), lane(32, 9) | {"name": "the other"}]
    found = answer(question, [*twins, lane(500, 600, 0.03)])
    assert winners(found) == [32, 32]
    assert found["text"].startswith("batch size 32 and the other: ")
    assert found["why"] == "A tie."
    assert found["others"].startswith("batch size 500: ")


@pytest.mark.parametrize("question", ["epochs", "updates", "seconds"])
def test_nobody_wins_where_nobody_reaches_the_target(answer, question):
    found = answer(question, [lane(1, INFINITY), lane(500, INFINITY)])
    assert found["winners"] == [] and found["text"] == "none"
    assert "No lane got there" in found["why"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_lanes_that_all_diverged_have_no_winner_and_no_zero(answer, question):
    found = answer(question, [diverged(1), diverged(32)])
    assert found["winners"] == []
    assert "0.0" not in found["text"] + found["why"]


def test_a_lane_that_diverged_is_not_the_steadiest(answer):
    found = answer("steady", [diverged(1), lane(32, 9)])
    assert winners(found) == [32]
    assert found["others"] == "batch size 1: diverged"


def test_a_lane_that_diverged_is_not_said_to_be_noisy(answer):
    why = answer("epochs", [diverged(1), lane(32, 9), lane(500, 60)])["why"]
    assert "noise" not in why and "settles" not in why


@pytest.mark.parametrize("question", ["epochs", "updates"])
def test_lanes_of_one_batch_size_differ_by_their_learning_rate(answer, question):
    found = answer(question, [lane(32, 9, rate=0.02), lane(32, 50, rate=0.001)])
    assert winners(found) == [32]
    assert "larger batch" not in found["why"] and "fewest updates" not in found["why"]
    assert "0.02" in found["why"]


def test_one_lane_alone_is_not_explained(answer):
    found = answer("epochs", [lane(32, 9)])
    assert found["text"] == "batch size 32: 9 epochs"
    assert found["others"] == "" and found["why"] == ""


def test_one_of_a_unit_is_singular(answer):
    assert answer("epochs", [lane(500, 1)])["text"] == "batch size 500: 1 epoch"
    assert answer("updates", [lane(500, 1)])["text"] == "batch size 500: 1 update"


@pytest.mark.parametrize(
    ("finished", "start"), [(True, "Finished: "), (False, "Paused after 12 epochs: ")]
)
@pytest.mark.parametrize(
    ("clock", "reached"),
    [("epochs", "9 epochs"), ("updates", "144 updates"), ("seconds", "0.12 s")],
)
def test_summary_says_what_each_lane_came_to(race_scripts, finished, start, clock, reached):
    text = race_scripts.evaluate(
        "([outcomes, how]) => raceWords.summary(outcomes, how)",
        [
            [lane(1, INFINITY), lane(32, 9), diverged(500)],
            {"clock": clock, "target": "80 %", "epochs": 12, "finished": finished},
        ],
    )
    assert text == (
        f"{start}batch size 1 has not kept 80 %; "
        f"batch size 32 reached 80 % after {reached}; batch size 500 diverged."
    )


@pytest.mark.parametrize(
    ("outcome", "done", "text"),
    [
        (lane(32, 9), False, "80 % after 9 epochs, 144 updates"),
        (lane(500, 1), True, "80 % after 1 epoch, 1 update"),
        (lane(1, INFINITY), False, ""),
        (lane(1, INFINITY), True, "Never kept 80 %."),
    ],
)
def test_news_of_a_lane_are_by_the_clocks_that_there_are(race_scripts, outcome, done, text):
    how = {"clocks": ["epochs", "updates"], "target": "80 %", "epochs": 12, "done": done}
    news = "([outcome, how]) => raceWords.news(outcome, how)"
    assert race_scripts.evaluate(news, [outcome, how]) == text


def test_medians_are_those_of_the_runs(race_scripts):
    seeds = [lane(32, epochs, epochs / 1000) for epochs in (5, 9, 7, INFINITY)]
    seeds[-1]["volatility"] = 0.05
    never = [lane(1, INFINITY, volatility) for volatility in (0.04, 0.05, 0.06)]
    lost = [diverged(500), diverged(500), lane(500, 3)]
    many = [{**runs[0], "runs": runs} for runs in (seeds, never, lost)]
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
