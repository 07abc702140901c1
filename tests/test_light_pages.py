"""Every page is private and light: what it asks for, what it runs, what it weighs, what shifts."""

import functools
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import SITE
from light_pages import POLICY, is_script
from test_site import PAGES, watch

FILES = sorted(SITE.rglob("*.html"))
OTHERS = ["search", "genindex"]
INTERACTIVE: list[str] = []  # may weigh twice as much
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
        visit.desk = page.evaluate("({shifts, violations})")
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
    assert [script for script in page("script") if is_script(script) and not script.get("src")] == []
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
    page.wait_for_function("violations.length === 3")
    assert page.evaluate("window.ran") is None
    page.close()
