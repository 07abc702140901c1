"""Lets readers race batch sizes: the page itself trains the network, as Keras would.

The directive `{race}` shows the race; its options are what the lanes start with. Its body stands in
its place where scripts are off, and on paper. A chapter shows one below a cell whose metadata holds
`race`, with the same options by name: notebooks show nothing of it.

What the reader sets stands behind the `#` of the address, so a link shares a race:
`#lanes=1:0.01:SGD,32:0.01:SGD&momentum=0.9&clock=updates`.

`race_engine.js` trains a network, `race_lanes.js` several side by side, `race_slice.js` looks at
the loss around their ways, `race_drawing.js` draws, `race_words.js` says what came out,
`race_settings.js` has what can be set, and `race.js` is what the reader plays.
"""

import base64
import functools
import hashlib
import json
import re
from pathlib import Path

import numpy as np
from directives import GatheringDirective
from docutils import nodes
from docutils.parsers.rst import directives
from explorer import html, templates
from fit_costs import CHAPTER, fit_costs
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from sphinx.application import Sphinx

from helpers.conventions import HOLD
from helpers.data.synthetic import blob_centers, blobs

TARGET = 0.8
TARGET_TEXT = f"{TARGET:.0%}".replace("%", "\u00a0%")
N_HIDDEN = 50
LAST = 20  # epochs over which volatility is taken
N_SEEDS = 30
PARTS = [f"race_{part}.js" for part in ("engine", "words", "lanes", "slice", "drawing", "settings")]
PARTS += ["race.js"]
COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)
QUESTIONS = {
    "epochs": "Which batch size needs the fewest epochs to the target?",
    "updates": "Which needs the fewest updates?",
    "seconds": "Which needs the fewest seconds in Keras?",
    "steady": "Whose test accuracy is the steadiest at the end?",
}
TIME_PAGE = CHAPTER.removesuffix(".ipynb")
CLOCKS = ["epochs", "updates", "seconds"]
PACES = {
    "gathers": "slow, then faster",
    "slow": "sample by sample",
    "one": "1 epoch a second",
    "ten": "10 epochs a second",
    "full": "as fast as it goes",
}
LEAD = (
    "Copies of one network learn to tell three classes of points apart, from the same start. They "
    "differ in the batch size: how many of the {n_train} training samples they look at before each "
    "change of their weights. Such a change is an update, all samples once an epoch. The target: "
    "{target} of the test samples right, {hold} epochs in a row."
)
LANE = r" *[1-9]\d*:(?=[\d.]*[1-9])\d*\.?\d+(:SGD|:Adam)? *"
LANES = f"{LANE}(,{LANE}){{0,3}}"
STILL = (
    "This race runs in the page, which takes scripts. Here it stands still: {{numref}}`{figure}` "
    "shows how such runs go."
)


def costs(app: Sphinx) -> dict[str, float] | None:
    """Return what `fit` costs, or None where the chapter that measures it is not built."""
    return fit_costs(Path(app.srcdir)) if TIME_PAGE in app.env.found_docs else None


def problem(app: Sphinx) -> dict:
    """Return what the page trains on: the tutorial's data as centers and normal deviates.

    A sample is the center of its class plus the spread times its deviates, as `make_blobs` has it.
    """
    data = blobs()
    unit = blobs(cluster_std=1)
    labels = np.concatenate([data.y_train, data.y_test]).argmax(axis=1)
    centers = blob_centers().astype("float32")
    normals = np.concatenate([unit.x_train, unit.x_test]) - centers[labels]
    np.testing.assert_allclose(
        centers[labels] + 2 * normals, np.concatenate([data.x_train, data.x_test]), atol=1e-4
    )
    return {
        "normals": base64.b64encode(normals.astype("<f4").tobytes()).decode(),
        "centers": centers.tolist(),
        "labels": "".join(map(str, labels)),
        "nTrain": data.n_train,
        "nHidden": N_HIDDEN,
        "spread": 2,
        "target": TARGET,
        "hold": HOLD,
        "last": LAST,
        "nSeeds": N_SEEDS,
        "costs": costs(app),
    }


def checked(text: str, kind: type, least: float, most: float) -> float:
    """Return an option of the directive as a number.

    Raises:
        ValueError: it is no number, or outside of the range.
    """
    value = kind(text)
    if not least <= value <= most:
        raise ValueError(f"must be {least} to {most}, got {text}")
    return value


