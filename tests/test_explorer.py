"""The explorer: its runs are those of the helpers, and its page answers whoever touches it."""

import base64
import gzip
import json
import re
import shutil

import explorer
import explorer_data
import numpy as np
import pytest
import xarray as xr
from conftest import ROOT, SITE, wait_until

from helpers import analysis, datasets

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'"
)
PAGE = "book/explorer.html"
SIZES, RATES = explorer_data.BATCH_SIZES, explorer_data.LEARNING_RATES


@pytest.fixture(scope="module")
def about():
    """How the runs were made, and their numbers in short."""
    return explorer_data.read(ROOT)


def content(name):
    """What a file of the site gives to the script of the page."""
    script = (SITE / "_static" / "explorer" / f"{name}.js").read_text()
    return json.loads(re.fullmatch(r'explorer\.\w+\((?:"[^"]+", )?(.*)\);\n', script)[1])


def unpacked(text, dtype):
    return np.frombuffer(base64.b64decode(text), dtype)


def unpacked_weights(stored):
    scales = np.array([np.nan if scale is None else scale for scale in stored["scales"]])
    return unpacked(stored["units"], "<i2").reshape(len(scales), -1) * scales[:, None] / 32767


def stored_runs(size, rate):
    """The runs of a cell, as a browser gets them."""
    accuracies = unpacked(content(explorer_data.name(size, rate))["right"], "<u2") / 500
    train, test = accuracies.reshape(2, len(explorer_data.SEEDS), explorer_data.EPOCHS)
    dims, epochs = ("seed", "epoch"), np.arange(1, explorer_data.EPOCHS + 1)
    return xr.Dataset(
        {
            "accuracy": (dims, train),
            "val_accuracy": (dims, test),
            "updates": ("epoch", -(-500 // size) * epochs),
        },
        {"seed": list(explorer_data.SEEDS), "epoch": epochs},
        {"seconds_per_epoch": 1.0},
    )


# ---- The runs.


@pytest.fixture(scope="module")
def retrained():
    """Two cells, trained again."""
    return explorer_data.train([500], [0.01, 0.1])[1]


@pytest.mark.parametrize("rate", [0.01, 0.1])
def test_a_cell_trained_again_is_what_is_stored(retrained, rate):
    cell = retrained.sel(batch_size=500, learning_rate=rate)
    stored = stored_runs(500, rate)
    np.testing.assert_allclose(stored.accuracy, cell.accuracy, atol=1e-6)
    np.testing.assert_allclose(stored.val_accuracy, cell.val_accuracy, atol=1e-6)
    weights = unpacked_weights(content(explorer_data.name(500, rate))["weights"])
    exact = cell.weights.isel(seed=0).values
    assert np.abs(weights - exact).max() < np.abs(exact).max() / 50_000
    assert (
        json.loads(json.dumps(explorer_data.summary(cell))).items()
        <= content(explorer_data.name(500, rate)).items()
    )


def test_numbers_of_every_cell_follow_from_its_curves(about):
    assert [(c["batch_size"], c["learning_rate"]) for c in about["cells"]] == [
        (size, rate) for size in SIZES for rate in RATES
    ]
    for cell in about["cells"]:
        runs = stored_runs(cell["batch_size"], cell["learning_rate"])
        speed = analysis.speed(runs, about["target"], about["hold"])
        measured = {
            "epochs": speed.epochs,
            "updates": speed.updates,
            "volatility": analysis.volatility(runs, about["last_epochs"]),
            "train": analysis.final_accuracy(runs, about["last_epochs"], "accuracy"),
            "test": analysis.final_accuracy(runs, about["last_epochs"]),
        }
        for name, values in measured.items():
            expected = np.quantile(values, [0.05, 0.5, 0.95], method="inverted_cdf")
            shown = [np.inf if value is None else value for value in cell[name]]
            np.testing.assert_allclose(shown, expected, atol=2e-6, err_msg=f"{name}: {cell}")
        assert cell["held"] == np.isfinite(speed.epochs).sum()


def test_weights_keep_four_digits_and_say_where_they_are_no_numbers():
    weights = np.random.default_rng(0).normal(size=(3, 303)).astype("float32")
    weights[1] *= 1e30
    weights[2, 7] = np.nan
    stored = json.loads(json.dumps(explorer_data.packed_weights(weights), allow_nan=False))
    assert stored["scales"][2] is None
    back = unpacked_weights(stored)
    for i in range(2):
        assert np.abs(back[i] - weights[i]).max() < 2e-5 * np.abs(weights[i]).max()


# ---- Up to date or not.


@pytest.fixture
def project(tmp_path):
    """A project with helpers and a lock, and the runs of this one, as if trained there."""
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "a.py").write_text("a = 1\n")
    (tmp_path / "requirements.lock").write_text("keras==3\n")
    explorer_data.folder(tmp_path).mkdir(parents=True)
    runs = explorer_data.read(ROOT) | {"key": explorer_data.key(tmp_path)}
    (explorer_data.folder(tmp_path) / "runs.json").write_text(json.dumps(runs))
    return tmp_path


@pytest.mark.parametrize("changed", ["helpers/a.py", "requirements.lock"])
def test_runs_are_stale_when_what_made_them_changes(project, changed):
    assert explorer_data.is_fresh(project)
    (project / changed).write_text("b = 2\n")
    assert not explorer_data.is_fresh(project)


def test_runs_are_stale_when_they_are_gone_or_their_settings_change(project, monkeypatch):
    copy = project / "explorer_data.py"
    copy.write_text("EPOCHS = 100\n")
    monkeypatch.setattr(explorer_data, "__file__", str(copy))
    assert not explorer_data.is_fresh(project)
    shutil.rmtree(explorer_data.folder(project))
    assert not explorer_data.is_fresh(project)


def test_runs_are_trained_only_when_stale(project, monkeypatch, capsys, retrained):
    calls = []

    def train():
        calls.append(1)
        return datasets.blobs(), retrained

    monkeypatch.setattr(explorer_data, "train", train)
    explorer_data.main(project)
    assert calls == []
    assert "up to date" in capsys.readouterr().out
    (project / "helpers" / "a.py").write_text("b = 2\n")
    explorer_data.main(project)
    assert calls == [1]
    assert explorer_data.is_fresh(project)
    files = {file.name for file in explorer_data.folder(project).iterdir()}
    assert files == {"runs.json", "problem.js", "500_0.01.js", "500_0.1.js"}


def test_build_refuses_stale_runs(book):
    book.page("book/explorer", "# Explorer")
    with pytest.raises(SystemExit, match="No up-to-date runs"):
        book.build()


def test_links_to_cells_are_checked_by_the_build(book, about):
    folder = explorer_data.folder(book.root)
    folder.mkdir(parents=True)
    runs = about | {"key": explorer_data.key(book.root)}
    (folder / "runs.json").write_text(json.dumps(runs))
    book.page("book/explorer", "# Explorer\n\n```{explorer} map\n```")
    links = ["batch_size=32&learning_rate=0.01", "batch_size=4", "batch_size=5"]
    book.page("a", "# A\n\n" + " ".join(f"[b](book/explorer.md#{link})" for link in links))
    warnings, _ = book.build()
    assert re.findall("batch_size=[^'\"]*", warnings) == ["batch_size=5"]
    found = [link["href"] for link in book.html("a").select("article a, .body a, a.internal")]
    assert f"book/explorer.html#{links[0]}" in found
    assert f"book/explorer.html#{links[1]}" in found


# ---- The page.


class Visitor:
    """Someone at the page of the explorer."""

    def __init__(self, page):
        self.page = page
        self.complaints = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self.hear)

    def hear(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def open(self, address):
        self.page.goto(address)
        self.wait()
        return self

    def wait(self):
        """Go to the plots and wait until both are drawn."""
        for plot in ("curves", "regions"):
            self.page.locator(f"#explorer-{plot}").scroll_into_view_if_needed()
            self.page.locator(f"#explorer-{plot} canvas").wait_for()

    @property
    def sentence(self):
        return self.page.locator(".explorer-sentence").inner_text()

    def sees(self, size, rate):
        """Wait until the page tells of a cell, and check that all of it does."""
        wait_until(
            self.page,
            "start => document.querySelector('.explorer-sentence').textContent.startsWith(start)",
            f"Batch size {size}, learning rate {rate:g}:",
        )
        assert self.page.url.endswith(explorer_data.fragment(size, rate))
        assert self.output("batch-size") == str(size)
        assert self.output("learning-rate") == f"{rate:g}"
        marked = self.page.locator(".explorer-map a[aria-current=true]")
        for link in marked.all():
            assert link.get_attribute("href") == f"#{explorer_data.fragment(size, rate)}"
        assert marked.count() == 2

    def output(self, name):
        return self.page.locator(f"output[for=explorer-{name}]").inner_text()

    def picture(self, name):
        """The pixels of a plot, once they rest."""
        plot = self.page.locator(f"#explorer-{name} canvas")
        before = None
        while (now := plot.evaluate("canvas => canvas.toDataURL()")) != before:
            before = now
            self.page.wait_for_timeout(200)
        return now

    def slide(self, name, position):
        self.page.locator(f"#explorer-{name}").fill(str(position))


@pytest.fixture
def visitor(browser, address):
    """Open the page at a fragment, in a browser with the settings given."""
    contexts = []

    def visit(fragment="", **settings):
        contexts.append(browser.new_context(**settings))
        return Visitor(contexts[-1].new_page()).open(f"{address}{PAGE}{fragment}")

    yield visit
    for context in contexts:
        context.close()


def test_page_begins_with_a_minibatch_and_complains_of_nothing(visitor, about):
    reader = visitor()
    (cell,) = [c for c in about["cells"] if (c["batch_size"], c["learning_rate"]) == (32, 0.01)]
    reader.page.locator(".explorer-sentence").filter(has_text="Batch size 32").wait_for()
    assert f"from epoch {cell['epochs'][1]:.0f} on" in reader.sentence
    assert f"after {cell['updates'][1]:.0f} updates" in reader.sentence
    assert f"{100 * cell['volatility'][1]:.2f} percentage points" in reader.sentence
    assert f"accuracy {100 * cell['test'][1]:.1f} %" in reader.sentence
    row = reader.page.locator("tr[data-quantity=epochs] td").all_inner_texts()
    assert row == [f"{value:.0f}" for value in cell["epochs"]]
    assert reader.complaints == []


def test_fragment_sets_what_is_shown(visitor):
    reader = visitor("#batch_size=128&learning_rate=0.1")
    reader.sees(128, 0.1)
    reader.page.evaluate("location.hash = '#batch_size=4&learning_rate=0.001'")
    reader.sees(4, 0.001)
    reader.page.go_back()
    reader.sees(128, 0.1)


def test_chapters_link_to_cells_that_are_there(visitor, browser, address):
    links = [
        (page, link)
        for page in sorted(SITE.glob("notebooks/*.html"))
        for link in re.findall(r'href="[^"]*explorer\.html#([^"]*)"', page.read_text())
    ]
    assert links
    for _, link in links:
        reader = visitor(f"#{link.replace('&amp;', '&')}")
        asked = dict(re.findall(r"(\w+)=([\d.]+)", link))
        reader.page.locator(".explorer-sentence").filter(has_text="Batch size").wait_for()
        assert reader.output("batch-size") == asked.get("batch_size", "32")
        assert reader.output("learning-rate") == asked.get("learning_rate", "0.01")


def test_what_no_run_has_is_as_at_the_start(visitor):
    reader = visitor("#batch_size=33&learning_rate=0.1")
    reader.page.locator(".explorer-sentence").filter(has_text="Batch size 32,").wait_for()
    assert reader.output("learning-rate") == "0.1"


def test_keys_move_the_sliders(visitor):
    reader = visitor()
    before = reader.picture("curves")
    reader.page.locator("#explorer-batch-size").focus()
    reader.page.keyboard.press("ArrowRight")
    reader.sees(64, 0.01)
    assert reader.picture("curves") != before
    reader.page.locator("#explorer-learning-rate").focus()
    reader.page.keyboard.press("Home")
    reader.sees(64, 0.0001)
    assert (
        reader.page.locator("#explorer-learning-rate").get_attribute("aria-valuetext") == "0.0001"
    )
    assert reader.complaints == []


def test_flavour_sets_the_batch_size_and_follows_it(visitor):
    reader = visitor()
    for flavour, size in {"stochastic": 1, "batch": 500, "minibatch": 32}.items():
        reader.page.get_by_label(flavour, exact=True).check()
        reader.sees(size, 0.01)
    for position, flavour in {0: "stochastic", 2: "minibatch", len(SIZES) - 1: "batch"}.items():
        reader.slide("batch-size", position)
        reader.sees(SIZES[position], 0.01)
        assert reader.page.get_by_label(flavour, exact=True).is_checked()


def test_slider_shows_the_regions_of_an_epoch(visitor):
    reader = visitor()
    pictures = []
    for position, epoch in enumerate(explorer_data.SNAPSHOTS[:4]):
        reader.slide("epoch", position)
        pictures.append(reader.picture("regions"))
        assert reader.output("epoch").startswith(f"{epoch}: ")
    assert len(set(pictures)) == len(pictures)
    run = stored_runs(32, 0.01).isel(seed=0).sel(epoch=3)
    shown = (
        f"3: train {100 * float(run.accuracy):.1f} %, test {100 * float(run.val_accuracy):.1f} %"
    )
    assert reader.output("epoch") == shown
    label = reader.page.locator("#explorer-regions").get_attribute("aria-label")
    assert "batch size 32" in label and "epoch 3" in label


def test_click_into_the_curves_picks_the_epoch(visitor):
    reader = visitor()
    room = reader.page.locator("#explorer-curves canvas").bounding_box()
    reader.page.locator("#explorer-curves canvas").click(
        position={"x": room["width"] / 2, "y": room["height"] / 2}
    )
    assert 60 <= int(reader.output("epoch").split(":")[0]) <= 120
    reader.slide("epoch", 0)
    assert reader.complaints == []


def test_one_run_is_shown_on_request(visitor):
    reader = visitor()
    before = reader.picture("curves")
    reader.page.locator("#explorer-one").check()
    assert reader.picture("curves") != before


def test_play_runs_through_the_epochs_and_pauses(visitor):
    reader = visitor()
    button = reader.page.locator("#explorer-play")
    button.click()
    wait_until(reader.page, "() => document.getElementById('explorer-epoch').value >= 3")
    assert button.inner_text() == "Pause"
    button.click()
    assert button.inner_text() == "Play"
    halted = reader.output("epoch")
    reader.page.wait_for_timeout(800)
    assert reader.output("epoch") == halted


def test_nothing_plays_for_those_who_want_less_motion(visitor):
    reader = visitor(reduced_motion="reduce")
    assert not reader.page.locator("#explorer-play").is_visible()
    reader.slide("epoch", 2)
    assert reader.output("epoch").startswith("2: ")


@pytest.mark.parametrize("quantity", ["epochs", "volatility"])
def test_click_on_a_map_opens_its_cell(visitor, about, quantity):
    reader = visitor()
    place = f".explorer-map[data-quantity={quantity}] a[href='#batch_size=8&learning_rate=0.03']"
    (cell,) = [c for c in about["cells"] if (c["batch_size"], c["learning_rate"]) == (8, 0.03)]
    value = cell[quantity][1]
    text = f"{value:.0f}" if quantity == "epochs" else f"{100 * value:.1f}"
    assert reader.page.locator(place).inner_text() == text
    reader.page.locator(place).click()
    reader.sees(8, 0.03)
    wait_until(
        reader.page, "() => document.getElementById('explorer').getBoundingClientRect().top >= 0"
    )


def test_keys_walk_a_map_and_enter_opens_a_cell(visitor):
    reader = visitor()
    table = reader.page.get_by_role("grid").first
    assert table.locator("a[tabindex='0']").count() == 1
    table.locator("a[tabindex='0']").focus()
    for key in ["ArrowRight", "ArrowUp", "ArrowUp", "ArrowLeft", "ArrowDown"]:
        reader.page.keyboard.press(key)
    assert table.locator("a[tabindex='0']").count() == 1
    reader.page.keyboard.press("Enter")
    reader.sees(32, 0.03)
    for _ in range(len(SIZES)):  # the edge holds
        table.locator("a[tabindex='0']").press("ArrowLeft")
    reader.page.keyboard.press("Enter")
    reader.sees(1, 0.03)


def test_everything_answers_to_touch_on_a_phone(visitor):
    reader = visitor(has_touch=True, viewport={"width": 360, "height": 740}, is_mobile=True)
    reader.page.get_by_label("batch", exact=True).tap()
    reader.sees(500, 0.01)
    cell = reader.page.locator("[href='#batch_size=2&learning_rate=0.003']").first
    room = cell.bounding_box()
    assert min(room["width"], room["height"]) >= 24
    cell.tap()
    reader.sees(2, 0.003)
    curves = reader.page.locator("#explorer-curves canvas")
    curves.tap(position={"x": 200, "y": 100})
    assert reader.output("epoch") != "200"
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert reader.complaints == []


def test_diverged_runs_say_so(visitor, about):
    size, rate = next(
        (c["batch_size"], c["learning_rate"]) for c in about["cells"] if c["diverged"] == 10
    )
    reader = visitor(f"#batch_size={size}&learning_rate={rate:g}")
    reader.sees(size, rate)
    assert "never holds" in reader.sentence and "10 of 10 runs diverge" in reader.sentence
    assert "diverged" in reader.output("epoch")
    assert reader.complaints == []


def test_a_file_that_does_not_load_is_told_and_asked_for_again(visitor):
    reader = visitor()
    name = "**/64_0.01.js*"
    reader.page.route(name, lambda route: route.abort())
    reader.slide("batch-size", SIZES.index(64))
    reader.page.locator(".explorer-sentence").filter(has_text="does not load").wait_for()
    reader.page.unroute(name)
    reader.slide("batch-size", SIZES.index(128))
    reader.sees(128, 0.01)
    reader.slide("batch-size", SIZES.index(64))
    reader.sees(64, 0.01)


def test_plots_follow_the_theme_and_the_width(visitor):
    reader = visitor(color_scheme="light")
    light = reader.picture("curves")
    reader.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert reader.picture("curves") != light
    reader.page.set_viewport_size({"width": 360, "height": 740})
    reader.page.wait_for_timeout(300)
    assert reader.page.locator("#explorer-curves canvas").bounding_box()["width"] <= 360
    assert reader.page.locator(".explorer-plot canvas").count() == 2


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_shifts_while_it_loads(visitor, width):
    reader = visitor(viewport={"width": width, "height": 800})
    reader.page.locator(".explorer-sentence").filter(has_text="Batch size").wait_for()
    reader.picture("regions")
    shifted = reader.page.evaluate(
        """async () => {
          let sum = 0;
          const add = (list) => list.getEntries().forEach((shift) => (sum += shift.value));
          new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
          await new Promise((resolve) => setTimeout(resolve, 300));
          return sum;
        }"""
    )
    assert shifted < 0.01


def test_network_of_the_page_is_that_of_keras(visitor, retrained):
    from helpers import models

    reader = visitor("#batch_size=500&learning_rate=0.1")
    reader.sees(500, 0.1)
    grid = np.random.default_rng(0).uniform(-15, 10, (4000, 2)).astype("float32")
    cell = retrained.sel(batch_size=500, learning_rate=0.1).isel(seed=0)
    for position in [0, 3, len(explorer_data.SNAPSHOTS) - 1]:
        model, start, arrays = models.mlp(), 0, []
        flat = cell.weights.isel(snapshot=position).values
        for array in model.get_weights():
            arrays.append(flat[start : start + array.size].reshape(array.shape))
            start += array.size
        model.set_weights(arrays)
        expected = model.predict(grid, verbose=0)
        shown = reader.page.evaluate(
            """([points, position]) => points.map(([x, y]) => explorer.predict(
              explorer.cells.get("500_0.1").weights[position], x, y))""",
            [grid.tolist(), position],
        )
        first, second = np.sort(expected)[:, ::-1][:, :2].T
        clear = first - second > 0.01  # elsewhere the four digits of the weights may decide
        assert clear.mean() > 0.95
        assert (np.array(shown)[clear] == expected.argmax(axis=1)[clear]).all()


def test_curves_are_medians_and_bands_over_seeds(visitor):
    reader = visitor()
    rows = reader.page.evaluate("explorer.curves(explorer.cells.get('32_0.01'))")
    runs = stored_runs(32, 0.01)
    for name, values in {"train": runs.accuracy, "test": runs.val_accuracy}.items():
        low, middle, high = values.quantile([0.05, 0.5, 0.95], "seed").values
        for key, expected in {f"{name}_low": low, name: middle, f"{name}_high": high}.items():
            np.testing.assert_allclose([row[key] for row in rows], expected, atol=1e-12)
    np.testing.assert_allclose([row["one"] for row in rows], runs.val_accuracy[0])


def test_page_stands_still_where_scripts_are_off(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}{PAGE}")
    assert page.locator(".bd-article noscript p", has_text="takes scripts").first.is_visible()
    assert page.locator("figure img").first.is_visible()
    assert not page.locator("#explorer").is_visible()
    assert page.locator(".explorer-map").count() == 2
    context.close()


def test_page_keeps_the_policy(browser, address):
    """No code from text, none in the page: a policy that allows the site's own files is kept."""
    html = (SITE / PAGE).read_text()
    article = html[html.index("<article") : html.index("</article>")]
    assert not re.search(r"<script|\son\w+=", article)
    bare = re.sub(r"<script(?![^>]*\ssrc=)[^>]*>.*?</script>", "", html, flags=re.DOTALL)
    bare = re.sub(r'\son\w+="[^"]*"', "", bare)  # of the theme
    meta = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    context = browser.new_context()
    context.add_init_script(
        "globalThis.violations = []; addEventListener('securitypolicyviolation', (event) => "
        "violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));"
    )
    page = context.new_page()
    body = re.sub(r"<head>", f"<head>{meta}", bare, count=1)
    page.route(f"**/{PAGE}", lambda route: route.fulfill(body=body, content_type="text/html"))
    reader = Visitor(page).open(f"{address}{PAGE}")
    reader.slide("batch-size", 0)
    reader.sees(1, 0.01)
    before = reader.picture("curves")
    reader.page.locator("#explorer-one").check()
    assert reader.picture("curves") != before
    assert page.evaluate("violations") == []
    context.close()


def test_page_opens_as_a_file(browser):
    page = browser.new_page()
    reader = Visitor(page).open(f"{(SITE / PAGE).as_uri()}#batch_size=16&learning_rate=0.03")
    reader.sees(16, 0.03)
    reader.slide("learning-rate", 0)
    reader.sees(16, 0.0001)
    assert reader.complaints == []
    page.close()


def test_page_is_light():
    """What the first view takes, and what all of it does, as sent compressed."""
    static = SITE / "_static"

    def sent(*files):
        return sum(len(gzip.compress(file.read_bytes())) for file in files)

    runs = sorted((static / "explorer").glob("*.js"))
    assert len(runs) == len(SIZES) * len(RATES) + 1
    library = [static / "explorer.js", static / "explorer.css", static / "vega" / "vega.min.js"]
    first = [static / "explorer" / "problem.js", static / "explorer" / "32_0.01.js"]
    assert sent(SITE / PAGE, *library, *first) < 250_000
    assert sent(SITE / PAGE, *library, *runs) < 2_200_000


def test_shades_run_from_the_least_to_the_most():
    assert [explorer.level(value, 1, 256) for value in (1, 1.9, 2, 16, 255, 256)] == [
        0, 0, 1, 4, 7, 7
    ]  # fmt: skip
