"""Settings are recommended for four goals, and tables say what each is good for."""

import numpy as np
import pytest
import xarray as xr

from helpers.analysis.goal_tables import judged, noise_table, standings
from helpers.analysis.goals import costs, recommendations, shown_medians
from helpers.analysis.validation_metrics import ValidationMetric

SIZES, RATES, N = [4, 16, 64], [0.01, 0.1], 12
LABELS = {"batch_size": SIZES, "learning_rate": RATES, "seed": range(N)}
GOALS = ["fewest updates", "fewest epochs", "most stable", "most accurate"]
ACCURACY = ValidationMetric("accuracy", "val_accuracy", 0.8, 0.5, 0.1, 1.0, 1 / 100 / np.sqrt(12))


def cost(**values):
    """Costs of six settings, the same for every seed, some of them given."""
    default = {
        "updates": [[900, 800], [300, 200], [150, 100]],
        "epochs": [[9, 8], [3, 2], [4, 5]],
        "volatility": [[0.5, 0.9], [0.2, 0.8], [0.3, 0.7]],
        "final": [[0.9, 0.9], [0.9, 0.9], [0.9, 0.9]],
    }
    given = default | values
    given["miss"] = 100 * (1 - np.array(given["final"]))
    return xr.Dataset(
        {
            name: (list(LABELS), np.repeat(np.array(each, float)[..., None], N, axis=2))
            for name, each in given.items()
        },
        LABELS,
        {"metric": "accuracy", "epochs": 60},
    )


def firsts(found):
    return {goal: each.first for goal, each in found.items()}


def test_costs_are_those_of_the_runs_and_volatility_is_in_percentage_points():
    accuracy = [0.2, 0.5, 0.8, 0.8, 0.9, 0.9, 0.8, 0.9]
    updates = 10 * np.arange(1, 9)
    runs = xr.Dataset(
        {
            "val_accuracy": (("learning_rate", "seed", "epoch"), [[accuracy], [[0.5] * 8]]),
            "updates": (("learning_rate", "epoch"), [updates, updates]),
        },
        {"learning_rate": [0.1, 1.0], "seed": [0], "epoch": range(1, 9)},
    )
    found = costs(runs, ACCURACY, 4)
    assert found.epochs.values.ravel().tolist() == [3, np.inf]
    assert found.updates.values.ravel().tolist() == [30, np.inf]
    np.testing.assert_allclose(found.final.values.ravel(), [0.875, 0.5])
    np.testing.assert_allclose(found.miss.values.ravel(), [12.5, 50])
    line = np.polyval(np.polyfit(range(4), accuracy[4:], 1), range(4))
    residual = np.array(accuracy[4:]) - line
    np.testing.assert_allclose(found.volatility[0, 0], 100 * np.sqrt((residual**2).sum() / 2))
    np.testing.assert_allclose(found.volatility[1, 0], 100 / 100 / np.sqrt(12))  # rounding


def test_each_goal_has_its_own_setting():
    found = recommendations(cost(), 0.01)
    assert list(found) == GOALS
    assert [each.first for each in found.values()] == [(64, 0.1), (16, 0.1), (16, 0.01), (64, 0.1)]
    accurate = recommendations(cost(final=[[0.9, 0.9], [0.9, 0.92], [0.9, 0.9]]), 0.01)
    assert accurate["most accurate"].first == (16, 0.1)


def test_equal_settings_are_put_in_order_by_another_goal():
    found = recommendations(cost(epochs=np.ones((3, 2)), volatility=np.ones((3, 2))), 0.01)
    assert found["most stable"].first == (64, 0.1)  # of the fewest updates
    found = recommendations(cost(epochs=np.ones((3, 2))), 0.01)
    assert found["fewest epochs"].first == (16, 0.01)  # the most stable


def test_what_is_not_accurate_is_not_recommended_as_stable_nor_shown():
    final = [[0.9, 0.9], [0.88, 0.9], [0.895, 0.9]]
    assert recommendations(cost(final=final), 0.01)["most stable"].first == (64, 0.01)
    shown = shown_medians(cost(final=final), 0.01)
    assert shown.volatility.isnull().values.tolist() == [[False] * 2, [True, False], [False] * 2]
    assert shown.updates.notnull().all()


def test_standings_say_of_each_first_setting_how_it_does_in_every_goal():
    given = cost()
    given["epochs"].loc[{"batch_size": 64, "learning_rate": 0.1}] = [3, 3, 3, 1] * 3
    table = standings(recommendations(given, 0.01), given, n_train=1000)
    assert table.index.tolist() == ["64 at 0.1", "16 at 0.1", "16 at 0.01"]
    assert table["fewest updates"].tolist() == ["clear winner", "worse", "worse"]
    assert table["fewest epochs"].tolist() == ["tie", "first, 1 tie", "worse"]
    assert table["most stable"].tolist() == ["worse", "worse", "clear winner"]


@pytest.mark.parametrize(
    ("n_train", "edge"),
    [
        (256, "largest batch size, largest learning rate"),
        (255, "largest learning rate"),  # a batch of 256 would not fit
    ],
)
def test_edges_of_the_map_are_named_where_it_can_be_widened(n_train, edge):
    table = standings(recommendations(cost(), 0.01), cost(), n_train)
    assert table.loc["64 at 0.1", "edge of the map"] == edge


