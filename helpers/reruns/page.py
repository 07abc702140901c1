"""Pages for a browser, complete in one file: they ask nobody for anything and run no script."""

import re
from pathlib import Path

from docutils.utils.math import MathError
from jinja2 import Environment, FileSystemLoader
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from helpers.reruns.formulas import mathml

TERM = re.compile(r"\{term\}`([^`<]+?)(?:\s*<[^`>]*>)?`")  # a link to the glossary, its text first
templates = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True
)


class Renderer(IPythonRenderer):
    """Markdown with formulas drawn as MathML, and with HTML shown as the text that it is."""

    def block_math(self, body: str) -> str:
        """A formula that stands alone."""
        return self._formula(body, True)

    def inline_math(self, body: str) -> str:
        """A formula in a line of text."""
        return self._formula(body, False)

    def _formula(self, latex: str, display: bool) -> str:
        try:
            return mathml(latex, display=display)
        except MathError:
            return f"<code>{self.escape_html(latex)}</code>"


def html(notebook: NotebookNode, title: str) -> str:
    """An executed notebook as a page."""
    exporter = HTMLExporter(template_name="basic", exclude_input_prompt=True)
    exporter.exclude_output_prompt = True
    # Folded solutions and tables are HTML of the notebook's own; the policy keeps scripts out.
    markdown = MarkdownWithMath(renderer=Renderer(escape=False))
    exporter.register_filter("markdown2html", lambda text: markdown.render(TERM.sub(r"\1", text)))
    body, _ = exporter.from_notebook_node(notebook)
    return templates.get_template("page.html").render(title=title, body=body)


def figure(notebook: NotebookNode) -> str | None:
    """The first figure of an executed notebook, as SVG."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if picture := output.get("data", {}).get("image/svg+xml"):
                return picture
    return None
