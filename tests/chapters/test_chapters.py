"""A chapter's outputs are kept for as long as they are what its code would show."""

import re

import chapters
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


@pytest.fixture
def root(tmp_path):
    """Return a small book of one chapter, in a folder with a space in its name."""
    root = tmp_path / "a book"
    for folder in ("notebooks", "helpers", "book"):
        (root / folder).mkdir(parents=True)
    (root / "helpers" / "models.py").write_text("units = 50\n")
    (root / "helpers" / "images.py").write_text("rows = 8\n")
    (root / "requirements.lock").write_text("keras==3.0\n")
    (root / "book" / "results.md").write_text("3 s\n")
    write(root, "01_one", "batch_size = 32", "from helpers import models")
    chapters.forget()
    return root


def write(root, name, *sources):
    notebook = new_notebook(cells=[new_markdown_cell("# Title"), *map(new_code_cell, sources)])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    notebook.metadata.book = {"reads": ["book/results.md"]}
    nbformat.write(notebook, root / "notebooks" / f"{name}.ipynb")


def edit(chapter, change):
    notebook = chapters.read(chapter)
    change(notebook)
    nbformat.write(notebook, chapter)


def keep(chapter):
    """Put outputs of a chapter as it is now into the cache."""
    notebook = chapters.keyed(chapter)
    for number, cell in enumerate(chapters.code_cells(notebook), 1):
        cell.execution_count = number
        cell.outputs = [nbformat.v4.new_output("stream", text=f"output {number}")]
    chapters.keep(chapter, notebook, {"seconds": 1.5})


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
def test_outputs_are_stale_when_the_code_changes(root, change):
    [chapter] = chapters.chapters(root)
    keep(chapter)
    edit(chapter, change)
    assert not chapters.is_fresh(chapter)


@pytest.mark.parametrize("change", TEXT_CHANGES.values(), ids=TEXT_CHANGES)
def test_outputs_stay_when_the_text_changes(root, change):
    [chapter] = chapters.chapters(root)
    keep(chapter)
    edit(chapter, change)
    assert chapters.is_fresh(chapter)


@pytest.mark.parametrize("file", ["helpers/models.py", "requirements.lock", "book/results.md"])
def test_outputs_are_stale_when_what_the_code_needs_changes_and_fresh_when_it_is_back(root, file):
    [chapter] = chapters.chapters(root)
    keep(chapter)
    before = (root / file).read_text()
    (root / file).write_text("other = 1\n")
    chapters.forget()
    assert not chapters.is_fresh(chapter)
    (root / file).write_text(before)
    chapters.forget()
    assert chapters.is_fresh(chapter)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("helpers/models.py", '"""Networks."""\n\nunits = 50  # in one layer\n'),
        ("helpers/images.py", "rows = 16\n"),
        ("helpers/new.py", "more = 1\n"),
    ],
)
def test_outputs_stay_when_comments_and_other_modules_change(root, file, text):
    [chapter] = chapters.chapters(root)
    keep(chapter)
    (root / file).write_text(text)
    chapters.forget()
    assert chapters.is_fresh(chapter)


def test_outputs_are_stale_with_another_python(root, monkeypatch):
    [chapter] = chapters.chapters(root)
    keep(chapter)
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    chapters.forget()
    assert not chapters.is_fresh(chapter)


def test_executed_chapter_has_the_text_of_today_and_the_outputs_of_the_cache(root):
    [chapter] = chapters.chapters(root)
    keep(chapter)
    edit(chapter, set_source(0, "# Another title"))
    edit(chapter, set_metadata(2, mystnb={"figure": {"caption": "New"}}))
    executed = chapters.executed(chapter)
    assert executed.cells[0].source == "# Another title"
    assert executed.cells[2].metadata.mystnb.figure.caption == "New"
    assert executed.cells[2].outputs[0].text == "output 2"
    assert executed.metadata.book.seconds == 1.5


def test_outputs_whose_writing_was_cut_off_are_written_again(root):
    [chapter] = chapters.chapters(root)
    keep(chapter)
    chapters.executed_path(chapter).unlink()
    assert not chapters.is_fresh(chapter)
    keep(chapter)
    assert chapters.is_fresh(chapter)


def test_chapter_without_outputs_is_refused(root):
    [chapter] = chapters.chapters(root)
    with pytest.raises(chapters.StaleChapterError, match="01_one.ipynb .* run `make book`"):
        chapters.executed(chapter)


def test_rerun_command_is_imported_by_no_chapter_and_no_other_helper():
    helpers = (chapters.ROOT / "helpers").rglob("*.py")
    sources = [path.read_text() for path in helpers if path.parent.name != "reruns"]
    sources += [cell.source for path in chapters.chapters() for cell in chapters.read(path).cells]
    found = [s for s in sources if re.search(r"^\s*(from|import) helpers\.reruns", s, re.MULTILINE)]
    assert len(found) == 1  # helpers/__main__.py
    assert found[0].startswith('"""``python -m helpers``')


def test_chapters_are_those_of_the_table_of_contents():
    listed = re.findall(r"file: (notebooks/\w+)", (chapters.ROOT / "_toc.yml").read_text())
    assert [f"notebooks/{chapter.stem}" for chapter in chapters.chapters()] == listed


def test_pages_of_text_with_code_are_found():
    names = {path.stem for path in chapters.pages()}
    assert names >= {"gradient_descent", "three_flavours"}
    assert "glossary" not in names


@pytest.mark.slow
@pytest.mark.parametrize("chapter", chapters.chapters(), ids=lambda chapter: chapter.stem)
def test_chapter_ran_from_top_to_bottom_without_an_error(chapter):
    assert chapters.is_fresh(chapter), "run `make book`"
    executed = chapters.executed(chapter)
    cells = [cell for cell in chapters.code_cells(executed) if cell.source]
    assert [cell.execution_count for cell in cells] == [*range(1, len(cells) + 1)]
    for cell in cells:
        assert "error" not in {output.output_type for output in cell.outputs}


@pytest.mark.parametrize("chapter", chapters.chapters(), ids=lambda chapter: chapter.stem)
def test_chapter_is_committed_without_outputs(chapter):
    cells = chapters.code_cells(chapters.read(chapter))
    assert [cell.source for cell in cells if cell.outputs or cell.execution_count] == []


@pytest.mark.parametrize("file", ["assertions/A.toml", "confirmed.csv"])
def test_outputs_are_stale_when_what_is_committed_of_a_claim_changes(root, file):
    path = root / "helpers" / "analysis" / file
    path.parent.mkdir(parents=True)
    texts = {
        "A.toml": ("[A1]\nmargin = 1\n[A2]\nmargin = {}\n", 1, 2),
        "confirmed.csv": ("claim,effect\nA1,1\nA2,{}\n", 1, 2),
    }
    text, before, after = texts[path.name]
    path.write_text(text.format(before))
    write(root, "01_one", "claim = 'A2'")
    write(root, "02_two", "claim = 'A1'")
    chapters.forget()
    for chapter in chapters.chapters(root):
        keep(chapter)
    path.write_text(text.format(after))
    chapters.forget()
    assert [chapters.is_fresh(path) for path in chapters.chapters(root)] == [False, True]
