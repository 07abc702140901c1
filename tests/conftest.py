"""What several tests share."""

import functools
import gc
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest
from site_server import serve
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build" / "html"
# Chromium draws the pages, calls nobody on its own, and finds no host but this one.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def wait_until(page, expression, argument=None, seconds=30):
    """Wait until an expression is true in a page.

    Playwright's own way evaluates it again from within the page, which the site's policy forbids.
    """
    end = time.monotonic() + seconds
    while not page.evaluate(expression, argument):
        assert time.monotonic() < end, f"{expression} did not come true"
        page.wait_for_timeout(50)


class ByPage(LoadScopeScheduling):
    """One worker runs all tests of a page of the site, or else of a file; of a rerun, that alone.

    (The group marks of pytest-xdist 3.8 have no effect under pytest 9.2.)
    """

    def _split_scope(self, nodeid):
        from visits import OTHERS, PAGES

        file, _, test = nodeid.partition("::")
        page = test.rstrip("]").rpartition("[")[2].rpartition("-")[2]
        if page in [*PAGES, *OTHERS]:
            return page
        return nodeid if file == "tests/chapters/test_reruns.py" else file


def pytest_xdist_make_scheduler(config, log):
    """Spread tests over the workers."""
    return ByPage(config, log)


@pytest.fixture(autouse=True)
def quick_unless_marked_slow(request, monkeypatch):
    """Fail a test that does what `make check` goes without, and is not marked for it."""
    if request.node.get_closest_marker("slow"):
        return

    def refuse(*arguments, **options):
        pytest.fail("This test trains or starts a process: mark it with @pytest.mark.slow.")

    start = subprocess.Popen.__init__

    def start_no_python(process, command, *arguments, **options):
        if sys.executable in command:  # Python itself asks `uname` now and then
            refuse()
        start(process, command, *arguments, **options)

    monkeypatch.setattr("subprocess.Popen.__init__", start_no_python)
    trainers = (
        ("helpers.training.program", "Program.run"),
        ("helpers.training.clock", "UpdateProgram.run"),
        ("keras", "Model.fit"),
    )
    for module, train in trainers:
        if module in sys.modules:
            monkeypatch.setattr(f"{module}.{train}", refuse)
    if {"browser", "address", "explored", "book"} & {*request.fixturenames}:
        pytest.fail("This test needs a browser or the built book: mark it with @pytest.mark.slow.")


@pytest.fixture(autouse=True, scope="module")
def memory_given_back():
    """Let go of the models and programs of a file of tests."""
    yield
    if "keras" in sys.modules:
        sys.modules["keras"].backend.clear_session()
        gc.collect()


@pytest.fixture
def book(tmp_path):
    """A small book to try the Sphinx extension on."""
    from small_book import Book

    return Book(tmp_path / "a book")  # a path with a space in it


@pytest.fixture(scope="session")
def address():
    """The address of a server of the site that was built."""
    if not (SITE / "index.html").exists():
        pytest.fail("The site is not built: run `make book`.", pytrace=False)
    with serve(SITE) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests."""
    from install_browser import chromium
    from playwright.sync_api import sync_playwright

    executable = chromium()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def race_engine(browser):
    """A page with nothing but the engine of the race, and a function that starts a lane."""
    from race_lanes import START

    page = browser.new_page()
    page.add_script_tag(path=ROOT / "book" / "_static" / "race_engine.js")
    page.add_script_tag(content=START)
    yield page
    page.close()


@pytest.fixture(scope="session")
def visits(browser, address):
    """Visit a page of the site at a width in pixels, once for all tests."""
    import visits

    return functools.cache(functools.partial(visits.visit, browser, address))


@pytest.fixture
def width():
    """The width of a page where a test names none."""
    return 1440


@pytest.fixture
def theme():
    """The theme of a page where a test names none."""
    return "light"


@pytest.fixture
def visit(visits, page, width):
    """What happened while a page was open at a width."""
    return visits(page, width)


@pytest.fixture
def view(visit, theme):
    """What a page shows at a width, in a theme."""
    return visit.views[theme]


@pytest.fixture(scope="session")
def explored():
    """How the runs of the explorer were made, and their numbers in short."""
    import explorer_data

    return explorer_data.read(ROOT)


@pytest.fixture
def visitor(browser, address):
    """Open the explorer at a fragment, in a browser with the settings given."""
    from explorer_page import PAGE, Visitor

    contexts = []

    def visit(fragment="", **settings):
        contexts.append(browser.new_context(**settings))
        return Visitor(contexts[-1].new_page()).open(f"{address}{PAGE}{fragment}")

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture
def racer(browser, address):
    """Open the race of a page at a fragment, in a browser with the settings given."""
    from race_page import PAGE, Racer

    contexts = []

    def visit(fragment="", page=PAGE, script="", **settings):
        contexts.append(browser.new_context(**settings))
        if script:
            contexts[-1].add_init_script(script)
        return Racer(contexts[-1].new_page()).open(f"{address}{page}{fragment}")

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def race_scripts(browser):
    """A page with the scripts of the race, to call what they hold."""
    from race_page import PAGE

    page = browser.new_page()
    page.goto((SITE / PAGE).as_uri())
    yield page
    page.close()


@pytest.fixture
def file(tmp_path):
    """Write a table, its content given as text, bytes, or columns of a Parquet file."""
    import pyarrow as pa
    from pyarrow import parquet

    def write(content, name="mine.csv"):
        path = tmp_path / name
        if isinstance(content, pa.Table):
            parquet.write_table(content, path)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def ax():
    """Axes of a figure that is drawn in the end, which finds what cannot be."""
    import matplotlib.pyplot as plt  # slow to load, and few tests draw

    figure, ax = plt.subplots()
    yield ax
    figure.canvas.draw()
    plt.close(figure)


@pytest.fixture
def brought(monkeypatch):
    """Return what takes a function that makes a model, as chapter 11 does it by its name."""
    from helpers.models import user_model  # slow to load

    def take(make, shape=(5,), n_outputs=3, predicts="classes"):
        module = types.ModuleType("brought")
        module.make = make
        monkeypatch.setitem(sys.modules, "brought", module)
        return user_model("brought:make", shape, n_outputs, predicts)

    return take
