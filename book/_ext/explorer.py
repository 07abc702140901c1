"""The explorer: one page on which the reader picks a batch size and a learning rate.

The directive `{explorer}` shows a part of it: `runs` (what to pick, the curves, the regions and the
numbers; its body stands in their place where scripts are off), `map` (speed and volatility of all
cells) or `made` (how the runs were made). What is picked stands behind the `#` of the address, so
any page can link to a cell: `explorer.md#batch_size=32&learning_rate=0.01`, or one of the two. A
link to a cell that is not there is a warning of the build, like any link that leads nowhere.

The runs come from `explorer_data.py`; `explorer.js` draws them.
"""

import math
import shutil
import sys
from pathlib import Path

import explorer_data
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

PAGE = "book/explorer"
START = 32, 0.01  # batch size and learning rate that are shown first
LEVELS = 8  # of shade in the maps

RUNS = """\
<div class="explorer" id="explorer" data-files="../_static/" data-version="{version}"
  data-batch-sizes="{batch_sizes}" data-learning-rates="{learning_rates}"
  data-start="{start}">
<form class="explorer-controls" autocomplete="off">
<fieldset>
<legend>Flavour</legend>
<label><input type="radio" name="flavour" value="1"> stochastic</label>
<label><input type="radio" name="flavour" value="{minibatch}"> minibatch</label>
<label><input type="radio" name="flavour" value="{n_train}"> batch</label>
</fieldset>
<div>
<label for="explorer-batch-size">Batch size</label>
<output for="explorer-batch-size">{start_size}</output>
<input type="range" id="explorer-batch-size" min="0" max="{last_size}" value="{size}">
</div>
<div>
<label for="explorer-learning-rate">Learning rate</label>
<output for="explorer-learning-rate">{start_rate:g}</output>
<input type="range" id="explorer-learning-rate" min="0" max="{last_rate}" value="{rate}">
</div>
</form>
<p class="explorer-sentence" role="status"></p>
<div class="explorer-figures">
<figure>
<p class="explorer-keys"><span class="train">train</span> <span class="test">test</span></p>
<div class="explorer-plot" id="explorer-curves"></div>
<div class="explorer-controls"><label><input type="checkbox" id="explorer-one" autocomplete="off">
show the run of seed {seed}</label></div>
<figcaption>Accuracy after each epoch: median over {n_seeds} seeds, with a band from the 5th to the
95th percentile. Click into the figure to see the regions of that epoch.</figcaption>
</figure>
<figure>
<p class="explorer-keys"><span class="class-0">class 0</span> <span class="class-1">class 1</span>
<span class="class-2">class 2</span></p>
<div class="explorer-plot" id="explorer-regions"></div>
<div class="explorer-controls explorer-time">
<button type="button" class="btn btn-sm" id="explorer-play">Play</button>
<label for="explorer-epoch">Epoch</label>
<input type="range" id="explorer-epoch" min="0" max="{last_snapshot}" value="{last_snapshot}"
  autocomplete="off">
<output for="explorer-epoch">{epochs}</output>
</div>
<figcaption>The class that the network of seed {seed} predicts at each point of the plane, and the
training samples, after the epoch that you pick.</figcaption>
</figure>
</div>
<table class="explorer-numbers">
<thead><tr><th scope="col">{n_seeds} runs</th><th scope="col">5 %</th>
<th scope="col">median</th><th scope="col">95 %</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
"""
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
NEVER = '<span aria-hidden="true">–</span><span class="visually-hidden">never</span>'
MADE = """\
The build of this page trained them with Keras in {seconds:.0f} seconds on {trained}:
{n_cells} combinations of {n_sizes} batch sizes and {n_rates} learning rates, each from
{n_seeds} seeds ({first} to {last}), for {epochs} epochs.
The data are [the tutorial's](../notebooks/01_dataset.ipynb), {n_train} samples for training and
{n_test} for testing; the network has {n_parameters} parameters; the optimizer is `SGD` with
momentum {momentum:g}; the samples are shuffled before every epoch, and a short last batch counts as
`fit` counts it.

Speed is counted at the first epoch from which a test accuracy of {target:g} is held for {hold}
epochs. Volatility is the standard deviation of the test accuracy over the last {last_epochs} epochs
with the trend removed, and final accuracy is the mean over them. The regions are those of the first
seed, at {n_snapshots} epochs from the initial weights to the last.

Made with {versions}.
"""


