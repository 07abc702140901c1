"""Lets the search find what readers type, in either spelling, where the book answers it.

The book says minibatch and normalisation. Readers who type mini-batch or normalization mean the
same, so words are compared in one spelling, and "mini batch" is one word. A section comes first for
words that it answers, numbers included, if they stand below its heading in `{index}`, each with an
exclamation mark before it: `! out of memory, ! oom`.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish
from sphinx.transforms import SphinxTransform

COMPOUND = r"\b(mini|micro|warm)[- ](batch|up)"  # written apart, or as one word
SPELLING = [("(?<=[a-z]{2})iz(?=e|i|ation)", "is"), ("(?<=[a-z]{3})our", "or"), ("yz", "ys")]
IN_JAVASCRIPT = "".join(f'.replace(/{other}/g, "{ours}")' for other, ours in SPELLING)


def spelled(word: str) -> str:
    """Return a word in the spelling in which words are compared."""
    for other, ours in SPELLING:
        word = re.sub(other, ours, word)
    return word


class Search(SearchEnglish):
    """English in the spelling of either side of the ocean; its second half runs in the page."""

    js_splitter_code = rf"""
var splitQuery = (query) =>
  query
    .replace(/{COMPOUND}/gi, "$1$2")
    .split(/[^\p{{Letter}}\p{{Number}}_\p{{Emoji_Presentation}}]+/gu)
    .filter((term) => term);
"""
    js_stemmer_code = f"""{SearchEnglish.js_stemmer_code}
const PorterStemmer = Stemmer;
Stemmer = function () {{
  const porter = new PorterStemmer();
  this.stemWord = (word) => porter.stemWord(word{IN_JAVASCRIPT});
}};
"""

    def split(self, input: str) -> list[str]:
        """Return the words of a text."""
        return super().split(re.sub(COMPOUND, r"\1\2", input, flags=re.IGNORECASE))

    def stem(self, word: str) -> str:
        """Return what a word has in common with its other forms."""
        return super().stem(spelled(word.lower()))


class IndexedSections(SphinxTransform):
    """Lets the entries of `{index}` lead to their section, which the search can quote from."""

    default_priority = 500

    def apply(self) -> None:
        """Replace the place of each entry."""
        for index in self.document.findall(addnodes.index):
            if not isinstance(index.parent, nodes.section):
                continue
            place = index.parent["ids"][0]
            index["entries"] = [
                (kind, words, place if main else target, main, key)
                for kind, words, target, main, key in index["entries"]
            ]


def collect_entries(app: Sphinx) -> list:
    """Give the search the entries of all pages; by itself Sphinx has those that it writes anew."""
    entries = app.env.get_domain("index").entries
    app.builder.indexer._index_entries = {
        page: sorted({(words, place, main) for _, words, place, main, _ in entries[page] if main})
        for page in entries.keys() & app.env.found_docs
    }
    return []  # no more pages


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    app.connect("html-collect-pages", collect_entries)
    app.add_search_language(Search)
    app.add_transform(IndexedSections)
