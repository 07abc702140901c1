"""A chapter rerun by papermill with other values tells the truth about them."""

import os
import re
import subprocess
import sys

import pytest
import small_mnist
from chapter_files import CHAPTERS, ROOT, cells, declared, read, records, shown_text

# Other than the defaults in everything, and quick.
OTHER = {
    "n_samples": 240,
    "cluster_std": 1.25,
    "data_seed": 7,
    "hidden_units": 20,
    "new_samples": 20_000,
    "batch_size": 24,
    "batch_sizes": "[7, 50]",
    "learning_rate": "2e-3",
    "batch_learning_rate": 0.02,
    "stochastic_learning_rate": 0.0005,
    "momentum": 0.5,
    "epochs": 23,
    "fit_epochs": 3,
    "last_epochs": 11,
    "target_accuracy": 0.7,
    "passes": 60,
    "limit_share": 0.25,
    "escape_passes": 12,
    "rms_learning_rate": 0.002,
    "initial_step": 0.05,
    "many_seeds": 9,
    "wide_units": 24,
    "n_wide": 600,
    "wide_batch_sizes": "[4, 64]",
    "repeats": 7,
    "dataset": "mnist",  # a small file of it, in a cache of the tests' own
    "max_train": 120,
    "draws": 40,
    "label_noise": 0.2,
    "tutorial_batch_size": 20,
    "tutorial_epochs": 30,
    "phases": 3,
    "factor": 2.0,
    "n_images": 60,
    "digits_batch_size": 20,
    "digits_learning_rate": 0.02,
    "digits_epochs": 13,
    "digits_seeds": 3,
    "doublings": 3,
    "learning_rates": "[0.005, 0.03, 0.15]",
    "warm_up_epochs": 2,
    "tuning_seeds": 3,
    "n_seeds": 7,
    "first_seed": 50,
    "table": "",  # tests/test_own_data_chapter.py reruns with a table and a model
    "target": "",
    "features": "[]",
    "delimiter": ";",
    "images": "",
    "image_size": 8,
    "color_mode": "rgb",
    "example": "wine",
    "test_share": 0.2,
    "max_samples": 150,
    "model": "",
    "optimizer": "adam",
}
# What a rerun's text says of these values, by the chapter's number; the rest say the first.
SAYS = {
    "": ["23 epochs", "0.7"],
    "01": ["120 test samples"],
    "07": ["23 epochs", "60 passes", "12 passes"],
    "13": ["23 epochs", "13 on the digits", "3 phases"],
    "14": ["23 epochs", "Batches of 24", "24 wrong labels"],
    "16": ["23 epochs", "0.7", "Of 178 samples 150 were drawn", "90 train, 30 validate"],
}


@pytest.fixture(scope="module", params=CHAPTERS, ids=lambda path: path.stem)
def rerun(request, tmp_path_factory):
    """A chapter, the values it was rerun with, and the executed notebook."""
    path = request.param
    values = {name: OTHER[name] for name in declared(read(path))}
    out = tmp_path_factory.mktemp("reruns") / path.name
    options = [word for name, value in values.items() for word in ("-p", name, str(value))]
    command = [sys.executable, "-m", "papermill", str(path), str(out), *options]
    keras_home = tmp_path_factory.mktemp("keras")
    small_mnist.write(keras_home)
    environment = os.environ | {"KERAS_HOME": str(keras_home)}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-2000:]
    return path, values, read(out)


def test_verdicts_rest_on_the_rerun_seeds(rerun):
    _, _, notebook = rerun
    verdicts = [record for record in records(notebook) if record["kind"] == "verdict"]
    assert verdicts
    for verdict in verdicts:
        assert "of 30" not in verdict["evidence"]
        by_seed = any(f"of {n} " in verdict["evidence"] for n in (7, 3, 2))
        assert by_seed or "stuck runs" in verdict["evidence"]


def test_text_speaks_of_the_new_values_and_not_of_the_old(rerun):
    path, _, notebook = rerun
    text = shown_text(notebook)
    assert "30 seeds" not in text
    assert "30 runs" not in text
    assert "200 epochs" not in text
    assert not re.search(r"\b500 (training |test )?samples", text)
    for words in SAYS.get(path.stem[:2], SAYS[""]):
        assert words in text


def test_results_are_those_of_the_new_values(rerun):
    path, _, notebook = rerun
    names = {record["claim"] for record in records(notebook) if record["kind"] == "verdict"}
    committed = {
        record["claim"]
        for record in records(read(ROOT / "_build" / "executed" / path.name))
        if record["kind"] == "verdict"
    }
    assert names == committed  # every claim of the chapter has a verdict in any rerun
    defaults = shown_text(read(ROOT / "_build" / "executed" / path.name))
    assert shown_text(notebook) != defaults


def test_figures_are_drawn_anew(rerun):
    path, _, notebook = rerun
    figures, before = (
        [o["data"]["image/svg+xml"] for c in cells(n, "code") for o in c.outputs
         if "image/svg+xml" in o.get("data", {})]
        for n in (notebook, read(ROOT / "_build" / "executed" / path.name))
    )  # fmt: skip
    assert len(figures) == len(before)
    assert not set(figures) & set(before)
