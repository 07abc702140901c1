"""What the page of the explorer holds, and someone who visits it."""

import base64
import json
import re

import explorer_data
import numpy as np
import xarray as xr
from conftest import SITE, wait_until

PAGE = "book/explorer.html"
SIZES, RATES = explorer_data.BATCH_SIZES, explorer_data.LEARNING_RATES


def content(name):
    """What a file of the site gives to the script of the page."""
    script = (SITE / "_static" / "explorer" / f"{name}.js").read_text()
    return json.loads(re.fullmatch(r'explorer\.\w+\((?:"[^"]+", )?(.*)\);\n', script)[1])


def unpacked(text, dtype):
    return np.frombuffer(base64.b64decode(text), dtype)


def unpacked_weights(stored):
    scales = np.array([np.nan if scale is None else scale for scale in stored["scales"]])
    return unpacked(stored["units"], "<i2").reshape(len(scales), -1) * scales[:, None] / 32767


def stored_runs(size, rate):
    """The runs of a cell, as a browser gets them."""
    accuracies = unpacked(content(explorer_data.name(size, rate))["right"], "<u2") / 500
    train, test = accuracies.reshape(2, len(explorer_data.SEEDS), explorer_data.EPOCHS)
    dims, epochs = ("seed", "epoch"), np.arange(1, explorer_data.EPOCHS + 1)
    return xr.Dataset(
        {
            "accuracy": (dims, train),
            "val_accuracy": (dims, test),
            "updates": ("epoch", -(-500 // size) * epochs),
        },
        {"seed": list(explorer_data.SEEDS), "epoch": epochs},
    )


class Visitor:
    """Someone at the page of the explorer."""

    def __init__(self, page):
        self.page = page
        self.complaints = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self.hear)

    def hear(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def open(self, address):
        self.page.goto(address)
        self.wait()
        return self

    def wait(self):
        """Go to the plots and wait until both are drawn."""
        for plot in ("curves", "regions"):
            self.page.locator(f"#explorer-{plot}").scroll_into_view_if_needed()
            self.page.locator(f"#explorer-{plot} canvas").wait_for()

    @property
    def sentence(self):
        return self.page.locator(".explorer-sentence").inner_text()

    def sees(self, size, rate):
        """Wait until the page tells of a cell, and check that all of it does."""
        wait_until(
            self.page,
            "start => document.querySelector('.explorer-sentence').textContent.startsWith(start)",
            f"Batch size {size}, learning rate {rate:g}:",
        )
        assert self.page.url.endswith(explorer_data.fragment(size, rate))
        assert self.output("batch-size") == str(size)
        assert self.output("learning-rate") == f"{rate:g}"
        marked = self.page.locator(".explorer-map a[aria-current=true]")
        for link in marked.all():
            assert link.get_attribute("href") == f"#{explorer_data.fragment(size, rate)}"
        assert marked.count() == 2

    def output(self, name):
        return self.page.locator(f"output[for=explorer-{name}]").inner_text()

    def picture(self, name):
        """The pixels of a plot, once they rest."""
        plot = self.page.locator(f"#explorer-{name} canvas")
        before = None
        while (now := plot.evaluate("canvas => canvas.toDataURL()")) != before:
            before = now
            self.page.wait_for_timeout(200)
        return now

    def slide(self, name, position):
        self.page.locator(f"#explorer-{name}").fill(str(position))
