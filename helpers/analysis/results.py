"""The result of a claim: what was found of each of its assertions, as a chapter shows it."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from helpers.analysis import findings
from helpers.analysis.findings import ERROR, LOOKS, Finding, Values, find
from helpers.analysis.intervals import holm
from helpers.analysis.registry import Assertion, Claim, claims
from helpers.analysis.wording import sentence, shown

MIME = "application/vnd.batch-size-book+json"


@dataclass(frozen=True)
class Result:
    """What a chapter found of a claim: a box in the book, text anywhere else.

    Attributes:
        claim: what the source says.
        statement: the same, with the chapter's settings in it.
        parts: an assertion, its finding and its outcome each, in the order of the file.
        confirmed: how ``make confirm`` made it, such as seeds and date; empty if a chapter did.
    """

    claim: Claim
    statement: str
    parts: list[tuple[Assertion, Finding, str]]
    confirmed: str = ""

    def __getitem__(self, name: str) -> str:
        """The outcome of the assertion called ``name``."""
        return {assertion.name: outcome for assertion, _, outcome in self.parts}[name]

    def record(self) -> dict[str, Any]:
        """What the book and the rerun command read, as JSON has it: None for infinity."""
        return {
            "kind": "result",
            "claim": self.claim.name,
            "statement": self.statement,
            "first_stated": self.claim.first_stated,
            "confirmed": self.confirmed,
            "assertions": [_record(*part) for part in self.parts],
        }

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        sentences = [
            (outcome, sentence(assertion, finding, outcome))
            for assertion, finding, outcome in self.parts
        ]
        name = f"Claim {self.claim.name}"
        plain = [f"- {outcome}: {text}" for outcome, text in sentences]
        marked = [f"- **{outcome}**: {text}" for outcome, text in sentences]
        return {
            "text/plain": "\n".join([f"{name}: {self.statement}", *plain]),
            "text/markdown": "\n".join([f"**{name}.** *{self.statement}*", "", *marked]),
            MIME: self.record(),
        }


def result(claim: str, values: Mapping[str, Values], **settings: Any) -> Result:
    """Decide a claim's assertions, those of them that a chapter has measured.

    Before one of them is called opposite, or a difference relevant, it is corrected for the number
    of all assertions of the claim (Holm), so that splitting a claim does not refute it.

    Args:
        claim: its name, such as "A3".
        values: by the name of the assertion, one value per run, as ``find`` takes them.
        **settings: numbers of the chapter that the text of the assertions names in braces.

    Raises:
        ValueError: there is no such claim or assertion, or a value is missing.
    """
    known = claim_with(claim, values)
    decided = {name: find(known.assertions[name], values[name]) for name in values}
    return Result(known, known.statement.format_map(settings), outcomes(known, decided, settings))


def claim_with(claim: str, names: Iterable[str]) -> Claim:
    """The claim of a name, which has assertions of these names.

    Raises:
        ValueError: there is no such claim or assertion.
    """
    if claim not in claims():
        raise ValueError(f"claim must be one of {', '.join(claims())}, got {claim!r}")
    known = claims()[claim]
    if unknown := [name for name in names if name not in known.assertions]:
        raise ValueError(
            f"claim {claim} must have the assertion {unknown[0]!r}, and has "
            f"{', '.join(known.assertions)}"
        )
    return known


def outcomes(
    claim: Claim, decided: Mapping[str, Finding], settings: Mapping[str, Any]
) -> list[tuple[Assertion, Finding, str]]:
    """What becomes of the findings of a claim when they are taken together.

    Args:
        claim: the claim.
        decided: a finding for each of its assertions that was tested, by name.
        settings: numbers that the text of the assertions names in braces.

    Returns:
        Of each of them, in the order of the file, the assertion, the finding and the outcome:
        corrected for the number of all assertions of the claim, and for a premise that is not met.
    """
    tested = [assertion for name, assertion in claim.assertions.items() if name in decided]
    n_unseen = len(claim.assertions) - len(tested)  # tested elsewhere: they count as 1
    against = holm([*(decided[a.name].p_against for a in tested), *[1.0] * n_unseen])
    unmet = any(finding.outcome == findings.NOT_MET for finding in decided.values())
    parts = []
    for assertion, p in zip(tested, against, strict=False):
        finding = decided[assertion.name]
        outcome = finding.outcome
        if outcome in (findings.OPPOSITE, findings.RELEVANT) and p > ERROR / 2:
            outcome = findings.OPEN
        if unmet and assertion.type != "premise":
            outcome = findings.NOT_MET
        parts.append((assertion.formatted(settings), finding, outcome))
    return parts


def result_in_looks(
    claim: str, measure: Callable[[range], Mapping[str, Values]], seeds: range, **settings: Any
) -> Result:
    """Decide a claim's assertions by as many seeds as it takes, in at most three looks.

    The second look has twice as many seeds as the first, and the third four times as many. The
    first look that settles every assertion is the last.

    Args:
        claim, **settings: as for ``result``.
        measure: from seeds to values by the name of the assertion, one per seed.
        seeds: of the first look; the others follow.
    """
    values: dict[str, np.ndarray] = {}
    start = seeds.start
    for look in LOOKS:
        stop = seeds.start + len(seeds) * look // LOOKS[0]
        for name, new in measure(range(start, stop)).items():
            values[name] = np.concatenate([values.get(name, []), np.asarray(new)])
        decided = result(claim, values, **settings)
        if all(outcome != findings.OPEN for _, _, outcome in decided.parts):
            break
        start = stop
    return decided


def _record(assertion: Assertion, finding: Finding, outcome: str) -> dict[str, Any]:
    p = min(1.0, 2 * min(finding.p_for, finding.p_against))
    return {
        "name": assertion.name,
        "type": assertion.type,
        "primary": assertion.primary,
        "outcome": outcome,
        "sentence": sentence(assertion, finding, outcome),
        "quantity": assertion.quantity,
        "unit": assertion.unit,
        "effect": _finite(finding.effect),
        "low": _finite(finding.low),
        "high": _finite(finding.high),
        "shown": shown(assertion, finding),
        "none": assertion.none,
        "stated": assertion.stated,
        "margin": assertion.margin,
        "claimed": assertion.claimed or None,
        "level": finding.level,
        "n": finding.n,
        "of": assertion.of,
        "scope": assertion.scope,
        "reason": assertion.reason,
        "p": p if assertion.type in ("direction", "equivalence") or finding.p_for < 1 else None,
        "scale": assertion.scale,
        "here": assertion.here,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
