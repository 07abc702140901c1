"""Gathers all results on one page: how many came out how, and each as a row of a forest plot.

`{results-count}` counts the primary assertions by outcome, `{results-filter}` lets a reader choose
among the rows (its script is `results.js`), and `{forest-plot} A` has the rows of a source.
"""

from collections import Counter
from typing import Any

from chapters import chapters
from directives import GatheringDirective
from docutils import nodes
from forest import small_forest
from records import Record, gather
from results import counted, pill, raw, table
from sphinx.application import Sphinx

MEANINGS = {  # in the order of the count
    "confirmed": "The whole interval lies on the side that the source claims.",
    "no relevant difference": "The whole interval lies within a margin too small to matter.",
    "inside": "The source's single run lies in the range that holds 90 % of our runs.",
    "premise met": "The case that the claim speaks of occurs here.",
    "measured": "The size is known with its interval; there is no pass or fail.",
    "not settled": "The interval leaves both answers open; the sentence says what it excludes.",
    "opposite found": "The whole interval lies on the other side than the source claims.",
    "no difference": "A difference was claimed; the typical run shows none at all.",
    "relevant difference": "Claimed was no difference; there is one larger than the margin.",
    "outside": "The source's single run lies outside the range that holds 90 % of our runs.",
    "premise not met here": "The case that the claim speaks of does not occur here.",
}
COLUMNS = ["Claim", "Assertion", "Outcome", "Effect", "Chapter"]
FILTER = """\
<form class="results-filter">
<label>Outcome <select name="outcome"><option value="">all</option></select></label>
<label>Chapter <select name="chapter"><option value="">all</option></select></label>
<output aria-live="polite"></output>
</form>"""


def assertions(records: list[Record], primary: bool) -> list[tuple[Record, dict[str, Any]]]:
    """Return the primary assertions of records or the others, each after its record."""
    return [
        (record, assertion)
        for record in records
        for assertion in record.data["assertions"]
        if assertion["primary"] == primary
    ]


def row(record: Record, assertion: dict[str, Any]) -> list[str]:
    """Return the row of an assertion."""
    claim = f"{{ref}}`{record.claim} <{record.label}>`"
    here = "\n\non this machine" if assertion["here"] else ""
    effect = raw(small_forest(assertion)) + here
    return [claim, assertion["sentence"], pill(assertion["outcome"]), effect, record.link]


def count(records: list[Record]) -> str:
    """Return how many primary assertions had which outcome, and what each outcome means."""
    primary = assertions(records, primary=True)
    outcomes = Counter(assertion["outcome"] for _, assertion in primary if not assertion["here"])
    rows = [
        [pill(outcome), str(outcomes[outcome]), meaning]
        for outcome, meaning in MEANINGS.items()
        if outcomes[outcome]
    ]
    sources = len({record.claim[0] for record in records})
    claims = len({record.claim for record in records})
    here = len(primary) - outcomes.total()
    sentence = (
        f"**{counted(claims, 'claim')}** from {counted(sources, 'group')} of sources, with "
        f"{counted(len(primary), 'primary assertion')} and "
        f"{len(assertions(records, primary=False))} secondary. "
        f"Counted here: {outcomes.total()} primary ones."
    )
    if here:
        sentence += (
            f" Not counted: {counted(here, 'reading')} of a clock or of memory, on this machine."
        )
    return f"{sentence}\n\n{table(['Outcome', 'Number', 'What it means'], rows, 'results-count')}"


def forest_plot(records: list[Record]) -> str:
    """Return the rows of a source: the primary assertions, and folded below them the others."""
    primary, others = (
        [row(*pair) for pair in assertions(records, primary)] for primary in (True, False)
    )
    shown = table(COLUMNS, primary, "forest-plot") if primary else ""
    if others:
        fold = '<details class="secondary">\n<summary>Secondary assertions: '
        shown += f"\n{fold}{len(others)}</summary>\n\n{table(COLUMNS, others, 'forest-plot')}"
        shown += "\n</details>\n"
    return shown


class ResultsCount(GatheringDirective):
    """The number of primary assertions by outcome."""

    def run(self) -> list[nodes.Node]:
        """Return a sentence and a table."""
        self.depend_on(*chapters(self.root))
        return self.parse_text_to_nodes(count(gather(self.root)))


class ResultsFilter(GatheringDirective):
    """Where a reader chooses which rows of the page to see."""

    def run(self) -> list[nodes.Node]:
        """Return a form, which the script fills; without scripts it is not shown."""
        return [nodes.raw("", FILTER, format="html")]


class ForestPlot(GatheringDirective):
    """The assertions of a source, given by its letter."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return one table, or two."""
        self.depend_on(*chapters(self.root))
        source = self.arguments[0]
        if not (records := gather(self.root, source)):
            raise self.error(f"No chapter shows a result of the source {source}.")
        return self.parse_text_to_nodes(forest_plot(records))


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("results-count", ResultsCount)
    app.add_directive("results-filter", ResultsFilter)
    app.add_directive("forest-plot", ForestPlot)
