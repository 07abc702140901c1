"""The explorer answers to sliders, keys, clicks and touch."""

import explorer_data
import pytest
from conftest import wait_until
from explorer_page import SIZES, stored_runs

pytestmark = pytest.mark.slow
PHONE = {"has_touch": True, "viewport": {"width": 360, "height": 740}, "is_mobile": True}


def test_keys_move_the_sliders(visitor):
    reader = visitor()
    before = reader.picture("curves-a")
    reader.page.locator("#explorer-batch-size").focus()
    reader.page.keyboard.press("ArrowRight")
    reader.sees(64, 0.01)
    assert reader.picture("curves-a") != before
    reader.page.locator("#explorer-learning-rate").focus()
    reader.page.keyboard.press("Home")
    reader.sees(64, 0.001)
    assert reader.page.locator("#explorer-learning-rate").get_attribute("aria-valuetext") == "0.001"
    assert reader.complaints == []


def test_flavour_sets_the_batch_size_and_follows_it(visitor):
    reader = visitor()
    for flavour, size in {"stochastic": 1, "batch": 500, "minibatch": 32}.items():
        reader.page.get_by_label(flavour, exact=True).check()
        reader.sees(size, 0.01)
    for position, flavour in {0: "stochastic", 2: "minibatch", len(SIZES) - 1: "batch"}.items():
        reader.slide("batch-size", position)
        reader.sees(SIZES[position], 0.01)
        assert reader.page.get_by_label(flavour, exact=True).is_checked()


def test_slider_shows_every_epoch_and_the_last_regions_kept(visitor):
    reader = visitor()
    pictures = {}
    for epoch in [0, 1, 2, 3, 130, 137, 140]:
        reader.slide("epoch", epoch)
        pictures[epoch] = reader.picture("regions-a")
        kept = ", regions of epoch 130" if epoch == 137 else ""
        assert reader.output("epoch") == f"{epoch}{kept}"
    assert pictures[137] == pictures[130]
    assert len(set(pictures.values())) == len(pictures) - 1
    reader.slide("epoch", 137)
    run = stored_runs(32, 0.01).isel(seed=0).sel(epoch=137)
    train, test = 100 * float(run.accuracy), 100 * float(run.val_accuracy)
    shown = f"Epoch 137: train {train:.1f} %, test {test:.1f} %"
    assert reader.text("#explorer-reached-a") == shown
    assert reader.page.locator("#explorer-epoch").get_attribute("aria-valuetext") == shown
    label = reader.page.locator("#explorer-regions-a").get_attribute("aria-label")
    assert label.startswith("Batch size 32, learning rate 0.01") and shown in label


def test_keys_move_the_epoch_by_one(visitor):
    reader = visitor()
    reader.page.locator("#explorer-epoch").press("ArrowLeft")
    assert reader.output("epoch") == "199, regions of epoch 190"


def test_click_into_the_curves_picks_the_epoch(visitor):
    reader = visitor()
    plot = reader.page.locator("#explorer-curves-a canvas")
    left, right = 50, plot.bounding_box()["width"] - 16
    for share in (0.25, 0.5):
        plot.click(position={"x": left + share * (right - left), "y": 60})
        assert abs(int(reader.output("epoch").split(",")[0]) - 200 * share) <= 1
    assert reader.complaints == []


def test_one_run_is_shown_on_request_and_named_in_the_key(visitor):
    reader = visitor()
    key = reader.page.locator(".explorer-keys:visible", has_text="train").get_by_text(
        f"test, seed {explorer_data.SEEDS[0]}"
    )
    before = reader.picture("curves-a")
    assert not key.is_visible()
    reader.page.get_by_label("show the run of seed").check()
    assert key.is_visible()
    assert reader.picture("curves-a") != before


def test_curves_switch_between_accuracy_and_loss(visitor):
    reader = visitor()
    accuracy = reader.picture("curves-a")
    reader.page.get_by_label("loss", exact=True).check()
    assert reader.picture("curves-a") != accuracy
    run = stored_runs(32, 0.01).isel(seed=0, epoch=-1)
    shown = f"Epoch 200: train {float(run.loss):.3f}, test {float(run.val_loss):.3f}"
    assert reader.text("#explorer-reached-a") == shown
    label = reader.page.locator("#explorer-curves-a").get_attribute("aria-label")
    assert "loss against epoch" in label
    reader.page.get_by_label("accuracy", exact=True).check()
    assert reader.picture("curves-a") == accuracy


