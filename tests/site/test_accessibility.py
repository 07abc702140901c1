"""Every page can be read and reached by everyone, at three widths and in both themes."""

import re

import figures
import pytest
from conftest import wait_until
from visits import (
    CHAPTERS,
    THEMES,
    every_page,
    every_page_and_others,
    every_theme,
    every_width,
    html,
)

pytestmark = pytest.mark.slow

# The element that has the focus, and in each theme its outline and the colour seen behind it.
FOCUS = """(themes) => {
  const element = document.activeElement, page = document.documentElement;
  const { left, right, width } = element.getBoundingClientRect();
  const before = page.dataset.theme;
  const outlines = themes.map((theme) => {
    page.dataset.theme = theme;
    document.getAnimations().filter((motion) => motion instanceof CSSTransition)
      .forEach((motion) => motion.finish());
    const style = getComputedStyle(element);
    const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    let ground = "rgb(255, 255, 255)";
    for (let behind = element.parentElement; behind; behind = behind.parentElement) {
      const color = getComputedStyle(behind).backgroundColor;
      if (color.startsWith("rgb(")) { ground = color; break; }
    }
    return { theme, ground, outline: seen ? style.outlineColor : ground };
  });
  page.dataset.theme = before;
  return {
    outlines, element: element.outerHTML.slice(0, 90), main: !!element.closest("main"),
    shown: width > 0 && right > 0 && left < innerWidth && element.checkVisibility(),
  };
}"""


@pytest.fixture
def opened(browser, address, width):
    """Open a page at a width, for a test that acts on it."""
    context = browser.new_context(viewport={"width": width, "height": 900})

    def open_page(name):
        page = context.new_page()
        page.goto(f"{address}{name}.html")
        return page

    yield open_page
    context.close()


@every_page_and_others
@every_theme
@every_width
def test_axe_finds_nothing(view):
    assert view["axe"].violations_count == 0, view["axe"].generate_report()


@every_page
@every_theme
@every_width
def test_nothing_scrolls_sideways(view):
    assert view["sideways"] == []


@every_page
@every_theme
@every_width
def test_keyboard_reaches_what_the_mouse_reaches(view):
    assert view["unreachable"] == []


@every_page
@every_theme
@every_width
def test_text_has_contrast(view, theme):
    assert view["theme"] == theme
    assert view["faint"] == []


@every_page
@every_theme
@every_width
def test_images_have_alternative_text(view):
    assert [image for image in view["images"] if not image["alt"].strip()] == []


@every_page
def test_tables_have_headers_that_say_what_they_head(view, page):
    assert len(view["tables"]) == len(html(page).select("article table"))
    for headers in view["tables"]:
        assert headers
        assert set(headers) <= {"col", "colgroup", "row"}


@every_page
@every_width
def test_headings_leave_out_no_level(view):
    levels = view["levels"]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


@every_page
def test_lines_of_text_have_sixty_to_eighty_characters_on_a_desk(view):
    """The last line of a paragraph is shorter, so its mean may be as well."""
    assert [mean for mean in view["characters"] if not 55 <= mean <= 80] == []


def test_chapters_have_long_paragraphs():
    """What the test above looks at is there."""
    paragraphs = [text for page in CHAPTERS for text in html(page).select("article p")]
    assert sum(len(text.get_text()) > 300 for text in paragraphs) > 30


@every_page
@every_width
def test_theme_shows_its_own_figures(visit):
    shown = {
        theme: [
            source.removesuffix(f"-{theme}.svg")
            for image in visit.views[theme]["images"]
            if (source := image["source"].partition("#")[0]).endswith(".svg")
        ]
        for theme in THEMES
    }
    assert not [source for sources in shown.values() for source in sources if ".svg" in source]
    assert len(shown["light"]) == len(shown["dark"])


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("page", ["book/index", "book/summary", "notebooks/06_batch_size_sweep"])
def test_focus_is_seen_in_both_themes(opened, page):
    reader = opened(page)
    stops = []
    for _ in range(70):
        reader.keyboard.press("Tab")
        if reader.evaluate("document.activeElement === document.body"):
            break
        stops.append(reader.evaluate(FOCUS, THEMES))
    for stop in stops:
        for seen in stop["outlines"]:
            outline, ground = (
                "#" + "".join(f"{int(value):02x}" for value in re.findall(r"\d+", seen[color])[:3])
                for color in ("outline", "ground")
            )
            assert figures.contrast(outline, ground) >= 3, stop
        assert stop["shown"], stop
    assert sum(stop["main"] for stop in stops) > 10


@every_width
def test_first_key_leads_past_the_navigation(opened):
    reader = opened("book/gradient_descent")
    reader.keyboard.press("Tab")
    assert reader.evaluate("document.activeElement.innerText") == "Skip to main content"
    reader.keyboard.press("Enter")
    reader.keyboard.press("Tab")
    assert reader.evaluate(FOCUS, THEMES)["main"]


@pytest.mark.parametrize("width", [360])
def test_figure_scrolls_by_keyboard_on_a_phone(opened):
    reader = opened("notebooks/07_one_knob")
    figure = reader.locator(
        "#fig-one-knob .figure-box[tabindex]"
    )  # once the script has measured it
    figure.focus()
    reader.keyboard.press("ArrowRight")
    wait_until(reader, "document.activeElement.scrollLeft > 0")
