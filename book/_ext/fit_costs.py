"""Reads what `fit` costs on the tutorial's network, as chapter 15 measured it."""

from pathlib import Path

from bs4 import BeautifulSoup
from chapters import ROOT, code_cells, executed
from sphinx.errors import SphinxError

CHAPTER = "notebooks/15_memory_and_time.ipynb"
ROW = "small, fit"
COLUMNS = {"update": "overhead of an update (ms)", "sample": "each sample (ms)"}


def fit_costs(root: Path = ROOT) -> dict[str, float]:
    """Return the milliseconds of training that `fit` takes for an update and for a sample.

    An update with B samples takes `update + B * sample`.

    Raises:
        SphinxError: if chapter 15 does not show them.
    """
    for cell in code_cells(executed(root / CHAPTER)):
        for output in cell.outputs:
            table = BeautifulSoup(output.get("data", {}).get("text/html", ""), "html.parser")
            names = [name.get_text() for name in table.select("thead th")]
            for row in table.select("tbody tr"):
                values = dict(zip(names, row.stripped_strings, strict=False))
                if row.th and row.th.get_text() == ROW and values.keys() >= {*COLUMNS.values()}:
                    return {cost: float(values[column]) for cost, column in COLUMNS.items()}
    raise SphinxError(f"{CHAPTER} shows no table with the costs of an update for “{ROW}”.")
