"""Lays open what the results rest on: all numbers of a source, and how many may be chance.

`{evidence} A` has the table of a source, `{withdrawn}` what was taken from the list and why,
`{untested}` what was never tested. Chapters are held against the committed assertions here.
"""

from typing import Any

import assertions
from chapters import chapters
from directives import GatheringDirective
from docutils import nodes
from records import Record, gather
from results import compared_with, counted, pill, table
from sphinx.application import Sphinx

DECIDED = {
    "confirmed", "opposite found", "no difference", "no relevant difference", "relevant difference",
}  # fmt: skip
DECIDED |= {"premise met"}
ERROR_RATE = 0.05
COLUMNS = ["Assertion", "Quantity", "Effect", "Compared with", "n", "Outcome", "p", "p (Holm)"]


def holm(p_values: list[float]) -> list[float]:
    """Return p-values adjusted for their number (Holm 1979), in the order given.

    >>> holm([0.25, 0.0625, 0.125])
    [0.25, 0.1875, 0.25]
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def printed_p(p: float | None) -> str:
    """Return a p-value as the table has it.

    >>> printed_p(0.0421), printed_p(0.00002), printed_p(None)
    ('0.042', '< 0.001', '')
    """
    if p is None:
        return ""
    return f"{p:.3f}" if p >= 0.001 else "< 0.001"


def listed(records: list[Record]) -> list[tuple[Record, dict[str, Any], float | None]]:
    """Return all assertions of a source, each with its p-value by Holm's method, if it has one.

    Readings of a clock or of memory have none: they are not counted.
    """
    found = [(record, a) for record in records for a in record.data["assertions"]]
    tested = [a for _, a in found if a["p"] is not None and not a["here"]]
    adjusted = {id(a): p for a, p in zip(tested, holm([a["p"] for a in tested]), strict=True)}
    return [(record, a, adjusted.get(id(a))) for record, a in found]


def bound(rows: list[tuple[Record, dict[str, Any], float | None]]) -> str:
    """Return in words how many of the decided assertions could be wrong."""
    decided = [p for _, a, p in rows if a["outcome"] in DECIDED and not a["here"]]
    rejected = [p for p in decided if p is not None and p <= ERROR_RATE]
    return (
        f"Decided by a test: {len(decided)} of {counted(len(rows), 'assertion')}. For "
        f"{len(rejected)} of them the decision stands when the p-values are adjusted for the "
        f"number of tests of this source (Holm, {100 * ERROR_RATE:.0f} %). So at most "
        f"**{len(decided) - len(rejected)}** of those decided could be wrong by an unlucky choice "
        "of seeds; this bound itself fails in at most one of twenty such sources."
    )


def row(record: Record, assertion: dict[str, Any], adjusted: float | None) -> list[str]:
    """Return the row of an assertion."""
    name = f"{{ref}}`{record.claim} <{record.label}>` {assertion['name'].replace('_', ' ')}"
    of = f"{assertion['n']} {assertion['of']}"
    if assertion["here"]:
        of += ", on this machine"
    if record.data["confirmed"]:
        of += ", *make confirm*"
    return [
        f"**{name}**" if assertion["primary"] else name,
        assertion["quantity"],
        assertion["shown"],
        compared_with(assertion),
        of,
        pill(assertion["outcome"]),
        printed_p(assertion["p"]),
        printed_p(adjusted),
    ]


class Evidence(GatheringDirective):
    """All assertions of a source, given by its letter."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a sentence and a table."""
        self.depend_on(*chapters(self.root))
        rows = listed(gather(self.root, self.arguments[0]))
        if not rows:
            raise self.error(f"No chapter shows a result of the source {self.arguments[0]}.")
        shown = table(COLUMNS, [row(*parts) for parts in rows], "evidence")
        return self.parse_text_to_nodes(f"{bound(rows)}\n\n{shown}")


class CommittedDirective(GatheringDirective):
    """A directive whose page is read again when the committed assertions change."""

    def claims(self) -> assertions.Claims:
        """Return the committed claims."""
        folder = self.root / assertions.FOLDER
        for path in [folder, *sorted(folder.glob("*.toml"))]:  # the folder: for files to come
            self.env.note_dependency(str(path))
        return assertions.committed(self.root)


class Withdrawn(CommittedDirective):
    """The assertions that are withdrawn; fails where chapters and committed assertions differ."""

    def run(self) -> list[nodes.Node]:
        """Return a table, or a sentence where none is withdrawn."""
        self.depend_on(*chapters(self.root))
        claims, records = self.claims(), gather(self.root)
        if differences := assertions.disagreements(records, claims):
            raise self.error(" ".join(differences))
        statements = {name: data["statement"] for name, data in claims.items()}
        statements |= {record.claim: record.data["statement"] for record in records}
        rows = [
            [name, statements[name.split(".")[0]], data["withdrawn"], data["last"]]
            for name, data in assertions.withdrawn(claims).items()
        ]
        columns = ["Assertion", "Claim", "Why it was withdrawn", "Its last result"]
        shown = table(columns, rows, "withdrawn") if rows else "None so far."
        return self.parse_text_to_nodes(shown)


class Untested(CommittedDirective):
    """The claims that the book does not test."""

    def run(self) -> list[nodes.Node]:
        """Return a table, or a sentence where there is none."""
        rows = [
            [name, data["statement"], data["untested"]]
            for name, data in assertions.untested(self.claims()).items()
        ]
        shown = table(["Claim", "What it says", "Why it is not tested"], rows, "withdrawn")
        return self.parse_text_to_nodes(shown if rows else "None.")


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("evidence", Evidence)
    app.add_directive("withdrawn", Withdrawn)
    app.add_directive("untested", Untested)
