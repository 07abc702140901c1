"""Lets the search find what readers type, in either spelling, where the book answers it.

The book says minibatch and normalisation. Readers who type mini-batch or normalization mean the
same, so words are compared in one spelling, and "mini batch" is one word. A section that answers
some words, numbers included, is found by them if an index entry below its heading has them:
`{index}` with an exclamation mark before each, as in `single: ! out of memory`.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish
from sphinx.transforms import SphinxTransform

SPELLING = [(r"(?<=\w\w)iz(?=e|i|ation)", "is"), (r"(?<=\w{3})our", "or"), ("yz", "ys")]


def spelled(word: str) -> str:
    """Return a word in the spelling in which words are compared.

    >>> spelled("normalization"), spelled("normalisation"), spelled("colour"), spelled("analyze")
    ('normalisation', 'normalisation', 'color', 'analyse')
    """
    for american, british in SPELLING:
        word = re.sub(american, british, word)
    return word


class Search(SearchEnglish):
    """English in the spelling of either side of the ocean; its second half runs in the page."""

    js_splitter_code = r"""
var splitQuery = (query) =>
  query
    .replace(/\bmini[- ]batch/gi, "minibatch")
    .split(/[^\p{Letter}\p{Number}_\p{Emoji_Presentation}]+/gu)
    .filter((term) => term);
"""
    js_stemmer_code = SearchEnglish.js_stemmer_code + "".join(
        [
            "\nconst PorterStemmer = Stemmer;\n",
            "Stemmer = function () {\n  const porter = new PorterStemmer();\n",
            "  this.stemWord = (word) => porter.stemWord(word",
            *(f'.replace(/{american}/g, "{british}")' for american, british in SPELLING),
            ");\n};\n",
        ]
    ).replace(r"\w", "[a-z]")

    def split(self, input: str) -> list[str]:
        """Return the words of a text."""
        return super().split(re.sub(r"\b(mini)[- ](batch)", r"\1\2", input, flags=re.IGNORECASE))

    def stem(self, word: str) -> str:
        """Return what a word has in common with its other forms."""
        return super().stem(spelled(word.lower()))


class IndexedSections(SphinxTransform):
    """Lets the entries of an index lead to the section that they stand in, which can be quoted."""

    default_priority = 500

    def apply(self) -> None:
        """Replace the place of each entry."""
        for index in self.document.findall(addnodes.index):
            section = index.parent
            while not isinstance(section, nodes.section | None):
                section = section.parent
            if section:
                place = section["ids"][0]
                index["entries"] = [
                    (kind, words, place if main else target, main, key)
                    for kind, words, target, main, key in index["entries"]
                ]


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.add_search_language(Search)
    app.add_transform(IndexedSections)
