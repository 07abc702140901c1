"""The lanes of a race: in step, with true numbers, and measured as `helpers.analysis` does."""

import numpy as np
import pytest
import xarray as xr
from race_page import problem

from helpers import analysis
from helpers.data.synthetic import blobs

pytestmark = pytest.mark.slow

SETTINGS = {"momentum": 0.9, "spread": 2, "seed": 1, "epochs": 25}


def lane(size, rate=0.01, optimizer="SGD"):
    return {"batchSize": size, "learningRate": rate, "optimizer": optimizer}


THREE = [lane(1), lane(32), lane(500)]
NUMBERS = """({ engine }) => ({
  epochs: engine.epochs, updates: engine.updates, samples: engine.samples,
  diverged: engine.diverged, accuracy: engine.history.valAccuracy,
})"""


@pytest.fixture
def start(race_scripts):
    """Do something to lanes at their start: `act` is a function of `race`, in JavaScript."""

    def run(act, lanes=THREE, **settings):
        return race_scripts.evaluate(
            f"(settings) => {{ const numbers = {NUMBERS};"
            f" const race = raceLanes.start(settings); return ({act})(race); }}",
            {"lanes": lanes, **SETTINGS, **settings},
        )

    return run


def test_lanes_train_to_a_number_of_samples_in_step(start):
    seen = start(
        """(race) => [250, 499, 500, 501, 990, 1000].map((goal) => {
          race.train(goal);
          return race.lanes.map(numbers);
        })"""
    )
    # By hand: 500 = 15 * 32 + 20, so an epoch of batch size 32 has 16 updates.
    assert [[one["samples"] for one in lanes] for lanes in seen] == [
        [250, 224, 0],
        [499, 480, 0],
        [500, 500, 500],
        [501, 500, 500],
        [990, 980, 500],
        [1000, 1000, 1000],
    ]
    assert [one["updates"] for one in seen[-1]] == [1000, 32, 2]
    assert [one["epochs"] for one in seen[-1]] == [2, 2, 2]


def test_one_step_of_all_is_an_update_of_each(start):
    stepped = start("(race) => { race.stepAll(); race.stepAll(); return race.lanes.map(numbers); }")
    assert [one["updates"] for one in stepped] == [2, 2, 2]
    assert [one["samples"] for one in stepped] == [2, 64, 1000]


def test_race_ends_after_its_epochs_and_goes_no_further(start):
    ended, finished, least, after = start(
        """(race) => {
          const before = race.finished();
          race.train(Infinity);
          const ended = race.lanes.map(numbers);
          race.stepAll();
          const after = race.lanes.map(numbers);
          return [ended, [before, race.finished()], race.leastSeen(), after];
        }""",
        epochs=3,
    )
    assert [one["epochs"] for one in ended] == [3, 3, 3]
    assert [one["updates"] for one in ended] == [1500, 48, 3]
    assert finished == [False, True]
    assert least == float("inf")
    assert after == ended


def test_a_lane_that_diverges_stops_and_the_others_go_on(start):
    outcomes, ended = start(
        "(race) => { race.train(Infinity); return [race.outcomes(), race.lanes.map(numbers)]; }",
        [lane(1, 10), lane(32), lane(32, 10)],
    )
    assert [outcome["diverged"] for outcome in outcomes] == [True, False, True]
    assert ended[0]["updates"] < 500 and ended[1]["updates"] == 25 * 16
    for lost in (outcomes[0], outcomes[2]):
        assert np.isnan(lost["volatility"])
        assert set(lost["reached"].values()) == {float("inf")}
        assert lost["kept"] is False
    assert [outcome["name"] for outcome in outcomes] == [
        "batch size 1",
        "batch size 32 a",
        "batch size 32 b",
    ]


