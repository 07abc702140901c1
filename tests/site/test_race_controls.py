"""The race answers to its buttons, by mouse, keyboard and touch, and keeps its lanes in step."""

import pytest
from conftest import wait_until
from race_page import BATCHES, FRAMES, fragment

pytestmark = pytest.mark.slow

SHORT = fragment(epochs=6)
# Updates by lane as they are shown, whenever one of them changes.
WATCH = """() => {
  window.shown = [];
  const numbers = (what) => [...document.querySelectorAll(`.race-lane [data-show=${what}]`)]
    .map((box) => Number(box.textContent.replace(",", "")));
  const note = () => shown.push({ updates: numbers("updates"), samples: numbers("samples") });
  new MutationObserver(note).observe(document.querySelector(".race-lanes"), {
    subtree: true, childList: true, characterData: true,
  });
}"""


@pytest.fixture
def by_frames(racer):
    """A race whose frames pass when the test says so: `pass_frames(reader, n)`, 100 ms apart."""

    def visit(pace, **settings):
        lanes = [(32, 0.01, "SGD"), (500, 0.01, "SGD")]
        reader = racer(fragment(*lanes, epochs=1000), script=FRAMES, **settings).ready(pace)
        reader.page.evaluate("passFrame(performance.now())")
        return reader

    return visit


def pass_frames(reader, n, apart=100):
    """Let frames pass, each with some more that take no time, in which the training catches up."""
    reader.page.evaluate(
        """([n, apart]) => {
          window.time ??= performance.now();
          for (let i = 0; i < n; i += 1) {
            time += apart;
            for (let k = 0; k < 20; k += 1) passFrame(time);
          }
        }""",
        [n, apart],
    )


def samples(reader):
    """How many samples the lanes have seen, once the race is told to pause."""
    reader.button("play").click()
    reader.page.evaluate("passFrame(performance.now())")
    return reader.counts("samples")


def test_play_pause_and_play_again(racer):
    reader = racer(fragment(epochs=300)).ready("ten")
    play = reader.button("play")
    play.click()
    assert play.inner_text() == "Pause"
    wait_until(reader.page, "() => document.querySelector('[data-show=epochs]').textContent > 1")
    play.click()
    assert play.inner_text() == "Play"
    assert reader.status.startswith("Batch size 1 ")
    halted = reader.counts("samples")
    reader.page.wait_for_timeout(400)
    assert reader.counts("samples") == halted
    play.click()
    assert reader.status == ""
    wait_until(
        reader.page,
        "before => Number(document.querySelector('[data-show=epochs]').textContent) > before",
        max(reader.counts("epochs")),
    )
    assert reader.complaints == []


def test_one_update_and_one_epoch_and_reset(racer):
    reader = racer(SHORT).ready()
    reader.button("update").click()
    assert reader.counts("updates") == [1, 1, 1]
    assert reader.counts("samples") == [1, 32, 500]
    assert reader.counts("epochs") == [0, 0, 1]
    reader.button("epoch").click()  # up to where all have ended the first
    assert reader.counts("updates") == [500, 16, 1]
    reader.button("epoch").click()
    assert reader.counts("epochs") == [2, 2, 2]
    assert reader.counts("updates") == [1000, 32, 2]  # by hand: 500 = 15 * 32 + 20
    assert reader.counts("samples") == [1000, 1000, 1000]
    reader.button("reset").click()
    wait_until(reader.page, "() => document.querySelector('[data-show=samples]').textContent == 0")
    for what in ("epochs", "updates", "samples"):
        assert reader.counts(what) == [0, 0, 0]
    assert reader.shown("loss") == reader.shown("accuracy") == ["–", "–", "–"]
    assert reader.complaints == []


def test_a_finished_race_begins_anew(racer):
    reader = racer(fragment((500, 0.01, "SGD"), epochs=3)).ready().race()
    first = reader.shown("loss")
    reader.button("play").click()
    reader.find(".race-status").filter(has_text="Finished").wait_for()
    assert reader.counts("updates") == [3]
    assert reader.shown("loss") == first  # the same seed
    reader.button("update").click()
    assert reader.counts("updates") == [1]


