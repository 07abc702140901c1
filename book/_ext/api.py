"""Shows readers who build on `helpers` its docstrings as a page.

Docstrings are plain text with code in backticks. Sphinx reads them as reStructuredText, where `|`
and `*` have a meaning of their own: so they are escaped, but for code and examples.
"""

import re
from typing import Any

from docutils import nodes
from pydantic import BaseModel
from sphinx.application import Sphinx

CODE = r"``.*?``", r"^ *>>>(?:.+\n?)+", r"(?<=::\n\n)(?: .*\n?)+"  # in a line, example, block
CODE_OR_SIGN = re.compile(rf"{'|'.join(CODE)}|[|*]", re.MULTILINE)

LINES = re.compile(r"<dl>\s*<dd>(?:(?!</?d[lt]).)*</dl>", re.DOTALL)


def list_parameters(
    app: Sphinx, kind: str, name: str, thing: Any, options: Any, lines: list[str]
) -> None:
    """Add the parameters of a chapter, with their meanings, to the docstring of their class."""
    if kind == "class" and issubclass(thing, BaseModel) and thing.model_fields:
        lines.append("Attributes:")
        lines += [f"    {name}: {field.description}" for name, field in thing.model_fields.items()]
        lines.append("")


def escape(app: Sphinx, kind: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Escape the signs of a docstring in place."""
    text = CODE_OR_SIGN.sub(
        lambda match: f"\\{match[0]}" if match[0] in "|*" else match[0], "\n".join(lines)
    )
    lines[:] = text.split("\n")


def shorten(
    app: Sphinx, kind: str, name: str, thing: Any, options: Any, signature: str, returns: str
) -> tuple[str, str] | None:
    """Leave out the signature of a pydantic model, which repeats each field with its checks."""
    return ("", returns) if kind == "class" and issubclass(thing, BaseModel) else None


def mend_signatures(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write the lines of long signatures as lines; Sphinx makes them lists that name nothing."""
    for lines in set(LINES.findall(context.get("body", ""))):
        spans = lines.replace("dl>", "span>").replace("<dd>", '<span class="sig-line">')
        context["body"] = context["body"].replace(lines, spans.replace("</dd>", "</span>"))


def setup(app: Sphinx) -> None:
    """Register with Sphinx, what reads docstrings first."""
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.napoleon")
    app.connect("autodoc-process-docstring", list_parameters, priority=300)
    app.connect("autodoc-process-docstring", escape, priority=400)  # before napoleon
    app.connect("autodoc-process-signature", shorten)
    app.connect("html-page-context", mend_signatures)