def test_play_goes_evenly_through_the_epochs_and_pauses(visitor):
    reader = visitor()
    reader.page.evaluate(
        """() => {
          window.seen = [];
          const output = document.querySelector("output[for=explorer-epoch]");
          const note = () => seen.push([parseInt(output.value), performance.now()]);
          new MutationObserver(note).observe(output, { childList: true });
        }"""
    )
    button = reader.page.locator("#explorer-play")
    button.click()
    wait_until(reader.page, "() => document.getElementById('explorer-epoch').value >= 40")
    assert button.inner_text() == "Pause"
    button.click()
    assert button.inner_text() == "Play"
    halted = reader.output("epoch")
    epochs, times = zip(*reader.page.evaluate("seen"), strict=True)
    assert list(epochs) == list(range(1, epochs[-1] + 1))
    early, late = times[19] - times[0], times[38] - times[19]
    assert 0.4 < early / late < 2.5
    reader.page.wait_for_timeout(300)
    assert reader.output("epoch") == halted


def test_nothing_plays_for_those_who_want_less_motion(visitor):
    reader = visitor(reduced_motion="reduce")
    assert not reader.page.locator("#explorer-play").is_visible()
    reader.slide("epoch", 2)
    assert reader.output("epoch") == "2"


@pytest.mark.parametrize("quantity", ["epochs", "volatility"])
def test_click_on_a_map_opens_its_cell(visitor, explored, quantity):
    reader = visitor()
    (cell,) = [c for c in explored["cells"] if (c["batch_size"], c["learning_rate"]) == (8, 0.03)]
    value = cell[quantity][1]
    square = reader.square(8, 0.03, quantity)
    assert square.inner_text() == (f"{value:.0f}" if quantity == "epochs" else f"{100 * value:.1f}")
    square.click()
    reader.sees(8, 0.03)


@pytest.mark.parametrize("other", ["", "&batch_size_b=500"])
@pytest.mark.parametrize("screen", [(1440, 900), (1366, 768)], ids=str)
def test_maps_and_curves_fit_the_screen_of_a_laptop(visitor, screen, other):
    width, height = screen
    reader = visitor(f"#batch_size=32{other}", viewport={"width": width, "height": height})
    bar = reader.page.locator(".bd-header-article").bounding_box()["height"]
    reader.page.evaluate(
        """bar => {
          const { top } = document.getElementById("explorer").getBoundingClientRect();
          scrollTo({ top: scrollY + top - bar, behavior: "instant" });
        }""",
        bar,
    )
    before = reader.page.evaluate("scrollY")
    for quantity, size, rate in [("epochs", 1, 1), ("volatility", 500, 0.001)]:
        reader.square(size, rate, quantity).click()
        title = f"{'A: b' if other else 'B'}atch size {size}, learning rate {rate:g}"
        wait_until(
            reader.page,
            "title => document.getElementById('explorer-setting-a').textContent === title",
            title,
        )
    reader.page.wait_for_timeout(200)
    assert reader.page.evaluate("scrollY") == before
    for part in reader.page.locator(".explorer-map, .curves:visible").all():
        room = part.bounding_box()
        assert bar <= room["y"] and room["y"] + room["height"] <= height


def test_keys_walk_a_map_and_enter_opens_a_cell(visitor):
    reader = visitor()
    table = reader.page.get_by_role("grid").first
    assert table.locator("a[tabindex='0']").count() == 1
    table.locator("a[tabindex='0']").focus()
    for key in ["ArrowRight", "ArrowUp", "ArrowUp", "ArrowLeft", "ArrowDown"]:
        reader.page.keyboard.press(key)
    assert table.locator("a[tabindex='0']").count() == 1
    reader.page.keyboard.press("Enter")
    reader.sees(32, 0.03)
    for _ in range(len(SIZES)):  # the edge holds
        table.locator("a[tabindex='0']").press("ArrowLeft")
    reader.page.keyboard.press("Enter")
    reader.sees(1, 0.03)


def test_everything_answers_to_touch_on_a_phone(visitor):
    reader = visitor(**PHONE)
    reader.page.get_by_label("batch", exact=True).tap()
    reader.sees(500, 0.01)
    square = reader.square(4, 0.003)
    room = square.bounding_box()
    assert min(room["width"], room["height"]) >= 24
    square.tap()
    reader.sees(4, 0.003)
    wait_until(  # the curves come back into sight
        reader.page,
        """() => {
          const { top, bottom } = document.querySelector(".curves").getBoundingClientRect();
          return top >= 0 && bottom <= innerHeight;
        }""",
    )
    reader.page.locator("#explorer-curves-a canvas").tap(position={"x": 200, "y": 100})
    assert reader.output("epoch") != "200"
    reader.page.get_by_label("compare two settings").tap()
    reader.sees_both((4, 0.003), (500, 0.003))
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert reader.complaints == []


def test_controls_are_large_enough_to_touch(visitor):
    reader = visitor("#batch_size_b=500", **PHONE)
    controls = "label:has(input), input[type=range], button"
    shown = reader.page.locator(f"#explorer :is({controls}):visible").all()
    assert len(shown) == 3 + 2 + 1 + 2 + 2 + 1 + 1 + 1
    for control in shown:
        room = control.bounding_box()
        assert room["height"] >= 44, control.inner_text()
        assert room["width"] >= 44 or control.inner_text() in "AB"
        assert room["x"] >= 0 and room["x"] + room["width"] <= 360
