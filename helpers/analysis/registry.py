"""The assertions that the book tests: split, typed and committed before they are confirmed.

A *claim* is what a source says; it is split into *assertions*, each of which one question can
decide. The files ``assertions/*.toml``, one for each source, hold them all::

    [A3]
    statement = "what the source says"
    first_stated = "how it was tested before, and what came of it"

    [A3.assertions.worse]
    type = "direction"
    primary = true
    says = "Batch size 1 ends less accurate than the full batch"
    quantity = "final accuracy of the full batch minus that of batch size 1"
    none = 0
    claimed = "more"

Text may name a chapter's settings in braces, such as ``{batch_size}``. An assertion that turned
out to be ill-posed stays in its file, with ``withdrawn``, the reason, and ``last``, the last
result; a claim that the book does not test says why in ``untested``.
"""

import functools
import math
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path

from helpers import checks

FOLDER = Path(__file__).parent / "assertions"
TYPES = ("direction", "size", "equivalence", "reproduction", "proportion", "premise")
NEEDS = {  # fields that an assertion of a type must have
    "direction": {"none", "claimed"},
    "size": {"stated"},
    "equivalence": {"margin", "reason"},
    "reproduction": {"stated"},
    "proportion": set(),
    "premise": {"none", "claimed"},
}


@dataclass(frozen=True)
class Assertion:
    """What one question can decide.

    Attributes:
        name: unique within its claim.
        type: one of ``TYPES``.
        says: the assertion, as a sentence without its full stop.
        quantity: what is measured, once per run unless ``of`` says otherwise.
        scope: for which network, data and engine it is tested.
        unit: what stands behind the numbers, such as "epochs"; empty for accuracies and shares.
        of: what there is one value for, in the plural.
        primary: whether its claim stands or falls with it.
        none: the number that means no effect: 0 for a difference, 1 for a ratio, or a share.
        claimed: on which side of ``none`` the source sees it, "more" or "less".
        stated: the number that the source gives.
        margin: of an equivalence, the largest difference that does not matter, or, on the
            logarithmic scale, the largest factor, above 1.
        reason: why this margin, or this criterion.
        scale: "linear", or "log" for ratios.
        here: whether it is a reading of a clock or of memory, which holds for this machine.
        withdrawn: why it is no longer tested; empty if it is.
        last: of what is withdrawn, the last result.
    """

    name: str
    type: str
    says: str
    quantity: str
    scope: str
    unit: str = ""
    of: str = "seeds"
    primary: bool = False
    none: float | None = None
    claimed: str = ""
    stated: float | None = None
    margin: float | None = None
    reason: str = ""
    scale: str = "linear"
    here: bool = False
    withdrawn: str = ""
    last: str = ""

    def __post_init__(self):
        """Refuse what cannot be decided.

        Raises:
            ValueError: a field is missing, or out of its range.
        """
        checks.one_of("type", self.type, TYPES)
        for name in sorted(NEEDS[self.type]):
            if getattr(self, name) in (None, ""):
                raise ValueError(f"assertion {self.name} of type {self.type} must have a {name}")
        checks.one_of("scale", self.scale, ("linear", "log"))
        checks.one_of("claimed", self.claimed, ("more", "less", ""))
        if self.margin is not None and not self.margin > (1 if self.scale == "log" else 0):
            raise ValueError(f"margin of {self.name} must leave room, got {self.margin}")

    @property
    def lowest(self) -> float:
        """What a value is at least: 0 for ratios and shares, else minus infinity."""
        return 0.0 if self.none not in (0, None) or self.scale == "log" else -math.inf

    def formatted(self, settings: dict) -> "Assertion":
        """The assertion with a chapter's settings in its text."""
        texts = ("says", "quantity", "scope", "reason", "unit")
        return replace(self, **{name: getattr(self, name).format_map(settings) for name in texts})


@dataclass(frozen=True)
class Claim:
    """What a source says.

    Attributes:
        name: the letter of its source and a number, such as "A3".
        statement: the claim in the book's own words.
        first_stated: how it was tested when it was first stated here, and what came of it.
        assertions: what it is split into, by name.
        untested: why the book does not test it; empty if it does.
    """

    name: str
    statement: str
    first_stated: str = ""
    assertions: dict[str, Assertion] = field(default_factory=dict)
    untested: str = ""

    def __post_init__(self):
        """Refuse a claim with nothing that decides it.

        Raises:
            ValueError: it is tested and has not one primary assertion.
        """
        n = sum(assertion.primary for assertion in self.assertions.values())
        if not self.untested and n != 1:
            raise ValueError(f"claim {self.name} must have one primary assertion, got {n}")


@functools.cache
def claims() -> dict[str, Claim]:
    """All claims of the files, by name, in the order of the sources and their numbers.

    >>> claims()["A3"].assertions["worse"].type
    'direction'
    """
    known = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for name, fields in tomllib.loads(path.read_text(encoding="utf-8")).items():
            fields["assertions"] = {
                key: Assertion(key, **values)
                for key, values in fields.get("assertions", {}).items()
            }
            known[name] = Claim(name, **fields)
    return dict(sorted(known.items(), key=lambda item: (item[0][0], int(item[0][1:]))))
