"""Lets readers pick a batch size and a learning rate, and see at once what they do.

The directive `{explorer}` shows a part of it: `runs` (what to pick, the curves, the regions and the
numbers; its body stands in their place where scripts are off), `map` (speed and volatility of all
cells) or `made` (how the runs were made). What is picked stands behind the `#` of the address, so
any page can link to a cell: `explorer.md#batch_size=32&learning_rate=0.01`, or one of the two. A
link to a cell that is not there is a warning of the build, like any link that leads nowhere.

The runs come from `explorer_data.py`; `explorer.js` draws them. The parts stand in `templates/`.
"""

import math
import shutil
import sys
from pathlib import Path

import explorer_data
from docutils import nodes
from docutils.parsers.rst import directives
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

PAGE = "book/explorer"
START = 32, 0.01  # batch size and learning rate that are shown first
LEVELS = 8  # of shade in the maps

ROWS = {
    "epochs": "epochs to {target}",
    "updates": "updates to {target}",
    "volatility": "volatility, percentage points",
    "train": "final training accuracy",
    "test": "final test accuracy",
}
MAPS = {
    "epochs": "Speed: epochs until the median run holds {target}. Stronger shades are slower.",
    "volatility": "Volatility of the median run, in percentage points. Stronger shades are wilder.",
}
TEMPLATES = Path(__file__).with_name("templates")
PARTS = {"runs": "explorer_runs.html", "map": "explorer_map.html", "made": "explorer_made.md"}
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


def maps(about: dict, quantity: str) -> dict[str, list[dict[str, str]]]:
    """Return the cells of a map by learning rate, the largest first: shade, text and link."""
    medians = {
        (cell["batch_size"], cell["learning_rate"]): (cell[quantity][1], cell["epochs"][1])
        for cell in about["cells"]
    }
    held = [value for value, epochs in medians.values() if epochs is not None]
    rows = {}
    for rate in reversed(about["learning_rates"]):
        rows[f"{rate:g}"] = row = []
        for size in about["batch_sizes"]:
            value, epochs = medians[size, rate]
            if quantity == "volatility":
                text = f"{100 * value:.1f}"
            else:
                text = "" if value is None else f"{value:.0f}"
            shade = "none" if epochs is None else level(value, min(held), max(held))
            link = explorer_data.fragment(size, rate)
            row.append({"level": shade, "text": text, "link": link})
    return rows


def show(part: str, about: dict) -> str:
    """Return the HTML of a part, or of `made` the MyST Markdown."""
    return templates.get_template(PARTS[part]).render(
        about=about,
        start=START,
        fragment=explorer_data.fragment(*START),
        rates=[f"{rate:g}" for rate in about["learning_rates"]],
        n_snapshots=len(explorer_data.SNAPSHOTS),
        rows=filled(ROWS, about),
        captions=filled(MAPS, about),
        maps={quantity: maps(about, quantity) for quantity in MAPS},
    )


class Explorer(SphinxDirective):
    """A part of the explorer: its argument is `runs`, `map` or `made`.

    The body of `runs` stands in its place where scripts are off.
    """

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the part."""
        part = directives.choice(self.arguments[0], tuple(PARTS))
        root = Path(self.env.srcdir)
        for file in (explorer_data.folder(root) / "runs.json", TEMPLATES / PARTS[part]):
            self.env.note_dependency(str(file))
        shown = show(part, explorer_data.read(root))
        if part == "made":
            return self.parse_text_to_nodes(shown)
        if part == "map":
            return [html(shown)]
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