@pytest.mark.parametrize("pace", ["ten", "full"])
def test_lanes_stay_in_step_and_their_numbers_are_true(racer, pace):
    reader = racer(fragment((1, 0.01, "SGD"), (30, 0.01, "SGD"), (500, 0.01, "SGD"), epochs=15))
    reader.ready(pace)
    reader.page.evaluate(WATCH)
    reader.race()
    seen = reader.page.evaluate("shown")
    assert len(seen) >= (10 if pace == "ten" else 2)
    for numbers in seen:
        assert max(numbers["samples"]) - min(numbers["samples"]) <= 500
    for updates, samples_, size in zip(
        seen[-1]["updates"], seen[-1]["samples"], (1, 30, 500), strict=True
    ):
        assert updates == 15 * -(-500 // size)
        assert samples_ == 15 * 500


def test_keys_play_and_pause_and_step(racer):
    reader = racer(fragment(epochs=300)).ready("one")
    keys = reader.page.keyboard
    reader.button("play").focus()
    keys.press("Space")
    assert reader.button("play").inner_text() == "Pause"
    keys.press("Enter")
    assert reader.status.startswith("Batch size 1 has not reached 80 % yet")
    before = reader.counts("updates")
    keys.press("Tab")
    keys.press("Enter")
    assert reader.counts("updates") == [n + 1 for n in before]
    keys.press("Tab")
    keys.press("Space")
    assert min(reader.counts("epochs")) == 1
    keys.press("Tab")
    keys.press("Enter")
    reader.page.wait_for_timeout(100)
    assert reader.counts("updates") == [0, 0, 0]
    keys.press("Tab")
    keys.press("Enter")
    assert reader.find(".race-settings").is_visible()
    keys.press("Enter")
    assert not reader.find(".race-settings").is_visible()
    keys.press("Tab")
    keys.press("End")
    assert reader.find("[name=pace]").input_value() == "full"
    keys.press("Tab")
    keys.press("ArrowRight")
    assert reader.address["clock"] == "updates"


def test_everything_answers_to_touch_on_a_phone(racer):
    reader = racer(SHORT, has_touch=True, is_mobile=True, viewport={"width": 360, "height": 740})
    for question in ("epochs", "updates", "seconds", "steady"):
        reader.find(f".race-prediction label:has([name={question}])").nth(1).tap()
    reader.choose_pace("full")
    reader.find(".race-prediction [type=submit]").tap()
    reader.finished()
    assert reader.outcome["epochs"]["said"].startswith(("32", "✓ 32", "✗ 32"))
    for name, updates in {"update": [1, 1, 1], "epoch": [500, 16, 1], "reset": [0, 0, 0]}.items():
        reader.button(name).tap()
        reader.page.wait_for_timeout(100)
        assert reader.counts("updates") == updates
    reader.button("play").tap()
    reader.finished()
    reader.find(".race-clock label").nth(1).tap()
    assert reader.address["clock"] == "updates"
    reader.button("settings").tap()
    reader.lane_settings(0).get_by_role("button", name="Twice").tap()
    assert reader.address["lanes"].startswith("2:0.01:SGD,")
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert reader.complaints == []


@pytest.mark.parametrize(("pace", "epochs"), [("slow", 0.03), ("one", 1), ("ten", 10)])
def test_speed_is_as_named(by_frames, pace, epochs):
    reader = by_frames(pace)
    reader.button("play").click()
    pass_frames(reader, 10)  # a second
    small, large = samples(reader)
    assert 500 * epochs - 32 - 500 * epochs / 8 <= small <= 500 * epochs
    assert 0 <= small - large < 500


def test_speed_gathers(by_frames):
    reader = by_frames("gathers")
    reader.button("play").click()
    pass_frames(reader, 50)
    first = samples(reader)[0]
    reader.button("play").click()
    reader.page.evaluate("window.time = undefined")
    pass_frames(reader, 50)
    assert samples(reader)[0] > 4 * first > 0


def test_speed_changes_during_a_race(by_frames):
    reader = by_frames("full")
    reader.button("play").click()
    reader.page.evaluate("passFrame(performance.now() - 60_000)")  # due before the click
    reader.page.evaluate("passFrame(performance.now())")
    reader.find("[name=pace]").select_option("one")
    reader.page.evaluate("passFrame(performance.now())")
    before = samples(reader)[0]
    assert before < 1000 * 500
    reader.button("play").click()
    pass_frames(reader, 10)
    assert 0 < samples(reader)[0] - before <= 2 * 500  # which may be owed


def test_race_stands_still_while_its_tab_is_hidden(by_frames):
    reader = by_frames("one")
    reader.button("play").click()
    pass_frames(reader, 5)
    pass_frames(reader, 1, apart=600_000)  # hidden for ten minutes: no frame
    pass_frames(reader, 5)
    small, _ = samples(reader)
    assert 400 <= small <= 550  # a second at an epoch a second, and no jump
    reader.button("play").click()
    reader.page.evaluate("window.time = undefined")
    pass_frames(reader, 5)
    assert samples(reader)[0] > small


def test_samples_of_a_batch_flash_at_a_slow_speed_alone(by_frames):
    batches = {}
    for pace in ("slow", "ten"):
        reader = by_frames(pace)
        reader.page.evaluate(BATCHES)
        reader.button("play").click()
        pass_frames(reader, 60 if pace == "slow" else 5)
        batches[pace] = reader.page.evaluate("batches")
    assert 32 in batches["slow"]
    assert set(batches["ten"]) == {0}


def test_less_motion_steps_from_epoch_to_epoch_and_flashes_nothing(racer):
    reader = racer(fragment(epochs=4), reduced_motion="reduce").ready("one")
    reader.page.evaluate(WATCH)
    reader.page.evaluate(BATCHES)
    reader.button("play").click()
    wait_until(reader.page, "() => document.querySelector('[data-show=epochs]').textContent > 2")
    shown, batches = reader.page.evaluate("[shown, batches]")
    assert set(batches) == {0}
    for numbers in shown:
        assert {n % 500 for n in numbers["samples"]} == {0}
    assert reader.complaints == []


def test_live_region_speaks_when_a_race_pauses_and_when_it_ends(racer):
    reader = racer(fragment((32, 0.01, "SGD"), (500, 0.01, "SGD"), epochs=25)).ready()
    region = reader.page.get_by_role("status").and_(reader.find(".race-status"))
    assert region.count() == 1 and reader.status == ""
    reader.button("epoch").click()
    assert reader.status == (
        "Batch size 32 has not reached 80 % yet; batch size 500 has not reached 80 % yet."
    )
    reader.race()
    assert reader.status.startswith("Finished. Fewest epochs 32 (")
    assert "Steadiest " in reader.status
