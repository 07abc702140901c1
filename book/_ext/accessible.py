"""Lets a screen reader name the headers of tables and the entries of the references."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def visit_entry(translator: HTML5Translator, node: nodes.entry) -> None:
    """Write the start of a cell of a table; a header says what it is the header of."""
    HTML5Translator.visit_entry(translator, node)
    scope = "col" if isinstance(node.parent.parent, nodes.thead) else "row"
    translator.body[-1] = translator.body[-1].replace("<th", f'<th scope="{scope}"', 1)


def visit_citation(translator: HTML5Translator, node: nodes.citation) -> None:
    """Write the start of an entry of the references, which is an item of a list."""
    HTML5Translator.visit_citation(translator, node)
    translator.body[-1] = translator.body[-1].replace('"doc-biblioentry"', '"listitem"')


def setup(app: Sphinx) -> dict[str, bool]:
    """Register what is written in another way."""
    app.add_node(nodes.entry, override=True, html=(visit_entry, HTML5Translator.depart_entry))
    app.add_node(
        nodes.citation, override=True, html=(visit_citation, HTML5Translator.depart_citation)
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
