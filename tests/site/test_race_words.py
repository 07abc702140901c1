"""What the race says of its outcome, for outcomes made up here."""

import pytest
from race_page import COSTS, INFINITY, lost
from race_page import outcome as lane

pytestmark = pytest.mark.slow

ABOUT = {"target": "80 %", "costs": COSTS, "nTrain": 500}
QUESTIONS = ["epochs", "updates", "seconds", "steady"]
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


def test_each_answer_says_why_by_the_numbers_of_the_lanes(answer, race_scripts):
    measured = race_scripts.evaluate("raceProblem.costs")  # by the build
    why = {question: answer(question, THREE)["why"] for question in QUESTIONS}
    assert why["epochs"] == (
        "Batch size 32 makes 16 updates in an epoch, batch size 500 only one. "
        "Batch size 1 makes more updates still, "
        "but at learning rate 0.01 their noise keeps it from settling."
    )
    assert why["updates"].startswith(
        "An update of batch size 500 averages 500 samples instead of 32"
    )
    assert f"{measured['update']:.2f} ms for an update" in why["seconds"]
    assert f"{measured['sample']:.4f} ms for each sample" in why["seconds"]
    assert "batch size 32 makes 144 updates with 4,500 samples, 0.12 s" in why["seconds"]
    assert "batch size 500 makes 60 updates with 30,000 samples, 0.16 s" in why["seconds"]
    assert "batch size 1 makes" not in why["seconds"]
    assert why["steady"].startswith(
        "An update of batch size 500 averages 500 samples instead of 32"
    )