def test_outcome_is_what_the_analysis_of_the_book_says(start):
    lanes = [lane(32), lane(100, 0.05), lane(500), lane(1)]
    outcomes, ended = start(
        "(race) => { race.train(Infinity); return [race.outcomes(), race.lanes.map(numbers)]; }",
        lanes,
        epochs=60,
    )
    runs = xr.Dataset(
        {"val_accuracy": (("lane", "epoch"), [one["accuracy"] for one in ended])},
        {"epoch": np.arange(1, 61)},
    )
    given = problem()
    epochs = analysis.epochs_to(runs, given["target"], given["hold"]).values
    volatility = analysis.volatility(runs, given["last"]).values
    assert np.isfinite(epochs).any() and np.isinf(epochs).any()
    cost = given["costs"]
    for i, (outcome, setting) in enumerate(zip(outcomes, lanes, strict=True)):
        per_epoch = -(-500 // setting["batchSize"])
        assert outcome["updatesPerEpoch"] == per_epoch
        assert outcome["reached"]["epochs"] == epochs[i]
        assert outcome["reached"]["updates"] == epochs[i] * per_epoch
        seconds = epochs[i] * (per_epoch * cost["update"] + 500 * cost["sample"]) / 1000
        assert outcome["reached"]["seconds"] == pytest.approx(seconds)
        assert outcome["volatility"] == pytest.approx(volatility[i], abs=1e-9)


def test_lanes_begin_alike_and_the_seed_decides_how(race_scripts, start):
    first = "(race) => race.lanes.map(({ weights }) => [...weights[0]])"
    one, two, three = start(first)
    assert one == two == three
    assert start(first)[0] == one
    assert start(first, seed=2)[0] != one


def test_samples_are_those_of_the_tutorial_at_every_spread(start):
    for spread in (2, 0.5):
        x, labels, x_test = start(
            "({ problem }) => [[...problem.x], [...problem.labels], [...problem.xTest]]",
            spread=spread,
        )
        data = blobs(cluster_std=spread)
        np.testing.assert_allclose(np.reshape(x, (-1, 2)), data.x_train, atol=1e-4)
        np.testing.assert_allclose(np.reshape(x_test, (-1, 2)), data.x_test, atol=1e-4)
        assert labels == data.y_train.argmax(axis=1).tolist()


def test_momentum_and_optimizer_reach_the_lanes(start):
    run = "(race) => { race.train(Infinity); return race.lanes.map(numbers); }"
    lanes = [lane(32), lane(32, optimizer="Adam")]
    sgd, adam = start(run, lanes)
    sgd_without, adam_without = start(run, lanes, momentum=0)
    assert sgd["accuracy"] != adam["accuracy"]
    assert sgd["accuracy"] != sgd_without["accuracy"]
    assert adam["accuracy"] == adam_without["accuracy"]  # Adam has its own


def test_repeated_race_is_the_race_of_each_seed_and_always_the_same(start):
    repeat = """(race) => {
      const steps = race.repeated(3);
      const seeds = new Set();
      let step = steps.next();
      for (; !step.done; step = steps.next()) seeds.add(step.value);
      return [[...seeds], step.value.map(({ name, runs }) => ({ name, runs }))];
    }"""
    lanes = [lane(32), lane(64)]
    seeds, many = start(repeat, lanes, seed=5)
    assert seeds == [0, 1, 2]
    assert start(repeat, lanes, seed=5)[1] == many
    for k in range(3):
        alone = start(
            "(race) => { race.train(Infinity); return race.outcomes(); }", lanes, seed=5 + k
        )
        for one, lane_runs in zip(alone, many, strict=True):
            assert lane_runs["runs"][k]["reached"] == one["reached"]
            assert lane_runs["runs"][k]["volatility"] == one["volatility"]


def test_names_tell_lanes_apart(race_scripts):
    def names(*lanes):
        return race_scripts.evaluate("(lanes) => raceLanes.names(lanes)", list(lanes))

    assert names(lane(1), lane(32, 0.1)) == ["batch size 1", "batch size 32"]
    assert names(lane(32), lane(1), lane(32, 0.1)) == [
        "batch size 32 a",
        "batch size 1",
        "batch size 32 b",
    ]
    assert len(set(names(*[lane(32)] * 4))) == 4


def test_colours_of_lanes_differ_and_are_those_of_the_flavours(start):
    looks = "(race) => race.lanes.map(({ look }) => look)"
    assert start(looks) == [0, 1, 2]
    assert start(looks, [lane(500), lane(1)]) == [2, 0]
    assert len(set(start(looks, [lane(32)] * 4))) == 4
