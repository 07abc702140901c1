"""The rerun command: what it lists, refuses, makes, and does not do twice."""

import csv
import json
import os
import re
from urllib.parse import quote

import joblib
import nbformat
import pytest
import rerun_folder
import xarray as xr
from chapter_files import CHAPTERS, ROOT, declared, read
from click.testing import CliRunner
from rerun_folder import WALK, contents, helpers, notebook, record, rerun, runs

from helpers import provenance
from helpers.reruns.command import main

BATCH = ROOT / "notebooks" / "02_batch_gradient_descent.ipynb"
FILES = {"figure.svg", "notebook.ipynb", "page.html", "result.json", "runs.nc"}


@pytest.fixture
def walk(tmp_path):
    """A notebook that takes a second."""
    return notebook(tmp_path / "walk.ipynb", WALK)


def test_list_tells_every_parameter_of_every_notebook(tmp_path):
    told = rerun("--list", folder=tmp_path, env=rerun_folder.wide_terminal()).stdout
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
def test_wrong_call_is_told_in_one_line_and_writes_nothing(
    walk, tmp_path, monkeypatch, arguments, sentence
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.ipynb").write_text("no notebook\n")
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "bare.ipynb")
    before = contents(tmp_path)
    called = CliRunner().invoke(main, ["rerun", *arguments])
    assert called.exit_code == 1
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
    assert not any(c.get("outputs") == [] for c in executed.cells if "judge(" in c.source)
    with xr.open_datatree(run / "runs.nc", engine="h5netcdf") as tree:
        assert tree["batch"].val_accuracy.sizes == {"seed": 2, "epoch": 5}
        assert tree["batch"].seed.values.tolist() == [1000, 1001]
        kept = json.loads(tree.attrs["rerun"])
    # what it was made with, in the record, the runs and the notebook alike
    for one in (told, kept, executed.metadata.book.rerun):
        assert one["parameters"] == declared(read(BATCH)) | told["values"]
        assert one["versions"] == provenance.versions()
        assert one["commit"] == provenance.commit()
        assert one["machine"] == provenance.processor()
        assert one["seconds"] > 0 and one["began"].startswith("20")
    assert set(told["verdicts"]) >= {"A2"}
    [line] = csv.DictReader((tmp_path / "out" / "table.csv").open())
    assert (line["parameter.epochs"], line["n_seeds"]) == ("5", "2")
    assert json.loads(line["verdicts"]) == told["verdicts"]
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
def test_result_of_other_code_or_data_is_not_served(walk, tmp_path, change, word):
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "__init__.py").write_text("raise RuntimeError")
    (tmp_path / "mine" / "net.py").write_text("units = 1")
    arguments = (walk, "-p", "word", word, "--out", "out")
    rerun(*arguments, folder=tmp_path)
    [before] = [record(run) for run in runs(tmp_path / "out")]
    change(tmp_path)
    told = rerun(*arguments, folder=tmp_path).stdout
    assert "1 of 1 runs are of other code, data or versions: done again." in told
    [after] = [record(run) for run in runs(tmp_path / "out")]
    assert after["key"] != before["key"]
    assert len(list(csv.DictReader((tmp_path / "out" / "table.csv").open()))) == 1


def test_run_starts_where_the_user_is(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "table.csv").write_text("here\n")
    reads = notebook(tmp_path / "elsewhere" / "reads.ipynb", "open(word).read()")
    rerun(reads, "-p", "word", "table.csv", "--out", "out", folder=tmp_path)
    [run] = runs(tmp_path / "out")
    assert read(run / "notebook.ipynb").cells[-1].outputs[0].data["text/plain"] == "'here\\n'"


MEETS = """\
import os
import time
from pathlib import Path

import joblib

Path(f"{n_seeds} is here").touch()
end = time.monotonic() + 60
while len([*Path().glob("* is here")]) < 2:  # until the other run has come, too
    assert time.monotonic() < end
    time.sleep(0.1)
limits = [os.environ.get(name) for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")]
print(limits, joblib.cpu_count())
"""


