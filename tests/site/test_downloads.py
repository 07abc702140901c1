"""What readers take away: a chapter that can be read and run alone, and the whole project."""

import os
import re
import subprocess
import sys
import types
import zipfile
from urllib.parse import unquote

import downloads
import nbformat
import project
import pytest
from chapter_files import cells
from conftest import ROOT, SITE
from visits import CHAPTERS, OTHERS, PAGES, every_chapter, html

HOME, REPOSITORY = "https://example.org/book/", "https://github.com/someone/something"
BIB = """
@misc{goyal, author={Goyal, P. and Doll{\\'a}r, P. and He, K.}, year={2017}, eprint={1706.02677}}
@misc{brown, author={Brown, J.}, title={On it}, year={2019}, url={https://example.com/on}}
"""
TEXT = """\
A {term}`batch`, {term}`batches <batch>`, {cite:t}`goyal` and another {cite}`brown`.
See {numref}`fig-a` and [the next](02_next.ipynb#sec) or [a page](../book/page.md)."""
FIGURE = {"mystnb": {"figure": {"caption": "A line.", "name": "fig-a"}, "image": {"alt": "It."}}}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 7 4"></svg>'


@pytest.fixture
def downloaded(book):
    """The notebook that the page of a small chapter offers, by settings of the site."""
    (book.root / "book" / "references.bib").write_text(BIB)
    book.page("book/page", "# Page\n\n```{glossary}\nbatch\n  Samples.\n```")
    book.page("book/references", "# References\n\n```{bibliography}\n```")
    book.chapter("02_next")
    path = book.chapter("01_data", {"image/svg+xml": SVG}, **FIGURE)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source += f"\n\n{TEXT}"
    nbformat.write(notebook, path)

    def build(**settings):
        extensions = ["myst_nb", "sphinxcontrib.bibtex", "book"]
        settings |= {"extensions": extensions, "bibtex_bibfiles": ["book/references.bib"]}
        book.build(project="A book", **settings)
        (file,) = (book.site / "_sources" / "notebooks").glob("01_data.ipynb*")
        return nbformat.read(file, as_version=4)

    return build


def repository_options():
    options = {"repository_url": REPOSITORY, "use_fullscreen_button": False}
    return {"html_theme": "sphinx_book_theme", "html_theme_options": options}


@pytest.mark.slow
def test_chapter_of_a_site_without_an_address_is_told_in_words(downloaded):
    needs, check, text, code = downloaded().cells
    assert "put `batch-size-book.zip`, which every page of the book offers" in needs.source
    assert "`%pip install ./batch-size-book.zip`" in needs.source
    assert "run `%pip install ./batch-size-book.zip`" in check.source
    assert text.source.split("\n\n")[1] == (
        "A batch, batches, [Goyal et al.](https://arxiv.org/abs/1706.02677) (2017) and another "
        "([Brown](https://example.com/on), 2019).\nSee Fig. 1 and the next "
        "(`notebooks/02_next.ipynb`) or a page (`book/page.md`)."
    )
    assert code.source.startswith("from helpers import checks")
    assert code.outputs == []


@pytest.mark.slow
def test_links_of_a_chapter_lead_to_the_site_whose_address_is_known(downloaded):
    needs, _, text, _ = downloaded(html_baseurl=HOME).cells
    assert f"of [A book]({HOME})" in needs.source
    assert f"`%pip install {HOME}batch-size-book.zip`" in needs.source
    assert f"See [Fig. 1]({HOME}notebooks/01_data.html#fig-a)" in text.source
    assert f"[the next]({HOME}notebooks/02_next.html#sec)" in text.source
    assert f"[a page]({HOME}book/page.html)" in text.source


@pytest.mark.slow
def test_links_of_a_chapter_lead_to_the_repository_where_it_alone_is_known(downloaded):
    needs, _, text, _ = downloaded(**repository_options()).cells
    assert f"`%pip install git+{REPOSITORY}`" in needs.source
    assert f"[the next]({REPOSITORY}/blob/main/notebooks/02_next.ipynb)" in text.source


@pytest.mark.parametrize("found", [None, types.ModuleType("helpers")])
def test_first_thing_that_fails_says_what_is_missing(monkeypatch, found):
    """There is no such package, or another one of that name stands in the way."""
    monkeypatch.setitem(sys.modules, "helpers", found)
    monkeypatch.delitem(sys.modules, "helpers.parameters", raising=False)
    check = downloads.CHECK.replace("COMMAND", "%pip install ./batch-size-book.zip")
    with pytest.raises(ImportError, match="needs the package `helpers` of") as raised:
        exec(check, {})
    assert "run `%pip install ./batch-size-book.zip` in a cell" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.slow
