"""Shows formulas without a script, at once: LaTeX becomes MathML while the book is built.

Browsers draw MathML by themselves, so a page with formulas needs no MathJax and asks no other host
for anything. The conversion is that of the pages of reruns. A formula that cannot be converted is
an error of the build, which names page and formula. A reader who copies a formula gets its LaTeX,
by `copying.js`.
"""

from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from helpers.reruns.formulas import mathml

FORMULAS = nodes.math | nodes.math_block
logger = logging.getLogger(__name__)


def check(app: Sphinx, document: nodes.document) -> None:
    """Report the formulas of a page that cannot be converted, and show them as they are written."""
    for node in list(document.findall(lambda node: isinstance(node, FORMULAS))):
        latex, display = node.astext(), isinstance(node, nodes.math_block)
        try:
            mathml(latex, display=display)
        except MathError as error:
            logger.error("no MathML for the formula %r: %s", latex, error, location=node)
            shown = nodes.literal_block if display else nodes.literal
            node.replace_self(shown(latex, latex))


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write a formula in a line of text."""
    formula = mathml(node.astext(), display=False)
    start = translator.starttag(node, "span", "", CLASS="math notranslate nohighlight")
    translator.body.append(f"{start}{formula}</span>")
    raise nodes.SkipNode


def visit_display(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula that stands alone, in a box that scrolls, with its number and permalink."""
    formula = mathml(node.astext(), display=True)
    start = translator.starttag(node, "div", CLASS="math notranslate nohighlight")
    translator.body.append(f'{start}<div class="formula">{formula}</div>')
    if node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def add_script(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Let the formulas of a page be copied as LaTeX."""
    if doctree and any(doctree.findall(lambda node: isinstance(node, FORMULAS))):
        app.add_js_file("copying.js")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer; `html_math_renderer: mathml` chooses it."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_display, None))
    app.connect("doctree-read", check)
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
