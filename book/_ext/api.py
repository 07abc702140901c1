"""The page of the helpers, made from their docstrings.

Docstrings are plain text with code in backticks. Sphinx reads them as reStructuredText, where `|`
and `*` have a meaning of their own: so they are escaped, but for code and examples.
"""

import re
from typing import Any

from sphinx.application import Sphinx

CODE = r"``.*?``", r"^ *>>>(?:.+\n?)+", r"(?<=::\n\n)(?: .*\n?)+"  # in a line, example, block
CODE_OR_SIGN = re.compile(rf"{'|'.join(CODE)}|[|*]", re.MULTILINE)


def escape(app: Sphinx, kind: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Escape the signs of a docstring in place."""
    text = CODE_OR_SIGN.sub(
        lambda match: f"\\{match[0]}" if match[0] in "|*" else match[0], "\n".join(lines)
    )
    lines[:] = text.split("\n")


def setup(app: Sphinx) -> None:
    """Register with Sphinx, what reads docstrings first."""
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.napoleon")
    app.connect("autodoc-process-docstring", escape, priority=400)  # before napoleon
