"""Finds the results that chapters display, and refuses the build of a malformed one.

A chapter displays objects whose output holds, besides text for people, JSON of the type `MIME`:
a claim of a source with its typed assertions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chapters import chapters, executed
from nbformat import NotebookNode
from sphinx.errors import SphinxError

MIME = "application/vnd.batch-size-book+json"
CLAIM = re.compile(r"[A-Z]\d+")
FIELDS = {"claim", "statement", "first_stated", "confirmed", "assertions"}
ASSERTION_FIELDS = {"name", "type", "primary", "outcome", "sentence", "quantity", "unit"}
ASSERTION_FIELDS |= {"effect", "low", "high", "shown", "none", "stated", "margin", "claimed"}
ASSERTION_FIELDS |= {"level", "n", "of", "scope", "reason", "p", "scale", "here"}
ABSENT = "premise not met here"
OPEN = "not settled"
OUTCOMES = {
    "direction": {"confirmed", "opposite found", "no difference", OPEN},
    "size": {"measured"},
    "equivalence": {"no relevant difference", "relevant difference", OPEN},
    "reproduction": {"inside", "outside"},
    "proportion": {"confirmed", "opposite found", OPEN, "measured"},
    "premise": {"premise met", OPEN},
}


class RecordError(SphinxError):
    """A record that a chapter wrote in another form than the book reads."""

    category = "Record error"


@dataclass(frozen=True)
class Record:
    """One record of a chapter.

    Attributes:
        page: name of the chapter's page, as Sphinx has it (`notebooks/01_dataset`).
        label: name under which other pages can link to where the record stands in that page.
        data: the record itself.
    """

    page: str
    label: str
    data: dict[str, Any]

    @property
    def claim(self) -> str:
        """The claim, such as A2."""
        return self.data["claim"]

    @property
    def chapter(self) -> str:
        """The chapter, by the number that the name of its file begins with."""
        return f"Chapter {int(Path(self.page).name.split('_')[0])}"

    @property
    def link(self) -> str:
        """The MyST Markdown of a link to where the record stands."""
        return f"{{ref}}`{self.chapter} <{self.label}>`"


def checked(data: dict[str, Any], page: str) -> dict[str, Any]:
    """Return a record that has the form of a result, or raise `RecordError`."""
    if data.get("kind") != "result":
        raise RecordError(f"{page} writes a record of kind {data.get('kind')!r}, not a result.")
    if missing := sorted(FIELDS - data.keys()):
        raise RecordError(f"{page} writes a result without {', '.join(missing)}.")
    claim = data["claim"]
    if not CLAIM.fullmatch(claim):
        raise RecordError(f"{page} writes of a claim {claim!r}; a claim is named like A2.")
    for assertion in data["assertions"]:
        if missing := sorted(ASSERTION_FIELDS - assertion.keys()):
            raise RecordError(f"{page} writes an assertion of {claim} without {', '.join(missing)}")
        name, kind, outcome = (assertion[field] for field in ("name", "type", "outcome"))
        if kind not in OUTCOMES:
            raise RecordError(
                f"{page} writes {claim}.{name} of type {kind!r}; known are {', '.join(OUTCOMES)}."
            )
        if outcome not in OUTCOMES[kind] | {ABSENT}:
            known = ", ".join(sorted(OUTCOMES[kind] | {ABSENT}))
            raise RecordError(
                f"{page} writes the outcome {outcome!r} of {claim}.{name}; known are {known}."
            )
    if sum(assertion["primary"] for assertion in data["assertions"]) > 1:
        raise RecordError(f"{page} writes several primary assertions of {claim}.")
    return data


def displayed(notebook: NotebookNode, mime: str) -> Iterator[tuple[NotebookNode, NotebookNode]]:
    """Yield the outputs of a notebook that hold data of a type, each after its cell."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if mime in output.get("data", {}):
                yield cell, output


def records(notebook: NotebookNode, page: str) -> list[tuple[NotebookNode, Record]]:
    """Return the records of an executed chapter, each with the output that holds it."""
    return [
        (output, Record(page, f"{page}-result-{number}", checked(output.data[MIME], page)))
        for number, (_, output) in enumerate(displayed(notebook, MIME), start=1)
    ]


def claim_order(record: Record) -> tuple[str, int]:
    """Return what sorts records by their claims as people do, A2 before A10."""
    return record.claim[0], int(record.claim[1:])


def gather(root: Path, source: str = "") -> list[Record]:
    """Return the records of all executed chapters, or those of one source, by their claims."""
    found = [
        record
        for chapter in chapters(root)
        for _, record in records(executed(chapter), f"notebooks/{chapter.stem}")
        if record.claim.startswith(source)
    ]
    return sorted(found, key=claim_order)  # keeps the order of chapters
