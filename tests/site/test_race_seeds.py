"""The race repeated from many seeds, and its challenges, as the reader meets them."""

import re

import numpy as np
import pytest
from conftest import wait_until
from race_page import fragment

pytestmark = pytest.mark.slow

LANES = [(32, 0.02, "SGD"), (64, 0.02, "SGD")]
REPEAT = "Repeat with 30 seeds"
# Epochs and volatility of n seeds, by lane.
MEDIANS = """([settings, n]) => {
  const race = raceLanes.start(settings);
  const steps = race.repeated(n);
  let step = steps.next();
  while (!step.done) step = steps.next();
  const numbers = ({ reached, volatility }) => [reached.epochs, volatility];
  return step.value.map(({ runs }) => runs.map(numbers));
}"""


@pytest.fixture(scope="module")
def repeated(browser, address):
    """A race that was repeated twice: the visitor, and what was said each time."""
    from race_page import PAGE, Racer

    context = browser.new_context()
    reader = Racer(context.new_page()).open(f"{address}{PAGE}{fragment(*LANES, epochs=22)}")
    reader.ready()
    said = []
    for _ in range(2):
        reader.button("seeds").click()
        reader.find(".race-status").filter(has_text="Medians of 30 seeds").wait_for()
        said.append(reader.status)
        reader.button("reset").click()
        assert reader.status == ""
    yield reader, said
    context.close()


def test_status_says_the_medians(repeated):
    reader, (said, _) = repeated
    lanes = [
        dict(zip(("batchSize", "learningRate", "optimizer"), lane, strict=True)) for lane in LANES
    ]
    shared = {"momentum": 0.9, "spread": 2, "seed": 1, "epochs": 22}
    runs = reader.page.evaluate(MEDIANS, [{"lanes": lanes, **shared}, 30])
    for (size, *_), lane in zip(LANES, runs, strict=True):
        assert len(lane) == 30
        epochs, volatility = np.median(np.array(lane, float), axis=0)
        updates = epochs * -(-500 // size)
        assert (
            f"batch size {size} reaches 80 % after {epochs:g} epochs, {updates:g} updates, " in said
        )
        shown = re.search(rf"batch size {size} .*?volatility ([\d.]+) points", said)[1]
        assert float(shown) == pytest.approx(100 * volatility, abs=0.051)


def test_seeds_always_give_the_same(repeated):
    _, (first, second) = repeated
    assert first == second


def test_cloud_shows_a_lane_in_its_colour(repeated):
    reader, (said, _) = repeated
    assert reader.find(".race-cloud").is_visible()
    colors = reader.page.evaluate(
        """() => {
          const { lanes } = raceDrawing.look(document.querySelector(".race"));
          const canvas = new OffscreenCanvas(1, 1);
          const context = canvas.getContext("2d", { willReadFrequently: true });
          return [1, 3].map((look) => {
            context.fillStyle = lanes[look];
            context.fillRect(0, 0, 1, 1);
            return new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0];
          });
        }"""
    )
    assert set(colors) <= set(reader.colors(".race-cloud"))
    assert (
        reader.find(".race-cloud canvas").get_attribute("aria-label").replace("\xa0", " ") == said
    )
    assert reader.complaints == []


def test_cloud_follows_the_clock(repeated):
    reader, _ = repeated
    before = reader.picture(".race-cloud")
    reader.find(".race-clock input[value=updates]").check()
    assert reader.picture(".race-cloud") != before


@pytest.mark.parametrize("by", ["seeds", "play", "reset", "epoch", "settings"])
def test_seeds_can_be_stopped(racer, by):
    reader = racer(fragment(epochs=1000)).ready()
    assert REPEAT in reader.button("seeds").inner_text()
    reader.button("seeds").click()
    reader.button("seeds").filter(has_text="Seed 1 of 30").wait_for()
    if by == "settings":
        reader.open_settings().type("seed", 3)
    else:
        reader.button(by).click()
    assert REPEAT in reader.button("seeds").inner_text()
    reader.page.wait_for_timeout(200)
    assert REPEAT in reader.button("seeds").inner_text()
    assert not reader.find(".race-cloud").is_visible()
    if by == "seeds":
        assert reader.status == "Stopped."
    assert reader.complaints == []


def challenge(reader, i):
    """A challenge, and what is said of it."""
    box = reader.find(".race-challenges li").nth(i)
    return box.get_attribute("data-done"), box.locator("output").text_content()


def test_full_batch_is_made_to_win_on_epochs(racer):
    reader = racer(fragment((32, 0.001, "SGD"), (500, 0.01, "SGD"), epochs=40)).ready()
    assert challenge(reader, 0) == (None, "")
    reader.race()
    done, said = challenge(reader, 0)
    assert done is None and said.startswith("Not yet: ")
    reader.open_settings().slide(reader.rate(1), 11)  # 0.05
    reader.race()
    done, said = challenge(reader, 0)
    assert done == "yes" and "learning rate 0.05" in said
    assert "You met challenge 1." in reader.status
    reader.race()
    assert "You met challenge 1." not in reader.status  # once is enough
    assert challenge(reader, 0)[0] == "yes"


def test_batch_size_1_is_made_stable_by_momentum_alone(racer):
    reader = racer().ready().open_settings()
    reader.race()
    assert challenge(reader, 1)[1].startswith("Not yet: its volatility is ")
    reader.slide(reader.setting("momentum"), 0)
    reader.race()
    assert challenge(reader, 1)[0] == "yes"
    assert "You met challenge 2." in reader.status


def test_largest_learning_rate_is_found_by_trying(racer):
    reader = racer(fragment((32, 0.01, "SGD"), epochs=25)).ready().open_settings()
    said = []
    for position in (11, 20):  # 0.05, 10
        reader.slide(reader.rate(0), position)
        said.append(challenge(reader.race(), 2)[1])
    assert "Try a larger one" in said[0]
    assert "It keeps the target at 0.05, not at 10. Come closer." in said[1]
    low, high = 11, 20
    while high - low > 1:
        middle = (low + high) // 2
        reader.slide(reader.rate(0), middle)
        reader.race()
        if (
            "not yet" in reader.find(".race-news").inner_text()
            or reader.outcome["epochs"]["winner"] == "nobody"
        ):
            high = middle
        else:
            low = middle
    wait_until(
        reader.page, "() => document.querySelectorAll('.race-challenges [data-done]').length > 0"
    )
    assert challenge(reader, 2)[0] == "yes"


def test_next_race_that_is_offered_is_run_and_compared(racer):
    reader = racer(fragment((1, 0.01, "SGD"), (32, 0.01, "SGD"), epochs=25)).ready().race()
    assert reader.button("try").inner_text() == "Race again with 0.001"
    reader.button("try").click()
    reader.finished()
    assert reader.address["lanes"] == "1:0.001:SGD,32:0.01:SGD"
    assert "Batch size 1 with SGD at 0.001 reaches 80 %: " in reader.status
    assert "(before: never)" in reader.status
    assert not reader.button("try").is_visible()
