"""Writes results as MyST Markdown: the box in a chapter says in words and a drawing what was found.

What decided it, and how the claim was first stated, is folded below.
"""

from collections import Counter
from textwrap import indent
from typing import Any

from forest import forest, references
from records import Record
from scales import is_drawn

OPEN_PARTS = 3  # assertions of a box that are shown at once; the others are folded

CLASSES = {  # of styles, each with a colour and a sign
    "confirmed": "as-claimed",
    "no relevant difference": "as-claimed",
    "inside": "as-claimed",
    "premise met": "as-claimed",
    "opposite found": "against",
    "no difference": "against",
    "relevant difference": "against",
    "outside": "against",
    "not settled": "open",
    "measured": "measured",
    "premise not met here": "absent",
}


def pill(outcome: str) -> str:
    """Return the MyST Markdown of an outcome within a line."""
    return f"[{outcome}]{{.outcome .{CLASSES[outcome]}}}"


def raw(html: str) -> str:
    """Return HTML as a block of MyST Markdown."""
    return f"```{{raw}} html\n{html}\n```" if html else ""


def compared_with(assertion: dict[str, Any]) -> str:
    """Return what an effect is compared with, in words."""
    return "; ".join(word for _, word in references(assertion))


def legend(assertion: dict[str, Any]) -> str:
    """Return the MyST Markdown of what the signs of a drawing mean."""
    signs = [f"{sign} {word}" for sign, word in references(assertion)]
    return f"[{' · '.join(signs)}]{{.legend}}" if signs and is_drawn(assertion) else ""


def basis(assertion: dict[str, Any]) -> str:
    """Return what an effect rests on: how many runs of what."""
    here = ["on this machine"] if assertion["here"] else []
    return "; ".join([f"{assertion['n']} {assertion['of']}", assertion["scope"], *here])


def criterion(assertion: dict[str, Any]) -> str:
    """Return the type of an assertion, and by what it was decided."""
    said = [assertion["type"]]
    if assertion["claimed"]:
        said.append(f"claimed: {assertion['claimed']}")
    if compared := compared_with(assertion):
        said.append(compared)
    if assertion["level"] is not None:
        said.append(f"interval at {100 * assertion['level']:.4g} %")
    reason = f". {assertion['reason']}" if assertion["reason"] else ""
    name = assertion["name"].replace("_", " ")
    return f"- **{name}** ({assertion['quantity']}): {'; '.join(said)}{reason}"


def assertion_part(assertion: dict[str, Any]) -> str:
    """Return the part of a box for one assertion."""
    return f"""\
:::{{container}} assertion
{pill(assertion["outcome"])} {assertion["sentence"]}

{raw(forest(assertion))}

{legend(assertion)}

{basis(assertion)}
:::
"""


def title(record: Record) -> str:
    """Return the title of a box: the claim, what became of its primary assertion, and whether all.

    A part that came out against the claim is an exception to a primary assertion that did not.
    """
    assertions = record.data["assertions"]
    primary = [a["outcome"] for a in assertions if a["primary"]]
    against = any(CLASSES[a["outcome"]] == "against" for a in assertions if not a["primary"])
    exceptions = primary and against and CLASSES[primary[0]] == "as-claimed"
    return ": ".join([f"Claim {record.claim}", *primary]) + ", with exceptions" * bool(exceptions)


def box(record: Record) -> str:
    """Return a result as its chapter shows it."""
    data = record.data
    assertions = sorted(data["assertions"], key=lambda a: not a["primary"])
    style = CLASSES[assertions[0]["outcome"]]
    parts = "\n".join(map(assertion_part, assertions[:OPEN_PARTS]))
    if others := assertions[OPEN_PARTS:]:
        outcomes = Counter(assertion["outcome"] for assertion in others)
        listed = ", ".join(f"{number} {outcome}" for outcome, number in outcomes.items())
        folded = "\n".join(map(assertion_part, others))
        parts += f"""
<details class="decided">
<summary>{len(others)} more: {listed}</summary>

{folded}

</details>
"""
    criteria = "\n".join(map(criterion, assertions))
    confirmed = ""
    if data["confirmed"]:
        confirmed = f"*Measured by `make confirm`, not by this build: {data['confirmed']}.*"
    first_stated = f"As first stated: {data['first_stated']}" if data["first_stated"] else ""
    return f"""\
::::{{admonition}} {title(record)}
:class: result {style}
:name: {record.label}

{data["statement"]}

{parts}

{confirmed}

<details class="decided">
<summary>How this was decided</summary>

{criteria}

{first_stated}

</details>
::::
"""


def counted(number: int, what: str) -> str:
    """Return a number with its noun, in the singular or the plural.

    >>> counted(1, "claim"), counted(2, "claim")
    ('1 claim', '2 claims')
    """
    return f"{number} {what}{'s' * (number != 1)}"


def table(columns: list[str], rows: list[list[str]], style: str) -> str:
    """Return a table as MyST Markdown; a cell may hold several blocks."""
    lines = [f":::{{list-table}}\n:header-rows: 1\n:class: {style}\n"]
    for row in [columns, *rows]:
        items = "\n".join(f"- {indent(cell, '  ').lstrip()}" for cell in row)
        lines.append(f"* {indent(items, '  ').lstrip()}")
    return "\n".join([*lines, ":::", ""])
