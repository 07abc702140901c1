"""Visits of the pages of the built site: each is opened once a width, and asked everything then.

A page is examined in both themes. On a phone and on a desk it comes from a host that is far away,
with nothing in store; at the width between, it comes from a disk.
"""

import functools
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from bs4 import BeautifulSoup
from conftest import ROOT, SITE

TOC = yaml.safe_load((ROOT / "_toc.yml").read_text())
PAGES = [TOC["root"]] + [page["file"] for part in TOC["parts"] for page in part["chapters"]]
CHAPTERS = [page for page in PAGES if page.startswith("notebooks/")]
OTHERS = ["search", "genindex"]  # made by Sphinx
THEMES = ["light", "dark"]
HOSTED = {360: THEMES, 1440: THEMES[::-1]}  # widths, and the themes, from the one it opens in
WIDTHS = {**HOSTED, 768: THEMES}
HEIGHTS = {360: 740, 768: 1024, 1440: 900}
FAR = {"latency": 100, "downloadThroughput": -1, "uploadThroughput": -1, "offline": False}
FACTS = Path(__file__).with_name("page_facts.js").read_text()
NOTES = Path(__file__).with_name("page_notes.js").read_text()

# Contrast takes axe a millisecond for each text, so of those that look alike it measures one: with
# the same colours, size, and grounds they have the same contrast. FACTS marks the others, and
# measures the contrast of every text of the article in a simpler way.
ONE_OF_EACH_LOOK = """
axe.configure({rules: [{id: "color-contrast", selector: ":not([data-alike])"}]});
"""
# In the theme that a page opens in, all rules that axe asks by default; in the other, those that
# a theme can change: colours, and the names of what one theme alone shows, as half of the figures.
# (To preload would be to load all styles again, for a rule on videos; there are none.)
ALL_RULES = {"resultTypes": ["violations"], "preload": False}
RULES_OF_A_THEME = {
    **ALL_RULES,
    "runOnly": ["color-contrast", "link-in-text-block", "image-alt", "svg-img-alt", "role-img-alt"]
    + ["button-name", "link-name", "aria-hidden-focus", "duplicate-id-aria"],
}

every_page = pytest.mark.parametrize("page", PAGES)
every_page_and_others = pytest.mark.parametrize("page", [*PAGES, *OTHERS])
every_chapter = pytest.mark.parametrize("page", CHAPTERS)
every_width = pytest.mark.parametrize("width", sorted(WIDTHS))
every_hosted_width = pytest.mark.parametrize("width", HOSTED)
every_theme = pytest.mark.parametrize("theme", THEMES)


@functools.cache
def html(page):
    """The file of a page, as a tree."""
    return BeautifulSoup((SITE / f"{page}.html").read_text(), "html.parser")


@functools.cache
def ids(page):
    """The places in a page that links may lead to."""
    return set(re.findall(r'\bid="([^"]*)"', (SITE / f"{page}.html").read_text()))


@dataclass
class Visit:
    """What happened while a page was open, and what it shows in each theme."""

    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    shifts: list[dict] = field(default_factory=list)
    weight: int = 0
    views: dict[str, dict] = field(default_factory=dict)


def watch(page, home):
    """Note what a page asks of other hosts than its home, and what goes wrong in it."""
    visit = Visit()

    def ask(request):
        if not request.url.startswith((home, "data:", "blob:")):
            visit.elsewhere.append(request.url)

    def answer(response):
        if not response.ok:
            visit.complaints.append(f"{response.status} for {response.url}")

    def say(message):
        if message.type in ("error", "warning"):
            visit.complaints.append(message.text)

    page.on("request", ask)
    page.on("response", answer)
    page.on("console", say)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    return visit


def open_far_away(page, url):
    """Open a page with nothing in store, far from its host, and read it to its end.

    Returns:
        What shifted meanwhile, and how many bytes were received.
    """
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", FAR)
    received = []
    page.on("requestfinished", lambda request: received.append(request))
    page.goto(url)
    page.evaluate("readToTheEnd()")
    sizes = [request.sizes() for request in received]
    weight = sum(
        size["responseHeadersSize"] + size["responseBodySize"]
        for size in sizes
        if size["responseBodySize"] > 0
    )
    return page.evaluate("shifts"), weight


def examine(page, rules):
    """What a page shows at its width and in its theme, and what axe finds there."""
    facts = page.evaluate(FACTS)
    return {**facts, "axe": AxeResults(page.evaluate("rules => axe.run(rules)", rules))}


def visit(browser, address, name, width):
    """Open a page, and ask it everything in both themes."""
    first, second = WIDTHS[width]
    home = address if width in HOSTED else f"{SITE.as_uri()}/"
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHTS[width]}, color_scheme=first
    )
    page = context.new_page()
    page.add_init_script(NOTES)
    seen = watch(page, home)
    if width in HOSTED:
        seen.shifts, seen.weight = open_far_away(page, f"{home}{name}.html")
    else:
        page.goto(f"{home}{name}.html")
    page.evaluate(AXE_SCRIPT + ONE_OF_EACH_LOOK)
    seen.views[first] = examine(page, ALL_RULES)
    page.emulate_media(color_scheme=second)
    seen.views[second] = examine(page, RULES_OF_A_THEME)
    seen.violations = page.evaluate("violations")
    context.close()
    return seen
