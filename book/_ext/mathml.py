"""Shows formulas without a script, at once: LaTeX becomes MathML while the book is built.

Browsers draw MathML by themselves, so a page with formulas needs no MathJax and asks no other host
for anything. The converter is docutils' own. A formula that it cannot convert is an error of the
build, which names page and formula.
"""

import re
from xml.etree import ElementTree

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import accents, tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'  # HTML needs no mention of it
PAIRS = [("{", "}"), (r"\left", r"\right"), (r"\begin", r"\end")]
SIGNS = {*accents.values(), "^", "_"}  # what an accent puts over a letter


def set_index_beside(formula: ElementTree.Element) -> None:
    r"""Move the index of an accented letter, as in `\hat g_t`, from under it to its side."""
    for node in list(formula.iter("munderover")):
        letter, index, sign = node
        if sign.text in SIGNS:
            accented = ElementTree.Element("mover", accent="true")
            accented.extend([letter, sign])
            node.tag, node[:] = "msub", [accented, index]
    for node in formula.iter("msup"):
        if node[0].tag == "msub":
            node.tag, node[:] = "msubsup", [*node[0], node[1]]


def mathml(latex: str, *, display: bool) -> str:
    """Return a LaTeX formula as a MathML element.

    Args:
        latex: the formula without its delimiters, in the subset of LaTeX that docutils knows.
        display: whether the formula stands alone, not in a line of text.

    Raises:
        docutils.utils.math.MathError: if the formula holds something that docutils does not know.
    """
    if "\n\n" in latex.strip():
        raise MathError(r"a blank line: use \\ between the rows of a formula")
    tokens = re.findall(r"\\[a-zA-Z]+|\\.|[{}]", latex)
    for opening, closing in PAIRS:  # docutils closes by itself what is left open
        if tokens.count(opening) != tokens.count(closing):
            raise MathError(f"{opening} and {closing} do not match")
    markup = tex2mathml(latex, as_block=display)
    markup = markup.replace(NAMESPACE, "").replace("&ApplyFunction;", "\u2061")
    formula = ElementTree.fromstring(markup)
    set_index_beside(formula)
    return ElementTree.tostring(formula, encoding="unicode")


def check(app: Sphinx, document: nodes.document) -> None:
    """Report the formulas of a page that cannot be converted, and show them as they are written."""
    for node in list(
        document.findall(lambda node: isinstance(node, nodes.math | nodes.math_block))
    ):
        latex, display = node.astext(), isinstance(node, nodes.math_block)
        try:
            mathml(latex, display=display)
        except (ValueError, TypeError, AttributeError, IndexError) as error:
            # MathError is a ValueError; docutils stumbles over some formulas, refuses others
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


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer; `html_math_renderer: mathml` chooses it."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_display, None))
    app.connect("doctree-read", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
