"""Claims put to the test: what is measured over seeds, the range stated beforehand, the verdict.

Every test of the book has one form. A quantity is measured once per seed. Its median over seeds
has a 95 % confidence interval that makes no assumption about the distribution (from the order
statistics, the inversion of the sign test; Conover, Practical Nonparametric Statistics, 3.2).
The claim says in which range the median lies, and the range was fixed before looking:

- the interval lies inside the range: the claim holds;
- it lies outside: the claim does not hold;
- it straddles an end of the range: the claim is undecided.

"A is larger" is a range for the difference or the ratio with one end; "A and B are the same" is a
range around zero, which makes it an equivalence test. Censored runs (infinity) keep their rank.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from scipy import stats

from helpers.analysis.runs import percentile_of

HOLDS, FAILS, UNDECIDED = "holds", "does not hold", "undecided"
MIME = "application/vnd.batch-size-book+json"
CONFIDENCE = 0.95
SOURCES = {"A": "The tutorial"}  # those that report numbers of their own, by their letter


@dataclass(frozen=True)
class Evidence:
    """One measured quantity against the range that the claim gives it.

    Attributes:
        quantity: what is measured, in words.
        median: median over the seeds.
        low: lower end of its confidence interval.
        high: upper end of it.
        allowed: the range (from, to) fixed beforehand; infinite where it has one end.
        n: number of seeds.
        n_inside: how many of them lie inside the range by themselves.
        unit: what stands behind the numbers, such as "epochs"; empty for accuracies.
        of: what there is one value for, in the plural: "seeds", "pairs of seeds", "epochs".
    """

    quantity: str
    median: float
    low: float
    high: float
    allowed: tuple[float, float]
    n: int
    n_inside: int
    unit: str = ""
    of: str = "seeds"

    @property
    def verdict(self) -> str:
        """``HOLDS``, ``FAILS`` or ``UNDECIDED``, by the rule of this module."""
        start, end = self.allowed
        if start <= self.low and self.high <= end:
            return HOLDS
        return FAILS if self.high < start or end < self.low else UNDECIDED

    def __str__(self) -> str:
        """One sentence."""
        start, end = self.allowed
        unit = f" {self.unit}" if self.unit else ""
        if math.isinf(end):
            stated = f"at least {number(start)}"
        elif math.isinf(start):
            stated = f"at most {number(end)}"
        else:
            stated = f"{number(start)} to {number(end)}"
        interval = f"[{number(self.low)}, {number(self.high)}]"
        if math.isinf(self.low) and self.low < 0:
            interval = "(too few for an interval)"
        return (
            f"{self.quantity}: median {number(self.median)}{unit} {interval}, stated {stated}; "
            f"{self.n_inside} of {self.n} {self.of} inside"
        )


@dataclass(frozen=True)
class Verdict:
    """What became of a claim, and why; shown as a box, and kept for the table of all claims."""

    claim: str
    statement: str
    verdict: str
    evidence: str
    test: str

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        verb = "is undecided" if self.verdict == UNDECIDED else self.verdict
        lines = f"**Claim {self.claim} {verb}**", f"*{self.statement}*", self.evidence, self.test
        return {
            "text/plain": f"Claim {self.claim} {self.verdict}: {self.statement}\n{self.evidence}",
            "text/markdown": "\n\n".join(lines),
            MIME: {"kind": "verdict"} | asdict(self),
        }


@dataclass(frozen=True)
class SourceComparison:
    """A source's number from a single run, in the distribution over seeds."""

    source: str
    experiment: str
    quantity: str
    reported: float
    median: float
    low: float
    high: float
    percentile: float
    n: int

    def __str__(self) -> str:
        """One sentence."""
        return (
            f"{SOURCES.get(self.source, 'Source')} ({self.source}) reports a {self.quantity} of "
            f"{number(self.reported)} from one run. Our {self.n} seeds have a median of "
            f"{number(self.median)} and lie between {number(self.low)} and {number(self.high)} "
            f"(5 to 95 %); the reported number stands at percentile {self.percentile:.0f}."
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {
            "text/plain": str(self),
            "text/markdown": str(self),
            MIME: {"kind": "source"} | asdict(self),
        }


def number(value: float) -> str:
    """``value`` as the book prints it: three decimals below 10, then fewer; counts without.

    What is smaller than a thousandth keeps two digits, down to a millionth, which counts as none.

    >>> number(0.8164), number(-0.02), number(7.0), number(12500.0), number(math.inf)
    ('0.816', '-0.020', '7', '12,500', 'never')
    >>> number(0.00072), number(-2.8e-9)
    ('0.00072', '0.000')
    """
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


def measure(
    quantity: str,
    values: Sequence[float],
    low: float = -math.inf,
    high: float = math.inf,
    unit: str = "",
    of: str = "seeds",
) -> Evidence:
    """Put one quantity, measured once per seed, against the range ``low`` to ``high``.

    Args:
        quantity: what is measured, in words.
        values: one per seed, shape (n_seeds,); infinity for censored runs. Fewer than six have
            no 95 % interval, and leave the claim undecided.
        low, high: ends of the range that the claim gives the median, fixed beforehand.
        unit: what stands behind the numbers.
        of: what there is one value for, in the plural.

    Returns:
        The evidence, with its verdict.

    Raises:
        ValueError: no values, or one that is not a number, or ``low`` above ``high``.

    >>> measure("accuracy", [0.8] * 9 + [0.9], 0.75, 0.85).verdict
    'holds'
    """
    values = np.asarray(values, dtype=float).ravel()
    if len(values) == 0 or np.isnan(values).any():
        raise ValueError(f"{quantity} must have a number for every seed, got {values}")
    if not low <= high:
        raise ValueError(f"{quantity} must have a range from low to high, got {low} to {high}")
    start, end = stats.quantile_test(values, p=0.5).confidence_interval(CONFIDENCE)
    return Evidence(
        quantity,
        float(np.quantile(values, 0.5, method="inverted_cdf")),
        -math.inf if np.isnan(start) else float(start),
        math.inf if np.isnan(end) else float(end),
        (float(low), float(high)),
        len(values),
        int(((low <= values) & (values <= high)).sum()),
        unit,
        of,
    )


def judge(claim: str, statement: str, *evidence: Evidence) -> Verdict:
    """The verdict on a claim: it holds if every part does, and fails if one part fails.

    Args:
        claim: its identifier, such as "A2".
        statement: what is claimed, as tested here, in a sentence.
        *evidence: at least one measured quantity.
    """
    verdicts = {part.verdict for part in evidence}
    if not verdicts:
        raise ValueError(f"claim {claim} must have at least one piece of evidence, got none")
    verdict = FAILS if FAILS in verdicts else UNDECIDED if UNDECIDED in verdicts else HOLDS
    several = len(evidence) > 1
    lines = [f"- {part} ({part.verdict})" if several else f"- {part}" for part in evidence]
    over = " and ".join(dict.fromkeys(f"{part.n} {part.of}" for part in evidence))
    test = (
        f"Test: the {CONFIDENCE:.0%} confidence interval of the median over {over}, in brackets, "
        "against the range stated beforehand."
    )
    return Verdict(claim, statement, verdict, "\n".join(lines), test)


def compare_with_source(
    source: str, experiment: str, quantity: str, reported: float, values: Sequence[float]
) -> SourceComparison:
    """Place a source's single number among those of all seeds.

    Args:
        source: its letter in the list of sources, such as "A".
        experiment: which of its experiments, such as "batch".
        quantity: what is measured, in words.
        reported: the source's number.
        values: ours, one per seed, shape (n_seeds,).

    Raises:
        ValueError: no values, or one that is not finite, which JSON cannot hold.
    """
    values = np.asarray(values, dtype=float).ravel()
    if len(values) == 0 or not np.isfinite([*values, reported]).all():
        raise ValueError(f"{quantity} must have finite numbers, got {reported} and {values}")
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95], method="inverted_cdf")
    return SourceComparison(
        source, experiment, quantity, float(reported), float(median), float(low), float(high),
        percentile_of(reported, values), len(values),
    )  # fmt: skip
