"""The reader changes the race: its lanes, what they share, its clock, and the address says so."""

import numpy as np
import pytest
from conftest import wait_until
from race_page import CHART, fragment, problem

pytestmark = pytest.mark.slow

TWO = [(32, 0.01, "SGD"), (500, 0.01, "SGD")]


@pytest.fixture
def changed(racer):
    """A race with its settings open."""

    def visit(*lanes, **settings):
        given = fragment(*(lanes or TWO), **{"epochs": 25, **settings})
        return racer(given).ready().open_settings()

    return visit


def lanes_of(reader):
    """The lanes that the address says."""
    parts = [lane.split(":") for lane in reader.address["lanes"].split(",")]
    return [(int(size), float(rate), optimizer) for size, rate, optimizer in parts]


def test_address_is_written_on_change_and_restored_when_opened(changed, racer):
    reader = changed()
    reader.find(".race-clock input[value=updates]").check()
    assert reader.address["clock"] == "updates"
    reader.type_size(0, 64)
    reader.slide(reader.rate(1), 12)  # 0.1
    reader.lane_settings(1).locator("select").select_option("Adam")
    reader.slide(reader.setting("momentum"), 1)  # 0.5
    reader.slide(reader.setting("spread"), 1)  # 1
    reader.type("seed", 42)
    reader.setting("epochs").select_option("50")
    assert reader.address == {
        "lanes": "64:0.01:SGD,500:0.1:Adam",
        "momentum": "0.5",
        "spread": "1",
        "seed": "42",
        "epochs": "50",
        "lock": "none",
        "clock": "updates",
    }
    again = racer(f"#{reader.page.url.partition('#')[2]}").ready().open_settings()
    assert again.names() == ["64", "500"]
    assert again.rate(1).get_attribute("aria-valuetext") == "0.1"
    assert again.lane_settings(1).locator("select").input_value() == "Adam"
    assert again.setting("momentum").get_attribute("aria-valuetext") == "0.5"
    assert again.setting("spread").get_attribute("aria-valuetext") == "1"
    assert again.setting("seed").input_value() == "42"
    assert again.setting("epochs").input_value() == "50"
    assert again.find(".race-clock input[value=updates]").is_checked()
    for visited in (reader, again):
        visited.button("epoch").click()
    assert again.shown("loss") == reader.shown("loss")
    assert reader.complaints == again.complaints == []


def test_address_with_nonsense_is_told_of_and_the_race_stands_at_its_own(racer):
    reader = racer("#lanes=501:0.01&momentum=a")
    assert "at most 500, got 501" in reader.status and "got “a”" in reader.status
    assert reader.names() == ["1", "32", "500"]
    reader.ready().button("update").click()
    assert reader.counts("updates") == [1, 1, 1]
    assert reader.complaints == []


def test_an_anchor_of_the_page_leaves_the_race_as_it_is(racer):
    reader = racer("#what-this-book-found")
    assert reader.status == "" and reader.n_lanes == 3
    reader.ready().open_settings()
    reader.type_size(0, 4)
    reader.button("epoch").click()
    before = reader.counts("samples")
    reader.page.evaluate("location.hash = '#what-this-book-found'")
    reader.page.wait_for_timeout(100)
    assert reader.names()[0] == "4"
    assert reader.counts("samples") == before


def test_a_link_to_another_race_on_the_same_page_is_followed(racer):
    reader = racer().ready()
    reader.page.evaluate("(link) => { location.hash = link; }", fragment((8, 0.1, "Adam")))
    reader.find(".race-lane").nth(1).wait_for(state="detached")
    assert reader.names() == ["8"]
    assert reader.shown("rate") == ["Adam, learning rate 0.1"]


@pytest.mark.parametrize(("typed", "said"), [("501", "501"), ("0", "0"), ("2.5", "2.5"), ("", "")])
def test_batch_size_that_cannot_be_is_refused_and_the_settings_stay(changed, typed, said):
    reader = changed()
    before = reader.page.url
    reader.type_size(0, typed)
    assert reader.refusal.startswith("The") and reader.refusal.count(".") == 1 + typed.count(".")
    assert "500" in reader.refusal and said in reader.refusal and "NaN" not in reader.refusal
    assert reader.page.url == before
    assert reader.lane_settings(0).locator("input[type=number]").input_value() == "32"
    reader.type_size(0, 64)
    assert reader.refusal == ""
    assert reader.complaints == []


