"""The rerun command: what it lists, refuses, makes, and does not do twice."""

import csv
import json
import re
from urllib.parse import quote

import nbformat
import pytest
import rerun_folder
import xarray as xr
from chapter_files import CHAPTERS, ROOT, declared, read
from rerun_folder import WALK, contents, helpers, notebook, record, rerun, runs

from helpers import provenance
from helpers.reruns import grid, notebooks

pytestmark = pytest.mark.slow

BATCH = ROOT / "notebooks" / "02_batch_gradient_descent.ipynb"
FILES = {"SHA256SUMS", "figure.svg", "notebook.ipynb", "page.html", "result.json", "runs.nc"}


@pytest.fixture
def walk(tmp_path):
    """A notebook that takes a second."""
    return notebook(tmp_path / "walk.ipynb", WALK)


def test_list_tells_every_parameter_of_every_notebook(tmp_path):
    told = rerun("--list", folder=tmp_path, env={"COLUMNS": "1000"}).stdout
    parts = dict(re.findall(r"^notebooks/(\S+): .*\n((?:  .*\n?)*)", told, re.MULTILINE))
    assert list(parts) == [path.name for path in CHAPTERS]
    for path in CHAPTERS:
        source = next(
            c.source for c in read(path).cells if "parameters" in c.metadata.get("tags", [])
        )
        lines = parts[path.name].splitlines()
        for line, (name, default) in zip(lines, declared(read(path)).items(), strict=True):
            assert line.startswith(f"  {name} = {default}  # ")
            assert line.partition("  # ")[2] in source  # meaning and range, in the notebook's words


def test_all_problems_are_told_at_once_and_nothing_is_written(tmp_path):
    called = helpers(
        "rerun", BATCH, "-p", "n_seed", 3, "-p", "epochs", "many", "--grid", "momentum=0.5,2,-1",
        "--grid", "learning_rate=0.1,fast", "--out", "out", folder=tmp_path,
    )  # fmt: skip
    assert called.returncode == 1
    assert called.stdout == ""
    lines = called.stderr.removeprefix("Error: ").splitlines()
    assert lines[0].startswith("n_seed is not a parameter of this chapter (did you mean n_seeds?)")
    assert sorted(lines[1:]) == [
        "epochs must be a whole number from 5 to 100000, got 'many'",
        "learning_rate must be a number from 1e-08 to 100, got 'fast'",
        "momentum must be a number from 0 to 0.999, got -1",
        "momentum must be a number from 0 to 0.999, got 2",
    ]
    assert list(tmp_path.iterdir()) == []


MANY = ",".join(map(str, range(200)))
OUT = ("--out", "out")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "NOTEBOOK is missing"),
        (["walk.ipynb"], "--out is missing"),
        (["none.ipynb", *OUT], "there is no notebook none.ipynb"),
        ([".", *OUT], "NOTEBOOK must be a notebook, got the folder ."),
        (["text.ipynb", *OUT], "text.ipynb cannot be read as a notebook"),
        (["walk.ipynb", "--out", "text.ipynb"], "DIR must be a folder, got the file text.ipynb"),
        (
            ["walk.ipynb", "--out", "s3://a/b"],
            "--out must be a folder of this machine, got s3://a/b",
        ),
        (["walk.ipynb", *OUT, "--grid", "word"], "--grid must read NAME=VALUE,VALUE, got word"),
        (["walk.ipynb", *OUT, "--grid", "word="], "--grid must read NAME=VALUE,VALUE, got word="),
        (["walk.ipynb", *OUT, "--grid", "word=a,a"], "--grid word must not hold a value twice"),
        (["walk.ipynb", *OUT, "-p", "word", "a", "--grid", "word=b"], "word must be given once"),
        (
            ["walk.ipynb", *OUT, "--grid", f"n_seeds={MANY}", "--grid", f"learning_rate={MANY}"],
            "--grid must make at most 10000 runs, got 40000",
        ),
        (["bare.ipynb", *OUT, "-p", "word", "a"], "the notebook has no parameters"),
        (
            ["walk.ipynb", *OUT, "-p", "word", "\udcff"],
            "a value must be text in UTF-8, got '\\udcff'",
        ),
    ],
)
def test_wrong_call_is_told_in_one_line_and_writes_nothing(walk, tmp_path, arguments, sentence):
    (tmp_path / "text.ipynb").write_text("no notebook\n")
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "bare.ipynb")
    before = contents(tmp_path)
    called = helpers("rerun", *arguments, folder=tmp_path)
    assert called.returncode == 1
    assert called.stderr.startswith(f"Error: {sentence}")
    assert called.stderr.count("\n") == 1
    assert called.stdout == ""
    assert contents(tmp_path) == before
    assert not (tmp_path / "out").exists()