class Race(GatheringDirective):
    """A race: lanes of batch size and learning rate, such as `1:0.01, 32:0.01:Adam`.

    A `small` one has no prediction and no challenges; `figure` is shown in its place, or its body.
    `answers` are buttons that race other lanes: `stay = 8:0.01, 32:0.01; double = 8:0.01, 32:0.02`.
    """

    has_content = True
    option_spec = {
        "lanes": directives.unchanged_required,
        "momentum": lambda text: checked(text, float, 0, 0.99),
        "epochs": lambda text: checked(text, int, 1, 1000),
        "lock": lambda text: directives.choice(text, ("none", "linear", "sqrt")),
        "clock": lambda text: directives.choice(text, tuple(CLOCKS)),
        "small": directives.flag,
        "lead": directives.unchanged_required,
        "figure": directives.unchanged_required,
        "answers": directives.unchanged_required,
    }

    def lanes(self, text: str) -> str:
        """Return lanes as the address of a race has them; a sentence says why they cannot be."""
        if not re.fullmatch(LANES, text):
            raise self.error(f"lanes are one to four such as 1:0.01, 32:0.01:Adam; got {text!r}.")
        lanes = [lane.strip().split(":") for lane in text.split(",")]
        n_train = blobs().n_train
        if large := [size for size, *_ in lanes if int(size) > n_train]:
            raise self.error(f"lanes: the batch size must be 1 to {n_train}, got {large[0]}.")
        return "lanes=" + ",".join(":".join([*lane, "SGD"][:3]) for lane in lanes)

    def run(self) -> list[nodes.Node]:
        """Return the race, and what stands in its place."""
        self.env.note_dependency(str(self.root / "book" / "_ext" / "templates" / "race.html"))
        self.env.metadata[self.env.docname]["race"] = True
        data, measured = blobs(), costs(self.env.app)
        if measured:
            self.depend_on(self.root / CHAPTER)
        start = self.lanes(self.options.get("lanes", ""))
        sizes = re.findall(r"[=,](\d+):", start)
        for name in ("momentum", "epochs", "lock", "clock"):
            if name in self.options:
                start += f"&{name}={self.options[name]}"
        answers = [
            (text, self.lanes(lanes))
            for text, _, lanes in (
                answer.strip().partition(" = ")
                for answer in self.options.get("answers", "").split(";")
            )
            if text
        ]
        lead = LEAD.format(n_train=data.n_train, target=TARGET_TEXT, hold=HOLD)
        shown = templates.get_template("race.html").render(
            id=self.env.new_serialno("race"),
            small="small" in self.options,
            label=f"Race of batch sizes {', '.join(sizes)}",
            start=start,
            lead=self.options.get("lead", lead),
            sizes=sizes,
            answers=answers,
            questions={
                name: text for name, text in QUESTIONS.items() if name != "seconds" or measured
            },
            clocks=CLOCKS if measured else CLOCKS[:2],
            paces=PACES,
            target=TARGET_TEXT,
            hold=HOLD,
            last=LAST,
            n_seeds=N_SEEDS,
            n_hidden=N_HIDDEN,
            n_train=data.n_train,
            n_test=len(data.x_test),
            costs=measured,
            time_page=measured
            and self.env.app.builder.get_relative_uri(self.env.docname, TIME_PAGE),
        )
        if self.content:
            still = self.parse_content_to_nodes()
        elif "figure" not in self.options:
            raise self.error("A race needs a figure or a body, to stand in its place on paper.")
        else:
            still = self.parse_text_to_nodes(STILL.format(figure=self.options["figure"]))
        box = nodes.container("", *still, classes=["race-still"])
        return [html(shown), box]


def race_cell(options: dict) -> NotebookNode:
    """Return the cell that shows the race of a chapter, from the metadata of the cell before it."""
    lines = [
        f":{name}: {'' if value is True else value}".rstrip() for name, value in options.items()
    ]
    return new_markdown_cell("\n".join(["```{race}", *lines, "```"]))


@functools.cache
def script(app: Sphinx) -> tuple[str, str]:
    """Return the name and the content of the one file with the data of the race and its scripts."""
    folder = Path(__file__).parents[1] / "_static"
    scripts = [(folder / part).read_text(encoding="utf-8") for part in PARTS]
    content = "\n".join([f"const raceProblem = {json.dumps(problem(app))};", *scripts])
    content = COMMENT.sub("", content)
    return f"race-{hashlib.sha256(content.encode()).hexdigest()[:12]}.js", content


def add_files(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    """Load script and style on pages with a race alone."""
    if app.env.metadata.get(page, {}).get("race"):
        app.add_css_file("race.css")
        app.add_js_file(script(app)[0], loading_method="defer")


def write_script(app: Sphinx, exception: Exception | None) -> None:
    """Write the script into the site, in place of its parts and of those of earlier builds."""
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir) / "_static"
    for file in [*site.glob("race-*.js"), *(site / part for part in PARTS)]:
        file.unlink(missing_ok=True)
    if not any("race" in page for page in app.env.metadata.values()):
        return
    name, content = script(app)
    (site / name).write_text(content, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register the directive, and what it needs."""
    app.add_directive("race", Race)
    app.connect("html-page-context", add_files)
    app.connect("build-finished", write_script)
