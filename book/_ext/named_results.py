"""Lets text rest on a result: `` {result}`A5.fast: confirmed` `` after what it says.

The role links to the box of the result, like a citation: it shows the claim, A5. The build fails if
a chapter found another outcome, so no sentence outlives its evidence. A reading of a clock or of
memory is named `` {result}`A9.fit: on this machine` ``: its outcome depends on where it was read.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import nbformat
from chapters import chapters, executed_path
from docutils import nodes
from records import OUTCOMES, Record, RecordError, records
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

ROLE = re.compile(r"\{result\}`([^`]*)`")
NAMED = re.compile(r"([A-Z]\d+)\.(\w+): ([a-z ]+)")
HERE = "on this machine"
ALL_OUTCOMES = set().union(*OUTCOMES.values(), {"premise not met here", HERE})


class Named(NamedTuple):
    """What a sentence rests on: the claim, the name of its assertion, and the outcome."""

    claim: str
    assertion: str
    outcome: str


def named(text: str) -> Named:
    """Return what the text of the role names, such as "A5.fast: confirmed".

    Raises:
        RecordError: it has another form.
    """
    found = NAMED.fullmatch(text)
    if not found or found[3] not in ALL_OUTCOMES:
        raise RecordError(
            f"A result is named like `A5.fast: confirmed`, with an outcome, not {text!r}."
        )
    return Named(*found.groups())


def named_in(text: str) -> list[Named]:
    """Return the results that a text in MyST Markdown names."""
    return [named(content) for content in ROLE.findall(text)]


@lru_cache
def _records(chapter: Path, outputs: Path, time: int) -> list[Record]:
    """Return the records in the outputs of a chapter, a file that was written at some time."""
    page = f"notebooks/{chapter.stem}"
    return [record for _, record in records(nbformat.read(outputs, as_version=4), page)]


def record_of(claim: str, assertion: str, root: Path) -> tuple[Record, str] | None:
    """Return the record that holds an assertion, and its outcome or `HERE`; None if none does."""
    for chapter in chapters(root):
        outputs = executed_path(chapter)
        if not outputs.exists():  # of a chapter that is not shown, where a page is shown alone
            continue
        for record in _records(chapter, outputs, outputs.stat().st_mtime_ns):
            if record.claim == claim:
                for shown in record.data["assertions"]:
                    if shown["name"] == assertion:
                        return record, HERE if shown["here"] else shown["outcome"]
    return None


class ResultRole(SphinxRole):
    """A result that the sentence before it rests on."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return a link to the box of the result, or raise `RecordError`."""
        where = f"{self.env.docname}:{self.lineno}"
        claim, assertion, outcome = named(self.text)
        found = record_of(claim, assertion, Path(self.env.srcdir))
        if found is None and not self.config.nitpicky:  # a page that is shown alone
            return [nodes.inline("", claim, classes=["rests-on"])], []
        if found is None:
            raise RecordError(f"{where} rests on {claim}.{assertion}, which no chapter shows.")
        record, shown = found
        holds = Path(self.env.srcdir, record.page).with_suffix(".ipynb")
        self.env.note_dependency(str(executed_path(holds)))
        if shown != outcome:
            raise RecordError(
                f"{where} rests on {claim}.{assertion}: {outcome}; {record.page} found: {shown}."
            )
        link = pending_xref(
            "",
            nodes.inline("", claim),
            refdomain="std",
            reftype="ref",
            reftarget=record.label.lower(),
            refexplicit=True,
            refwarn=True,
            refdoc=self.env.docname,
        )
        return [nodes.inline("", "", link, classes=["rests-on"])], []


def setup(app: Sphinx) -> None:
    """Register the role."""
    app.add_role("result", ResultRole())
