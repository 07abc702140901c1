"""The chapter on your own data, executed on a table, images and models that are not its own."""

import csv
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from chapter_files import ROOT, execute_until, read, records, shown_text
from matplotlib import rc_context
from matplotlib.font_manager import findfont, get_font
from PIL import Image

from helpers.errors import ParameterError
from helpers.reruns.page import html

pytestmark = pytest.mark.slow

CHAPTER = ROOT / "notebooks" / "11_your_own_data.ipynb"
QUICK = {
    "batch_sizes": "[8, 32]",
    "learning_rates": "[0.01, 0.1]",
    "epochs": 6,
    "fit_epochs": 1,
    "last_epochs": 3,
    "tuning_seeds": 2,
    "n_seeds": 6,
}
NASTY = [
    "--><script>document.title = 'owned'</script>",
    "<img src=x onerror=\"document.title = 'owned'\">",
    "$\\frac{a}{b}$ and $x$",
    "**bold** `code` | cell [link](javascript:alert(1))",
    "two\nlines",
]
MODEL = """
import keras

def build(shape, n):
    return keras.Sequential([
        keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(8, activation="relu"),
        keras.layers.BatchNormalization(), keras.layers.Dense(n, activation="softmax"),
    ])

def too_wide(shape, n):
    return keras.Sequential([keras.Input(shape), keras.layers.Dense(n + 1, "softmax")])
"""


def execute(folder, **values):
    """Rerun the chapter by papermill in a folder; what it said, and the notebook."""
    out = folder / "out.ipynb"
    options = [word for name, value in values.items() for word in ("-p", name, str(value))]
    command = [sys.executable, "-m", "papermill", CHAPTER, out, "--no-progress-bar", *options]
    run = subprocess.run(command, cwd=folder, env=os.environ, capture_output=True, text=True)
    return run, read(out)


