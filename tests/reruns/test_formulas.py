"""Formulas become MathML that carries its LaTeX."""

import re
from xml.etree import ElementTree

import pytest
from docutils.utils.math import MathError

from helpers.reruns.formulas import mathml


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\nabla L", "<mi>∇</mi>"),
        (r"\frac{\eta}{2}", "<mfrac><mi>η</mi><mn>2</mn></mfrac>"),
        (r"\sum_{i=1}^{N} x_i", "<munderover>"),
        (r"\mathbb{E}", "<mi>𝔼</mi>"),
        (r"\mathbf{g}", "<mi>𝐠</mi>"),
        (r"\mathcal{B}", "<mi>ℬ</mi>"),
        (r"\varepsilon \theta_{t+1}", "<mi>ε</mi>"),
        (r"\operatorname{tr}(\Sigma)", '<mi mathvariant="normal">tr</mi>'),
        (r"\left( \frac{1}{2} \right)", "<mo>(</mo>"),
        (r"\begin{aligned} a &= b \\ &= c \end{aligned}", '<mtable class="ams-align">'),
        (r"\hat g_t", "<msub><mover"),
        (r"\hat{\mathbf{g}}_B^2", "<msubsup><mover"),
        (r"\sum_{i} \bar x^2", "<msup><mover"),
    ],
)
def test_formulas_of_the_book_become_mathml(latex, expected):
    formula = re.sub(r">\s+<", "><", mathml(latex, display=True))
    assert formula.startswith('<math display="block">')
    assert expected in formula


@pytest.mark.parametrize("latex", [r"\foo", "{", r"\left( a", r"\begin{aligned} a", "a\n\nb"])
def test_formula_that_cannot_be_drawn_is_refused(latex):
    with pytest.raises(MathError):
        mathml(latex, display=True)


@pytest.mark.parametrize("latex", ["a < b", r"\frac{1}{2}", "\nB \\to k B\n"])
def test_formula_carries_its_latex_beside_one_row_that_is_drawn(latex):
    formula = ElementTree.fromstring(mathml(latex, display=False))
    (semantics,) = formula
    row, annotation = semantics
    assert (semantics.tag, row.tag, annotation.tag) == ("semantics", "mrow", "annotation")
    assert annotation.attrib == {"encoding": "application/x-tex"}
    assert annotation.text == latex.strip()
