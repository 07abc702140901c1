"""What was found, in one plain sentence with its numbers."""

import math

import numpy as np

from helpers.analysis import findings
from helpers.analysis.findings import Finding
from helpers.analysis.registry import Assertion

NAMES = ("Rprop",)  # that may begin a sentence
MOST_SEEDS = 1000  # above it, how many seeds it would take is not worth saying


def number(value: float) -> str:
    """``value`` as the book prints it: three decimals below 10, then fewer; counts without.

    What is smaller than a thousandth keeps two digits, down to a millionth, which counts as none.

    >>> number(0.8164), number(-0.02), number(7.0), number(12500.0), number(math.inf)
    ('0.816', '-0.020', '7', '12,500', 'never')
    >>> number(0.00072), number(-2.8e-9)
    ('0.00072', '0.000')
    """
    if math.isnan(value):
        return "unknown"
    if math.isinf(value):
        return "never"
    if value == round(value) != 0:
        return f"{value:,.0f}"
    if abs(value) < 1e-6:
        return "0.000"
    if abs(value) < 0.001:
        return np.format_float_positional(value, precision=2, fractional=False, trim="-")
    if abs(value) < 10:
        return f"{value:.3f}"
    return f"{value:.1f}" if abs(value) < 100 else f"{value:,.0f}"


def shown(assertion: Assertion, finding: Finding) -> str:
    """The effect with its interval and its unit, such as "8.100 [6.900, 9.400] epochs".

    A share is shown with its count, and an interval that is open on a side in words.
    """
    unit = f" {assertion.unit}" if assertion.unit else ""
    if finding.is_share:
        hits = round(finding.effect * finding.n)
        ends = f"{finding.low:.0%} to {finding.high:.0%}".replace("%", " %")
        return f"{hits} of {finding.n} {assertion.of} ({ends})"
    low, high = finding.low, finding.high
    if math.isinf(low) and math.isinf(high):
        ends = "(too few for an interval)" if math.isfinite(finding.effect) else "(no bound)"
    elif math.isinf(high) and math.isinf(finding.effect):
        ends = f"(at least {number(low)}{unit})"
    elif math.isinf(high):
        ends = f"[{number(low)}, no upper bound]"
    elif math.isinf(low):
        ends = f"[no lower bound, {number(high)}]"
    else:
        ends = f"[{number(low)}, {number(high)}]"
    return f"{number(finding.effect)} {ends}{unit if math.isfinite(finding.effect) else ''}"


def sentence(assertion: Assertion, finding: Finding, outcome: str) -> str:
    """What was found, in one sentence.

    Args:
        assertion: with the chapter's settings in its text.
        finding: what the runs say.
        outcome: of the finding, after the correction for the claim's other assertions.
    """
    says, quantity = assertion.says, assertion.quantity
    effect = f"{quantity}: {shown(assertion, finding)}"
    several = f" (the weakest of {finding.n_cases} cases)" if finding.n_cases > 1 else ""
    if outcome == findings.NOT_MET and assertion.type != "premise":
        return f"Not tested, since the case that the claim speaks of does not occur here: {says}."
    if outcome == findings.OPEN:
        text = f"Whether {_within(says)} is not settled. {_first(effect)}{several}"
        return f"{text}; {_takes(finding).format(of=assertion.of)}."
    if outcome == findings.NO_DIFFERENCE:
        return f"Not so: “{says}”. The typical run shows no difference. {_first(effect)}{several}."
    if outcome in (findings.OPPOSITE, findings.RELEVANT):
        against = "The opposite was found of" if outcome == findings.OPPOSITE else "Not so:"
        return f"{against} “{says}”. {_first(effect)}{several}."
    if outcome in (findings.INSIDE, findings.OUTSIDE):
        where = "is one of ours" if outcome == findings.INSIDE else "is not like ours"
        low, high, stated = map(number, (finding.low, finding.high, assertion.stated))
        return (
            f"The source's single run {where}: it has {stated} as {quantity}, and 90 % of our "
            f"{finding.n} runs lie from {low} to {high} (it stands at percentile "
            f"{finding.rank:.0f})."
        )
    if outcome == findings.MEASURED and assertion.stated is not None:
        return f"{says}. {_first(effect)}{several}; stated: {number(assertion.stated)}."
    if outcome == findings.NOT_MET:
        return f"Not here: “{says}”. {_first(effect)}."
    return f"{says}. {_first(effect)}{several}."


def _first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _within(says: str) -> str:
    """A sentence as it goes on after "whether": names and formulas keep their first letter."""
    first = says.split()[0]
    return says if first in NAMES or first[1:2].isupper() else says[:1].lower() + says[1:]


def _takes(finding: Finding) -> str:
    if finding.needs > MOST_SEEDS:
        return f"it would take more than {MOST_SEEDS:,} {{of}} to settle it"
    if finding.needs <= finding.n:
        return "it would take more {of} to settle it"
    rounded = float(f"{finding.needs:.1g}") if finding.needs >= 100 else finding.needs
    return f"it would take about {rounded:.0f} {{of}} to settle it"