@pytest.mark.parametrize("typed", ["-1", "1.5", "1000000", ""])
def test_seed_that_cannot_be_is_refused(changed, typed):
    reader = changed()
    before = reader.page.url
    reader.type("seed", typed)
    assert "whole number from 0 to 999999" in reader.refusal
    assert reader.page.url == before


def test_lanes_are_added_up_to_four_and_removed_down_to_one(changed):
    reader = changed((32, 0.01, "SGD"))
    reader.remove(0)  # the last one stays
    assert reader.n_lanes == 1 and reader.refusal
    for n in (2, 3, 4):
        reader.button("add").click()
        assert reader.n_lanes == n
    reader.button("add").click()  # there is no fifth
    assert reader.n_lanes == 4 and reader.refusal
    for i, size in enumerate((1, 8, 64)):
        reader.type_size(i, size)
    reader.race()
    assert reader.names() == ["1", "8", "64", "32"]
    assert reader.counts("epochs") == [25] * 4
    reader.remove(1)
    assert lanes_of(reader) == [(1, 0.01, "SGD"), (64, 0.01, "SGD"), (32, 0.01, "SGD")]
    reader.remove(0)
    reader.remove(0)
    assert reader.names() == ["32"]
    assert reader.race().counts("epochs") == [25]
    assert reader.complaints == []


def test_batch_size_is_halved_and_doubled_within_its_limits(changed):
    reader = changed((3, 0.01, "SGD"), (300, 0.01, "SGD"))
    sizes = []
    for lane, name in [(0, "Half"), (0, "Half"), (0, "Twice"), (1, "Twice"), (1, "Half")]:
        reader.lane_settings(lane).get_by_role("button", name=name).click()
        sizes.append(lanes_of(reader)[lane][0])
    assert sizes == [1, 1, 2, 500, 250]


def test_a_size_that_is_typed_and_then_doubled_by_a_click_is_doubled(changed):
    reader = changed()
    size = reader.lane_settings(0).locator("input[type=number]")
    size.select_text()
    reader.page.keyboard.type("10")
    reader.lane_settings(0).get_by_role("button", name="Twice").click()
    assert lanes_of(reader)[0][0] == 20


def test_arrow_keys_move_the_learning_rate_step_by_step(changed):
    reader = changed()
    reader.rate(0).focus()
    for rate in (0.02, 0.03, 0.05):
        reader.page.keyboard.press("ArrowRight")
        assert lanes_of(reader)[0] == (32, rate, "SGD")
    reader.page.keyboard.press("ArrowLeft")
    assert lanes_of(reader) == [(32, 0.03, "SGD"), (500, 0.01, "SGD")]
    reader.page.keyboard.press("End")
    assert lanes_of(reader)[0][1] == 10
    reader.page.keyboard.press("Home")
    assert lanes_of(reader)[0][1] == 0.0001


