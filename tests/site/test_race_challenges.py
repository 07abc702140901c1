"""Each challenge of the race is met by what it asks for, and by nothing else."""

import pytest
from race_page import INFINITY, lost
from race_page import outcome as lane

pytestmark = pytest.mark.slow

FULL, CALM, LARGEST, TWINS = range(4)


@pytest.fixture
def check(race_scripts):
    """What a challenge says to what was seen: None, or whether it is met, and a sentence."""

    def ask(challenge, **seen):
        return race_scripts.evaluate(
            "([i, seen]) => raceWords.CHALLENGES[i].check(seen)",
            [
                challenge,
                {"outcomes": [], "nTrain": 500, "changed": [], "many": None, "tried": []} | seen,
            ],
        )

    return ask


def test_there_are_four_and_none_answers_before_a_race(check):
    assert [check(challenge) for challenge in range(4)] == [None] * 4


@pytest.mark.parametrize(
    ("outcomes", "met"),
    [
        ([lane(32, 9), lane(500, 5, rate=0.3)], True),
        ([lane(32, INFINITY), lane(500, 60)], True),
        ([lane(32, 9), lane(500, 60)], False),
        ([lane(32, 9), lane(500, 9)], False),  # a tie
        ([lane(32, INFINITY), lane(500, INFINITY)], False),
        ([lane(500, 5)], None),  # alone
        ([lane(32, 9), lane(499, 5)], None),  # no full batch
    ],
)
def test_full_batch_is_to_win_on_epochs(check, outcomes, met):
    answer = check(FULL, outcomes=outcomes)
    assert (answer and answer[0]) is met
    if met is not None:
        assert answer[1].startswith("It wins" if met else "Not yet: ")


@pytest.mark.parametrize(
    ("one", "changed", "met"),
    [
        (lane(1, 20, 0.024), ["momentum"], True),
        (lane(1, 20, 0.025), ["momentum"], False),  # not stable enough
        (lane(1, 20, 0.024), ["momentum", "seed"], False),  # two settings
        (lane(1, 20, 0.024), ["lanes"], False),  # its learning rate
        (lane(1, 20, 0.024), ["spread"], False),  # an easier problem
        (lane(1, INFINITY, 0.001), ["momentum"], False),  # stable, but goes nowhere
        (lost(1), ["momentum"], False),
        (lane(2, 20, 0.001), ["momentum"], None),
    ],
)
def test_batch_size_1_is_to_be_made_stable_by_momentum_alone(check, one, changed, met):
    answer = check(CALM, outcomes=[one, lane(32, 9, volatility=0.001)], changed=changed)
    assert (answer and answer[0]) is met


@pytest.mark.parametrize(
    ("tried", "met", "text"),
    [
        (
            [lane(32, 5, rate=0.2), lane(32, INFINITY, rate=0.3)],
            True,
            "keeps the target at 0.2, not at 0.3",
        ),
        (
            [lane(32, 5, rate=0.5), lane(32, INFINITY, rate=1)],
            True,
            "keeps the target at 0.5, not at 1,",
        ),
        ([lane(32, 5, rate=0.1), lane(32, INFINITY, rate=0.3)], False, "Come closer"),
        ([lane(32, 5, rate=0.1)], False, "Try a larger one"),
        ([lane(32, INFINITY, rate=0.5)], False, "Try another"),
        ([lane(32, INFINITY, rate=1), lane(32, INFINITY, rate=0.5)], False, "Try another"),
        # Too small a rate to get there does not count.
        ([lane(32, INFINITY, rate=0.0001), lane(32, 5, rate=0.1)], False, "Try a larger one"),
        # Neither do other lanes.
        ([lane(8, 5, rate=0.2), lane(8, INFINITY, rate=0.3)], None, ""),
        (
            [lane(32, 5, rate=0.2, optimizer="Adam"), lane(32, INFINITY, rate=0.3)],
            False,
            "Try another",
        ),
    ],
)
def test_largest_learning_rate_is_bracketed_by_a_step(check, tried, met, text):
    answer = check(LARGEST, tried=tried)
    assert (answer and answer[0]) is met
    if answer:
        assert text in answer[1] and "∞" not in answer[1]


def seeds(size, epochs, volatilities):
    runs = [lane(size, n, v) for n, v in zip(epochs, volatilities, strict=True)]
    return {**runs[0], "runs": runs}


def shifted(k):
    """A lane that is sooner in k of 30 seeds than one that takes 10 epochs."""
    return [9 if i < k else 11 for i in range(30)]


EVEN = [0.01 if i % 2 else 0.03 for i in range(30)]
PLAIN = seeds(8, [10] * 30, [0.02] * 30)


@pytest.mark.parametrize(
    ("other", "met"),
    [
        (seeds(32, shifted(15), EVEN), True),
        (seeds(32, shifted(10), EVEN), True),
        (seeds(32, shifted(20), EVEN), True),
        (seeds(32, shifted(9), EVEN), False),
        (seeds(32, shifted(21), EVEN), False),
        (seeds(32, shifted(15), [0.01] * 30), False),
        (seeds(32, [10] * 30, [0.02] * 30), True),  # ties count half
        (seeds(8, shifted(15), EVEN), False),  # the same batch size
        (seeds(16, shifted(15), EVEN), False),  # only twice as large
    ],
)
def test_two_lanes_are_to_be_told_apart_no_better_than_by_a_coin(check, other, met):
    answer = check(TWINS, many=[PLAIN, other])
    assert answer[0] is met


def test_two_of_three_lanes_are_enough(check):
    third = seeds(500, [50] * 30, [0.001] * 30)
    assert check(TWINS, many=[third, PLAIN, seeds(32, shifted(15), EVEN)])[0] is True
    assert check(TWINS, many=[third, PLAIN])[0] is False


def test_runs_that_diverge_are_not_the_steadier(check):
    diverged = {**PLAIN, "batchSize": 32, "runs": [lost(32) for _ in range(30)]}
    met, text = check(TWINS, many=[PLAIN, diverged])
    assert met is False
    assert "two lanes that keep the target" in text
