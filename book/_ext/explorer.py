"""Lets readers pick a batch size and a learning rate, and see at once what they do.

The directive `{explorer}` shows a part of it: `runs` (what to pick, the curves, the regions, the
maps of all cells and the numbers; its body stands in their place where scripts are off, above the
maps) or `made` (how the runs were made). What is picked stands behind the `#` of the address, so
any page can link to a cell: `explorer.md#batch_size=32&learning_rate=0.01`, or one of the two. A
link to a cell that is not there is a warning of the build, like any link that leads nowhere. A
second setting to compare with is added as `&batch_size_b=500&learning_rate_b=0.01`.

The runs come from `explorer_data.py`, and what an update of `fit` takes from `fit_costs.py`;
`explorer.js` draws them. The parts stand in `templates/`.
"""

import math
import shutil
import sys
from pathlib import Path

import explorer_data
from directives import GatheringDirective
from docutils import nodes
from docutils.parsers.rst import directives
from fit_costs import CHAPTER, fit_costs
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sphinx.application import Sphinx

PAGE = "book/explorer"
START = 32, 0.01  # batch size and learning rate that are shown first
LEVELS = 8  # of shade in the maps

ROWS = {
    "epochs": "epochs to {target}",
    "updates": "updates to {target}",
    "seconds": "seconds to {target}, as plain fit would take",
    "volatility": "volatility, percentage points",
    "train": "final training accuracy, %",
    "test": "final test accuracy, %",
    "train_loss": "final training loss",
    "test_loss": "final test loss",
}
MAPS = {
    "epochs": "Epochs to {target} (stronger shade: slower)",
    "volatility": "Volatility, percentage points (stronger: less stable)",
}
TEMPLATES = Path(__file__).with_name("templates")
PARTS = {"runs": "explorer_runs.html", "made": "explorer_made.md"}
templates = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(), trim_blocks=True,
    keep_trailing_newline=True, undefined=StrictUndefined,
)  # fmt: skip


def level(value: float, least: float, most: float) -> int:
    """Return the shade of a value between the least and the most, on a logarithmic scale."""
    share = math.log(value / least) / math.log(most / least)
    return min(LEVELS - 1, int(share * LEVELS))


def filled(texts: dict[str, str], about: dict) -> dict[str, str]:
    """Return texts with what is known of the runs in them."""
    return {quantity: text.format(**about) for quantity, text in texts.items()}


def outcome(cell: dict) -> str:
    """Return whether the median run of a cell is `reached`, `never` or `failed`."""
    if cell["epochs"][1] is not None:
        return "reached"
    return "failed" if cell["failed"] else "never"


def square(cell: dict, quantity: str, held: list[float]) -> dict[str, str]:
    """Return a cell of a map: its outcome, text, link, and shade among the values of the others."""
    value = cell[quantity][1]
    shown = {"outcome": outcome(cell), "level": "none", "text": ""}
    if shown["outcome"] == "reached":
        shown["level"] = level(value, min(held), max(held))
    if shown["outcome"] != "failed" and value is not None:
        shown["text"] = f"{100 * value:.1f}" if quantity == "volatility" else f"{value:.0f}"
    return shown | {"link": explorer_data.fragment(cell["batch_size"], cell["learning_rate"])}


def maps(about: dict, quantity: str) -> dict[str, list[dict[str, str]]]:
    """Return the cells of a map by learning rate, the largest first."""
    held = [cell[quantity][1] for cell in about["cells"] if outcome(cell) == "reached"]
    rows = {f"{rate:g}": [] for rate in reversed(about["learning_rates"])}
    for cell in about["cells"]:  # by batch size
        rows[f"{cell['learning_rate']:g}"].append(square(cell, quantity, held))
    return rows


def show(part: str, about: dict, costs: dict[str, float]) -> str:
    """Return the HTML of a part, or of `made` the MyST Markdown."""
    return templates.get_template(PARTS[part]).render(
        about=about,
        costs=costs,
        start=START,
        fragment=explorer_data.fragment(*START),
        rates=[f"{rate:g}" for rate in about["learning_rates"]],
        n_snapshots=len(explorer_data.SNAPSHOTS),
        rows=filled(ROWS, about),
        captions=filled(MAPS, about),
        maps={quantity: maps(about, quantity) for quantity in MAPS},
    )


class Explorer(GatheringDirective):
    """A part of the explorer: its argument is `runs` or `made`.

    The body of `runs` stands in its place where scripts are off.
    """

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the part."""
        part = directives.choice(self.arguments[0], tuple(PARTS))
        self.depend_on(self.root / CHAPTER)
        for file in (explorer_data.folder(self.root) / "runs.json", TEMPLATES / PARTS[part]):
            self.env.note_dependency(str(file))
        shown = show(part, explorer_data.read(self.root), fit_costs(self.root))
        if part == "made":
            return self.parse_text_to_nodes(shown)
        still = self.parse_content_to_nodes()
        return [html("<noscript>"), *still, html("</noscript>"), html(shown)]


def html(text: str) -> nodes.raw:
    """Return a node of HTML."""
    return nodes.raw("", text, format="html")


def refuse_stale_runs(app: Sphinx) -> None:
    """Stop the build unless the runs of the explorer, if it is shown, are up to date."""
    shown = app.project.discover(app.config.exclude_patterns)
    if PAGE in shown and not explorer_data.is_fresh(Path(app.srcdir)):
        sys.exit("No up-to-date runs for the explorer: run `make book`.")


def allow_links(app: Sphinx, doctree: nodes.document) -> None:
    """Let other pages link to the cells of the explorer, as if each were a heading."""
    if app.env.docname == PAGE:
        about = explorer_data.read(Path(app.srcdir))
        sizes, rates = about["batch_sizes"], about["learning_rates"]
        links = [explorer_data.fragment(size, rate) for size in sizes for rate in rates]
        links += [part for link in links for part in link.split("&")]
        slugs = app.env.metadata[PAGE].setdefault("myst_slugs", {})
        slugs.update({link: (0, link, link) for link in links})


def add_files(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Load script and style on the page of the explorer alone."""
    if page == PAGE:
        app.add_css_file("explorer.css")
        app.add_js_file("explorer.js", loading_method="defer")


def copy_runs(app: Sphinx, exception: Exception | None) -> None:
    """Copy the runs into the site."""
    source = explorer_data.folder(Path(app.srcdir))
    if exception is None and app.builder.format == "html" and source.exists():
        target = Path(app.outdir) / "_static" / "explorer"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.json"))


def setup(app: Sphinx) -> None:
    """Register the directive, and what it needs."""
    app.add_directive("explorer", Explorer)
    app.connect("builder-inited", refuse_stale_runs)
    app.connect("doctree-read", allow_links)
    app.connect("html-page-context", add_files)
    app.connect("build-finished", copy_runs)
