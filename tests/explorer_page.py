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
    stored = content(explorer_data.name(size, rate))
    shape = 2, len(explorer_data.SEEDS), explorer_data.EPOCHS
    train, test = unpacked(stored["right"], "<u2").reshape(shape) / 500
    train_loss, test_loss = np.exp(unpacked(stored["losses"], "<i2").reshape(shape) / 1000)
    dims, epochs = ("seed", "epoch"), np.arange(1, explorer_data.EPOCHS + 1)
    return xr.Dataset(
        {
            "accuracy": (dims, train),
            "val_accuracy": (dims, test),
            "loss": (dims, train_loss),
            "val_loss": (dims, test_loss),
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
        """Go to the plots and wait until all are drawn."""
        for plot in self.page.locator(".explorer-plot:visible").all():
            plot.scroll_into_view_if_needed()
            plot.locator("canvas").wait_for()

    @property
    def sentence(self):
        return self.page.locator(".explorer-sentence").inner_text()

    def hears(self, *starts):
        """Wait until there is a sentence for each setting, which begins like this."""
        wait_until(
            self.page,
            """starts => {
              const text = document.querySelector(".explorer-sentence").textContent;
              const lines = text.split("\\n");
              return starts.length === lines.length
                && starts.every((start, i) => lines[i].startsWith(start));
            }""",
            starts,
        )

    def sees(self, size, rate):
        """Wait until the page tells of a cell alone, and check that all of it does."""
        title = f"Batch size {size}, learning rate {rate:g}"
        self.hears(f"{title}:")
        assert self.page.url.endswith(f"#{explorer_data.fragment(size, rate)}")
        assert self.controls == (str(size), f"{rate:g}")
        assert self.text("#explorer-setting-a") == title
        assert self.page.locator("[data-setting=b]:visible").count() == 0
        self.sees_marks({(size, rate): "a"})

    def sees_both(self, a, b):
        """Wait until the page tells of two cells, and check that all of it does."""
        titles = [
            f"{letter}: batch size {size}, learning rate {rate:g}"
            for letter, (size, rate) in zip("AB", (a, b), strict=True)
        ]
        self.hears(*(f"{title}:" for title in titles))
        both = f"#{explorer_data.fragment(*a)}&batch_size_b={b[0]}&learning_rate_b={b[1]:g}"
        assert self.page.url.endswith(both)
        for setting, title in zip("ab", titles, strict=True):
            assert self.text(f"#explorer-setting-{setting}") == title
            assert self.text(f".explorer-numbers th[data-setting={setting}]") == title
        self.sees_marks({a: "ab"} if a == b else {a: "a", b: "b"})

    def sees_marks(self, marks):
        """Check that in both maps these squares alone are marked, with these letters."""
        marked = self.page.locator(".explorer-map a[aria-current=true]")
        assert marked.count() == 2 * len(marks)
        for setting, letters in marks.items():
            for quantity in ("epochs", "volatility"):
                square = self.square(*setting, quantity)
                assert square.get_attribute("aria-current") == "true"
                assert square.get_attribute("data-shows") == letters

    @property
    def controls(self):
        """The batch size and the learning rate at the sliders."""
        return self.output("batch-size"), self.output("learning-rate")

    def text(self, selector):
        return self.page.locator(selector).inner_text()

    def numbers(self, quantity, setting="a"):
        """The numbers of a row: median, then the brackets."""
        cell = f"tr[data-quantity={quantity}] td[data-setting={setting}]"
        return self.text(cell).replace("\u00a0", " ")

    def square(self, size, rate, quantity="epochs"):
        """The link of a setting in a map."""
        column = SIZES.index(size)
        row = RATES[::-1].index(rate)
        table = self.page.locator(f".explorer-map[data-quantity={quantity}] tbody tr")
        return table.nth(row).locator("a").nth(column)

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
