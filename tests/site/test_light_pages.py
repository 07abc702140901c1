"""Every page is private and light: what it asks for, what it runs, what it weighs, what shifts."""

import icons
import light_pages
import pytest
from bs4 import BeautifulSoup
from conftest import SITE, wait_until
from light_pages import POLICY, is_script
from sphinx.errors import ExtensionError
from visits import (
    NOTES,
    PAGES,
    every_hosted_width,
    every_page_and_others,
    every_theme,
    every_width,
    html,
)

pytestmark = pytest.mark.slow

FILES = sorted(str(file.relative_to(SITE).with_suffix("")) for file in SITE.rglob("*.html"))
FILES = FILES or ["index"]  # before the first build, after which these tests run
INTERACTIVE = ["book/explorer"]  # may weigh twice as much
SVG = {  # one size, said in three ways
    "a.svg": 'width="72pt" height="36pt" viewBox="0 0 72 36"',
    "b.svg": 'viewBox="0 0 96 48"',
    "c.svg": 'stroke-width="2" width="96" height="48px"',
}
every_file = pytest.mark.parametrize("page", FILES)


@every_file
def test_policy_comes_first(page):
    first = html(page).head.find(True)
    assert (first.get("http-equiv"), first.get("content")) == ("Content-Security-Policy", POLICY)


@every_file
def test_scripts_and_handlers_stand_in_files(page):
    scripts = [script for script in html(page)("script") if is_script(script)]
    assert [script for script in scripts if not script.get("src")] == []
    tags = html(page)(True)
    assert [(tag.name, name) for tag in tags for name in tag.attrs if name[:2] == "on"] == []
    links = [link["href"] for link in html(page)("a", href=True)]
    assert [link for link in links if link.lower().startswith("javascript:")] == []


@every_file
def test_text_is_there_before_any_script_but_one(page):
    scripts = html(page)("script", src=True)
    waiting = [script["src"] for script in scripts if not script.has_attr("defer")]
    assert all("_static/site.js" in source for source in waiting)
    assert len(waiting) <= 1


@every_page_and_others
@every_width
def test_page_keeps_to_itself_and_to_its_policy(visit):
    """From a host and from a disk, in both themes."""
    assert visit.elsewhere == []
    assert visit.complaints == []
    assert visit.violations == []


@every_page_and_others
@every_hosted_width
def test_page_is_light(visit, page):
    assert 10e3 < visit.weight < (2e6 if page in INTERACTIVE else 1e6)


@every_page_and_others
@every_hosted_width
def test_nothing_shifts(visit):
    assert sum(shift["value"] for shift in visit.shifts) < 0.01, visit.shifts


@every_page_and_others
@every_theme
@every_width
def test_images_load_in_their_size_and_wait_until_they_are_needed(view):
    for image in view["images"]:
        assert image["width"] > 0, image
        if "#svgView" not in image["source"]:  # a part of a file has a shape of its own
            assert image["stated"] == pytest.approx(image["own"], rel=0.02), image
        assert image["shown"] == pytest.approx(image["stated"], rel=0.02), image
    assert all(image["lazy"] for image in view["images"][1:])


@every_page_and_others
@every_theme
@every_width
def test_no_sign_waits_for_an_icon_font(view):
    assert view["signs"] == []


def test_site_has_no_file_in_vain():
    names = {path.name for path in SITE.rglob("*")}
    assert (
        names & {"fontawesome", "fontawesome.js", "locales", "pydata-sphinx-theme.js.map"} == set()
    )
    pages = "".join((SITE / f"{page}.html").read_text() for page in FILES)
    assert [image.name for image in SITE.glob("_images/*") if image.name not in pages] == []


def finished(tmp_path, body):
    """Return a small page in its last form."""
    (tmp_path / "_static").mkdir(exist_ok=True)
    for name, sides in SVG.items():
        (tmp_path / name).write_text(f"<svg {sides}></svg>")
    file = tmp_path / "page.html"
    file.write_text(f"<html><head><title>A</title></head><body>{body}</body></html>")
    light_pages.finish_page(file, tmp_path)
    return BeautifulSoup(file.read_text(), "html.parser")


def test_scripts_move_into_one_file_each(tmp_path):
    code = "<script>a < b</script>"
    data = '<script type="application/json">{}</script>'
    page = finished(tmp_path, f"{code}{data}{code}<script>c</script>")
    first, kept, second = page("script")
    assert (tmp_path / first["src"]).read_text() == "a < b\n"
    assert (tmp_path / second["src"]).read_text() == "c\n"
    assert kept.text == "{}"


def test_headers_of_tables_say_what_they_head_and_an_empty_one_is_none():
    head = "<thead><tr><th></th><th>epochs</th></tr></thead>"
    body = "<tbody><tr><th>batch</th><td>1</td></tr></tbody>"
    page = BeautifulSoup(f'<table class="dataframe">{head}{body}</table>', "html.parser")
    light_pages.head_tables(page)
    assert [(th.text, th["scope"]) for th in page("th")] == [("epochs", "col"), ("batch", "row")]


def test_images_get_their_size_in_pixels(tmp_path):
    page = finished(tmp_path, "".join(f'<img src="{name}">' for name in SVG))
    assert {(image["width"], image["height"]) for image in page("img")} == {("96", "48")}
    assert [image.get("loading") for image in page("img")] == [None, "lazy", "lazy"]


def test_images_with_a_size_keep_it(tmp_path):
    first, second = finished(tmp_path, '<img src="a.svg" height="9"><img src="/none.png">')("img")
    assert (first.get("width"), first["height"]) == (None, "9")
    assert second.get("width") is None


def test_icons_are_drawn(tmp_path):
    page = finished(
        tmp_path, '<i class="fas fa-download"></i><span class="fab fa-github">x</span><i>y</i>'
    )
    assert [bool(icon.path) and not icon.text for icon in page("svg")] == [True, True]
    assert page.i.text == "y"
    assert icons.drawing("fas", "search") == icons.drawing("fas", "magnifying-glass")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('<b onclick="go()">x</b>', r"page.html: onclick='go\(\)'"),
        ('<i class="fas fa-no-such"></i>', "page.html: The theme has no icon fas fa-no-such"),
    ],
)
def test_what_cannot_be_mended_stops_the_build(tmp_path, body, message):
    with pytest.raises(ExtensionError, match=message):
        finished(tmp_path, body)


def test_pages_are_written_again_when_their_last_form_changes(book, monkeypatch):
    book.build()
    page = book.site / "index.html"
    for key, again in [(light_pages.key(), False), ("another", True)]:
        page.write_text("as it was")
        monkeypatch.setattr(light_pages, "key", lambda key=key: key)
        book.build()
        assert (page.read_text() != "as it was") == again


def test_policy_forbids_what_it_should(browser, address):
    """A script, a handler and another host's picture, put into a page, come to nothing."""
    page = browser.new_page()
    page.add_init_script(NOTES)
    page.goto(f"{address}{PAGES[0]}.html")
    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", "<b onclick='window.ran = true'>x</b>");
      document.body.lastElementChild.click();
      document.body.insertAdjacentHTML("beforeend", "<img src='https://example.org/x.png'>");
    }""")
    wait_until(page, "violations.length === 3")
    assert page.evaluate("window.ran") is None
    page.close()
