"""The theme's buttons do what they say, although their scripts, handlers and icons were changed."""

import pytest
from conftest import wait_until
from visits import CHAPTERS, watch

pytestmark = pytest.mark.slow

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}
NOTES = """
window.printed = 0;
window.print = () => { window.printed += 1; };
new MutationObserver(() => {
  if (document.body) window.firstTheme ??= document.documentElement.dataset.theme;
}).observe(document, {childList: true, subtree: true});
"""

SCROLL = """top => new Promise((heard) => {
  addEventListener("scroll", () => heard(), { once: true });
  scrollTo({ top, behavior: "instant" });
})"""


@pytest.fixture
def page(browser, address):
    """A chapter in a window of its own, which counts calls of print instead of printing."""
    context = browser.new_context(viewport=DESK, color_scheme="light")
    page = context.new_page()
    page.add_init_script(NOTES)
    visit = watch(page, address)
    page.goto(f"{address}{CHAPTERS[4]}.html")
    yield page
    context.close()
    assert visit.complaints == []


def test_search_opens_by_button_and_by_keys(page):
    dialog = page.locator("#pst-search-dialog")
    for viewport in (DESK, PHONE):
        page.set_viewport_size(viewport)
        page.get_by_role("button", name="Search").locator("visible=true").first.click()
        assert dialog.is_visible()
        page.keyboard.press("Escape")
        assert not dialog.is_visible()
        page.keyboard.press("Control+k")
        assert dialog.is_visible()
        page.keyboard.press("Control+k")
        assert not dialog.is_visible()


def test_found_words_are_marked_until_the_reader_hides_them(page, address):
    page.goto(f"{address}search.html?q=momentum")
    page.locator("#search-results li a").first.click()
    page.locator("article span.highlighted").first.wait_for()
    page.get_by_role("link", name="Hide Search Matches").click()
    assert page.locator("span.highlighted").count() == 0


def test_theme_goes_round_and_is_kept(page):
    def shown():
        return page.evaluate("({...document.documentElement.dataset})")

    button = page.locator("button.theme-switch-button").locator("visible=true")
    seen = []
    for _ in range(3):
        button.click()
        seen.append((shown()["mode"], shown()["theme"]))
        assert (
            button.locator("svg").locator("visible=true").get_attribute("data-mode") == seen[-1][0]
        )
    assert set(seen) == {("auto", "light"), ("light", "light"), ("dark", "dark")}
    while shown()["mode"] != "dark":
        button.click()
    page.reload()
    assert page.evaluate("firstTheme") == "dark"
    assert shown()["mode"] == "dark"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_theme_is_that_of_the_system_from_the_first_line_on(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.reload()
    assert page.evaluate("firstTheme") == scheme


def test_contents_open_and_close_on_a_desk(page):
    contents = page.locator("#pst-primary-sidebar")
    assert contents.is_visible()
    toggle = page.get_by_role("button", name="Toggle primary sidebar")
    toggle.click()
    contents.wait_for(state="hidden")
    toggle.click()
    contents.get_by_role("link", name="Summary").click(trial=True)


def test_contents_open_on_a_phone(page):
    page.set_viewport_size(PHONE)
    for name, link in (("primary", "Summary"), ("secondary", "Exercises")):
        page.get_by_role("button", name=f"Toggle {name} sidebar").click()
        dialog = page.locator(f"#pst-{name}-sidebar-modal")
        dialog.get_by_role("link", name=link).click(trial=True)
        page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")


def test_download_menu_offers_the_notebook_and_prints(page):
    menu = page.get_by_role("button", name="Download this page")
    menu.click()
    assert page.locator("a", has_text=".ipynb").is_visible()
    page.locator(".btn-download-pdf-button").click()
    assert page.evaluate("printed") == 1


def test_contents_of_the_page_follow_the_reader(page):
    page.locator("#does-it-calm-down").evaluate("(section) => section.scrollIntoView()")
    page.locator("#pst-page-toc-nav a.active", has_text="Does it calm down?").wait_for()


def test_back_to_top(page, address):
    page.goto(f"{address}book/glossary.html")  # it is not there beside a race
    page.set_viewport_size(PHONE)
    for top in (3000, 2700):  # the button shows once the page has heard of scrolling upwards
        page.evaluate(SCROLL, top)
    page.locator("#pst-back-to-top").click()
    wait_until(page, "scrollY === 0")


def test_hidden_code_and_how_the_page_was_made_unfold(page, address):
    page.goto(f"{address}notebooks/01_dataset.html")
    for folded, content in (("details.hide", "pre"), ("details.colophon", "li")):
        details = page.locator(folded).first
        assert not details.locator(content).first.is_visible()
        details.locator("summary").click()
        assert details.locator(content).first.is_visible()