@pytest.fixture(scope="module")
def nasty(tmp_path_factory):
    """The chapter executed on a table whose names are code, with a model of one's own."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "mine.py").write_text(MODEL)
    generator = np.random.default_rng(0)
    with (folder / "table.csv").open("w", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow([*NASTY, "kind"])
        for i in range(120):
            rows.writerow([*(generator.normal(size=5) + i % 5).round(3), NASTY[i % 5]])
    run, notebook = execute(
        folder, table="table.csv", target="kind", delimiter=";", model="mine:build", **QUICK
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return notebook


def test_a_table_and_a_model_of_ones_own_go_through_the_whole_chapter(nasty):
    text = shown_text(nasty)
    assert "There are 120 samples. 60 train, 30 validate and 30 test." in text
    tables = " ".join(
        data["text/plain"]
        for cell in nasty.cells
        for data in (output.get("data", {}) for output in cell.get("outputs", []))
        if "text/html" in data
    )
    assert "not measured" in tables  # a batch normalisation has no single gradients
    assert all(goal in tables for goal in ("fewest updates", "fewest epochs", "most stable"))
    assert records(nasty) == []  # H21 was confirmed on another table
    assert any("confirmed results are not shown" in str(c.get("outputs")) for c in nasty.cells)


def test_names_that_are_formulae_are_text_in_figures(nasty):
    data = [o.get("data", {}) for c in nasty.cells for o in c.get("outputs", [])]
    first = next(d["image/svg+xml"] for d in data if "image/svg+xml" in d)
    glyphs = re.findall(r'id="DejaVuSans-(\w+)"', first)
    font = get_font(findfont("DejaVu Sans"))
    assert {f"{font.get_char_index(ord(sign)):x}" for sign in "$\\{<"} <= set(glyphs)
    assert "<script" not in first


def test_names_that_are_code_are_text_in_a_page_of_the_run(nasty, browser, tmp_path):
    (tmp_path / "page.html").write_text(html(nasty, "A run"))
    seen_as_text(browser, tmp_path / "page.html")


def test_names_that_are_code_are_text_in_the_page_that_nbconvert_makes(nasty, browser, tmp_path):
    from nbconvert import HTMLExporter

    body, _ = HTMLExporter().from_notebook_node(nasty)
    (tmp_path / "page.html").write_text(body)
    seen_as_text(browser, tmp_path / "page.html")


def test_names_that_are_code_are_text_in_the_site(nasty, book, browser):
    outputs = [o["data"] for c in nasty.cells for o in c.get("outputs", []) if "data" in o]
    shown = [data for data in outputs if "text/markdown" in data and "script" in str(data)]
    assert shown
    book.chapter("16_a", *shown)
    warnings, _ = book.build()
    assert warnings == ""
    seen_as_text(browser, book.site / "notebooks" / "16_a.html")


def seen_as_text(browser, path):
    """A page shows the names letter by letter, and none of them runs, links or formats."""
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_timeout(500)
    text = page.inner_text("body")
    assert page.title() != "owned"
    assert not page.locator("img[src=x], a[href^=javascript]").count()
    for name in NASTY:
        assert name.replace("\n", "\\n") in text
    assert not page.locator("code math, code .MathJax, code strong").count()
    page.close()


def test_names_that_are_code_are_text_in_an_error(browser, tmp_path):
    (tmp_path / "mine.csv").write_text("x,kind\n1,a\n2,b\n")
    name = "<script>document.title = 'owned'</script> $\\frac{a}{b}$"
    run, notebook = execute(tmp_path, table="mine.csv", target=name)
    assert f"has no column {name!r}" in run.stderr
    (tmp_path / "page.html").write_text(html(notebook, "A run"))
    page = browser.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    assert f"has no column {name!r}" in page.inner_text("body")
    assert page.title() == "A run"
    page.close()


def test_images_go_through_the_whole_chapter(tmp_path):
    generator = np.random.default_rng(0)
    for name, shade in (("dark", 40), ("bright", 200)):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for i in range(40):
            pixels = generator.normal(shade, 60, (9, 9)).clip(0, 255).astype("uint8")
            Image.fromarray(pixels).save(tmp_path / "pictures" / name / f"{i}.png")
    run, notebook = execute(tmp_path, images="pictures", image_size=6, target_accuracy=1, **QUICK)
    assert run.returncode == 0, run.stderr[-2000:]
    assert "36 inputs and 2 classes" in shown_text(notebook)


def markdown(notebook):
    """All that cells show as Markdown."""
    outputs = [o.get("data", {}) for c in notebook.cells for o in c.get("outputs", [])]
    return " ".join(data.get("text/markdown", "") for data in outputs)


def test_a_table_of_unequal_classes_is_judged_by_the_balanced_accuracy(tmp_path):
    generator = np.random.default_rng(0)
    rows = [f"{x:.3f},{'yes' if i % 12 == 0 else 'no'}" for i, x in
            enumerate(generator.normal(size=240) + 3 * (np.arange(240) % 12 == 0))]  # fmt: skip
    (tmp_path / "rare.csv").write_text("\n".join(["x,defect", *rows]))
    run, notebook = execute(
        tmp_path, table="rare.csv", target="defect", class_weight="balanced", **QUICK
    )
    assert run.returncode == 0, run.stderr[-2000:]
    text = markdown(notebook)
    assert "Always predicting the majority class is right for 91.67 % of the samples" in text
    assert "- **Most accurate:** " in text
    assert "final balanced accuracy (%)" in str(notebook) and "accuracy (%)" in str(notebook)


def test_a_number_is_predicted_by_a_model_of_ones_own(tmp_path):
    generator = np.random.default_rng(0)
    area = generator.uniform(40, 140, 160)
    price = 3 * area + generator.normal(size=160)
    rows = [f"{a:.1f};{p:.2f}".replace(".", ",") for a, p in zip(area, price, strict=True)]
    (tmp_path / "prices.csv").write_text("\n".join(["area;price", *rows]))
    (tmp_path / "mine.py").write_text(
        "import keras\n"
        "def create_model(neurons=4):\n"
        "    layers = [keras.Input((1,)), keras.layers.Dense(neurons, 'relu'),"
        " keras.layers.Dense(1)]\n"
        "    model = keras.Sequential(layers)\n"
        "    model.compile('adam', 'mean_absolute_error', metrics=['mae'])\n"
        "    return model\n"
    )
    run, notebook = execute(
        tmp_path, table="prices.csv", target="price", model="mine:create_model", **QUICK
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert "The target is an error of 50 % of that of guessing the mean." in markdown(notebook)
    assert "mean absolute error" in str(notebook)
    told = " ".join(o.get("text", "") for c in notebook.cells for o in c.get("outputs", []))
    assert "its own mean_absolute_error" in told and "its own Adam" in told


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"table": "none.csv", "target": "kind"}, "there is no file none.csv"),
        ({"table": "one.csv", "target": "kind"}, "there must be 2 classes at least, got one, 'a'"),
        (
            {"model": "mine:too_wide"},
            "model 'mine:too_wide' must give outputs of shape (2,), one for each class "
            "(or one sigmoid unit), got (3,)",
        ),
        (
            {"table": "two.csv", "target": "kind", "batch_sizes": "[8, 21]"},
            "batch_sizes must be at most 20 (the number of training samples), got 21",
        ),
    ],
)
def test_chapter_stops_with_one_sentence_before_anything_is_trained(
    tmp_path, monkeypatch, values, sentence
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "mine.py").write_text(MODEL)
    (tmp_path / "one.csv").write_text("x,kind\n" + "1,a\n2,a\n" * 9)
    (tmp_path / "two.csv").write_text("x,kind\n" + "1,a\n2,b\n" * 20)
    with pytest.raises(ParameterError) as told, rc_context():
        execute_until(CHAPTER, "plt.subplots", **values)
    assert str(told.value) == sentence