QUICK = {"epochs": 5, "last_epochs": 3, "fit_epochs": 1, "n_seeds": 2, "target_accuracy": 0.3}


def test_chapter_rerun_leaves_notebook_page_runs_and_tables(tmp_path):
    given = [word for name, value in QUICK.items() for word in ("-p", name, value)]
    rerun(BATCH, *given, "--out", "out", folder=tmp_path)
    [run] = runs(tmp_path / "out")
    assert {path.name for path in run.iterdir()} == FILES
    told = record(run)
    executed = read(run / "notebook.ipynb")
    assert not any(c.get("outputs") == [] for c in executed.cells if "result(" in c.source)
    with xr.open_datatree(run / "runs.nc", engine="h5netcdf") as tree:
        assert tree["runs"].val_accuracy.sizes == {"seed": 2, "epoch": 5}
        assert tree["runs"].seed.values.tolist() == [5000, 5001]
        kept = json.loads(tree.attrs["rerun"])
    # what it was made with, in the record, the runs and the notebook alike
    for one in (told, kept, executed.metadata.book.rerun):
        assert one["parameters"] == declared(read(BATCH)) | told["values"]
        assert one["versions"] == provenance.versions()
        assert one["commit"] == provenance.commit()
        assert one["machine"] == provenance.processor()
        assert one["seconds"] > 0 and one["began"].startswith("20")
    assert "A2.test" in told["results"]
    line, _ = csv.DictReader((tmp_path / "out" / "table.csv").open())
    assert (line["parameter.epochs"], line["n_seeds"]) == ("5", "2")
    assert json.loads(line["results"]) == told["results"]
    index = (tmp_path / "out" / "index.html").read_text()
    assert f'href="runs/{quote(run.name)}/page.html"' in index
    assert f'src="runs/{quote(run.name)}/figure.svg"' in index


def test_second_call_does_nothing_and_a_larger_grid_only_what_is_new(walk, tmp_path):
    rerun(walk, "--grid", "n_seeds=2,3", "--out", "out", folder=tmp_path)
    before = {run.name: contents(run) for run in runs(tmp_path / "out")}
    told = rerun(walk, "--grid", "n_seeds=2,3", "--out", "out", folder=tmp_path).stdout
    assert told.startswith("2 of 2 runs are there already.")
    assert {run.name: contents(run) for run in runs(tmp_path / "out")} == before
    told = rerun(
        walk, "--grid", "n_seeds=2,3,4", "--jobs", 2, "--out", "out", folder=tmp_path
    ).stdout
    assert told.startswith("2 of 3 runs are there already.")
    after = {run.name: contents(run) for run in runs(tmp_path / "out")}
    assert len(after) == 3
    assert {name: after[name] for name in before} == before
    lines = list(csv.DictReader((tmp_path / "out" / "table.csv").open()))
    assert sorted(line["parameter.n_seeds"] for line in lines) == ["2", "3", "4"]


def change_code(tmp_path):
    notebook(tmp_path / "walk.ipynb", WALK.replace("default_rng(5)", "default_rng(6)"))


def change_default(tmp_path):
    changed = rerun_folder.PARAMETERS.replace("0.01", "0.02")
    notebook(tmp_path / "walk.ipynb", WALK, parameters=changed)


def change_table(tmp_path):
    (tmp_path / "table.csv").write_text("a,b\n3,4\n")


def change_model(tmp_path):
    (tmp_path / "mine" / "net.py").write_text("units = 2")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (change_code, "plain"),
        (change_default, "plain"),
        (change_table, "table.csv"),
        (change_model, "mine.net:build"),
    ],
)
def test_key_of_a_run_changes_with_code_and_data(walk, tmp_path, change, word):
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "__init__.py").write_text("raise RuntimeError")
    (tmp_path / "mine" / "net.py").write_text("units = 1")

    def task():
        with notebooks.seen_from(tmp_path):
            [made] = grid.tasks(notebooks.load(str(walk)), "walk.ipynb", [{"word": word}], None)
        return made

    before = task()
    assert task().record["key"] == before.record["key"]
    change(tmp_path)
    assert task().record["key"] != before.record["key"]
    assert task().name == before.name


def test_result_of_another_key_is_not_served(walk, tmp_path):
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    arguments = (walk, "-p", "word", "table.csv", "--out", "out")
    rerun(*arguments, folder=tmp_path)
    [before] = [record(run) for run in runs(tmp_path / "out")]
    change_table(tmp_path)
    told = rerun(*arguments, folder=tmp_path).stdout
    assert "1 of 1 runs were made with other code, data or versions, and are done again." in told
    [after] = [record(run) for run in runs(tmp_path / "out")]
    assert after["key"] != before["key"]
    assert len(list(csv.DictReader((tmp_path / "out" / "table.csv").open()))) == 1
