"""Shows a figure of a chapter on another page, up to date, by `{chapter-figure}`."""

import hashlib
from pathlib import Path

from chapters import chapters, executed, executed_path
from docutils import nodes
from docutils.parsers.rst import directives
from panels import cropped
from records import displayed
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


class ChapterFigure(GatheringDirective):
    """A figure of a chapter: its page, then the figure's name.

    Caption and alternative text are those of the chapter, unless given here; `panel` shows one of
    its panels alone, counted from 1.
    """

    required_arguments = 2
    has_content = True
    option_spec = {"alt": directives.unchanged_required, "name": directives.unchanged_required}
    option_spec |= {"panel": directives.positive_int}

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
        if "panel" in self.options:
            try:
                svg = cropped(svg, self.options["panel"])
            except ValueError as error:
                raise self.error(f"{page}, {name}: {error}") from error
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
