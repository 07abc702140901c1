"""Leads readers of an old address to where its chapter stands now."""

from collections.abc import Iterator
from typing import Any

from sphinx.application import Sphinx

MOVED = {  # pages of earlier numbers, by the chapter that tells it now
    "notebooks/07_from_scratch": "12_from_scratch",
    "notebooks/08_gradient_noise": "13_gradient_noise",
    "notebooks/09_memory_and_time": "15_memory_and_time",
    "notebooks/10_lenet": "16_lenet",
    "notebooks/11_full_batch_and_rprop": "17_full_batch_and_rprop",
    "notebooks/12_learning_rate_scaling": "08_best_learning_rate",
    "notebooks/13_growing_the_batch": "10_growing_the_batch",
    "notebooks/14_generalisation": "18_generalisation_gap",
    "notebooks/15_one_knob": "07_one_knob",
    "notebooks/16_your_own_data": "11_your_own_data",
}


def pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield each old page, what its template is given, and the template."""
    for old, new in MOVED.items():
        if f"notebooks/{new}" in app.env.found_docs:
            yield old, {"address": f"{new}.html"}, "moved.html"


def setup(app: Sphinx) -> None:
    """Register with Sphinx; the folder of the templates is added by `not_found`."""
    app.connect("html-collect-pages", pages)
