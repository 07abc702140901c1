"""The explorer answers to sliders, keys, clicks and touch."""

import explorer_data
import pytest
from conftest import wait_until
from explorer_page import SIZES, stored_runs

pytestmark = pytest.mark.slow


def test_keys_move_the_sliders(visitor):
    reader = visitor()
    before = reader.picture("curves")
    reader.page.locator("#explorer-batch-size").focus()
    reader.page.keyboard.press("ArrowRight")
    reader.sees(64, 0.01)
    assert reader.picture("curves") != before
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


def test_slider_shows_the_regions_of_an_epoch(visitor):
    reader = visitor()
    pictures = []
    for position, epoch in enumerate(explorer_data.SNAPSHOTS[:4]):
        reader.slide("epoch", position)
        pictures.append(reader.picture("regions"))
        assert reader.output("epoch").startswith(f"{epoch}: ")
    assert len(set(pictures)) == len(pictures)
    run = stored_runs(32, 0.01).isel(seed=0).sel(epoch=3)
    shown = (
        f"3: train {100 * float(run.accuracy):.1f} %, test {100 * float(run.val_accuracy):.1f} %"
    )
    assert reader.output("epoch") == shown
    label = reader.page.locator("#explorer-regions").get_attribute("aria-label")
    assert "batch size 32" in label and "epoch 3" in label


def test_click_into_the_curves_picks_the_epoch(visitor):
    reader = visitor()
    room = reader.page.locator("#explorer-curves canvas").bounding_box()
    reader.page.locator("#explorer-curves canvas").click(
        position={"x": room["width"] / 2, "y": room["height"] / 2}
    )
    assert 60 <= int(reader.output("epoch").split(":")[0]) <= 120
    reader.slide("epoch", 0)
    assert reader.complaints == []


def test_one_run_is_shown_on_request(visitor):
    reader = visitor()
    before = reader.picture("curves")
    reader.page.locator("#explorer-one").check()
    assert reader.picture("curves") != before


def test_play_runs_through_the_epochs_and_pauses(visitor):
    reader = visitor()
    button = reader.page.locator("#explorer-play")
    button.click()
    wait_until(reader.page, "() => document.getElementById('explorer-epoch').value >= 3")
    assert button.inner_text() == "Pause"
    button.click()
    assert button.inner_text() == "Play"
    halted = reader.output("epoch")
    reader.page.wait_for_timeout(800)
    assert reader.output("epoch") == halted


def test_nothing_plays_for_those_who_want_less_motion(visitor):
    reader = visitor(reduced_motion="reduce")
    assert not reader.page.locator("#explorer-play").is_visible()
    reader.slide("epoch", 2)
    assert reader.output("epoch").startswith("2: ")


@pytest.mark.parametrize("quantity", ["epochs", "volatility"])
def test_click_on_a_map_opens_its_cell(visitor, explored, quantity):
    reader = visitor()
    place = f".explorer-map[data-quantity={quantity}] a[href='#batch_size=8&learning_rate=0.03']"
    (cell,) = [c for c in explored["cells"] if (c["batch_size"], c["learning_rate"]) == (8, 0.03)]
    value = cell[quantity][1]
    text = f"{value:.0f}" if quantity == "epochs" else f"{100 * value:.1f}"
    assert reader.page.locator(place).inner_text() == text
    reader.page.locator(place).click()
    reader.sees(8, 0.03)
    wait_until(
        reader.page, "() => document.getElementById('explorer').getBoundingClientRect().top >= 0"
    )


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
    reader = visitor(has_touch=True, viewport={"width": 360, "height": 740}, is_mobile=True)
    reader.page.get_by_label("batch", exact=True).tap()
    reader.sees(500, 0.01)
    cell = reader.page.locator("[href='#batch_size=4&learning_rate=0.003']").first
    room = cell.bounding_box()
    assert min(room["width"], room["height"]) >= 24
    cell.tap()
    reader.sees(4, 0.003)
    curves = reader.page.locator("#explorer-curves canvas")
    curves.tap(position={"x": 200, "y": 100})
    assert reader.output("epoch") != "200"
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert reader.complaints == []
