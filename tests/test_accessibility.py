"""Every page can be read and reached by everyone, on a phone, a tablet and a desk, in both themes."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from test_site import PAGES

WIDTHS = [360, 768, 1440]
THEMES = ["light", "dark"]
ALL_PAGES = [*PAGES, "search", "genindex"]

# What has the focus, and how strong its outline, or the ring around it, stands out.
FOCUS = """
() => {
  const element = document.activeElement;
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgb = (color) => {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = color;
    pixel.fillRect(0, 0, 1, 1);
    return [...pixel.getImageData(0, 0, 1, 1).data];
  };
  const ground = (node) => {
    if (!node) return [255, 255, 255, 255];
    const color = rgb(getComputedStyle(node).backgroundColor);
    return color[3] === 255 ? color : ground(node.parentElement);
  };
  const luminance = (color) => {
    const [r, g, b] = color.slice(0, 3).map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [light, dark] = [luminance(one), luminance(other)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const rings = [element, element.firstElementChild].filter(Boolean).flatMap((node) => {
    const style = getComputedStyle(node);
    const outline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const shadow = style.boxShadow.match(/^rgba?\\([^)]*\\)(?= 0px 0px 0px [2-9])/);
    return [outline && style.outlineColor, shadow && shadow[0]].filter(Boolean);
  });
  const box = element.getBoundingClientRect();
  return {
    name: element.outerHTML.slice(0, 90),
    main: !!element.closest("main"),
    shown: element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      && box.width > 0 && box.right > 0 && box.left < innerWidth,
    ring: Math.max(0, ...rings.map((ring) => contrast(rgb(ring), ground(element.parentElement)))),
  };
}
"""
# What can be clicked or scrolled, as far as it is shown: the keyboard has to get there as well.
REACHABLE = """
() => [...document.querySelectorAll("a[href], button, input, summary, pre, .formula, .figure-box, "
    + ".pst-scrollable-table-container, .cell_output > .output")]
  .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && !element.closest("[inert], dialog:not([open])"))
  .filter((element) => element.matches("a, button, input, summary")
    || element.scrollWidth > element.clientWidth)
  .filter((element) => element.tabIndex < 0 && !element.matches(".headerlink, .copybtn"))
  .map((element) => element.outerHTML.slice(0, 90))
"""


@pytest.fixture(scope="session")
def contexts(browser):
    """Two browsers' profiles, one for each theme."""
    return {theme: browser.new_context(color_scheme=theme) for theme in THEMES}


@pytest.fixture
def opened(contexts, address):
    """Open pages, and close them after the test."""
    pages = []

    def open_page(name, theme="light", width=1440):
        page = contexts[theme].new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{address}{name}.html")
        return page

    yield open_page
    for page in pages:
        page.close()


@pytest.mark.parametrize("name", ALL_PAGES)
@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(opened, name, theme):
    for width in WIDTHS:
        page = opened(name, theme, width)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{width} px\n{found.generate_report()}"


@pytest.mark.parametrize("name", ALL_PAGES)
@pytest.mark.parametrize("width", [768, 1440])
def test_nothing_scrolls_sideways(opened, name, width):
    page = opened(name, width=width)
    boxes = "document.documentElement, ...document.querySelectorAll('.bd-main, .bd-article')"
    assert page.evaluate(f"[{boxes}].filter((box) => box.scrollWidth > box.clientWidth + 1)") == []


@pytest.mark.parametrize("name", PAGES)
def test_keyboard_reaches_what_can_be_clicked_or_scrolled(opened, name):
    for width in WIDTHS:
        page = opened(name, width=width)
        page.wait_for_timeout(50)  # boxes that scroll are found once the page is laid out
        assert page.evaluate(REACHABLE) == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("name", ["book/index", "book/summary", "notebooks/06_batch_size_sweep"])
def test_focus_is_seen(opened, name, theme, width):
    page = opened(name, theme, width)
    seen = []
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        focus = page.evaluate(FOCUS)
        assert focus["shown"], focus
        assert focus["ring"] >= 3, focus
        seen.append(focus)
    assert any(focus["main"] for focus in seen)
    assert len(seen) > 20


@pytest.mark.parametrize("width", WIDTHS)
def test_first_key_leads_past_the_navigation(opened, width):
    page = opened("book/gradient_descent", width=width)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["main"]


@pytest.mark.parametrize("name", PAGES)
def test_tables_have_headers_that_say_what_they_head(opened, name):
    page = opened(name)
    tables = page.locator("article table")
    for table in [tables.nth(index) for index in range(tables.count())]:
        assert table.locator("th").count() > 0
        assert table.locator("th:not([scope])").count() == 0


@pytest.mark.parametrize("name", PAGES)
def test_headings_leave_out_no_level(opened, name):
    levels = opened(name).locator("main").locator("h1, h2, h3, h4, h5, h6")
    found = [int(tag[1]) for tag in levels.evaluate_all("all => all.map((one) => one.tagName)")]
    assert all(after - before <= 1 for before, after in zip(found, found[1:], strict=False)), found


@pytest.mark.parametrize("name", PAGES)
def test_lines_of_text_are_neither_long_nor_short(opened, name):
    """A full line of a paragraph has 60 to 80 characters on a desk, in whatever font."""
    page = opened(name)
    lengths = page.evaluate(
        """
        () => [...document.querySelectorAll(".bd-article > section p")]
          .filter((one) => !one.closest("table, .admonition, li, figure, .lead"))
          .map((one) => [one.innerText.length, one.getClientRects()[0], one])
          .filter(([length, box]) => box && length > 300)
          .map(([length, box, one]) =>
            length / (box.height / parseFloat(getComputedStyle(one).lineHeight)))
        """
    )
    assert all(55 <= length <= 80 for length in lengths), lengths