@pytest.mark.parametrize(
    ("question", "winner", "second", "reason"),
    [
        (
            "epochs",
            lane(500, 5, rate=0.3),
            lane(32, 9),
            "longer ones: learning rate 0.3 against 0.01",
        ),
        ("epochs", lane(500, 5), lane(32, 9), "less noise"),
        (
            "epochs",
            lane(32, 9),
            lane(100, 20),
            "makes 16 updates in an epoch, batch size 100 only 5",
        ),
        ("updates", lane(32, 2, rate=0.1), lane(500, 60), "learning rate 0.1 against 0.01"),
        ("updates", lane(32, 2), lane(500, 60), "may be luck"),
        ("updates", lane(500, 60, rate=0.1), lane(32, 9), "averages 500 samples instead of 32, so"),
        ("updates", lane(32, 4, rate=0.04), lane(8, 3), "is 4 times as long"),
        ("epochs", lane(8, 3), lane(32, 4, rate=0.04), "by a factor of 4, and each is 4 times as"),
        ("steady", lane(8, 9, 0.001, rate=0.0001), lane(100, 60, 0.01), "the shorter steps"),
        ("steady", lane(1, 9, 0.001), lane(100, 60, 0.01), "may be luck"),
        ("steady", lane(32, 9, 0.001), lane(500, 60, 0.01), "it still swings"),
        (
            "steady",
            lane(8, 9, 0.011),
            lane(32, 9, 0.012, rate=0.04),
            "Learning rate over batch size is equal",
        ),
        ("steady", lane(8, 9, 0.0101), lane(32, 9, 0.0102), "Too close to call"),
    ],
)
def test_reason_depends_on_what_the_winner_has_over_the_second(
    answer, question, winner, second, reason
):
    found = answer(question, [second, winner])
    assert winners(found) == [winner["batchSize"]]
    assert reason in found["why"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_equal_lanes_tie(answer, question):
    twins = [lane(32, 9), lane(32, 9) | {"name": "the other"}]
    found = answer(question, [*twins, lane(500, 600, 0.03)])
    assert winners(found) == [32, 32]
    assert found["text"].startswith("batch size 32 and the other: ")
    assert found["others"].startswith("batch size 500: ")
    if question != "seconds":  # which says what each lane needs
        assert found["why"] == "A tie."


@pytest.mark.parametrize("question", ["epochs", "updates", "seconds"])
def test_nobody_wins_where_nobody_reaches_the_target(answer, question):
    found = answer(question, [lane(1, INFINITY), lane(500, INFINITY)])
    assert found["winners"] == [] and found["text"] == "nobody"
    assert found["others"] == "batch size 1: never; batch size 500: never"
    assert found["why"] == ""


@pytest.mark.parametrize("question", QUESTIONS)
def test_lanes_that_all_diverged_have_no_winner_and_no_zero(answer, question):
    found = answer(question, [lost(1), lost(32)])
    assert found["winners"] == []
    assert "0.0" not in found["text"] + found["others"] + found["why"]


def test_too_few_epochs_for_a_volatility_are_said(answer):
    short = lane(32, 3, float("nan"))
    found = answer("steady", [short, lane(500, 3)])
    assert winners(found) == [500]
    assert found["others"] == "batch size 32: too few epochs"


def test_a_lane_that_diverged_is_not_the_steadiest(answer):
    found = answer("steady", [lost(1), lane(32, 9)])
    assert winners(found) == [32]
    assert found["others"] == "batch size 1: diverged"


def test_a_lane_that_diverged_is_said_to_have_diverged_and_not_to_be_noisy(answer):
    why = answer("epochs", [lost(1), lane(32, 9), lane(500, 60)])["why"]
    assert "Batch size 1 diverged: learning rate 0.01 is too large for it." in why
    assert "noise" not in why


@pytest.mark.parametrize("question", ["epochs", "updates"])
def test_lanes_of_one_batch_size_differ_by_their_learning_rate(answer, question):
    found = answer(question, [lane(32, 9, 0.01, rate=0.02), lane(32, 50, 0.02, rate=0.001)])
    assert winners(found) == [32]
    assert "learning rate 0.02 against 0.001" in found["why"]


def test_a_lane_that_is_stuck_is_not_the_steadiest(answer):
    stuck = lane(500, INFINITY, 0.0001, rate=3) | {"stuck": True}
    found = answer("steady", [stuck, lane(32, 9)])
    assert winners(found) == [32]
    assert found["others"] == "batch size 500: stuck"
    assert (
        "Batch size 500 is stuck: learning rate 3 " in answer("epochs", [stuck, lane(32, 9)])["why"]
    )


@pytest.mark.parametrize("question", ["epochs", "updates"])
def test_lane_that_alone_got_there_is_said_to_be_alone(answer, question):
    found = answer(question, [lane(32, 9), lane(500, INFINITY)])
    assert found["why"].startswith("No other lane got there.")


def test_lane_that_was_there_first_but_did_not_stay_is_told_of(answer):
    early = lane(1, 20) | {"touched": 2}
    why = answer("epochs", [early, lane(32, 9)])["why"]
    assert "Batch size 1 was there in epoch 2, but its noise" in why


def test_another_optimizer_is_not_explained_by_the_batch(answer):
    adam = lane(32, 9) | {"optimizer": "Adam"}
    assert "optimizer, too" in answer("epochs", [adam, lane(32, 20)])["why"]


def test_one_lane_alone_is_not_explained(answer):
    found = answer("epochs", [lane(32, 9)])
    assert found["text"] == "batch size 32: 9 epochs"
    assert found["others"] == "" and found["why"] == ""


def test_one_of_a_unit_is_singular(answer):
    assert answer("epochs", [lane(500, 1)])["text"] == "batch size 500: 1 epoch"
    assert answer("updates", [lane(500, 1)])["text"] == "batch size 500: 1 update"


def test_lane_that_lost_the_target_again_is_told_of(answer):
    touched = lane(1, INFINITY, 0.05) | {"touched": 1}
    why = answer("epochs", [touched, lane(32, 9)])["why"]
    assert "Batch size 1 was there in epoch 1, but at learning rate 0.01 its noise" in why


def test_steadiest_is_compared_with_lanes_that_miss_the_target_too(answer):
    why = answer("steady", [lane(1, INFINITY, 0.05), lane(500, 60, 0.001)])["why"]
    assert "averages 500 samples instead of 1" in why


@pytest.mark.parametrize(
    ("slower", "verdict"),
    [(0, "no difference in either"), (9, "a difference in speed alone")],
)
def test_many_seeds_of_two_lanes_end_in_a_verdict(race_scripts, slower, verdict):
    # Half of the seeds are ahead in volatility; all of them in epochs if the other is slower.
    runs = [[lane(8, 5, 0.01 + 0.001 * (i % 2)) for i in range(30)]]
    runs += [[lane(32, 5 + slower, 0.01 + 0.001 * ((i + 1) % 2)) for i in range(30)]]
    many = [{"name": f"batch size {n}", "runs": of} for n, of in zip((8, 32), runs, strict=True)]
    said = race_scripts.evaluate("many => raceWords.medians(many)", many)
    assert said.endswith(f"is steadier in 15: {verdict}.")
