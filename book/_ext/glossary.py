"""Terms of the glossary become links where a page first mentions them.

Text and notebooks stay plain: the links are made while a page is written. Only running text is
searched; headings, tables, captions, boxes, code and what cells put out are left alone.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

PAGE = "book/glossary"
VERBS = {"batch", "claim", "run"}  # terms only behind one of these words: else they may be verbs
ARTICLE = re.compile(r"\b(a|an|the|this|one|single|each|every|per|median)\s+$", re.IGNORECASE)
OBJECT = re.compile(r"s\s+(a|an|the|its|their|all)\b")  # after "update" it tells a verb
LEFT_ALONE = (
    nodes.Admonition,
    nodes.citation,
    nodes.footnote,
    nodes.table,
    nodes.literal,
    nodes.math,
    nodes.raw,
    nodes.reference,
    addnodes.pending_xref,
    addnodes.desc,
)


def glossary_terms(env: BuildEnvironment) -> dict[str, str]:
    """Return the terms of the glossary in lower case, each with the anchor of its entry."""
    if PAGE not in env.found_docs:
        return {}
    terms = {}
    for entry in env.get_doctree(PAGE).findall(nodes.definition_list_item):
        names = [child for child in entry.children if isinstance(child, nodes.term)]
        for name in names:  # several names of one thing lead to the first of them
            terms[" ".join(name.astext().lower().split())] = names[0]["ids"][0]
    return terms


def join_lines(document: nodes.document) -> None:
    """Join the pieces of text that MyST-Parser makes of each line, since terms may span lines."""
    for element in list(document.findall(nodes.TextElement)):
        joined = []
        for child in element.children:
            if joined and isinstance(child, nodes.Text) and isinstance(joined[-1], nodes.Text):
                joined[-1] = nodes.Text(joined[-1] + child)
            else:
                joined.append(child)
        element[:] = joined


def is_running_text(text: nodes.Text) -> bool:
    """Tell whether a piece of text belongs to a paragraph that may have links of ours."""
    node, in_paragraph = text.parent, False
    while node is not None:
        if isinstance(node, LEFT_ALONE) or node.get("nb_element") == "cell_code_output":
            return False
        in_paragraph = in_paragraph or isinstance(node, nodes.paragraph)
        node = node.parent
    return in_paragraph


class LinkTerms(SphinxPostTransform):
    """Link the first mention of each term in a page."""

    default_priority = 8  # after MyST-NB has chosen the outputs, before references are resolved

    def run(self, **kwargs: object) -> None:
        """Put the links in."""
        left = glossary_terms(self.env)
        if not left or self.env.docname == PAGE:
            return
        join_lines(self.document)
        longest_first = sorted(left, key=len, reverse=True)
        forms = "|".join(re.escape(term).replace(r"\ ", r"\s+") for term in longest_first)
        anywhere = re.compile(rf"\b(?P<term>{forms})s?\b", re.IGNORECASE)
        for text in list(self.document.findall(nodes.Text)):
            if is_running_text(text):
                self.link(text, anywhere, left)

    def link(self, text: nodes.Text, anywhere: re.Pattern[str], left: dict[str, str]) -> None:
        """Link the terms in a piece of text that are left to be linked."""
        pieces, end = [], 0
        for match in anywhere.finditer(text):
            term = " ".join(match["term"].lower().split())
            verb = term in VERBS and not ARTICLE.search(text[: match.start()])
            verb = verb or (term == "update" and OBJECT.match(text, match.end("term")))
            if term not in left or verb:
                continue
            word = nodes.inline("", match[0], classes=["term"])
            page, anchor = self.env.docname, left.pop(term)
            for other in [other for other in left if left[other] == anchor]:
                del left[other]  # another name for the same
            pieces.append(nodes.Text(text[end : match.start()]))
            pieces.append(make_refnode(self.app.builder, page, PAGE, anchor, word))
            end = match.end()
        if pieces:
            text.parent.replace(text, [*pieces, nodes.Text(text[end:])])


def outdated_links(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return all pages, to be written again, when the terms of the glossary have changed."""
    before = getattr(env, "book_terms", None)
    env.book_terms = glossary_terms(env)
    return [] if before in (None, env.book_terms) else sorted(env.found_docs)


def setup(app: Sphinx) -> None:
    """Register the links with Sphinx."""
    app.add_post_transform(LinkTerms)
    app.connect("env-updated", outdated_links)
