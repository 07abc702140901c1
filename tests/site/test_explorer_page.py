"""The page of the explorer: how it is built, linked, loaded and shown."""

import gzip
import json
import re

import explorer
import explorer_data
import fit_costs
import pytest
from conftest import ROOT, SITE
from explorer_page import PAGE, RATES, SIZES, Visitor, stored_runs

from helpers import analysis

pytestmark = pytest.mark.slow


def test_build_refuses_stale_runs(book):
    book.page("book/explorer", "# Explorer")
    with pytest.raises(SystemExit, match="No up-to-date runs"):
        book.build()


def test_links_to_cells_are_checked_by_the_build(book, explored):
    folder = explorer_data.folder(book.root)
    folder.mkdir(parents=True)
    runs = explored | {"key": explorer_data.key(book.root)}
    (folder / "runs.json").write_text(json.dumps(runs))
    book.page("book/explorer", "# Explorer")
    links = ["batch_size=32&learning_rate=0.01", "batch_size=4", "batch_size=5"]
    book.page("a", "# A\n\n" + " ".join(f"[b](book/explorer.md#{link})" for link in links))
    warnings, _ = book.build()
    assert re.findall("batch_size=[^'\"]*", warnings) == ["batch_size=5"]
    found = [link["href"] for link in book.html("a").select("article a, .body a, a.internal")]
    assert f"book/explorer.html#{links[0]}" in found
    assert f"book/explorer.html#{links[1]}" in found


def test_page_begins_with_a_minibatch_and_complains_of_nothing(visitor, explored):
    reader = visitor()
    (cell,) = [c for c in explored["cells"] if (c["batch_size"], c["learning_rate"]) == (32, 0.01)]
    reader.page.locator(".explorer-sentence").filter(has_text="Batch size 32").wait_for()
    assert f"from epoch {cell['epochs'][1]:.0f} on" in reader.sentence
    assert f"after {cell['updates'][1]:.0f} updates" in reader.sentence
    assert f"{100 * cell['volatility'][1]:.2f} percentage points" in reader.sentence
    assert f"accuracy {100 * cell['test'][1]:.1f} %" in reader.sentence
    low, median, high = (f"{value:.0f}" for value in cell["epochs"])
    assert reader.numbers("epochs") == f"{median} [{low}, {high}]"
    low, median, high = (f"{value:.3f}" for value in cell["test_loss"])
    assert reader.numbers("test_loss") == f"{median} [{low}, {high}]"
    assert reader.complaints == []


def test_seconds_are_those_that_fit_would_take(visitor):
    reader = visitor("#batch_size=450&learning_rate=0.03")
    reader.sees(450, 0.03)
    costs = fit_costs.fit_costs(ROOT)
    epoch = (2 * costs["update"] + 500 * costs["sample"]) / 1000
    speed = analysis.speed(stored_runs(450, 0.03), explorer_data.TARGET)
    median = float(speed.epochs.median()) * epoch
    shown = reader.numbers("seconds").split()[0]
    assert float(shown) == pytest.approx(median, rel=0.06)
    assert f"fit would take {shown} seconds" in reader.sentence


def test_maps_tell_apart_what_is_too_slow_and_what_fails(visitor, explored):
    reader = visitor()
    signs = {"epochs": set(), "volatility": set()}
    for cell in explored["cells"]:
        for quantity in signs:
            square = reader.square(cell["batch_size"], cell["learning_rate"], quantity)
            text = square.text_content()
            shaded = "level-none" not in square.locator("..").get_attribute("class")
            assert shaded == (cell["epochs"][1] is not None)
            if shaded:
                assert re.fullmatch(r"\d+(\.\d)?", text)
                continue
            signs[quantity].add(text)
            if cell["test"][1] < 0.5 or cell["diverged"] > 3:
                assert text == "✕failed"
            else:
                assert text == "–never" if quantity == "epochs" else float(text) > 0
    assert signs["epochs"] == {"✕failed", "–never"}
    legend = reader.text(".explorer-legend")
    assert "–" in legend and "✕" in legend and "below 0.5" in legend


def test_fragment_sets_what_is_shown(visitor):
    reader = visitor("#batch_size=128&learning_rate=0.1")
    reader.sees(128, 0.1)
    reader.page.evaluate("location.hash = '#batch_size=4&learning_rate=0.001'")
    reader.sees(4, 0.001)
    reader.page.go_back()
    reader.sees(128, 0.1)


def test_chapters_link_to_cells_that_are_there(visitor, browser, address):
    links = [
        (page, link)
        for page in sorted(SITE.glob("notebooks/*.html"))
        for link in re.findall(r'href="[^"]*explorer\.html#([^"]*)"', page.read_text())
    ]
    assert links
    for _, link in links:
        reader = visitor(f"#{link.replace('&amp;', '&')}")
        asked = dict(re.findall(r"(\w+)=([\d.]+)", link))
        reader.page.locator(".explorer-sentence").filter(has_text="Batch size").wait_for()
        assert reader.controls == (
            asked.get("batch_size", "32"),
            asked.get("learning_rate", "0.01"),
        )


