"""Formulas for a browser: LaTeX becomes MathML, which carries the LaTeX that it came from."""

import re
from xml.etree import ElementTree

from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import accents, tex2mathml

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


def annotate(formula: ElementTree.Element, latex: str) -> None:
    """Put the LaTeX of a formula into it, where programs find it and browsers show nothing."""
    row, semantics = ElementTree.Element("mrow"), ElementTree.Element("semantics")
    row[:], formula.text = formula[:], None
    annotation = ElementTree.Element("annotation", encoding="application/x-tex")
    annotation.text = latex.strip()
    semantics[:] = [row, annotation]
    formula[:] = [semantics]


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
    try:
        markup = tex2mathml(latex, as_block=display)
    except (ValueError, TypeError, AttributeError, IndexError) as error:
        # MathError is a ValueError; docutils stumbles over some formulas, refuses others
        raise MathError(str(error)) from error
    markup = markup.replace(NAMESPACE, "").replace("&ApplyFunction;", "\u2061")
    formula = ElementTree.fromstring(markup)
    set_index_beside(formula)
    annotate(formula, latex)
    return ElementTree.tostring(formula, encoding="unicode")
