"""Reruns in the folders and on the machines that people have."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv

import pytest
from chapter_files import CHAPTERS, ROOT, read
from rerun_folder import WALK, apart, command, helpers, notebook, record, rerun, runs

pytestmark = pytest.mark.slow

CHAPTER = next(path for path in CHAPTERS if path.stem.startswith("05"))
SHADOW = "def double(x):\n    return 2 * x\n"


def shown(run):
    """What the last code cell of a run printed."""
    return read(run / "notebook.ipynb").cells[-1].outputs[0].text


def test_book_s_helpers_are_used_where_the_user_has_modules_of_the_same_names(tmp_path):
    for name in ("helpers", "random", "queue", "click"):
        (tmp_path / f"{name}.py").write_text(SHADOW)
    short = notebook(tmp_path / "short.ipynb", WALK, "from helpers import errors; print(errors)")
    called = subprocess.run(
        [sys.executable, "-P", *command("rerun", short, "--out", "out")[1:]],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert called.returncode == 0, called.stderr
    [run] = runs(tmp_path / "out")
    assert str(ROOT / "helpers" / "errors.py") in shown(run)


def test_modules_of_the_user_are_none_of_the_command_s(tmp_path):
    for name in ("random", "tempfile", "click", "papermill", "xarray"):
        (tmp_path / f"{name}.py").write_text(SHADOW)
    called = apart("rerun", "--list", folder=tmp_path)
    assert called.stdout.startswith("notebooks/01_"), called.stderr


def test_command_is_the_book_s_where_the_user_has_helpers_of_his_own(tmp_path):
    environment = tmp_path / "environment"
    venv.create(environment, symlinks=True)
    python = environment / "bin" / "python"
    paths = {"PYTHONPATH": os.pathsep.join([str(ROOT), sysconfig.get_path("purelib")])}

    def list_notebooks():
        return subprocess.run(
            [python, "-m", "helpers", "rerun", "--list"], cwd=tmp_path, env=os.environ | paths,
            capture_output=True, text=True,
        )  # fmt: skip

    (tmp_path / "helpers.py").write_text(SHADOW)
    assert (list_notebooks().returncode, list_notebooks().stdout) == (0, "")  # Python's own way
    install = [python, "-P", "-m", "helpers.reruns.precedence"]  # as the Makefile does
    subprocess.run(install, env=os.environ | paths, check=True)
    assert list_notebooks().stdout.startswith("notebooks/01_")


@pytest.mark.parametrize("file", ["Makefile", "postBuild"])
def test_what_installs_the_book_sees_to_it(file):
    lines = (ROOT / file).read_text().splitlines()
    [at] = [i for i, line in enumerate(lines) if "pip install --no-deps" in line]
    assert lines[at + 1].endswith(" -P -m helpers.reruns.precedence")


def test_module_of_the_user_is_found_beside_them(tmp_path):
    (tmp_path / "helpers.py").write_text(SHADOW)
    (tmp_path / "net.py").write_text("UNITS = 7")
    notebook(tmp_path / "imports.ipynb", "import net; print(net.UNITS)")
    rerun("imports.ipynb", "-p", "word", "net:make", "--out", "out", folder=tmp_path)
    [run] = runs(tmp_path / "out")
    assert shown(run) == "7\n"
    assert [*record(run)["files"]] == ["net:make"]


def test_another_kernel_called_python3_is_not_taken(tmp_path):
    """A user's own kernels come first, where the Python of the book is not the user's to write."""
    wrong = tmp_path / "data" / "kernels" / "python3"
    wrong.mkdir(parents=True)
    (wrong / "kernel.json").write_text(
        '{"argv": ["/no/such/python", "{connection_file}"], "display_name": "x", "language": "x"}'
    )
    settings = {"JUPYTER_DATA_DIR": str(tmp_path / "data"), "JUPYTER_PREFER_ENV_PATH": "0"}
    walk = notebook(tmp_path / "walk.ipynb", WALK, "import sys; print(sys.executable)")
    papermill = [sys.executable, "-m", "papermill", str(walk), str(tmp_path / "out.ipynb")]
    plain = subprocess.run(papermill, env=os.environ | settings, capture_output=True, text=True)
    assert "/no/such/python" in plain.stderr  # so much for what stands in the way
    preferred = os.environ | settings | {"JUPYTER_PREFER_ENV_PATH": "1"}
    assert subprocess.run(papermill, env=preferred, capture_output=True).returncode == 0
    rerun(walk, "--out", "out", folder=tmp_path, env=settings)
    [run] = runs(tmp_path / "out")
    assert shown(run) == f"{sys.executable}\n"


def test_run_that_never_ends_is_stopped_and_told_and_the_others_go_on(tmp_path):
    hangs = "import time\ntime.sleep(600 if n_seeds == 2 else 0)"
    notebook(tmp_path / "hangs.ipynb", hangs, WALK)
    grid = ("--grid", "n_seeds=2,3", "--timeout", 25, "--out", "out")
    called = helpers("rerun", "hangs.ipynb", *grid, folder=tmp_path)
    assert called.returncode == 1
    assert "failed: it was stopped after 25 seconds (--timeout)\n" in called.stdout
    assert called.stderr.endswith("Error: 1 of 2 runs failed; the rest are kept\n")
    assert [record(run)["values"] for run in runs(tmp_path / "out")] == [{"n_seeds": 3}]
    [stopped] = (tmp_path / "out" / "failed").iterdir()
    assert read(stopped / "notebook.ipynb").cells[1].execution_count == 1


def test_run_that_does_not_heed_an_interruption_is_stopped_all_the_same(tmp_path, monkeypatch):
    from helpers.reruns import execute

    monkeypatch.setattr(execute, "GRACE", 1)
    deaf = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(600)"
    notebook(tmp_path / "deaf.ipynb", deaf)
    called = helpers("rerun", "deaf.ipynb", "--timeout", 6, "--out", "out", folder=tmp_path)
    assert "failed: it was stopped after 6 seconds (--timeout)\n" in called.stdout


def test_runs_start_in_the_folder_of_cwd_and_paths_of_values_count_from_there(tmp_path):
    data = tmp_path / "{my} data, größen"
    data.mkdir()
    (data / "table.csv").write_text("there\n")
    (data / "net.py").write_text("UNITS = 7")
    (tmp_path / "table.csv").write_text("here\n")
    reads = "import net\nprint(open('table.csv').read().strip(), net.UNITS)"
    notebook(tmp_path / "reads {a}.ipynb", reads)
    arguments = ("reads {a}.ipynb", "-p", "word", "table.csv", "--cwd", data.name, "--out", "o {ü}")
    rerun(*arguments, folder=tmp_path)
    [run] = runs(tmp_path / "o {ü}")
    assert shown(run) == "there 7\n"
    (tmp_path / "table.csv").write_text("another\n")
    assert "1 of 1 runs are there already" in rerun(*arguments, folder=tmp_path).stdout
    (data / "table.csv").write_text("another\n")
    assert "made with other code, data or versions" in rerun(*arguments, folder=tmp_path).stdout
    assert helpers("verify", tmp_path / "o {ü}", folder=ROOT).returncode == 0


def test_temporary_folder_may_have_braces_and_the_home_may_be_gone(tmp_path):
    (tmp_path / "{tmp}").mkdir()
    walk = notebook(tmp_path / "模型 {x}.ipynb", WALK)
    settings = {"TMPDIR": str(tmp_path / "{tmp}"), "HOME": "/proc/nowhere"}
    called = apart("rerun", walk, "--out", "out", folder=tmp_path, env=os.environ | settings)
    assert called.returncode == 0, called.stdout + called.stderr
    assert [*(tmp_path / "{tmp}").glob("rerun-*")] == []


def test_notebook_values_and_results_may_lie_at_home(tmp_path):
    notebook(tmp_path / "walk.ipynb", WALK)
    (tmp_path / "values.yaml").write_text("n_seeds: 3")
    home = {"HOME": str(tmp_path)}
    rerun("~/walk.ipynb", "-f", "~/values.yaml", "--out=~/out", folder=ROOT, env=home)
    [run] = runs(tmp_path / "out")
    assert record(run)["values"] == {"n_seeds": 3}


def test_notebook_may_come_by_the_standard_input(tmp_path):
    text = notebook(tmp_path / "walk.ipynb", WALK).read_text()
    called = apart("rerun", "-", "-p", "n_seeds", 4, "--out", "out", folder=tmp_path, input=text)
    assert called.returncode == 0, called.stderr
    [run] = runs(tmp_path / "out")
    assert (record(run)["notebook"], record(run)["values"]) == ("stdin", {"n_seeds": 4})
    empty = apart("rerun", "-", "--out", "out", folder=tmp_path, input="")
    assert empty.stderr.startswith("Error: - cannot be read as a notebook: ")


def test_executed_notebook_runs_with_its_values_and_the_record_says_so(tmp_path):
    notebook(tmp_path / "walk.ipynb", WALK, "print(n_seeds, word)")
    rerun("walk.ipynb", "-p", "n_seeds", 5, "--out", "first", folder=tmp_path)
    [run] = runs(tmp_path / "first")
    told = rerun(run / "notebook.ipynb", "-p", "word", "new", "--out", "again", folder=tmp_path)
    assert told.stdout.startswith("Kept from the notebook's last execution: n_seeds = 5.\n")
    [again] = runs(tmp_path / "again")
    assert shown(again) == "5 new\n"
    assert record(again)["values"] == {"n_seeds": 5, "word": "new"}
    assert record(again)["parameters"]["n_seeds"] == 5


def test_chapter_takes_the_values_of_a_yaml_file(tmp_path):
    chapter = shutil.copy(CHAPTER, tmp_path)
    (tmp_path / "bad.yaml").write_text("batch_size: [16, 64]\nn_seeds: 010\n")
    called = helpers("rerun", chapter, "-f", "bad.yaml", "--out", "out", folder=tmp_path)
    assert called.stdout == ("bad.yaml: YAML reads n_seeds: 010 as 8; in quotes it stays text.\n")
    assert called.stderr == (
        "Error: batch_size must be a whole number from 1 to 500000 (for several values use "
        "rerun with --grid batch_size=16,64), got [16, 64]\n"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--out", "/proc/here"], "/proc/here cannot be written: No such file or directory."),
        (["--out", "walk.ipynb/out"], "walk.ipynb/out cannot be written: Not a directory."),
        (["--out", "o" * 300], f"{'o' * 300} cannot be written: File name too long."),
        (["--out", "\udcff"], "--out must be text in UTF-8, got '\\udcff'"),
        (["--cwd", "none", "--out", "out"], "--cwd must be a folder, got none"),
        (["--cwd", "walk.ipynb", "--out", "out"], "--cwd must be a folder, got walk.ipynb"),
        (["--jobs", "two", "--out", "out"], "--jobs must be a whole number from 1 to 256, got two"),
        (["--timeout", "0", "--out", "out"], "--timeout must be a whole number from 1 to 31536000"),
        (["-f", "none", "--out", "out"], "none cannot be read: No such file or directory"),
        (["-f", ".", "--out", "out"], ". cannot be read: Is a directory"),
        (["-f", "walk.ipynb", "--out", "out"], "cells is not a parameter of this chapter"),
    ],
)
def test_folder_or_file_that_cannot_be_used_is_told(tmp_path, arguments, sentence):
    walk = notebook(tmp_path / "walk.ipynb", WALK)
    called = helpers("rerun", walk, *arguments, folder=tmp_path)
    assert called.returncode == 1
    assert called.stderr.startswith(f"Error: {sentence}")
    assert [*tmp_path.iterdir()] == [walk]