def level(value: float, least: float, most: float) -> int:
    """Return the shade of a value between the least and the most, on a logarithmic scale."""
    share = math.log(value / least) / math.log(most / least)
    return min(LEVELS - 1, int(share * LEVELS))


def show_runs(about: dict) -> str:
    """Return the HTML of what to pick and of what it shows."""
    rows = [
        f'<tr data-quantity="{key}"><th scope="row">{text.format(**about)}</th>' + "<td></td>" * 3
        for key, text in ROWS.items()
    ]
    sizes, rates = about["batch_sizes"], about["learning_rates"]
    return RUNS.format(
        version=about["key"][:12],
        batch_sizes=" ".join(map(str, sizes)),
        learning_rates=" ".join(f"{rate:g}" for rate in rates),
        start=explorer_data.fragment(*START).replace("&", "&amp;"),
        start_size=START[0],
        start_rate=START[1],
        minibatch=START[0],
        n_train=about["n_train"],
        last_size=len(sizes) - 1,
        size=sizes.index(START[0]),
        last_rate=len(rates) - 1,
        rate=rates.index(START[1]),
        seed=about["seeds"][0],
        n_seeds=len(about["seeds"]),
        last_snapshot=len(explorer_data.SNAPSHOTS) - 1,
        epochs=about["epochs"],
        rows="</tr>\n".join(rows) + "</tr>",
    )


def show_map(about: dict, quantity: str) -> str:
    """Return the HTML of one map: a table with a link for each cell."""
    medians = {
        (cell["batch_size"], cell["learning_rate"]): (cell[quantity][1], cell["epochs"][1])
        for cell in about["cells"]
    }
    held = [value for value, epochs in medians.values() if epochs is not None]
    rows = []
    for rate in reversed(about["learning_rates"]):
        row = [f'<tr><th scope="row">{rate:g}</th>']
        for size in about["batch_sizes"]:
            value, epochs = medians[size, rate]
            shade = "none" if epochs is None else level(value, min(held), max(held))
            text = f"{value:.0f}" if quantity == "epochs" and value else NEVER
            if quantity == "volatility":
                text = f"{100 * value:.1f}"
            link = explorer_data.fragment(size, rate).replace("&", "&amp;")
            row.append(f'<td class="level-{shade}"><a href="#{link}">{text}</a></td>')
        rows.append("".join(row) + "</tr>")
    sizes = "".join(f'<th scope="col">{size}</th>' for size in about["batch_sizes"])
    columns = len(about["batch_sizes"])
    lines = "\n".join(rows)
    return f"""\
<table class="explorer-map" data-quantity="{quantity}">
<caption>{MAPS[quantity].format(**about)}</caption>
<thead><tr><th scope="col" rowspan="2">learning rate</th>
<th scope="colgroup" colspan="{columns}">batch size</th></tr>
<tr>{sizes}</tr></thead>
<tbody>
{lines}
</tbody>
</table>
"""


def show_made(about: dict) -> str:
    """Return the MyST Markdown of how the runs were made."""
    return MADE.format(
        n_cells=len(about["cells"]),
        n_sizes=len(about["batch_sizes"]),
        n_rates=len(about["learning_rates"]),
        n_seeds=len(about["seeds"]),
        first=about["seeds"][0],
        last=about["seeds"][-1],
        n_snapshots=len(explorer_data.SNAPSHOTS),
        **about | {"versions": ", ".join(f"{k} {v}" for k, v in about["versions"].items())},
    )


class Explorer(SphinxDirective):
    """A part of the explorer: its argument is `runs`, `map` or `made`.

    The body of `runs` stands in its place where scripts are off.
    """

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the part."""
        part = directives.choice(self.arguments[0], ("runs", "map", "made"))
        root = Path(self.env.srcdir)
        self.env.note_dependency(str(explorer_data.folder(root) / "runs.json"))
        about = explorer_data.read(root)
        if part == "made":
            return self.parse_text_to_nodes(show_made(about))
        if part == "map":
            maps = "\n".join(show_map(about, quantity) for quantity in MAPS)
            return [html(f'<div class="explorer-maps">\n{maps}</div>')]
        still = self.parse_content_to_nodes()
        return [html("<noscript>"), *still, html("</noscript>"), html(show_runs(about))]


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