@every_chapter
def test_chapter_to_download_is_the_committed_one_without_what_only_pages_understand(page):
    (link,) = {a["href"] for a in html(page)("a", href=True) if a["href"].endswith(".ipynb")}
    notebook = nbformat.read((SITE / "notebooks" / unquote(link)).resolve(), as_version=4)
    committed = nbformat.read(ROOT / f"{page}.ipynb", as_version=4)
    nbformat.validate(notebook)
    code = [cell.source for cell in cells(notebook, "code")]
    assert code[1:] == [cell.source for cell in cells(committed, "code")]
    assert all(not cell.outputs for cell in cells(notebook, "code"))
    prose = "\n".join(cell.source for cell in cells(notebook, "markdown"))
    assert re.findall(r"\{[\w:]+\}`|\]\((?!https?:)[^)]*\)", prose) == []


@pytest.mark.slow
@pytest.mark.parametrize("page", [*PAGES, *OTHERS])
def test_page_offers_the_project_and_says_which_of_its_files_it_is_made_of(page):
    said = html(page).select_one(".source")
    packed = (SITE / f"{page}.html").parent / said.a["href"]
    assert packed.resolve() == SITE / project.ZIP
    if page in PAGES:
        assert said.code.text in project.files(ROOT)
        assert said.code.text.rpartition(".")[0] == page
        offered = html(page).select_one(".btn-download-project-button")
        assert offered["href"] == said.a["href"]


@pytest.mark.slow
def test_project_on_the_site_is_this_one_and_light():
    with zipfile.ZipFile(SITE / project.ZIP) as packed:
        content = {name: packed.read(name) for name in packed.namelist()}
    own = {f"{project.NAME}/{name}": (ROOT / name).read_bytes() for name in project.files(ROOT)}
    assert content == own
    assert (SITE / project.ZIP).stat().st_size < 3e6


def test_project_holds_what_the_repository_holds():
    if not (ROOT / ".git").exists():  # in the unzipped project there is none to compare with
        return
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    folders = (*project.FOLDERS, *project.FILES)
    tracked = {name for name in listed.stdout.splitlines() if name.startswith(folders)}
    assert set(project.files(ROOT)) == tracked
    committed = subprocess.run(asked[:3], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(committed.stdout.splitlines()) <= tracked


def test_packing_twice_gives_the_same_bytes_and_nothing_of_the_reader(tmp_path):
    for name in [*project.FILES, "helpers/a.py", "notebooks/b.ipynb"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("#!/bin/sh\n" if name == "postBuild" else name)
    project.pack(tmp_path, tmp_path / "one.zip")
    for name in ["mine.csv", "results/x", "helpers/__pycache__/a", "notebooks/.hidden/b"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("private")
    os.utime(tmp_path / "LICENSE", (0, 0))
    (tmp_path / "LICENSE").chmod(0o600)
    project.pack(tmp_path, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "two.zip") as packed:
        modes = {entry.filename: entry.external_attr >> 16 for entry in packed.infolist()}
    assert modes["batch-size-book/postBuild"] == 0o100755
    assert modes["batch-size-book/LICENSE"] == 0o100644


@pytest.mark.slow
def test_chapter_alone_runs_with_the_package_that_the_zip_installs(tmp_path):
    package, home = tmp_path / "package", tmp_path / "home"
    home.mkdir()
    options = ["--no-deps", "--no-build-isolation", "--quiet", "--target", package]
    pip = [sys.executable, "-m", "pip", "install", *options, SITE / project.ZIP]
    subprocess.run(pip, check=True, cwd=home, env=os.environ | {"HOME": str(home)})
    chapter = SITE / "_sources" / f"{CHAPTERS[0]}.ipynb"
    notebook = nbformat.read(chapter, as_version=4)
    source = "import helpers\n\nprint(helpers.__file__)"
    notebook.cells.append(nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, home / "chapter.ipynb")
    papermill = [sys.executable, "-m", "papermill", "chapter.ipynb", "out.ipynb"]
    environment = os.environ | {"HOME": str(home), "PYTHONPATH": str(package)}
    subprocess.run(papermill, check=True, cwd=home, env=environment, capture_output=True)
    done = nbformat.read(home / "out.ipynb", as_version=4)
    assert str(package) in done.cells[-1].outputs[0].text
