"""Documents are executed through nbmake: once, side by side, and again after a change."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import chapters
import execute
import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

pytestmark = pytest.mark.slow

PAGE = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n\n# A page\n"
RUN = (
    "import sys; from pathlib import Path; import execute; execute.main(Path(sys.argv[1]), jobs=2)"
)


@pytest.fixture
def root(tmp_path):
    """Return a small book without chapters, in a folder with a space in its name."""
    root = tmp_path / "a book"
    for folder in ("notebooks", "helpers", "book"):
        (root / folder).mkdir(parents=True)
    (root / "requirements.lock").write_text("keras==3.0\n")
    (root / "book" / "results.md").write_text("3 s\n")
    return root


def write(root, name, *sources, **about):
    sources = [f"{sources[0]}  # in {name}", *sources[1:]]  # what is the same code is the same
    notebook = new_notebook(cells=[new_markdown_cell("# Title"), *map(new_code_cell, sources)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    notebook.metadata.book = about
    path = root / "notebooks" / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


def times(root, name):
    """What the two clocks of a notebook that `clock` wrote have read."""
    notebook = chapters.executed(root / "notebooks" / f"{name}.ipynb")
    return [float(cell.outputs[0].text) for cell in chapters.code_cells(notebook)]


def clock(root, name, seconds=2, **about):
    """Write a notebook that says when it began and when it ended."""
    now = "import time; print(time.monotonic())"
    write(root, name, now, f"time.sleep({seconds}); print(time.monotonic())", **about)


def test_documents_are_executed_once_and_again_after_a_change(root, capfd):
    one = write(root, "01_one", "batch_size = 32", "print(batch_size)")
    notebook = chapters.read(one)
    notebook.cells[1].metadata.nbmake = {"mock": {"batch_size": 8}}  # only nbmake replaces it
    nbformat.write(notebook, one)
    (root / "book" / "page.md").write_text(f"{PAGE}\n```{{code-cell}}\nprint(6 * 7)\n```\n")
    committed = one.read_bytes()

    assert execute.main(root) == []
    assert "To execute through nbmake: 2 of 2" in capfd.readouterr().out
    executed = chapters.executed(one)
    assert executed.cells[2].outputs[0].text == "8\n"
    assert executed.metadata.book.seconds > 0
    assert one.read_bytes() == committed
    assert chapters.is_fresh(root / "book" / "page.md")

    assert execute.main(root) == []
    assert "To execute through nbmake: 0 of 2" in capfd.readouterr().out
    write(root, "01_one", "batch_size = 64", "print(batch_size)")
    assert execute.main(root) == []
    assert "To execute through nbmake: 1 of 2" in capfd.readouterr().out
    assert chapters.executed(one).cells[2].outputs[0].text == "64\n"


def test_failure_is_told_at_once_with_its_cell_and_the_others_go_on(root, capfd):
    fails = write(root, "00_fails", "batch_size = 0", "assert batch_size, 'got 0'", "print('no')")
    one = write(root, "01_one", "print(1)")
    dies = write(root, "02_dies", "import os", "os._exit(1)")
    failures = execute.main(root, jobs=1)
    message = "notebooks/00_fails.ipynb failed in code cell 2 (`assert batch_size, 'got 0'`): "
    assert f"{message}AssertionError: got 0" in failures
    assert any(failure.startswith("notebooks/02_dies.ipynb failed") for failure in failures)
    assert message in capfd.readouterr().out
    assert [chapters.is_fresh(path) for path in (fails, one, dies)] == [False, True, False]


def test_book_without_chapters_fails(root):
    assert execute.main(root) == ["There is no chapter in notebooks/."]


def test_documents_run_side_by_side_but_those_that_measure_clocks_alone(root):
    for name in ("01_one", "02_two"):
        clock(root, name, 4)
    clock(root, "03_alone", 0, alone=True)
    clock(root, "04_alone", 0, alone=True)
    assert execute.main(root, jobs=2) == []
    one, two = times(root, "01_one"), times(root, "02_two")
    assert one[0] < two[1] and two[0] < one[1]
    three, four = sorted([times(root, "03_alone"), times(root, "04_alone")])
    assert max(one[1], two[1]) < three[0]
    assert three[1] < four[0]


def test_longest_of_last_time_begins_first(root, monkeypatch):
    monkeypatch.setattr(execute, "expected_seconds", lambda root: {"notebooks/02_two.ipynb": 90.0})
    for name in ("01_one", "02_two", "03_three"):
        clock(root, name, 0)
    assert execute.main(root, jobs=1) == []
    assert times(root, "02_two")[0] < min(times(root, "01_one")[0], times(root, "03_three")[0])


def test_seconds_are_those_of_last_time_and_of_the_project_the_first_time(root):
    known = json.loads(Path(execute.__file__).with_name("seconds.json").read_text())
    assert execute.expected_seconds(root) == known
    assert {path.parent.name + "/" + path.name for path in chapters.chapters()} <= set(known)
    path = write(root, "01_dataset", "import time; time.sleep(1)")
    execute.main(root)
    last = execute.expected_seconds(root)["notebooks/01_dataset.ipynb"]
    assert last == chapters.executed(path).metadata.book.seconds


def test_document_has_the_files_that_it_says_it_reads_and_no_others(root):
    source = "from pathlib import Path; print(Path('../book/results.md').read_text())"
    path = write(root, "01_reads", source, reads=["book/results.md"])
    write(root, "02_does_not_say", source)
    [failure] = execute.main(root)
    assert "02_does_not_say" in failure and "FileNotFoundError" in failure
    assert "3 s" in chapters.executed(path).cells[1].outputs[0].text


def test_one_chapter_is_chosen_by_the_beginning_of_its_name(root):
    paths = [write(root, name, "print(1)") for name in ("01_one", "02_two")]
    assert execute.main(root, "02") == []
    assert [chapters.is_fresh(path) for path in paths] == [False, True]


@pytest.mark.parametrize(("given", "count"), [("07", 0), ("0", 2)])
def test_chapter_that_is_none_or_several_is_refused_with_the_names(root, given, count):
    for name in ("01_one", "02_two"):
        write(root, name, "print(1)")
    with pytest.raises(SystemExit, match=f"CHAPTER={given} .* {count} names; .*01_one, 02_two"):
        execute.main(root, given)


@pytest.mark.parametrize("jobs", [0, -1])
def test_no_jobs_are_refused(root, jobs):
    with pytest.raises(SystemExit, match=f"JOBS must be at least 1, got {jobs}"):
        execute.main(root, jobs=jobs)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_keeps_what_is_done_and_leaves_no_kernel(root, how):
    done = write(root, "01_done", "print(1)")
    mark = root / "began"
    endless = f"from pathlib import Path; Path({str(mark)!r}).touch()\nimport time; time.sleep(600)"
    write(root, "02_endless", endless)
    folders = os.pathsep.join(str(chapters.ROOT / part) for part in ("book/_ext", ""))
    environment = os.environ | {"PYTHONPATH": folders}
    # The child of a shell without job control would not hear Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run = subprocess.Popen([sys.executable, "-c", RUN, str(root)], env=environment)
    end = time.monotonic() + 120
    while not (mark.exists() and chapters.is_fresh(done)):
        assert time.monotonic() < end and run.poll() is None
        time.sleep(0.2)
    below = psutil.Process(run.pid).children(recursive=True)
    assert below
    run.send_signal(how)
    run.wait(60)
    gone, alive = psutil.wait_procs(below, timeout=30)
    assert alive == []
    assert chapters.is_fresh(done)
