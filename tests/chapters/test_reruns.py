"""A chapter rerun by papermill with other values tells the truth about them."""

import os
import re
import subprocess
import sys

import chapters
import pytest
import small_mnist
from chapter_files import CHAPTERS, ROOT, cells, declared, read, records, shown_text

pytestmark = pytest.mark.slow

# Other than the defaults in everything, and as quick as the checks allow.
OTHER = {
    "n_samples": 240,
    "cluster_std": 1.25,
    "data_seed": 7,
    "hidden_units": 20,
    "new_samples": 2_000,
    "batch_size": 24,
    "batch_sizes": "[24, 48]",
    "learning_rate": "2e-3",
    "batch_learning_rate": 0.02,
    "stochastic_learning_rate": 0.0005,
    "momentum": 0.5,
    "epochs": 23,
    "fit_epochs": 4,
    "last_epochs": 11,
    "target_accuracy": 0.7,
    "passes": 30,
    "limit_share": 0.25,
    "escape_passes": 6,
    "rms_learning_rate": 0.002,
    "initial_step": 0.05,
    "wide_units": 24,
    "n_wide": 600,
    "wide_batch_sizes": "[16, 64]",
    "repeats": 2,
    "dataset": "mnist",  # a small file of it, in a cache of the tests' own
    "max_train": 60,
    "draws": 30,
    "phases": 2,
    "factor": 2.0,
    "n_images": 60,
    "digits_batch_size": 20,
    "digits_learning_rate": 0.02,
    "digits_epochs": 8,
    "digits_seeds": 3,
    "doublings": 4,
    "learning_rates": "[0.005, 0.03, 0.15]",
    "tuning_seeds": 2,
    "grid_seeds": 3,
    "micro_batch": 24,
    "accumulation_steps": 2,
    "adam_rates": "[0.004, 0.02, 0.1]",
    "sgd_rates": "[0.03, 0.15, 0.6]",
    "beta_2": 0.9,
    "longer_epochs": 26,
    "target_loss": 0.5,
    "most_updates": 120,
    "memory_gib": 4,
    "n_train": 150,
    "wrong_labels": 0.2,
    "training_loss": 0.3,
    "updates": 240,
    "n_seeds": 7,
    "first_seed": 50,
    "delimiter": ";",
    "decimal": ",",
    "missing_values": "refuse",
    "predict": "classes",
    "image_size": 8,
    "color_mode": "rgb",
    "example": "wine",
    "test_share": 0.2,
    "max_samples": 150,
    "optimizer": "adam",
    "metric": "balanced_accuracy",
    "class_weight": "balanced",
}
# What tests/chapters/test_user_data_chapter.py reruns with, and the targets of other metrics.
KEPT = {
    "11_your_own_data": {
        "table", "target", "features", "missing", "as_text", "leave_out", "images", "model",
        "target_error", "target_loss",
    }
}  # fmt: skip
# How many values a result may rest on: seeds, in up to three looks, those on digits, of a grid or
# that tune, pairs of seeds, epochs of fit after its first, or repeats.
COUNTS = {7, 14, 28, 3, 7 // 2, 4 - 1, 2, 1}


# Any worker may take any chapter: one is rerun once, and asked all that a rerun must be.
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_rerun_tells_the_truth(path, tmp_path):
    defaults = declared(read(path))
    values = {name: OTHER[name] for name in defaults if name not in KEPT.get(path.stem, ())}
    assert all(str(value) != str(defaults[name]) for name, value in values.items())
    notebook, before = rerun(path, values, tmp_path), chapters.executed(path)
    results_rest_on_the_seeds_of_the_rerun(notebook)
    it_says_which_settings_the_text_does_not_speak_of(notebook, values)
    results_are_those_of_the_new_values(notebook, before)
    figures_are_drawn_anew(notebook, before)


def rerun(path, values, folder):
    """The chapter, executed with values."""
    options = [word for name, value in values.items() for word in ("-p", name, str(value))]
    command = [sys.executable, "-m", "papermill", path, folder / path.name, *options]
    small_mnist.write(folder, n_train=100, n_test=40)
    environment = os.environ | small_mnist.OFFLINE | {"KERAS_HOME": str(folder)}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-2000:]
    return read(folder / path.name)


def results_rest_on_the_seeds_of_the_rerun(notebook):
    for record in records(notebook):
        assert {part["n"] for part in record["assertions"]} <= COUNTS


def it_says_which_settings_the_text_does_not_speak_of(notebook, values):
    """Text is fixed and describes the defaults; tables, figures and results are the rerun's."""
    [check] = [cell for cell in cells(notebook, "code") if "parameters." in cell.source][:1]
    [said] = [output.text for output in check.outputs if output.output_type == "stream"]
    named = re.search(r"Your own settings: (.*)\. The text below", said)[1].split(", ")
    assert set(values) - {"n_seeds", "first_seed"} <= set(named) <= set(values)
    text = shown_text(notebook)
    for record in records(notebook):
        text = text.replace(record["statement"], "")  # the source's own words
    assert "20 seeds" not in text
    assert not re.search(r"\b500 (training |test )?samples", text)


def results_are_those_of_the_new_values(notebook, before):
    assert records(before)
    measured = [r["claim"] for r in records(before) if not r["confirmed"]]
    assert [r["claim"] for r in records(notebook)] == measured  # the confirmed ones are hidden
    assert shown_text(notebook) != shown_text(before)


def figures_are_drawn_anew(notebook, before):
    figures, old = (
        [o["data"]["image/svg+xml"] for c in cells(n, "code") for o in c.outputs
         if "image/svg+xml" in o.get("data", {})]
        for n in (notebook, before)
    )  # fmt: skip
    assert len(figures) == len(old)
    assert not set(figures) & set(old)
