"""A rerun is repeated and compared; a notebook may be at an address."""

import re

import pytest
from rerun_folder import RESULT, WALK, helpers, notebook, numbers, record, rerun, runs
from site_server import Handler, serve

from helpers.reruns.store import Store

pytestmark = pytest.mark.slow


def test_run_is_repeated_to_the_last_bit(tmp_path):
    walk = notebook(tmp_path / "walk.ipynb", WALK, RESULT)
    rerun(walk, "-p", "learning_rate", 0.1, "--out", "out", folder=tmp_path)
    [run] = runs(tmp_path / "out")
    walk.unlink()  # the run's own notebook is repeated
    verified = helpers("verify", "out", folder=tmp_path)
    assert verified.returncode == 0, verified.stderr
    assert verified.stdout == (
        f"Repeating {run.name}.\n{run.name} came out the same, to the last bit.\n"
    )
    assert record(run)["results"]


CHANCE = """\
import os

runs["val_accuracy"] = runs.val_accuracy + os.getpid() * 1e-9
from helpers.analysis import result
result("A1", {"good_enough": [0.0 if os.path.exists("low") else 1.0] * 9})
"""


def test_what_differs_is_told(tmp_path):
    notebook(tmp_path / "walk.ipynb", WALK, CHANCE)
    (tmp_path / "table.csv").write_text("1")
    rerun("walk.ipynb", "-p", "word", "table.csv", "--out", "out", folder=tmp_path)
    [run] = runs(tmp_path / "out")
    (tmp_path / "table.csv").write_text("2")
    (tmp_path / "low").touch()
    verified = helpers("verify", "out", "--run", run.name, folder=tmp_path)
    assert verified.returncode == 1
    first, *differences = verified.stderr.splitlines()
    assert first == f"Error: {run.name} came out different:"
    assert re.fullmatch(r"table.csv was [0-9a-f]{64} and is [0-9a-f]{64}", differences[0])
    assert differences[1:] == [
        "/runs: val_accuracy differs",
        "A1.good_enough was relevant difference and is no relevant difference",
    ]


def test_wrong_call_of_verify_is_told(tmp_path):
    Store(tmp_path / "empty")
    for arguments, sentence in {
        ("nothing",): "DIR must be a folder of reruns, got nothing",
        ("empty",): "empty has no run to verify",
        ("empty", "--run", "a"): "empty has no run a",
    }.items():
        called = helpers("verify", *arguments, folder=tmp_path)
        assert (called.returncode, called.stderr) == (1, f"Error: {sentence}\n")
    assert not (tmp_path / "nothing").exists()


class Plain(Handler):
    """Sends a notebook as it is."""

    def guess_type(self, path):
        return "application/octet-stream"


def test_notebook_at_an_address_gives_what_the_file_gives(tmp_path):
    notebook(tmp_path / "walk.ipynb", WALK)
    with serve(tmp_path, Plain) as address:
        called = rerun(f"{address}walk.ipynb?token=secret", "--out", "far", folder=tmp_path)
    assert called.returncode == 0
    rerun("walk.ipynb", "--out", "near", folder=tmp_path)
    assert numbers(tmp_path / "far") == numbers(tmp_path / "near")
    told = [path.read_text(errors="replace") for path in (tmp_path / "far").rglob("*.*")
            if path.is_file()]  # fmt: skip
    assert not any("secret" in text for text in told)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("s3://bucket/a.ipynb", "notebook: The boto3 optional dependency is missing"),
        ("gs://bucket/a.ipynb", "notebook: The gcsfs optional dependency is missing"),
        ("abs://account/a/a.ipynb", "notebook: The azure.storage.blob optional dependency is"),
        ("abfs://a@account/a.ipynb", "papermill reads no notebook from abfs:// addresses"),
        ("ftp://127.0.0.1/a.ipynb", "papermill reads no notebook from ftp:// addresses"),
    ],
)
def test_address_that_cannot_be_read_is_told(tmp_path, address, sentence):
    called = helpers("rerun", address, "--out", "out", folder=tmp_path)
    assert called.returncode == 1
    assert sentence in called.stderr
    assert called.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_address_without_a_notebook_is_told(tmp_path):
    with serve(tmp_path) as address:
        called = helpers("rerun", f"{address}none.ipynb", "--out", "out", folder=tmp_path)
    assert called.returncode == 1
    assert "none.ipynb cannot be read as a notebook: " in called.stderr
    assert called.stderr.count("\n") == 1
