"""Every page can be read and reached by everyone, at three widths and in both themes."""

import functools
import re
from pathlib import Path

import figures
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import wait_until
from test_site import PAGES

WIDTHS = [360, 768, 1440]
THEMES = ["light", "dark"]
FACTS = Path(__file__).with_name("accessibility_facts.js").read_text()
# The element that has the focus, the colour of its outline, and the one that is seen behind it.
FOCUS = """
() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  let ground = "rgb(255, 255, 255)";
  for (let behind = element.parentElement; behind; behind = behind.parentElement) {
    const color = getComputedStyle(behind).backgroundColor;
    if (color.startsWith("rgb(")) { ground = color; break; }
  }
  const { left, right, width } = element.getBoundingClientRect();
  return {
    element: element.outerHTML.slice(0, 90), main: !!element.closest("main"), ground,
    outline: seen ? style.outlineColor : ground,
    shown: width > 0 && right > 0 && left < innerWidth && element.checkVisibility(),
  };
}
"""

every_page = pytest.mark.parametrize("name", PAGES)
every_width = pytest.mark.parametrize("width", WIDTHS)
every_theme = pytest.mark.parametrize("theme", THEMES)


@pytest.fixture(scope="session")
def opened(browser, address):
    """Open a page at a width in pixels, in one of the themes."""
    contexts = {theme: browser.new_context(color_scheme=theme) for theme in THEMES}

    def open_page(name, theme="light", width=1440):
        page = contexts[theme].new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{address}{name}.html")
        return page

    return open_page


@pytest.fixture(scope="session")
def examined(opened):
    """What axe finds on a page, and the facts of it, looked up once for all tests."""

    @functools.cache
    def examine(name, theme="light", width=1440):
        page = opened(name, theme, width)
        facts = {"axe": Axe().run(page), **page.evaluate(FACTS)}
        page.close()
        return facts

    return examine


@pytest.mark.parametrize("name", [*PAGES, "search", "genindex"])
@every_theme
@every_width
def test_axe_finds_nothing(examined, name, theme, width):
    found = examined(name, theme, width)["axe"]
    assert found.violations_count == 0, found.generate_report()


@every_page
@every_theme
@every_width
def test_nothing_scrolls_sideways(examined, name, theme, width):
    assert examined(name, theme, width)["sideways"] == []


@every_page
@every_width
def test_keyboard_reaches_what_the_mouse_reaches(examined, name, width):
    assert examined(name, width=width)["unreachable"] == []


@every_page
def test_tables_have_headers_that_say_what_they_head(examined, name):
    for headers in examined(name)["tables"]:
        assert headers
        assert set(headers) <= {"col", "colgroup", "row"}


@every_page
def test_headings_leave_out_no_level(examined, name):
    levels = examined(name)["levels"]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


@every_page
def test_lines_of_text_have_sixty_to_eighty_characters_on_a_desk(examined, name):
    """The last line of a paragraph is shorter, so its mean may be as well."""
    assert [mean for mean in examined(name)["characters"] if not 55 <= mean <= 80] == []


def test_book_has_tables_and_long_paragraphs(examined):
    """What the tests above look at is there."""
    assert sum(len(examined(name)["tables"]) for name in PAGES) > 10
    assert sum(len(examined(name)["characters"]) for name in PAGES) > 10


@every_page
def test_theme_shows_its_own_figures(examined, name):
    for theme in THEMES:
        images = [image for image in examined(name, theme)["images"] if image.endswith(".svg")]
        assert all(image.endswith(f"-{theme}.svg") for image in images)
    assert len(examined(name, "light")["images"]) == len(examined(name, "dark")["images"])


@every_theme
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("name", ["book/index", "book/summary", "notebooks/06_batch_size_sweep"])
def test_focus_is_seen(opened, name, theme, width):
    page = opened(name, theme, width)
    stops = []
    for _ in range(70):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        stops.append(page.evaluate(FOCUS))
    page.close()
    for stop in stops:
        outline, ground = (
            "#" + "".join(f"{int(value):02x}" for value in re.findall(r"\d+", stop[color])[:3])
            for color in ("outline", "ground")
        )
        assert figures.contrast(outline, ground) >= 3, stop
        assert stop["shown"], stop
    assert sum(stop["main"] for stop in stops) > 10


@every_width
def test_first_key_leads_past_the_navigation(opened, width):
    page = opened("book/gradient_descent", width=width)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["main"]
    page.close()


def test_figure_scrolls_by_keyboard_on_a_phone(opened):
    page = opened("notebooks/06_batch_size_sweep", width=360)
    figure = page.locator("#fig-sweep .figure-box[tabindex]")  # once the script has measured it
    figure.focus()
    page.keyboard.press("ArrowRight")
    wait_until(page, "document.activeElement.scrollLeft > 0")
    page.close()
