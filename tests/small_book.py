"""A book of a few lines, to try the Sphinx extension on."""

import io
import re
from pathlib import Path

import assertions
import chapters
import nbformat
import records
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

SETTINGS = {
    "extensions": ["myst_nb", "book"],
    "exclude_patterns": ["_build"],
    "html_math_renderer": "mathml",
    "myst_enable_extensions": ["attrs_inline", "colon_fence", "dollarmath"],
    "nb_execution_excludepatterns": ["notebooks/*"],
    "nb_execution_mode": "cache",
    "nb_render_markdown_format": "myst",
    "nitpicky": True,
    "numfig": True,
}
CODE = "from helpers import checks"  # which is light, and a module of the small book
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 7 4"></svg>'
FIGURE = {"figure": {"caption": "A *line*.", "name": "fig-a"}, "image": {"alt": "It rises."}}
SPEED = {
    "name": "settling",
    "type": "direction",
    "primary": True,
    "outcome": "confirmed",
    "sentence": "Batch 32 needs **fewer** epochs than the full batch, $p < 0.01$.",
    "quantity": "ratio of epochs to 0.8",
    "unit": "",
    "effect": 0.13,
    "low": 0.1,
    "high": 0.2,
    "shown": "0.13 [0.10, 0.20]",
    "none": 1,
    "stated": 0.25,
    "margin": None,
    "claimed": "less",
    "level": 0.983,
    "n": 20,
    "of": "seeds",
    "scope": "the tutorial's network on its data",
    "reason": "",
    "p": 0.002,
    "scale": "log",
    "here": False,
}
LEVEL = SPEED | {
    "name": "level",
    "type": "equivalence",
    "primary": False,
    "outcome": "no relevant difference",
    "sentence": "Both end level.",
    "quantity": "difference of accuracies",
    "effect": -0.003,
    "low": -0.012,
    "high": 0.006,
    "shown": "-0.003 [-0.012, 0.006]",
    "none": 0,
    "stated": None,
    "margin": 0.02,
    "claimed": None,
    "level": 0.9,
    "reason": "Ten of 500 samples.",
    "p": 0.03,
    "scale": "linear",
}
RESULT = {
    "kind": "result",
    "claim": "A2",
    "statement": "Batch learns slowly, and ends level.",
    "confirmed": "",
    "first_stated": "At least *twice* the epochs; it held.",
    "assertions": [SPEED, LEVEL],
}
MADE = {
    "seconds": 12.3,
    "executed": "2026-01-31",
    "versions": {"python": "3.11", "tensorflow": "2.2", "keras": "3.3", "numpy": "4.4"},
    "processor": "A small one, 3 cores",
}


def displayed(record: dict) -> dict:
    """Return the output of an object that says something to people and machines."""
    return {"text/plain": "text", "text/markdown": "> text", records.MIME: record}


class Book:
    """A small book in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pages = set()
        self.site = root / "_build" / "html"
        for folder in ["notebooks", "book", "helpers"]:
            (root / folder).mkdir(parents=True)
        (root / "requirements.lock").touch()
        self.change_helpers("")

    def change_helpers(self, code: str) -> None:
        """Write the one module of helpers."""
        (self.root / "helpers" / "checks.py").write_text(code)
        chapters.forget()

    def page(self, name: str, text: str, front_matter: str = "") -> None:
        """Write a page of text."""
        self.pages.add(name)
        (self.root / f"{name}.md").write_text(f"{front_matter}{text}\n")

    def committed(self, text: str) -> None:
        """Write the file of committed assertions."""
        folder = self.root / assertions.FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tutorial.toml").write_text(text)

    def chapter(self, name: str, *outputs: dict, **cell: dict) -> Path:
        """Write a chapter, whose one cell has these outputs in the cache, and this metadata."""
        notebook = new_notebook(metadata={"language_info": {"name": "python"}})
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
        notebook.cells = [
            new_markdown_cell(f"# {name}"),
            new_code_cell(f"{CODE}\n# {name}", metadata=cell),
        ]
        path = self.root / "notebooks" / f"{name}.ipynb"
        self.pages.add(f"notebooks/{name}")
        nbformat.write(notebook, path)
        notebook.cells[1].outputs = [new_output("display_data", data) for data in outputs]
        run = chapters.keyed(path)
        run.cells[1].execution_count, run.cells[1].outputs = 1, notebook.cells[1].outputs
        chapters.keep(path, run, MADE)
        chapters.forget()
        return path

    def build(self, **settings: object) -> tuple[str, list[str]]:
        """Build the book, by more settings; return the warnings, and the pages that were read."""
        contents = "\n".join(["# Start", "", "```{toctree}", *sorted(self.pages), "```", ""])
        index = self.root / "index.md"
        if not index.exists() or index.read_text() != contents:
            index.write_text(contents)
        warnings, read = io.StringIO(), []
        folders = self.root, None, self.site, self.root / "_build" / "trees"
        with docutils_namespace():
            app = Sphinx(*folders, "html", SETTINGS | settings, status=None, warning=warnings)
            app.connect("source-read", lambda app, page, source: read.append(page))
            app.build()
        return re.sub("\x1b.*?m", "", warnings.getvalue()), sorted(read)

    def html(self, page: str) -> BeautifulSoup:
        """Return a page that was built."""
        return BeautifulSoup((self.site / f"{page}.html").read_text(), "html.parser")
