"""Each goal ends in a sentence that somebody can act on, also where settings tie."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from helpers.analysis.advice import advice, fewest_seeds, told_apart, whole_batches
from helpers.analysis.goals import recommendations
from helpers.analysis.recommendation import recommend
from helpers.analysis.validation_metrics import ValidationMetric

SIZES, RATES = [16, 64], [0.01, 0.1, 1.0]
ACCURACY = ValidationMetric("accuracy", "val_accuracy", 0.8, 0.6, 0.05, 1.0, 0.003)


def cost(n_seeds=12, **values):
    """Costs of six settings, the same for every seed unless they are given seed by seed."""
    default = {
        "updates": [[900, 300, 200], [500, 150, 100]],
        "epochs": [[9, 3, 2], [20, 6, 4]],
        "volatility": [[0.5, 0.2, 0.9], [0.4, 0.3, 0.7]],
        "final": [[0.9, 0.91, 0.92], [0.93, 0.94, 0.95]],
    }
    given = default | values
    given["miss"] = 100 * (1 - np.array(given["final"]))
    arrays = {name: np.array(each, float) for name, each in given.items()}
    labels = {"batch_size": SIZES, "learning_rate": RATES, "seed": range(n_seeds)}
    variables = {
        name: (
            list(labels),
            each if each.ndim == 3 else np.repeat(each[..., None], n_seeds, axis=2),
        )
        for name, each in arrays.items()
    }
    of_run = ("batch_size", "learning_rate"), [[4000.0] * 3, [1000.0] * 3]
    variables["updates_of_run"] = of_run
    return xr.Dataset(variables, labels, {"metric": "accuracy", "epochs": 100})


def told(given, n_train=640):
    return advice(recommendations(given, 0.2), given, ACCURACY, n_train)


def test_a_clear_winner_is_named_with_what_it_takes():
    found = told(cost())
    assert found.settings["fewest updates"] == (64, 1.0)
    assert found.sentences["fewest updates"].startswith(
        "take batch size 64 at learning rate 1, which reaches the target after 100 updates "
        "(4 epochs). It is the clear winner: chance hardly explains its lead."
    )
    assert (
        "edge of the map (largest batch size, largest learning rate)"
        in (found.sentences["fewest updates"])
    )
    assert found.sentences["most accurate"].startswith(
        "take batch size 64 at learning rate 1, which ends 5.0 % wrong after 100 epochs, and "
        "reaches the target after 100 updates (4 epochs)."
    )


def test_of_settings_that_tie_the_cheapest_is_named():
    epochs = np.repeat(np.array([[9.0, 3, 2], [20, 6, 4]])[..., None], 12, axis=2)
    epochs[1, 2] = [1, 4] * 6  # as often below 2 as above
    found = told(cost(epochs=epochs))
    assert found.settings["fewest epochs"] == (64, 1.0)  # of 100 updates, where 16 takes 200
    assert found.sentences["fewest epochs"].startswith(
        "take batch size 64 at learning rate 1, which reaches the target after 100 updates "
        "(2.5 epochs). The first, 16 at 1 "
        "(2 epochs), has 1 tie; of those that come close this one takes the fewest updates."
    )
    assert (
        "even 48 seeds (`-p tuning_seeds 48`) would hardly rule out any"
        in (found.sentences["fewest epochs"])
    )


def test_a_tie_that_takes_twice_as_much_is_not_named_however_cheap():
    epochs = np.repeat(np.array([[9.0, 3, 2], [20, 6, 4]])[..., None], 12, axis=2)
    epochs[1, 2] = [1, 7] * 6  # a median of 4
    assert told(cost(epochs=epochs)).settings["fewest epochs"] == (16, 1.0)
    final = np.repeat(np.array([[0.9, 0.91, 0.95], [0.9, 0.94, 0.95]])[..., None], 12, axis=2)
    final[1, 2] = [0.96, 0.92] * 6  # a median of 0.94, from 0.95 the margin
    assert told(cost(final=final)).settings["most accurate"] == (64, 1.0)
    final[1, 2] = [0.96, 0.91] * 6
    assert told(cost(final=final)).settings["most accurate"] == (16, 1.0)


def test_what_more_seeds_would_buy_is_what_the_sign_test_says_of_them():
    values = np.repeat(np.array([[9.0, 9, 9], [9, 2, 1]])[..., None], 12, axis=2)
    values[1, 1, :3] = 0  # loses on 9 of 12 seeds
    updates = cost(updates=values).updates
    found = recommend(updates)
    assert found.first == (64, 1.0) and found.ties == [(64, 0.1)]
    assert stats.binom.sf(8, 12, 0.5) > 0.05 / 5 > stats.binom.sf(35, 48, 0.5)
    assert told_apart(found, updates, 1) == 0
    assert told_apart(found, updates, 4) == 1
    text = told(cost(updates=values)).sentences["fewest updates"]
    assert "48 seeds (`-p tuning_seeds 48`) would rule out all ties" in text


def test_with_too_few_seeds_the_first_is_taken_and_the_seeds_that_could_tell_are_named():
    n = fewest_seeds(5)
    assert stats.binom.sf(n - 1, n, 0.5) <= 0.05 / 5 < stats.binom.sf(n - 2, n - 1, 0.5)
    few = cost(n_seeds=n - 1)
    assert len(recommendations(few, 0.2)["fewest epochs"].ties) == 5
    text = told(few).sentences["fewest epochs"]
    assert text.startswith(
        "take batch size 16 at learning rate 1, which reaches the target after 200 "
    )
    assert f"6 seeds tell no setting from another, {n} could (`-p tuning_seeds {n}`)" in text


def test_a_target_that_nothing_reaches_is_said_with_what_the_best_ends_at():
    never = np.full((2, 3), np.inf)
    found = told(cost(updates=never, epochs=never, final=np.full((2, 3), 0.75)))
    assert found.settings["fewest epochs"] is None
    assert found.sentences["fewest epochs"] == (
        "no setting reaches an accuracy of 80 % and keeps it; the best ends at an accuracy of "
        "75 %. Train longer (`-p epochs 200`), change the model, or take an easier target, such as "
        "`-p target_accuracy 0.73`."
    )
    guessed = told(cost(updates=never, epochs=never, final=np.full((2, 3), 0.64)))
    assert set(guessed.settings.values()) == {None}  # stable and accurate ones, too
    assert set(guessed.sentences.values()) == {
        "no setting learns more than chance would: the best ends at an accuracy of 64 %. "
        "Perhaps the samples are too few, or the inputs do not tell what is to be predicted."
    }
    lost = told(cost(updates=never, epochs=never, volatility=never, final=-never))
    assert lost.sentences["most stable"] == "no setting trains at all: try smaller learning rates."


@pytest.mark.parametrize(
    ("n_train", "said"),
    [(640, False), (130, True), (110, False)],
    ids=["no rest", "a rest of 2", "a rest of 46"],
)
def test_short_last_batch_is_told_of(n_train, said):
    text = told(cost(), n_train).sentences["fewest updates"]
    assert ("short batch of 2, " in text and "try batch size 65" in text) == said
    assert ("short batch" in text) == said


@pytest.mark.parametrize("n_train", [20, 97, 284, 500, 1000, 12345])
def test_sizes_in_place_of_those_with_a_short_last_batch_have_none(n_train):
    for size in (4, 16, 64, 256):
        better = whole_batches(min(size, n_train), n_train)
        rest = n_train % better
        assert rest == 0 or rest >= better / 2


def test_a_notebook_shows_a_list():
    shown = told(cost())._repr_markdown_()
    assert shown.count("\n- **") == 3
    assert shown.startswith("- **Fewest updates:** take batch size 64")


def test_goals_with_the_same_sentence_share_it():
    never = np.full((2, 3), np.inf)
    shown = told(cost(updates=never, epochs=never, final=np.full((2, 3), 0.6)))._repr_markdown_()
    assert shown.startswith("- **Fewest updates, fewest epochs, most stable, most accurate:** no ")
    assert shown.count("\n") == 0


def test_no_more_seeds_are_asked_for_than_a_chapter_takes():
    epochs = np.repeat(np.array([[9.0, 3, 2], [20, 6, 4]])[..., None], 600, axis=2)
    epochs[1, 2] = [1, 4] * 300
    text = told(cost(600, epochs=epochs)).sentences["fewest epochs"]
    assert "tuning_seeds" not in text and "1 tie" in text


def test_where_no_setting_reaches_the_target_the_one_of_the_fewest_updates_in_all_is_named():
    never = np.full((2, 3), np.inf)
    final = np.repeat(np.array([[0.75, 0.7, 0.7], [0.7, 0.7, 0.7]])[..., None], 12, axis=2)
    final[1, 0] = [0.76, 0.735] * 6  # ties, and comes close
    found = told(cost(updates=never, epochs=never, final=final))
    assert found.settings["most accurate"] == (64, 0.01)  # 1000 updates, where the first takes 4000
    assert "and does not reach the target." in found.sentences["most accurate"]


@pytest.mark.parametrize(("weighted", "said"), [(False, True), (True, False)])
def test_weights_of_rare_classes_are_advised_where_there_are_none_yet(weighted, said):
    never = np.full((2, 3), np.inf)
    metric = ValidationMetric("balanced accuracy", "val_weighted_accuracy", 0.9, 0.5, 0.05, 1, 0.01)
    for final in (0.52, 0.7):
        given = cost(updates=never, epochs=never, final=np.full((2, 3), final))
        given.attrs["metric"] = metric.name
        text = advice(recommendations(given, 0.01), given, metric, 640, weighted)
        text = text.sentences["fewest updates"]
        assert ("et rare classes count" in text) == ("`-p class_weight balanced`" in text) == said
