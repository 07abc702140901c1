"""The explorer compares two settings: picked, shown, shared by the address, and put away again."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from conftest import SITE
from explorer_page import Visitor, stored_runs

pytestmark = pytest.mark.slow
BOTH = "#batch_size=8&learning_rate=0.01&batch_size_b=256&learning_rate_b=0.03"


def test_a_second_setting_is_picked_shown_and_put_away(visitor):
    reader = visitor("#batch_size=4&learning_rate=0.003")
    alone = reader.picture("curves-a")
    reader.page.get_by_label("compare two settings").check()
    reader.wait()
    reader.sees_both((4, 0.003), (500, 0.003))
    reader.page.get_by_label("minibatch").check()
    reader.sees_both((4, 0.003), (32, 0.003))
    reader.slide("learning-rate", 3)
    reader.sees_both((4, 0.003), (32, 0.03))
    reader.page.get_by_label("A", exact=True).check()
    assert reader.controls == ("4", "0.003")
    reader.slide("batch-size", 0)
    reader.sees_both((1, 0.003), (32, 0.03))
    reader.slide("batch-size", 1)
    reader.sees_both((4, 0.003), (32, 0.03))
    reader.page.get_by_label("compare two settings").uncheck()
    reader.sees(4, 0.003)
    assert reader.picture("curves-a") == alone
    assert reader.complaints == []


def test_the_full_batch_is_compared_with_a_minibatch(visitor):
    reader = visitor("#batch_size=500&learning_rate=0.03")
    reader.page.get_by_label("compare two settings").check()
    reader.sees_both((500, 0.03), (32, 0.03))


def test_a_link_shares_both_settings(visitor):
    reader = visitor(BOTH)
    reader.sees_both((8, 0.01), (256, 0.03))
    assert reader.page.get_by_label("compare two settings").is_checked()
    reader.page.evaluate("location.hash = '#batch_size=16&learning_rate=0.1'")
    reader.sees(16, 0.1)
    reader.page.go_back()
    reader.sees_both((8, 0.01), (256, 0.03))


def test_what_no_run_has_of_the_second_is_as_at_the_start(visitor):
    reader = visitor("#batch_size=8&learning_rate_b=0.03&batch_size_b=33")
    reader.hears("A: batch size 8, learning rate 0.01", "B: batch size 32, learning rate 0.03")


def test_curves_regions_and_numbers_are_those_of_each_setting(visitor):
    reader = visitor(BOTH)
    reader.sees_both((8, 0.01), (256, 0.03))
    reader.slide("epoch", 60)
    for setting, cell in {"a": (8, 0.01), "b": (256, 0.03)}.items():
        runs = stored_runs(*cell)
        one = runs.isel(seed=0).sel(epoch=60)
        assert reader.text(f"#explorer-reached-{setting}") == (
            f"{setting.upper()}, epoch 60: train {100 * float(one.accuracy):.1f} %, "
            f"test {100 * float(one.val_accuracy):.1f} %"
        )
        final = 100 * float(runs.val_accuracy[:, -50:].mean("epoch").median())
        assert float(reader.numbers("test", setting).split()[0]) == pytest.approx(final, abs=0.051)
    alone = visitor("#batch_size=256&learning_rate=0.03&batch_size_b=8&learning_rate_b=0.01")
    alone.slide("epoch", 60)
    for plot in ("curves", "regions"):
        assert reader.picture(f"{plot}-a") == alone.picture(f"{plot}-b")
        assert reader.picture(f"{plot}-b") == alone.picture(f"{plot}-a")
        assert reader.picture(f"{plot}-a") != reader.picture(f"{plot}-b")


def test_a_map_changes_the_setting_that_is_picked(visitor):
    reader = visitor(BOTH)
    reader.square(32, 0.003).click()
    reader.sees_both((32, 0.003), (256, 0.03))
    reader.page.get_by_label("B", exact=True).check()
    reader.square(64, 0.1, "volatility").click()
    reader.sees_both((32, 0.003), (64, 0.1))
    table = reader.page.get_by_role("grid").first
    table.locator("a[tabindex='0']").press("ArrowDown")
    reader.page.keyboard.press("Enter")
    reader.sees_both((32, 0.003), (64, 0.03))
    reader.square(32, 0.003).click()
    reader.sees_both((32, 0.003), (32, 0.003))


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_has_nothing_against_two_settings(visitor, width, theme):
    reader = visitor(BOTH, viewport={"width": width, "height": 900}, color_scheme=theme)
    reader.sees_both((8, 0.01), (256, 0.03))
    reader.page.get_by_label("show the run of seed").check()
    reader.page.evaluate(AXE_SCRIPT)
    found = reader.page.evaluate("axe.run('#explorer', {resultTypes: ['violations']})")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= width


def test_two_settings_open_as_a_file(browser):
    page = browser.new_page()
    reader = Visitor(page).open(f"{(SITE / 'book/explorer.html').as_uri()}{BOTH}")
    reader.sees_both((8, 0.01), (256, 0.03))
    assert reader.complaints == []
    page.close()