@pytest.mark.parametrize(("lock", "power"), [("linear", 1), ("sqrt", 0.5)])
def test_locked_learning_rates_grow_with_the_batch_size(changed, lock, power):
    reader = changed((8, 0.002, "SGD"), (32, 0.5, "SGD"), (128, 0.5, "SGD"))
    reader.setting("lock").select_option(lock)
    rates = [rate for _, rate, _ in lanes_of(reader)]
    assert rates == pytest.approx([0.002 * 4 ** (power * i) for i in range(3)], rel=1e-3)
    reader.slide(reader.rate(1), 9)  # 0.02: the others follow
    rates = [rate for _, rate, _ in lanes_of(reader)]
    assert rates == pytest.approx([0.02 * 4 ** (power * i) for i in (-1, 0, 1)], rel=1e-3)
    reader.type_size(2, 512 // 2)
    rates = [rate for _, rate, _ in lanes_of(reader)]
    assert rates[:2] == pytest.approx([0.02 / 4**power, 0.02], rel=1e-3)
    assert rates[2] == pytest.approx(0.02 * 8**power, rel=1e-3)
    reader.setting("lock").select_option("none")
    reader.slide(reader.rate(0), 12)
    assert [rate for _, rate, _ in lanes_of(reader)][0] == 0.1
    assert [rate for _, rate, _ in lanes_of(reader)][1:] == rates[1:]


def test_what_the_lanes_share_changes_the_race(changed):
    reader = changed().race()
    losses = [reader.shown("loss")]
    for name, position in {"momentum": 0, "spread": 0}.items():
        reader.slide(reader.setting(name), position)
        losses.append(reader.race().shown("loss"))
    reader.type("seed", 2)
    losses.append(reader.race().shown("loss"))
    assert len({tuple(loss) for loss in losses}) == 4
    assert reader.counts("epochs") == [25, 25]
    reader.setting("epochs").select_option("50")
    assert reader.race().counts("epochs") == [50, 50]


def test_a_lane_that_diverges_says_so_in_words_and_the_others_go_on(changed):
    reader = changed((1, 10, "SGD"), (32, 0.01, "SGD"), (500, 10, "SGD"), (8, 10, "SGD")).race()
    news = reader.shown("news")
    assert "diverged in epoch 1:" in news[0].lower() and "diverged" in news[3].lower()
    assert reader.counts("epochs")[1:3] == [25, 25]
    assert "Batch size 1 diverged." in reader.status
    outcome = reader.outcome
    for row in outcome.values():
        assert row["winner"].startswith("batch size 32: ")
        assert " 0.0 " not in f" {row['winner']} {row['others']}"
    assert "batch size 1: diverged" in outcome["steady"]["others"]
    text = reader.find(".race-lanes").inner_text()
    assert "NaN" not in text and "Infinity" not in text
    assert not any(len(word) > 15 for word in text.split())
    assert reader.complaints == []


def test_clock_changes_the_axis_and_who_is_first(changed):
    reader = changed((32, 0.01, "SGD"), (500, 0.05, "SGD"), epochs=40)
    reader.page.evaluate(CHART)
    reader.race()
    cost = problem()["costs"]
    least, first = {}, {}
    for clock, per_epoch in {
        "updates": [16, 1],
        "seconds": [
            (16 * cost["update"] + 500 * cost["sample"]) / 1000,
            (cost["update"] + 500 * cost["sample"]) / 1000,
        ],
        "epochs": [1, 1],
    }.items():
        reader.find(f".race-clock input[value={clock}]").check()
        assert reader.address["clock"] == clock
        wait_until(reader.page, "clock => charted.xTitle.includes(clock)", clock)
        charted = reader.page.evaluate("charted")
        for line, one in zip(charted["lines"], per_epoch, strict=True):
            np.testing.assert_allclose(line["clock"], one * np.arange(1, 41))
        least[clock] = [line["clock"][line["reached"]] for line in charted["lines"]]
        first[clock] = int(np.argmin(least[clock]))
    assert first["epochs"] == 0 and first["updates"] == 1
    for clock, times in least.items():
        size = (32, 500)[int(np.argmin(times))]
        assert reader.outcome[clock]["winner"].startswith(f"batch size {size}: ")


def test_the_last_race_stays_as_a_ghost(changed):
    reader = changed()
    reader.page.evaluate(CHART)
    reader.race()
    before = reader.page.evaluate("charted.lines.map(({ accuracy }) => accuracy)")
    assert reader.page.evaluate("charted.ghosts") == []
    reader.type("seed", 2)
    reader.race()
    charted = reader.page.evaluate("charted")
    assert [ghost["accuracy"] for ghost in charted["ghosts"]] == before
    assert [line["accuracy"] for line in charted["lines"]] != before


def test_a_ghost_stays_within_the_axes(changed):
    reader = changed((500, 0.01, "SGD"), clock="updates").race()
    reader.type_size(0, 70)  # whose first epoch has 8 updates, and that of the ghost 1
    reader.race()
    assert reader.find(".race-ghosts").is_visible()
    assert reader.colors(".race-chart", 51, 55) == [0]  # between the axis and its numbers
