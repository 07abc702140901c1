"""Formulas become MathML while the book is built."""

import re

import mathml
import pytest
from docutils.utils.math import MathError


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
    formula = re.sub(r">\s+<", "><", mathml.mathml(latex, display=True))
    assert formula.startswith('<math display="block">')
    assert expected in formula


@pytest.mark.parametrize("latex", [r"\foo", "{", r"\left( a", r"\begin{aligned} a", "a\n\nb"])
def test_formula_that_cannot_be_drawn_is_refused(latex):
    with pytest.raises(MathError):
        mathml.mathml(latex, display=True)


@pytest.mark.slow
def test_build_names_page_and_formula_that_cannot_be_drawn(book):
    book.page("page", "# Page\n\n$$\n\\foo\n$$\n\nAnd $a & b$.")
    warnings, _ = book.build()
    assert re.search(r"page\.md:\d+: ERROR: no MathML for the formula '\\n\\\\foo\\n'", warnings)
    assert re.search(r"page\.md:\d+: ERROR: no MathML for the formula 'a & b'", warnings)


@pytest.mark.slow
def test_labelled_equation_has_number_permalink_and_references(book):
    book.page("page", "# Page\n\n$$\na\n$$ (eq-a)\n\nSee {eq}`eq-a`.")
    assert book.build()[0] == ""
    page = book.html("page")
    number = page.find(class_="eqno")
    target = number.find("a", class_="headerlink")["href"]
    assert number.text.startswith("(1)")
    assert page.find(id=target[1:]).find("math")
    assert [link.text for link in page.find_all("a", class_="reference", href=target)] == ["(1)"]
