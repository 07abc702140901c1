"""Pages for a browser, complete in one file: they ask nobody for anything and run no script."""

import re

from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from jinja2 import Environment
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

POLICY = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'"
STYLE = """\
:root { color-scheme: light dark; --faint: color-mix(in srgb, currentColor 12%, transparent) }
body { font: 1rem/1.55 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h1, h2, h3 { line-height: 1.2 }
pre, table { font-size: .875rem }
pre { overflow-x: auto; padding: .6rem .8rem; background: var(--faint); border-radius: .3rem }
.box { overflow-x: auto }
table { border-collapse: collapse }
th, td { padding: .3rem .6rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--faint) }
th { white-space: nowrap }
td img { width: 9rem }
td a { overflow-wrap: anywhere }
td:has(img) { min-width: 9rem; max-width: 11rem }
img, svg { max-width: 100%; height: auto }
td img, .output svg, .output_svg svg, .output_svg { background: #fff; color: #000 }
.anchor-link, .prompt { display: none }
"""
SHELL = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>{{ style | safe }}</style>
</head>
<body>
{{ body | safe }}
</body>
</html>
"""
TERM = re.compile(r"\{term\}`([^`<]+?)(?:\s*<[^`>]*>)?`")  # a link to the glossary, its text first
templates = Environment(autoescape=True)


def shell(title: str, body: str) -> str:
    """A whole page around a body of HTML; the title is text."""
    page = templates.from_string(SHELL)
    return page.render(policy=POLICY, style=STYLE, title=title, body=body)


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
            return tex2mathml(latex, as_block=display)
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
    return shell(title, body)


def figure(notebook: NotebookNode) -> str | None:
    """The first figure of an executed notebook, as SVG."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if picture := output.get("data", {}).get("image/svg+xml"):
                return picture
    return None