def test_what_no_run_has_is_as_at_the_start(visitor):
    reader = visitor("#batch_size=33&learning_rate=0.1")
    reader.hears("Batch size 32, learning rate 0.1:")
    assert reader.controls == ("32", "0.1")


def test_diverged_runs_say_so(visitor, explored):
    n = len(explored["seeds"])
    size, rate = next(
        (c["batch_size"], c["learning_rate"]) for c in explored["cells"] if c["diverged"] == n
    )
    reader = visitor(f"#batch_size={size}&learning_rate={rate:g}")
    reader.sees(size, rate)
    assert "training fails" in reader.sentence and f"{n} of {n} runs diverge" in reader.sentence
    assert reader.text("#explorer-reached-a") == "Epoch 200: diverged"
    assert reader.numbers("epochs") == "never"
    assert reader.numbers("test_loss") == "diverged"
    assert reader.complaints == []


def test_a_file_that_does_not_load_is_told_and_asked_for_again(visitor):
    reader = visitor()
    name = "**/64_0.01.js*"
    reader.page.route(name, lambda route: route.abort())
    reader.slide("batch-size", SIZES.index(64))
    reader.page.locator(".explorer-sentence").filter(has_text="does not load").wait_for()
    reader.page.unroute(name)
    reader.slide("batch-size", SIZES.index(128))
    reader.sees(128, 0.01)
    reader.slide("batch-size", SIZES.index(64))
    reader.sees(64, 0.01)


def test_plots_follow_the_theme_and_the_width(visitor):
    reader = visitor(color_scheme="light")
    light = reader.picture("curves-a")
    reader.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert reader.picture("curves-a") != light
    reader.page.set_viewport_size({"width": 360, "height": 740})
    reader.page.wait_for_timeout(300)
    assert reader.page.locator("#explorer-curves-a canvas").bounding_box()["width"] <= 360
    assert reader.page.locator(".explorer-plot canvas").count() == 2


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_shifts_while_it_loads(visitor, width):
    reader = visitor(viewport={"width": width, "height": 800})
    reader.page.locator(".explorer-sentence").filter(has_text="Batch size").wait_for()
    reader.picture("regions-a")
    shifted = reader.page.evaluate(
        """async () => {
          let sum = 0;
          const add = (list) => list.getEntries().forEach((shift) => (sum += shift.value));
          new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
          await new Promise((resolve) => setTimeout(resolve, 300));
          return sum;
        }"""
    )
    assert shifted < 0.01


def test_page_stands_still_where_scripts_are_off(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}{PAGE}")
    assert page.locator(".bd-article noscript p", has_text="with scripts on").first.is_visible()
    assert page.locator("figure img").first.is_visible()
    for part in ("pick", "plots", "words", "hint"):
        assert not page.locator(f".explorer-{part}").is_visible()
    assert [table.is_visible() for table in page.locator(".explorer-map").all()] == [True, True]
    strongest = page.locator(".explorer-map .level-7").first
    assert strongest.evaluate("s => getComputedStyle(s).backgroundColor") != "rgba(0, 0, 0, 0)"
    context.close()


def test_page_opens_as_a_file(browser):
    page = browser.new_page()
    reader = Visitor(page).open(f"{(SITE / PAGE).as_uri()}#batch_size=16&learning_rate=0.03")
    reader.sees(16, 0.03)
    reader.slide("learning-rate", 0)
    reader.sees(16, 0.001)
    assert reader.complaints == []
    page.close()


def test_page_is_light():
    """What the first view takes, and what all of it does, as sent compressed."""
    static = SITE / "_static"

    def sent(*files):
        return sum(len(gzip.compress(file.read_bytes())) for file in files)

    cells = [file.stat().st_size for file in (static / "explorer").glob("*_*.js")]
    assert sum(cells) / len(cells) < 1.6 * 26_500  # what a cell took before it had losses
    runs = sorted((static / "explorer").glob("*.js"))
    assert len(runs) == len(SIZES) * len(RATES) + 1
    library = [static / "explorer.js", static / "explorer.css", static / "vega" / "vega.min.js"]
    first = [static / "explorer" / "problem.js", static / "explorer" / "32_0.01.js"]
    assert sent(SITE / PAGE, *library, *first) < 250_000
    assert sent(SITE / PAGE, *library, *runs) < 2_200_000


def test_shades_run_from_the_least_to_the_most():
    assert [explorer.level(value, 1, 256) for value in (1, 1.9, 2, 16, 255, 256)] == [
        0, 0, 1, 4, 7, 7
    ]  # fmt: skip
