"""Directives that gather what the executed chapters say.

`{claims-table}` shows the verdicts on claims, `{sources-table}` the sources' own numbers among
those of many seeds, `{chapter-figure}` a figure of a chapter on another page. All of them read the
executed chapters while the book is built, so no number is copied by hand.
"""

import hashlib
import re
from pathlib import Path

from chapters import chapters, executed, executed_path
from docutils import nodes
from docutils.parsers.rst import directives
from records import UNTESTED, Record, claim_order, displayed, gather, table, verdict_pill
from sphinx.util.docutils import SphinxDirective

SVG = "image/svg+xml"


class GatheringDirective(SphinxDirective):
    """A directive whose page is read again when an executed chapter changes."""

    @property
    def root(self) -> Path:
        """The folder of the book."""
        return Path(self.env.srcdir)

    def depend_on(self, *found: Path) -> None:
        """Note that the page depends on these chapters."""
        for chapter in found:
            self.env.note_dependency(str(chapter))
            self.env.note_dependency(str(executed_path(chapter)))


def verdict_row(record: Record) -> list[str]:
    """Return the row of the table of claims for a verdict, with a link to where it stands."""
    data = record.data
    verdict = verdict_pill(data["verdict"])
    link = f"{{ref}}`{record.chapter} <{record.label}>`"
    statement = data["statement"].removeprefix("A hypothesis of our own: ")
    statement = statement[:1].upper() + statement[1:]
    return [data["claim"], statement, verdict, data["evidence"], link]


def source_row(record: Record) -> list[str]:
    """Return the row of the table of sources for one number, with a link to its chapter."""
    data = record.data
    return [
        data["source"],
        data["experiment"],
        data["quantity"],
        f"{data['reported']:.3f}",
        f"{data['median']:.3f}",
        f"{data['low']:.3f} to {data['high']:.3f}",
        f"{data['percentile']:.0f}",
        str(data["n"]),
        f"{{doc}}`{record.chapter} </{record.page}>`",
    ]


class ClaimsTable(GatheringDirective):
    """A table of the verdicts on some claims.

    The argument lists the claims; each must have been judged, by one chapter or more. A line
    `A8: statement` of the body stands for a claim, or the part of one, that no chapter tests yet.
    """

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        self.depend_on(*chapters(self.root))
        wanted = self.arguments[0].split()
        verdicts = gather(self.root, "verdict")
        rows = [verdict_row(record) for record in verdicts if record.data["claim"] in wanted]
        for text in filter(None, self.content):
            if not (match := re.fullmatch(r"([A-Z]\d+): (.+)", text)):
                raise self.error(f"A line here reads `A8: statement`, not `{text}`.")
            rows.append([*match.groups(), verdict_pill(UNTESTED), "", ""])
        found = [row[0] for row in rows]
        if missing := [claim for claim in wanted if claim not in found]:
            raise self.error(f"No chapter and no line here says anything of {', '.join(missing)}.")
        rows.sort(key=lambda row: claim_order(row[0]))  # keeps the order of chapters
        columns = ["Claim", "Statement", "Verdict", "Evidence", "Chapter"]
        return self.parse_text_to_nodes(table(columns, rows, "claims-table"))


class SourcesTable(GatheringDirective):
    """A table of the sources' own numbers among those of many seeds."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        self.depend_on(*chapters(self.root))
        rows = [source_row(record) for record in gather(self.root, "source")]
        columns = ["Source", "Experiment", "Quantity", "Its one run", "Median here", "5 to 95 %"]
        columns += ["Percentile of its run", "Seeds", "Chapter"]
        return self.parse_text_to_nodes(table(columns, rows, "sources-table"))


class ChapterFigure(GatheringDirective):
    """A figure of a chapter: its page, then the figure's name.

    Caption and alternative text are those of the chapter, unless given here.
    """

    required_arguments = 2
    has_content = True
    option_spec = {"alt": directives.unchanged_required, "name": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Return the figure."""
        page, name = self.arguments
        chapter = (self.root / page).with_suffix(".ipynb")
        if chapter not in chapters(self.root):
            raise self.error(f"There is no chapter {page}.")
        self.depend_on(chapter)
        figures = {
            cell.metadata.mystnb.figure.name: (cell.metadata.mystnb, output.data[SVG])
            for cell, output in displayed(executed(chapter), SVG)
            if "name" in cell.metadata.get("mystnb", {}).get("figure", {})
        }
        if name not in figures:
            raise self.error(f"{page} has no figure {name}; it has {', '.join(figures)}.")
        shown, svg = figures[name]
        caption = " ".join(self.content) or shown.figure.get("caption", "")
        alt = self.options.get("alt") or shown.get("image", {}).get("alt", "")
        path = Path(
            self.env.mystnb_config.output_folder, f"{hashlib.sha256(svg.encode()).hexdigest()}.svg"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(svg, encoding="utf-8")
        lines = [f":::{{figure}} /{path.relative_to(self.root)}", f":alt: {alt}"]
        if "name" in self.options:
            lines.append(f":name: {self.options['name']}")
        return self.parse_text_to_nodes("\n".join([*lines, "", caption, ":::"]))
