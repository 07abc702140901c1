"""The page and the table that compare the reruns in one folder."""

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from helpers import provenance
from helpers.reruns.execute import PAGE, RUNS, SHOWN, THUMBNAIL
from helpers.reruns.page import templates

SETTINGS = ("target", "last")  # accuracy of speed, final epochs of volatility and accuracy
MEASURES = ("epochs", "updates", "volatility", "final_accuracy")


def number(line: dict[str, Any], name: str) -> str:
    """A measure as the page shows it."""
    if name not in line:
        return ""
    return "never" if line[name] is None else f"{line[name]:.4g}"


templates.filters["number"] = number


def index(done: Sequence[dict[str, Any]], failed: Sequence[dict[str, Any]]) -> str:
    """The page that compares runs, from their records."""
    return templates.get_template("index.html").render(
        title="Reruns", done=done, failed=failed, names=given(done), settings=SETTINGS,
        measures=MEASURES, page=PAGE, runs=RUNS, shown=SHOWN, thumbnail=THUMBNAIL,
        code=provenance.code_key(),
    )  # fmt: skip


def table(done: Sequence[dict[str, Any]]) -> str:
    """The same as CSV: a line for each combination that a run measured, parameters by prefix."""
    names, lines = given(done), []
    for run in done:
        for line in run["measures"] or [{}]:
            lines.append(
                {name: run[name] for name in ("name", "notebook")}
                | {f"parameter.{name}": run["parameters"].get(name) for name in names}
                | {"of": line.get("name"), "cell": json.dumps(line.get("cell", {}))}
                | {name: line.get(name) for name in ("n_seeds", *SETTINGS, *MEASURES)}
                | {"results": json.dumps(run["results"])}
                | {name: run[name] for name in ("seconds", "began", "code")}
            )
    return pd.DataFrame([
        {as_text(name): as_text(value) for name, value in line.items()} for line in lines
    ]).to_csv(index=False)  # fmt: skip


def given(done: Sequence[dict[str, Any]]) -> list[str]:
    """Names of the parameters that were given to any of the runs."""
    return list(dict.fromkeys(name for run in done for name in run["values"]))


def as_text(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula, as text; all else as it is.

    >>> as_text("=1+1"), as_text("mnist"), as_text(-0.5)
    ("'=1+1", 'mnist', -0.5)
    """
    formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if formula else value
