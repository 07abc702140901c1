"""The costs of `fit` are those that chapter 15 shows."""

import fit_costs
import numpy as np
import pytest
import xarray as xr
from conftest import ROOT
from sphinx.errors import SphinxError

from helpers import costs

pytestmark = pytest.mark.slow  # `book` counts as a build

SIZES = np.array([1, 32, 500])


def table(networks):
    """The chapter's table of times that lie on a line: 0.7 ms an update, 0.004 ms a sample."""
    update = np.broadcast_to(0.0007 + 0.000004 * SIZES[:, None], (len(networks), 1, 3, 2))
    seconds = xr.Dataset(
        {"update": (("network", "engine", "batch_size", "repeat"), update)},
        {"network": networks, "engine": ["fit"], "batch_size": SIZES},
    )
    return {"text/html": costs.overheads(seconds)._repr_html_()}


def test_costs_are_read_from_the_table_of_overheads(book):
    book.chapter("15_memory_and_time", {"text/html": "<p>b</p>"}, table(["larger", "small"]))
    assert fit_costs.fit_costs(book.root) == {"update": 0.7, "sample": 0.004}


def test_a_chapter_without_the_table_is_refused(book):
    book.chapter("15_memory_and_time", table(["larger"]))
    with pytest.raises(SphinxError, match="15_memory_and_time.* shows no table"):
        fit_costs.fit_costs(book.root)


def test_costs_of_the_built_book_are_those_of_a_processor():
    measured = fit_costs.fit_costs(ROOT)
    assert 0.05 < measured["update"] < 20
    assert 0 <= measured["sample"] < 1