def test_two_jobs_run_side_by_side_and_share_the_cores(tmp_path):
    meets = notebook(tmp_path / "meets.ipynb", WALK, MEETS)
    grid = ("--grid", "n_seeds=2,3", "--jobs", 2, "--out", "out")
    rerun(meets, *grid, folder=tmp_path)
    share = max(1, joblib.cpu_count() // 2)
    for run in runs(tmp_path / "out"):
        printed = read(run / "notebook.ipynb").cells[-1].outputs[0].text
        assert printed == f"{[str(share)] * 2} {share}\n"


def test_failing_run_is_told_and_kept_and_the_others_are_done(tmp_path):
    fails = notebook(tmp_path / "fails.ipynb", WALK, "1 / (n_seeds - 3)")
    called = helpers("rerun", fails, "--grid", "n_seeds=2,3,4", "--out", "out", folder=tmp_path)
    assert called.returncode == 1
    assert called.stderr.endswith("Error: 1 of 3 runs failed; the rest are kept\n")
    assert "ZeroDivisionError: division by zero" in called.stdout
    assert len(runs(tmp_path / "out")) == 2
    [failed] = (tmp_path / "out" / "failed").iterdir()
    assert {path.name for path in failed.iterdir()} == {"notebook.ipynb", "result.json"}
    index = (tmp_path / "out" / "index.html").read_text()
    assert f'href="failed/{quote(failed.name)}/notebook.ipynb"' in index
    notebook(tmp_path / "fails.ipynb", WALK, "1")
    rerun(fails, "--grid", "n_seeds=2,3,4", "--out", "out", folder=tmp_path)
    assert len(runs(tmp_path / "out")) == 3
    assert list((tmp_path / "out" / "failed").iterdir()) == []


def test_kernel_that_dies_costs_its_run_only_and_says_nothing_on_the_console(tmp_path):
    loud = "import os\nos.write(2, b'from the depths')\nif n_seeds == 3:\n    os._exit(1)"
    dies = notebook(tmp_path / "dies.ipynb", loud)
    called = helpers("rerun", dies, "--grid", "n_seeds=3,2", "--out", "out", folder=tmp_path)
    assert called.returncode == 1
    assert "failed: nbclient.exceptions.DeadKernelError: Kernel died" in called.stdout
    assert "from the depths" not in called.stdout + called.stderr
    assert len(runs(tmp_path / "out")) == 1


DIES = """\
import sys
from pathlib import Path

if "ipykernel_launcher" in sys.orig_argv:
    deaths = Path(__file__).with_name("deaths")
    deaths.write_text(deaths.read_text()[1:] if deaths.exists() else "x" * times)
    if deaths.read_text():
        raise SystemExit
"""


@pytest.mark.parametrize(("deaths", "done"), [(2, True), (9, False)])
def test_kernel_that_does_not_start_is_started_again(walk, tmp_path, deaths, done):
    (tmp_path / "first").mkdir()  # Python imports sitecustomize as it starts
    (tmp_path / "first" / "sitecustomize.py").write_text(DIES.replace("times", str(deaths)))
    settings = {"env": os.environ | {"PYTHONPATH": str(tmp_path / "first")}}
    called = helpers("rerun", walk, "--out", "out", folder=tmp_path, **settings)
    assert (called.returncode, len(runs(tmp_path / "out"))) == ((0, 1) if done else (1, 0))
    assert ("failed: RuntimeError: Kernel died before replying" in called.stdout) is not done


def test_run_during_which_the_code_changed_is_not_kept(tmp_path, monkeypatch):
    from helpers.reruns import grid
    from helpers.reruns.execute import execute

    walk = notebook(tmp_path / "walk.ipynb", WALK)
    monkeypatch.setattr(provenance, "code_key", lambda: "the code as it was when this was called")
    [task] = grid.tasks(str(walk), [{}], None)
    outcome = execute(task)
    assert outcome.failure.startswith("OtherCodeError: helpers or packages changed while it ran")


def test_medians_and_parts_of_runs_are_saved_but_not_compared(tmp_path):
    parts = """
late, middle = runs.isel(epoch=slice(20, None)), runs.median("seed", keep_attrs=True)
runs.attrs["seconds_per_epoch"] = '{"dims": ["learning_rate"], "data": [0.1]}'
"""
    notebook(tmp_path / "parts.ipynb", WALK, parts)
    rerun("parts.ipynb", *OUT, folder=tmp_path)
    [run] = runs(tmp_path / "out")
    assert [line["name"] for line in record(run)["measures"]] == ["runs"]
    with xr.open_datatree(run / "runs.nc", engine="h5netcdf") as tree:
        assert set(tree.children) == {"runs", "late", "middle"}


def test_runs_that_cannot_be_measured_cost_their_run_only(tmp_path):
    odd = WALK + "if n_seeds == 3:\n    runs = runs.assign_coords(updates=runs.updates)\n"
    notebook(tmp_path / "odd.ipynb", odd)
    called = helpers("rerun", "odd.ipynb", "--grid", "n_seeds=3,2", *OUT, folder=tmp_path)
    assert "Error: 1 of 2 runs failed; the rest are kept" in called.stderr
    assert "failed: MergeError: conflicting values for variable 'updates'" in called.stdout


def test_target_and_final_epochs_are_told_as_they_were_taken(tmp_path):
    parameters = rerun_folder.PARAMETERS + "target_accuracy = 0.55  # to reach\n"
    walk = notebook(tmp_path / "walk.ipynb", WALK, parameters=parameters)
    rerun(walk, "--grid", "target_accuracy=0.55,95", "--out", "out", folder=tmp_path)
    lines = list(csv.DictReader((tmp_path / "out" / "table.csv").open()))
    taken = {float(line["parameter.target_accuracy"]): line["target"] for line in lines}
    assert taken == {0.55: "0.55", 95: "0.8"}
    assert {line["last"] for line in lines} == {"10"}


def test_columns_of_parameters_and_of_measures_are_apart(tmp_path):
    names = ["epochs", "n_seeds", "of", "name", "verdicts", "seconds", "learning_rate", "cell"]
    parameters = "\n".join(f"{name} = 1" for name in names)
    clash = notebook(tmp_path / "clash.ipynb", "1", parameters=parameters)
    given = [word for i, name in enumerate(names) for word in ("-p", name, 100 + i)]
    rerun(clash, *given, "--out", "out", folder=tmp_path)
    [line] = csv.DictReader((tmp_path / "out" / "table.csv").open())
    assert [line[f"parameter.{name}"] for name in names] == [
        str(100 + i) for i in range(len(names))
    ]
    assert line["verdicts"] == "{}"
    assert line["n_seeds"] == ""
