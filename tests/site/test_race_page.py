"""Pages with a race: how it looks and loads, and what stands in its place."""

import json

import pytest
from conftest import ROOT, SITE
from race_page import PAGE, fragment
from visits import watch

pytestmark = pytest.mark.slow

PRESETS = {
    path.stem: race
    for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
    for cell in json.loads(path.read_text())["cells"]
    if (race := cell["metadata"].get("race"))
}
SHORT = fragment(
    (1, 0.01, "SGD"), (32, 0.01, "SGD"), (500, 0.01, "SGD"), (32, 10, "SGD"), epochs=25
)
PICTURES = [".race-picture", ".race-chart", ".race-slice", ".race-cloud"]
# What is wider than the page, and what a thumb may miss.
TOO_WIDE = """() => [...document.querySelectorAll(".race, .race *")]
  .filter((box) => box.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
  .map((box) => box.outerHTML.slice(0, 90))"""
TOO_LOW = """() => {
  const targets = "button, select, summary, input:not([type=radio]), label:has([type=radio])";
  return [...document.querySelectorAll(".race :is(" + targets + ")")]
    .filter((box) => box.checkVisibility() && box.getBoundingClientRect().height < 44)
    .map((box) => box.outerHTML.slice(0, 90));
}"""


def unfold(reader):
    """Show everything that a race has."""
    reader.open_settings()
    for summary in reader.find("summary").all():
        if summary.evaluate("(summary) => !summary.parentElement.open"):
            summary.click()


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_race_fits_the_page_and_thumbs_and_shows_its_pictures(racer, width):
    reader = racer(SHORT, viewport={"width": width, "height": 800})
    assert reader.page.evaluate(TOO_LOW) == []  # the prediction
    reader.ready().open_map().race()
    reader.button("seeds").click()
    reader.find(".race-status").filter(has_text="Medians of 30 seeds").wait_for()
    reader.button("epoch").click()
    unfold(reader)
    reader.find(".race-slice").wait_for()
    for theme in ("light", "dark"):
        reader.page.evaluate(
            "(theme) => { document.documentElement.dataset.theme = theme; }", theme
        )
        assert reader.page.evaluate("document.documentElement.scrollWidth") <= width
        assert reader.page.evaluate(TOO_WIDE) == []
        assert reader.page.evaluate(TOO_LOW) == []
        for name in PICTURES:
            reader.picture(name)
            assert len(reader.colors(name)) > 20, name
    assert reader.complaints == []


def test_pictures_follow_the_theme_and_the_width(racer):
    reader = racer(fragment(epochs=4), color_scheme="light").ready().open_map().race()
    reader.find(".race-slice").wait_for()
    light = {name: reader.picture(name) for name in PICTURES[:3]}
    reader.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    for name in light:
        assert reader.picture(name) != light[name]
    reader.page.set_viewport_size({"width": 360, "height": 740})
    for name in light:
        reader.picture(name)
        drawn, shown = reader.find(f"{name} canvas").first.evaluate(
            "(canvas) => [canvas.width / devicePixelRatio, canvas.clientWidth]"
        )
        assert drawn == pytest.approx(shown, abs=1) and shown <= 360


def test_still_figure_stands_in_its_place_where_scripts_are_off(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}{PAGE}")
    assert not page.locator(".race").is_visible()
    still = page.locator(".race-still")
    assert still.locator("p", has_text="which takes scripts").is_visible()
    assert still.locator("figure img").first.is_visible()
    context.close()


def test_still_figure_stands_in_its_place_on_paper(racer):
    reader = racer()
    assert reader.page.locator(".race").is_visible()
    assert not reader.page.locator(".race-still").is_visible()
    reader.page.emulate_media(media="print")
    assert not reader.page.locator(".race").is_visible()
    assert reader.page.locator(".race-still").is_visible()
    assert reader.page.locator(".race-still figure img").first.is_visible()


@pytest.mark.parametrize("home", ["server", "file"])
def test_race_runs_from_a_server_and_from_a_file_and_asks_nobody(browser, address, home):
    from race_page import Racer

    home = address if home == "server" else f"{SITE.as_uri()}/"
    page = browser.new_page()
    seen = watch(page, home)
    reader = Racer(page).open(f"{home}{PAGE}{fragment(epochs=25)}").ready().open_map().race()
    assert reader.counts("updates") == [25 * 500, 25 * 16, 25]
    reader.find(".race-slice").wait_for()
    assert seen.elsewhere == [] and seen.complaints == []
    page.close()


