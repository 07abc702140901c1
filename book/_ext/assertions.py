"""Lets no assertion leave the committed list unseen: chapters are held against it."""

import tomllib
from pathlib import Path
from typing import Any

from records import Record

FOLDER = Path("helpers", "analysis", "assertions")

Claims = dict[str, dict[str, Any]]


def committed(root: Path) -> Claims:
    """Return the claims of the committed files, by name."""
    claims = {}
    for file in sorted((root / FOLDER).glob("*.toml")):
        claims |= tomllib.loads(file.read_text(encoding="utf-8"))
    return claims


def withdrawn(claims: Claims) -> dict[str, dict[str, Any]]:
    """Return the assertions that are withdrawn, by claim and name (`A2.settling`)."""
    return {
        f"{claim}.{name}": assertion
        for claim, data in claims.items()
        for name, assertion in data.get("assertions", {}).items()
        if "withdrawn" in assertion
    }


def untested(claims: Claims) -> dict[str, dict[str, Any]]:
    """Return the claims that the book does not test, by name."""
    return {name: data for name, data in claims.items() if "untested" in data}


def disagreements(records: list[Record], claims: Claims) -> list[str]:
    """Return, each as a sentence, where chapters and committed assertions differ."""
    shown = {
        f"{record.claim}.{assertion['name']}": record
        for record in records
        for assertion in record.data["assertions"]
    }
    listed = {
        f"{claim}.{name}" for claim, data in claims.items() for name in data.get("assertions", {})
    }
    gone = withdrawn(claims).keys()
    return [
        *(f"No chapter shows {name}." for name in sorted(listed - gone - shown.keys())),
        *(
            f"{shown[name].page} shows {name}, which {FOLDER.as_posix()} does not have."
            for name in sorted(shown.keys() - listed)
        ),
        *(
            f"{shown[name].page} shows {name}, which is withdrawn."
            for name in sorted(gone & shown.keys())
        ),
    ]
