"""Every page is private and light: what it asks for, what it runs, what it weighs, what shifts."""

import functools
from pathlib import Path

import icons
import light_pages
import pytest
from bs4 import BeautifulSoup
from conftest import SITE, wait_until
from light_pages import POLICY, is_script
from sphinx.errors import ExtensionError
from test_site import PAGES, watch

FILES = sorted(SITE.rglob("*.html"))
OTHERS = ["search", "genindex"]
INTERACTIVE = ["book/explorer"]  # may weigh twice as much
SVG = {  # one size, said in three ways
    "a.svg": 'width="72pt" height="36pt" viewBox="0 0 72 36"',
    "b.svg": 'viewBox="0 0 96 48"',
    "c.svg": 'stroke-width="2" width="96" height="48px"',
}
NOTES = Path(__file__).with_name("layout_facts.js").read_text()
DEVICES = {
    "phone by day": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
    "desk by night": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
}
SCROLL = """async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
    scrollTo({top: y, behavior: "instant"});
    await new Promise((done) => setTimeout(done, 50));
  }
}"""
every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SITE)))
every_page = pytest.mark.parametrize("name", [*PAGES, *OTHERS])
every_device = pytest.mark.parametrize("device", DEVICES)


@pytest.fixture(scope="session")
def tour(browser, address):
    """Open a page with nothing in store, far from its host, and read it to its end."""

    @functools.cache
    def open_page(name, device):
        context = browser.new_context(**DEVICES[device])
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        slow = {"latency": 100, "downloadThroughput": -1, "uploadThroughput": -1, "offline": False}
        network.send("Network.emulateNetworkConditions", slow)
        page.add_init_script(NOTES)
        visit = watch(page, address)
        received = []
        page.on("requestfinished", lambda request: received.append(request))
        page.goto(f"{address}{name}.html", wait_until="networkidle")
        page.evaluate(SCROLL)
        page.wait_for_load_state("networkidle")
        visit.desk = page.evaluate("layoutFacts()")
        visit.desk["weight"] = sum(
            sizes["responseHeadersSize"] + sizes["responseBodySize"]
            for sizes in (request.sizes() for request in received)
            if sizes["responseBodySize"] > 0
        )
        context.close()
        return visit

    return open_page


@every_file
def test_policy_comes_first(file):
    head = BeautifulSoup(file.read_text(), "html.parser").head
    first = head.find(True)
    assert (first.get("http-equiv"), first.get("content")) == ("Content-Security-Policy", POLICY)


@every_file
def test_scripts_and_handlers_stand_in_files(file):
    page = BeautifulSoup(file.read_text(), "html.parser")
    assert [
        script for script in page("script") if is_script(script) and not script.get("src")
    ] == []
    handlers = [(tag.name, name) for tag in page(True) for name in tag.attrs if name[:2] == "on"]
    assert handlers == []
    links = [link["href"] for link in page("a", href=True)]
    assert [link for link in links if link.lower().startswith("javascript:")] == []


@every_file
def test_text_is_there_before_any_script_but_one(file):
    scripts = BeautifulSoup(file.read_text(), "html.parser")("script", src=True)
    waiting = [script["src"] for script in scripts if not script.has_attr("defer")]
    assert all("_static/site.js" in source for source in waiting)
    assert len(waiting) <= 1


@every_page
@every_device
def test_page_keeps_to_itself_and_to_its_policy(tour, name, device):
    visit = tour(name, device)
    assert visit.elsewhere == []
    assert visit.complaints == []
    assert visit.desk["violations"] == []


@every_page
@every_device
def test_page_is_light(tour, name, device):
    limit = 2e6 if name in INTERACTIVE else 1e6
    assert 10e3 < tour(name, device).desk["weight"] < limit


@every_page
@every_device
def test_nothing_shifts(tour, name, device):
    shifts = tour(name, device).desk["shifts"]
    assert sum(shift["value"] for shift in shifts) < 0.01, shifts


@every_page
@every_device
def test_images_have_their_size_and_wait_until_they_are_needed(tour, name, device):
    images = tour(name, device).desk["images"]
    for image in images:
        assert image["stated"] == pytest.approx(image["own"], rel=0.02), image
        assert image["shown"] == pytest.approx(image["own"], rel=0.02), image
    assert all(image["lazy"] for image in images[1:])


def test_pages_have_images(tour):
    assert sum(bool(tour(name, "phone by day").desk["images"]) for name in PAGES) > 10


@every_page
@every_device
def test_no_sign_waits_for_an_icon_font(tour, name, device):
    assert tour(name, device).desk["signs"] == []


def test_site_has_no_file_in_vain():
    names = {path.name for path in SITE.rglob("*")}
    assert (
        names & {"fontawesome", "fontawesome.js", "locales", "pydata-sphinx-theme.js.map"} == set()
    )
    pages = "".join(file.read_text() for file in FILES)
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