def test_smallest_batches_and_rates_are_edges_and_the_middle_is_none():
    given = cost(volatility=[[0.1, 0.9], [0.2, 0.8], [0.3, 0.7]])
    given = given.reindex(learning_rate=[0.01, 0.1, 1.0], fill_value=9000.0)
    table = standings(recommendations(given.assign(final=given.updates * 0 + 0.9), 0.01), given, 99)
    assert (
        table.loc["4 at 0.01", "edge of the map"] == "smallest batch size, smallest learning rate"
    )
    assert table.loc["16 at 0.1", "edge of the map"] == "no"


def test_goals_that_no_setting_reaches_are_named():
    never = np.full((3, 2), np.inf)
    given = cost(updates=never, epochs=never)
    table = standings(recommendations(given, 0.01), given, 1000)
    assert table.index.tolist() == ["16 at 0.01", "4 at 0.01"]
    assert table.iloc[0, :3].tolist() == ["never reached", "never reached", "clear winner"]
    nothing = cost(updates=never, epochs=never, volatility=never, final=-never)
    table = standings(recommendations(nothing, 0.01), nothing, 1000)
    assert table.index.tolist() == ["none"]
    assert set(table.iloc[0, :4]) == {"never reached"}


def test_a_setting_alone_wins_nothing():
    updates = np.full((3, 2), np.inf)
    updates[1, 1] = 5
    table = standings(recommendations(cost(updates=updates), 0.01), cost(), 1000)
    assert table["fewest updates"].iloc[0] == "only one"


def test_recommendations_are_judged_beside_the_best_on_other_samples():
    found = recommendations(cost(), 0.01)
    other = cost(
        updates=[[900, 800], [300, 200], [160, 16582]],
        volatility=[[0.5, 0.9], [0.25, 0.8], [0.3, 0.7]],
    )
    other["epochs"].loc[{"batch_size": 16, "learning_rate": 0.1}] = [1, 2] * 6
    table = judged(firsts(found), other, 0.01)
    assert table.index.tolist() == GOALS
    assert table.loc["fewest updates"].tolist() == [
        "64 at 0.1", "16,582 [16,582, 16,582] updates", "160 updates", "103.64",
        "90",
    ]  # fmt: skip
    assert table.loc["fewest epochs"].tolist()[1:4] == ["1.5 [1, 2] epochs", "1.5 epochs", "1.00"]
    assert table.loc["most stable"].tolist()[1:3] == ["0.25 [0.25, 0.25] points", "0.25 points"]


def test_what_is_not_reached_is_judged_in_words():
    never = np.full((3, 2), np.inf)
    found = recommendations(cost(), 0.01)
    some = cost(updates=[[900, 800], [300, 200], [150, np.inf]], epochs=never)
    table = judged(firsts(found), some, 0.01)
    assert table.loc["fewest updates"].tolist()[1:4] == ["never", "150 updates", "–"]
    assert table.loc["fewest epochs"].tolist()[1:4] == ["never", "never", "–"]
    none = recommendations(cost(updates=never), 0.01)
    assert judged(firsts(none), cost(), 0.01).loc["fewest updates"].tolist() == ["none", *"––––"]


def test_few_seeds_have_no_interval():
    table = judged(firsts(recommendations(cost(), 0.01)), cost().isel(seed=slice(3)), 0.01)
    assert table.loc["fewest updates", "takes"] == "100 updates"


@pytest.mark.parametrize(
    ("last", "word"),
    [(183.2, "183"), (2345.0, "2,345"), (3.14, "3.1"), (np.inf, "too large to measure"),
     (np.nan, "not measured")],
)  # fmt: skip
def test_noise_scale_stands_beside_the_batch_size(last, word):
    labels = {"seed": [0, 1], "epoch": [0, 1, 60]}
    scale = xr.DataArray([[5, 20, last], [5, 26, last]], labels)
    table = noise_table(scale, (1024, 0.3))
    assert table.iloc[0].tolist() == ["1,024", "23", word]
    assert table.columns[2] == "noise scale after epoch 60 (samples)"
    assert noise_table(scale, None).index.tolist() == ["none"]


def test_further_columns_stand_beside_the_final_metric():
    given = cost(final=[[0.9, 0.9], [0.9, 0.9], [0.9, 0.95]])
    found = recommendations(given, 0.01)
    error = given.final.copy(data=given.final.values * 1000)
    table = judged(firsts(found), given, 0.01, {"mean absolute error": error})
    assert table.columns[-2:].tolist() == ["final accuracy (%)", "mean absolute error"]
    assert table.loc["most accurate"].tolist() == [
        "64 at 0.1", "5.0 [5.0, 5.0] % wrong", "5.0 % wrong", "1.00", "95", "950",
    ]  # fmt: skip


def test_a_run_that_diverges_within_the_last_epochs_ends_badly():
    loss = ValidationMetric("loss", "val_loss", 0.3, 1.0, 0.05, 1.0, 1e-6)
    labels = {"batch_size": [4], "learning_rate": [0.1], "seed": [0], "epoch": range(1, 9)}
    runs = xr.Dataset(
        {
            "val_loss": (list(labels), [[[[0.2] * 6 + [np.nan] * 2]]]),
            "updates": (("batch_size", "learning_rate", "epoch"), [[range(1, 9)]]),
        },
        labels,
    )
    found = costs(runs, loss, 4)
    assert found.final.item() == found.miss.item() == found.volatility.item() == np.inf


def test_a_stable_setting_that_ends_worse_is_not_compared():
    given = cost()
    other = cost(final=[[0.9, 0.9], [0.8, 0.9], [0.9, 0.9]])
    table = judged(firsts(recommendations(given, 0.01)), other, 0.01)
    assert table.loc["most stable", ["setting", "times the best"]].tolist() == [
        "16 at 0.01",
        "ends worse",
    ]