@pytest.mark.parametrize("allowed", [True, False])
def test_link_to_the_race_is_copied_or_left_in_the_address(racer, allowed):
    reader = racer(permissions=["clipboard-read", "clipboard-write"] if allowed else [])
    if not allowed:
        reader.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(); }")
    reader.ready().button("link").click()
    said = "The link is copied." if allowed else "The link stands in the address bar."
    reader.find(".race-status").filter(has_text=said).wait_for()
    assert reader.address["lanes"] == "1:0.01:SGD,32:0.01:SGD,500:0.01:SGD"
    if allowed:
        assert reader.page.evaluate("navigator.clipboard.readText()") == reader.page.url


def test_memory_is_steady_over_many_races(racer):
    reader = racer(fragment(epochs=5)).ready()
    browser = reader.page.context.new_cdp_session(reader.page)

    def used():
        browser.send("HeapProfiler.collectGarbage")
        usage = browser.send("Runtime.getHeapUsage")
        return usage["usedSize"] + usage["backingStorageSize"]

    sizes = []
    for _ in range(20):
        reader.race()
        sizes.append(used())
        reader.button("reset").click()
    assert max(sizes[10:]) - max(sizes[2:10]) < 100_000


@pytest.mark.parametrize("chapter", PRESETS)
def test_chapter_begins_with_its_own_small_race(racer, chapter):
    preset = PRESETS[chapter]
    reader = racer(page=f"notebooks/{chapter}.html")
    lanes = [lane.strip().split(":") for lane in preset["lanes"].split(",")]
    assert reader.names() == [size for size, *_ in lanes]
    for shown, (_, rate, *optimizer) in zip(reader.shown("rate"), lanes, strict=True):
        name = optimizer[0] if optimizer else "SGD, momentum 0.9"
        assert shown == f"{name}, learning rate {float(rate):g}"
    assert reader.setting("epochs").input_value() == str(preset.get("epochs", 150))
    assert reader.setting("lock").input_value() == preset.get("lock", "none")
    assert reader.find(".race-lead").inner_text() == preset["lead"]
    assert reader.find(".race-prediction").count() == reader.find(".race-challenges").count() == 0
    later = reader.page.evaluate(
        """() => {
          const race = document.querySelector(".race");
          const first = document.querySelector(".bd-article :is(.cell, math)");
          return race.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING;
        }"""
    )
    assert later, "parameters or formulas come before the race"
    reader.open_map().button("epoch").click()
    assert reader.counts("epochs") == [1] * len(lanes)
    reader.find(".race-slice").wait_for()
    assert reader.complaints == []


def test_chapters_that_have_a_race_are_those_that_were_meant_to():
    assert [int(chapter[:2]) for chapter in PRESETS] == [2, 3, 4, 5, 7, 8, 9]


def test_answers_of_a_chapter_are_raced_at_a_press(racer):
    reader = racer(page="notebooks/07_one_knob.html").ready()
    answers = reader.find(".race-answers button")
    assert answers.all_inner_texts() == [
        "The learning rate stays",
        "It doubles",
        "It is four times as large",
    ]
    for press, rate in [(2, "0.04"), (1, "0.02")]:
        answers.nth(press).click()
        reader.finished()
        assert reader.shown("rate")[1] == f"SGD, momentum 0.9, learning rate {rate}"
        assert f"32:{rate}:SGD" in reader.address["lanes"]
    assert reader.complaints == []


def test_thumb_that_scrolls_the_page_leaves_the_sliders_alone(racer):
    phone = {"has_touch": True, "is_mobile": True, "viewport": {"width": 360, "height": 740}}
    reader = racer(**phone).ready().open_settings()
    slider = reader.setting("momentum")
    slider.scroll_into_view_if_needed()
    box, top = slider.bounding_box(), reader.page.evaluate("scrollY")
    x, y = box["x"] + 30, box["y"] + box["height"] / 2  # not where the slider stands
    thumb = reader.page.context.new_cdp_session(reader.page)
    points = [[{"x": x, "y": y - 10 * i}] for i in range(15)]
    kinds = ["touchStart"] + ["touchMove"] * 14 + ["touchEnd"]
    for kind, place in zip(kinds, [*points, []], strict=True):
        thumb.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": place})
        reader.page.wait_for_timeout(16)
    assert reader.page.evaluate("scrollY") > top + 100
    assert slider.get_attribute("aria-valuetext") == "0.9"
    assert slider.input_value() == "3"
    assert "#" not in reader.page.url and reader.complaints == []
