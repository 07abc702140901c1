"""Chapters are executed through nbmake: once, and again after a change in what they depend on."""

import re

import chapters
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


@pytest.fixture
def root(tmp_path):
    """Return a small book of one chapter, in a folder with a space in its name."""
    root = tmp_path / "a book"
    for folder in ("notebooks", "helpers"):
        (root / folder).mkdir(parents=True)
    (root / "helpers" / "models.py").write_text("units = 50\n")
    (root / "requirements.lock").write_text("keras==3.0\n")
    write(root, "01_one", "batch_size = 32", "print(batch_size)")
    return root


def write(root, name, *sources):
    notebook = new_notebook(cells=[new_markdown_cell("# Title"), *map(new_code_cell, sources)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, root / "notebooks" / f"{name}.ipynb")


def edit(chapter, change):
    notebook = chapters.read(chapter)
    change(notebook)
    nbformat.write(notebook, chapter)


def set_source(cell, source):
    return lambda notebook: notebook.cells[cell].update(source=source)


def set_metadata(cell, **metadata):
    return lambda notebook: notebook.cells[cell].metadata.update(metadata)


CODE_CHANGES = {
    "code": set_source(1, "batch_size = 64"),
    "tags": set_metadata(1, tags=["parameters"]),
    "kernel": lambda notebook: notebook.metadata.kernelspec.update(name="other"),
    "order": lambda notebook: notebook.cells.reverse(),
}
TEXT_CHANGES = {
    "prose": set_source(0, "# Another title"),
    "caption": set_metadata(2, mystnb={"figure": {"caption": "What is plotted"}}),
    "outputs": lambda notebook: notebook.cells[1].update(execution_count=7),
}


@pytest.mark.parametrize("change", CODE_CHANGES.values(), ids=CODE_CHANGES)
def test_key_changes_with_the_code(root, change):
    [chapter] = chapters.chapters(root)
    before = chapters.chapter_key(chapter)
    edit(chapter, change)
    assert chapters.chapter_key(chapter) != before


@pytest.mark.parametrize("change", TEXT_CHANGES.values(), ids=TEXT_CHANGES)
def test_key_does_not_change_with_the_text(root, change):
    [chapter] = chapters.chapters(root)
    before = chapters.chapter_key(chapter)
    edit(chapter, change)
    assert chapters.chapter_key(chapter) == before


@pytest.mark.parametrize(
    "file",
    ["helpers/models.py", "helpers/new.py", "helpers/parameters/shared.py", "requirements.lock"],
)
def test_key_changes_with_what_the_code_needs(root, file):
    [chapter] = chapters.chapters(root)
    before = chapters.chapter_key(chapter)
    (root / file).parent.mkdir(exist_ok=True)
    with (root / file).open("a") as needed:
        needed.write("# changed\n")
    assert chapters.chapter_key(chapter) != before


@pytest.mark.parametrize("file", ["helpers/reruns/grid.py", "helpers/__main__.py"])
def test_key_does_not_change_with_the_rerun_command(root, file):
    before = chapters.content_key(root)
    (root / file).parent.mkdir(exist_ok=True)
    (root / file).write_text("jobs = 2\n")
    assert chapters.content_key(root) == before


def test_rerun_command_is_imported_by_no_chapter_and_no_other_helper():
    helpers = (chapters.ROOT / "helpers").rglob("*.py")
    sources = [path.read_text() for path in helpers if path.parent.name != "reruns"]
    sources += [cell.source for path in chapters.chapters() for cell in chapters.read(path).cells]
    found = [s for s in sources if re.search(r"^\s*(from|import) helpers\.reruns", s, re.MULTILINE)]
    assert len(found) == 1  # helpers/__main__.py
    assert found[0].startswith('"""``python -m helpers``')


def test_key_changes_with_the_name_of_a_helper(root):
    before = chapters.content_key(root)
    (root / "helpers" / "models.py").rename(root / "helpers" / "networks.py")
    assert chapters.content_key(root) != before


def test_key_changes_with_python(root, monkeypatch):
    before = chapters.content_key(root)
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    assert chapters.content_key(root) != before


def test_key_does_not_change_with_the_time_of_a_file(root):
    before = chapters.content_key(root)
    (root / "helpers" / "models.py").touch()
    assert chapters.content_key(root) == before


def test_chapter_without_fresh_copy_is_refused(root):
    [chapter] = chapters.chapters(root)
    with pytest.raises(chapters.StaleChapterError, match="01_one.ipynb .* run `make book`"):
        chapters.executed(chapter)


def test_chapter_is_executed_through_nbmake_once_and_again_after_a_change(root, capfd):
    [chapter] = chapters.chapters(root)
    mock = {"mock": {"batch_size": 8}}  # only nbmake replaces the value
    edit(chapter, set_metadata(1, nbmake=mock, execution={"iopub.status.busy": "an old run"}))
    committed = chapter.read_bytes()

    assert chapters.main(root) == 0
    assert "to execute through nbmake: 1" in capfd.readouterr().out
    assert chapters.executed(chapter).cells[2].outputs[0].text == "8\n"
    assert chapters.executed(chapter).metadata.book.seconds > 0
    assert chapter.read_bytes() == committed

    kept = chapters.executed_path(chapter).read_bytes()
    assert chapters.main(root) == 0
    assert "to execute through nbmake: 0" in capfd.readouterr().out
    assert chapters.executed_path(chapter).read_bytes() == kept

    edit(chapter, set_source(0, "# Another title"))
    assert chapters.executed(chapter).cells[0].source == "# Another title"

    (root / "helpers" / "models.py").write_text("units = 100\n")
    assert chapters.main(root) == 0
    assert "to execute through nbmake: 1" in capfd.readouterr().out


def test_failing_chapter_is_named_with_its_cell_and_the_others_are_kept(root, capfd):
    write(root, "00_fails", "batch_size = 0", "assert batch_size, 'got 0'", "print('not reached')")
    assert chapters.main(root) == 1
    message = "notebooks/00_fails.ipynb failed in code cell 2 (`assert batch_size, 'got 0'`): "
    assert message + "AssertionError: got 0" in capfd.readouterr().err
    fails, one = chapters.chapters(root)
    assert not chapters.executed_path(fails).exists()
    assert chapters.is_fresh(one)


def test_chapter_whose_kernel_dies_is_named(root, capfd):
    write(root, "01_one", "import os", "os._exit(1)")
    assert chapters.main(root) == 1
    assert "notebooks/01_one.ipynb failed" in capfd.readouterr().err


def test_copy_of_a_chapter_that_is_gone_is_removed(root, monkeypatch):
    [one] = chapters.chapters(root)
    gone = chapters.executed_path(one.with_name("02_gone.ipynb"))
    gone.parent.mkdir(parents=True)
    gone.write_bytes(one.read_bytes())
    monkeypatch.setattr(chapters, "execute", lambda chapter: None)
    chapters.main(root)
    assert not gone.exists()


def test_book_without_chapters_fails(root, capfd):
    [chapter] = chapters.chapters(root)
    chapter.unlink()
    assert chapters.main(root) == 1
    assert "There is no chapter in notebooks/." in capfd.readouterr().err


def test_chapters_are_those_of_the_table_of_contents():
    listed = re.findall(r"file: (notebooks/\w+)", (chapters.ROOT / "_toc.yml").read_text())
    assert [f"notebooks/{chapter.stem}" for chapter in chapters.chapters()] == listed


@pytest.mark.parametrize("chapter", chapters.chapters(), ids=lambda chapter: chapter.stem)
def test_chapter_ran_from_top_to_bottom_in_nbmake(chapter):
    assert chapters.is_fresh(chapter), "run `make book`"
    executed = chapters.read(chapters.executed_path(chapter))
    cells = [cell for cell in chapters.code_cells(executed) if cell.source]
    assert [cell.execution_count for cell in cells] == [*range(1, len(cells) + 1)]
    for cell in cells:
        assert "shell.execute_reply" in cell.metadata.execution  # nbmake notes when a cell ended
        assert "error" not in {output.output_type for output in cell.outputs}


@pytest.mark.parametrize("chapter", chapters.chapters(), ids=lambda chapter: chapter.stem)
def test_chapter_is_committed_without_outputs(chapter):
    cells = chapters.code_cells(chapters.read(chapter))
    assert [cell.source for cell in cells if cell.outputs or cell.execution_count] == []
