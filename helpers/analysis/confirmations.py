"""What `make confirm` found: a committed table with a row for each assertion that takes long.

A row has the effect with its interval, the seeds, versions, machine and date, and the key of what
it depends on: the code of its experiment, its settings, the rules and the assertion. A test holds
that no key is stale, and each build measures a row's quick setting again.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.analysis.findings import Finding
from helpers.analysis.results import Result, claim_with, outcomes

TABLE = Path(__file__).parent / "confirmed.csv"
FINDING = [field.name for field in fields(Finding)]
COLUMNS = ["claim", "assertion", "experiment", *FINDING, "quick", "seeds", "date", "machine"]
COLUMNS += ["versions", "key"]


@dataclass(frozen=True)
class Hidden:
    """Says that a chapter runs with other settings than those of the confirmed results.

    Attributes:
        claim: its name.
        changed: parameters of the chapter that are not at their defaults.
    """

    claim: str
    changed: Sequence[str]

    def __repr__(self) -> str:
        """One sentence."""
        return (
            f"Claim {self.claim} was confirmed at the chapter's own settings; here "
            f"{', '.join(self.changed)} differ, so its confirmed results are not shown."
        )


@functools.cache
def rows() -> pd.DataFrame:
    """The committed table, in the order of ``COLUMNS``, one row per assertion."""
    types = dict.fromkeys(COLUMNS, str) | {field.name: field.type for field in fields(Finding)}
    types["quick"] = float
    return pd.read_csv(TABLE, dtype=types, keep_default_na=False, na_values=["nan"])[COLUMNS]


def confirmed(
    claim: str, changed: Sequence[str] = (), only: Sequence[str] = (), **settings: Any
) -> Result | Hidden:
    """The result of a claim as ``make confirm`` found it.

    Args:
        claim: its name, such as "E2".
        changed: parameters of the chapter that are not at their defaults; with one of them the
            confirmed results are hidden, since they are of the defaults.
        only: the assertions to show, where another chapter shows the others; all if empty.
        **settings: numbers that the text of the assertions names in braces.

    Raises:
        ValueError: there is no such claim, or the table has no row of it.
    """
    known = claim_with(claim, [])
    if changed:
        return Hidden(claim, list(changed))
    table = rows()[rows().claim == claim]
    if table.empty:
        raise ValueError(f"claim {claim} must be in {TABLE.name}: run `make confirm`")
    claim_with(claim, [*table.assertion, *only])
    decided = {row["assertion"]: finding(row) for row in table.to_dict("records")}
    seeds = ", ".join(dict.fromkeys(table.seeds))
    dates = ", ".join(dict.fromkeys(table.date))
    source = f"seeds {seeds}, {dates}, {', '.join(dict.fromkeys(table.machine))}"
    statement = known.statement.format_map(settings)
    parts = outcomes(known, decided, settings)
    shown = [part for part in parts if not only or part[0].name in only]
    return Result(known, statement, shown, source)


def finding(row: Mapping[str, Any]) -> Finding:
    """The finding in a row of the table."""
    return Finding(**{name: row[name] for name in FINDING})
