"""What the race on a page holds, and someone who visits it."""

import json
import re

from conftest import SITE, wait_until
from explorer_page import Visitor

PAGE = "book/index.html"
LANES = [(1, 0.01, "SGD"), (32, 0.01, "SGD"), (500, 0.01, "SGD")]  # of the opening page
INFINITY = float("inf")
COSTS = {"update": 0.7, "sample": 0.004}  # milliseconds, made up
# What the page trains on at a spread: call it with `problemOf(spread)`.
PROBLEM = """
  const { normals, centers, labels, nTrain } = raceProblem;
  const bytes = Uint8Array.from(atob(normals), (char) => char.charCodeAt(0));
  const data = {
    normals: new Float32Array(bytes.buffer), centers, labels: Uint8Array.from(labels), nTrain,
  };
  const problemOf = (spread) => raceEngine.blobs(data, spread);
  const shape = { nFeatures: 2, nHidden: raceProblem.nHidden, nClasses: 3 };
"""
# Frames pass when `passFrame` is called, with the time that it is given.
FRAMES = """
  const waiting = new Map();
  let asked = 0;
  window.requestAnimationFrame = (call) => (waiting.set((asked += 1), call), asked);
  window.cancelAnimationFrame = (id) => waiting.delete(id);
  window.passFrame = (time) => {
    const calls = [...waiting.values()];
    waiting.clear();
    calls.forEach((call) => call(time));
  };
"""
# Notes how many samples are marked whenever a lane is drawn.
BATCHES = """() => {
  window.batches = [];
  const draw = raceDrawing.lane;
  raceDrawing.lane = (canvas, picture) => {
    batches.push(picture.batch?.length ?? 0);
    draw(canvas, picture);
  };
}"""
# Notes what is drawn of the accuracy.
CHART = """() => {
  const draw = raceDrawing.chart;
  raceDrawing.chart = (canvas, chart) => { window.charted = chart; draw(canvas, chart); };
}"""


def fragment(*lanes, **settings):
    """The end of an address that says the lanes, each a batch size, a rate and an optimizer."""
    parts = ",".join(":".join(map(str, lane)) for lane in lanes or LANES)
    return "#" + "&".join([f"lanes={parts}", *(f"{name}={settings[name]}" for name in settings)])


def problem(site=SITE):
    """What the page trains on."""
    (script,) = site.glob("_static/race-*.js")
    data = re.match("const raceProblem = (.*);\n", script.read_text())[1]
    return json.loads(data)


def outcome(size, epochs, volatility=0.015, rate=0.01, optimizer="SGD", diverged=False):
    """The outcome of a lane that reached the target after so many epochs."""
    updates = epochs * -(-500 // size)
    seconds = (COSTS["update"] * updates + COSTS["sample"] * 500 * epochs) / 1000
    return {
        "name": f"batch size {size}",
        "batchSize": size,
        "learningRate": rate,
        "optimizer": optimizer,
        "updatesPerEpoch": -(-500 // size),
        "reached": {"epochs": epochs, "updates": updates, "seconds": seconds},
        "volatility": float("nan") if diverged else volatility,
        "diverged": diverged,
        "stuck": False,
        "noisy": diverged or volatility > 0.02,
        "touched": epochs,
        "epochs": 150,
        "kept": epochs < INFINITY,
    }


def lost(size):
    """The outcome of a lane that diverged."""
    return outcome(size, INFINITY, diverged=True)


class Racer(Visitor):
    """Someone at a race."""

    def wait(self):
        """Wait until the race answers."""
        wait_until(self.page, "() => !document.querySelector('.race [data-do=play]').disabled")

    def find(self, selector):
        return self.page.locator(f".race {selector}")

    def button(self, name):
        return self.find(f"[data-do={name}]")

    def ready(self, pace="full"):
        """Make no prediction, if one is asked for, and stand at the start with a speed set."""
        if self.button("skip").is_visible():
            self.button("skip").click()
            self.button("reset").click()
        self.find("[name=pace]").select_option(pace)
        return self

    def choose_pace(self, pace):
        """Set the speed while its control is still hidden."""
        self.find("[name=pace]").evaluate("(select, pace) => { select.value = pace; }", pace)

    def race(self):
        """Let a race run to its end."""
        opened = self.find(".race-settings").is_visible()  # which a race closes
        self.button("play").click()
        self.finished()
        return self.open_settings() if opened else self

    def finished(self):
        self.find(".race-status").filter(has_text="Finished").wait_for()
        return self

    def open_map(self):
        self.find(".race-map summary").click()
        return self

    def open_settings(self):
        self.button("settings").click()
        return self

    @property
    def status(self):
        return " ".join(self.find(".race-status").inner_text().split())

    @property
    def refusal(self):
        return self.find(".race-refusal").inner_text()

    @property
    def n_lanes(self):
        return self.find(".race-lane").count()

    def shown(self, what):
        """A number of all lanes, as shown."""
        return self.find(f".race-lane [data-show={what}]").all_inner_texts()

    def counts(self, what):
        return [int(text.replace(",", "")) for text in self.shown(what)]

    def lane_settings(self, i):
        """The controls of a lane."""
        return self.find(".race-table fieldset").nth(i)

    def names(self):
        """The batch sizes of the lanes, and what tells equal ones apart."""
        return self.shown("name")

    def setting(self, name):
        """A control of what the lanes share."""
        return self.find(f".race-common [name={name}]")

    def rate(self, i):
        """The slider of a lane's learning rate."""
        return self.find("[name=learning-rate]").nth(i)

    def remove(self, i):
        self.page.get_by_role("button", name=f"Remove lane {i + 1}").click()

    def type(self, name, value):
        """Type a number, and leave its box."""
        box = self.setting(name)
        box.fill(str(value))
        box.blur()

    def type_size(self, i, value):
        box = self.lane_settings(i).locator("input[type=number]")
        box.fill(str(value))
        box.blur()

    def slide(self, slider, position):
        slider.fill(str(position))
        slider.dispatch_event("change")

    @property
    def address(self):
        """What stands behind the # of the address, by name."""
        return dict(part.split("=") for part in self.page.url.partition("#")[2].split("&"))

    @property
    def outcome(self):
        """What came out, by question: the winner, the others, what was said, and why."""
        rows = {}
        for row in self.find(".race-outcome tbody tr").all():
            won = row.locator(".race-won strong").inner_text()
            others = row.locator(".race-won span").inner_text()
            said, why = row.locator(".race-said"), row.locator("td").last
            rows[row.get_attribute("data-question")] = {
                "winner": won,
                "others": others,
                "said": said.text_content() if said.is_visible() else None,
                "why": why.inner_text(),
            }
        return rows

    def picture(self, name):
        """The pixels of a canvas, once they rest."""
        canvas = self.find(f"{name} canvas").first
        before = None
        while (now := canvas.evaluate("canvas => canvas.toDataURL()")) != before:
            before = now
            self.page.wait_for_timeout(150)
        return now

    def colors(self, name, left=0, right=None):
        """The colours of the pixels of a canvas, or of those between two columns."""
        return self.find(f"{name} canvas").first.evaluate(
            """(canvas, [left, right]) => {
              const { width, height } = canvas;
              const copy = new OffscreenCanvas(width, height); // reading makes a canvas slow
              const context = copy.getContext("2d");
              context.drawImage(canvas, 0, 0);
              const { data } = context.getImageData(left, 0, (right ?? width) - left, height);
              return [...new Set(new Uint32Array(data.buffer))].sort();
            }""",
            [left, right],
        )
