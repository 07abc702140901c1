"""Sets numbers as a printer does: a minus in front, and the unit on the same line."""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

MINUS = re.compile(r"(?<![\w.)−–-])-(?=\d)")
BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:s|ms|µs|ns|kB|MiB|GiB)\b|%)")
AS_TYPED = (nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw)


class Typography(SphinxPostTransform):
    """Replace hyphens before numbers, and spaces before units, in all text but code."""

    default_priority = 900

    def run(self, **options) -> None:
        """Go through the text of a page."""
        for text in list(self.document.findall(nodes.Text)):
            parent = text.parent
            while parent is not None and not isinstance(parent, AS_TYPED):
                parent = parent.parent
            typed = text.astext()
            printed = BEFORE_UNIT.sub("\u00a0", MINUS.sub("−", typed))
            if parent is None and printed != typed:
                text.parent.replace(text, nodes.Text(printed))


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(Typography)
