"""What is decided of an assertion, from one value per run, by the type of the assertion.

Evidence is looked at up to three times, after 20, 40 and 80 seeds, and a look that decides is the
last. Each look spends a third of the 5 % error, so that over all looks a true null hypothesis is
called to either side in at most 2.5 % of cases (Bonferroni). The intervals shown are those of one
look: 98.33 % where the question has two sides, and, for the two one-sided tests of an equivalence
(Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15, 1987), 96.67 %.

Where an assertion is to hold in several cases at once, each is tested at the full level and all
must hold (Berger, Technometrics 24, 1982); the weakest case is shown.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from helpers.analysis.intervals import (
    ROUNDING,
    Resampled,
    bounds,
    mean_interval,
    median_interval,
    share_interval,
)
from helpers.analysis.registry import Assertion

LOOKS = (20, 40, 80)  # seeds after which the evidence is looked at
ERROR = 0.05 / len(LOOKS)  # of one look, both sides together
CONFIDENCE = 1 - ERROR
Z_ERROR, Z_POWER = stats.norm.isf([ERROR / 2, 0.2])  # of one side, and of a power of 80 %
CONFIRMED, OPPOSITE, OPEN = "confirmed", "opposite found", "not settled"
NO_DIFFERENCE = "no difference"  # where a direction is claimed
NONE_RELEVANT, RELEVANT = "no relevant difference", "relevant difference"
INSIDE, OUTSIDE, MEASURED = "inside", "outside", "measured"
MET, NOT_MET = "premise met", "premise not met here"

Values = Sequence[float] | Resampled


@dataclass(frozen=True)
class Finding:
    """What the runs say of an assertion.

    Attributes:
        outcome: one of the words above, before a claim's several assertions are corrected for.
        effect: the median, mean, share or estimate; NaN if nothing is known of it.
        low, high: ends of the interval, infinite where it has none.
        level: confidence of the interval.
        n: number of values.
        p_for: one-sided p-value of what is claimed; 1 where nothing is tested.
        p_against: one-sided p-value of the opposite, or of a relevant difference.
        needs: about how many values it would take to settle it; 0 if settled or unknown.
        rank: of a reproduction, the percentile of the stated number among ours; else NaN.
        n_cases: cases in which it is to hold at once, of which the weakest is shown.
        is_share: whether the effect is a share of the values, from 0 to 1.
    """

    outcome: str
    effect: float
    low: float
    high: float
    level: float
    n: int
    p_for: float = 1.0
    p_against: float = 1.0
    needs: int = 0
    rank: float = math.nan
    n_cases: int = 1
    is_share: bool = False


def find(assertion: Assertion, values: Values) -> Finding:
    """Decide an assertion.

    Args:
        assertion: what is asserted.
        values: one per run, shape (n,), or (n, n_cases) where it is to hold in several cases at
            once; truth values for a proportion. Infinity is a time that was not reached, NaN a
            ratio of two such times. Or what ``bootstrap`` returned.

    Raises:
        ValueError: no values.
    """
    if isinstance(values, Resampled):
        return _DECIDE[assertion.type](assertion, values)
    table = np.asarray(values, float)
    if table.ndim not in (1, 2) or table.size == 0:
        raise ValueError(f"{assertion.name} must have values, got the shape {table.shape}")
    cases = [_DECIDE[assertion.type](assertion, column) for column in np.atleast_2d(table.T)]
    weakest = max(cases, key=lambda case: (case.p_for, -abs(case.effect)))
    against = min(1.0, len(cases) * min(case.p_against for case in cases))
    if against <= ERROR / 2:  # one case that contradicts is enough
        weakest = min(cases, key=lambda case: case.p_against)
    return Finding(**{**vars(weakest), "p_against": against, "n_cases": len(cases)})


def _direction(assertion: Assertion, values: np.ndarray | Resampled) -> Finding:
    """Which side of none the median lies on, by the sign test."""
    none = assertion.none
    if isinstance(values, Resampled):
        n, effect, again = values.n, values.estimate, values.replicates
        low, high = np.nanquantile(again, [ERROR / 2, 1 - ERROR / 2])
        p_more, p_less = (1 - np.sum(s) / (1 + len(again)) for s in (again > none, again < none))
        z = stats.norm.isf(min(p_more, p_less))
        needs = n * ((Z_ERROR + Z_POWER) / z) ** 2 if z > 0 else 0
    else:
        least, most = bounds(values, assertion.lowest)
        low, high = median_interval(values, CONFIDENCE, assertion.lowest)
        n, effect = len(values), _median(least, most)
        n_more, n_less = (least > none + ROUNDING).sum(), (most < none - ROUNDING).sum()
        p_more, p_less = (float(stats.binom.sf(k - 1, n, 0.5)) for k in (n_more, n_less))
        needs = _seeds_for_sign_test(max(n_more, n_less) / n)
    p_for, p_against = (p_more, p_less) if assertion.claimed == "more" else (p_less, p_more)
    outcome = CONFIRMED if p_for <= ERROR / 2 else OPPOSITE if p_against <= ERROR / 2 else OPEN
    if outcome == OPEN and max(abs(low - none), abs(high - none)) <= ROUNDING:
        outcome = NO_DIFFERENCE
    return Finding(
        outcome, effect, float(low), float(high), CONFIDENCE, n, float(p_for), float(p_against),
        math.ceil(needs) if outcome == OPEN else 0,
    )  # fmt: skip


def _equivalence(assertion: Assertion, values: np.ndarray | Resampled) -> Finding:
    """Whether the mean, or the estimate, lies within the margin of none."""
    log = assertion.scale == "log"
    none = assertion.none if assertion.none is not None else float(log)
    margin = math.log(assertion.margin) if log else assertion.margin
    level = 1 - 2 * ERROR
    if isinstance(values, Resampled):
        from_none = _from_none(values.replicates, none, log)
        estimate = _from_none(np.array([values.estimate]), none, log)[0]
        low, high = np.nanquantile(from_none, [ERROR, 1 - ERROR])
        n, spread = values.n, float(np.nanstd(from_none))
        p_above, p_below, p_far = (
            1 - np.sum(s) / (1 + len(from_none))
            for s in (from_none < margin, from_none > -margin, np.abs(from_none) > margin)
        )
    else:
        from_none = _from_none(values, none, log)
        with np.errstate(invalid="ignore"):  # infinity less infinity
            n, estimate = len(values), float(np.mean(from_none))
        low, high = mean_interval(from_none, level)
        spread = (high - low) / 2 / stats.t.ppf(1 - ERROR, n - 1) if n > 1 else math.inf
        p_above, p_below, p_far = _one_sided(estimate, spread, margin + ROUNDING, n)
    p_for = max(p_above, p_below)
    outcome = NONE_RELEVANT if p_for <= ERROR else RELEVANT if p_far <= ERROR / 2 else OPEN
    room = margin - abs(estimate)
    needs = 0
    if outcome == OPEN and math.isfinite(spread) and room:
        needs = math.ceil(n * ((stats.norm.isf(ERROR) + Z_POWER) * spread / room) ** 2)
    estimate, low, high = (_back(v, none, log) for v in (estimate, low, high))
    return Finding(outcome, estimate, low, high, level, n, p_for, p_far, needs)


def _from_none(values: np.ndarray, none: float, log: bool) -> np.ndarray:
    if not log:
        return np.asarray(values, float) - none
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(values) - math.log(none)


def _back(value: float, none: float, log: bool) -> float:
    return float(np.exp(value) * none) if log else float(value + none)


def _one_sided(mean: float, error: float, margin: float, n: int) -> tuple[float, float, float]:
    """P-values of: the mean is above the margin, below minus the margin, within both."""
    if not (math.isfinite(mean) and math.isfinite(error)):
        return 1.0, 1.0, 1.0
    if error == 0:
        return float(mean > margin), float(mean < -margin), float(abs(mean) <= margin)
    t = stats.t(n - 1)
    above, below = t.cdf((mean - margin) / error), t.sf((mean + margin) / error)
    return float(above), float(below), float(t.sf((abs(mean) - margin) / error))


def _size(assertion: Assertion, values: np.ndarray | Resampled) -> Finding:
    """How large the median is; no pass and no fail."""
    if isinstance(values, Resampled):
        low, high = np.nanquantile(values.replicates, [ERROR / 2, 1 - ERROR / 2])
        return Finding(MEASURED, values.estimate, float(low), float(high), CONFIDENCE, values.n)
    low, high = median_interval(values, CONFIDENCE, assertion.lowest)
    effect = _median(*bounds(values, assertion.lowest))
    return Finding(MEASURED, effect, low, high, CONFIDENCE, len(values))


def _reproduction(assertion: Assertion, values: np.ndarray) -> Finding:
    """Whether the source's single run lies in the range that holds 90 % of ours."""
    low, high = np.quantile(values, [0.05, 0.95])
    inside = low - ROUNDING <= assertion.stated <= high + ROUNDING
    rank = stats.percentileofscore(values, assertion.stated, kind="mean")
    return Finding(
        INSIDE if inside else OUTSIDE, float(np.median(values)), float(low), float(high), 0.9,
        len(values), rank=float(rank),
    )  # fmt: skip


def _proportion(assertion: Assertion, values: np.ndarray) -> Finding:
    """How many do it, against a share that means no effect, if one is given."""
    n, hits = len(values), int(np.sum(values > 0.5))
    low, high = share_interval(hits, n, CONFIDENCE)
    if assertion.none is None:
        return Finding(MEASURED, hits / n, low, high, CONFIDENCE, n, is_share=True)
    p_more = float(stats.binom.sf(hits - 1, n, assertion.none))
    p_less = float(stats.binom.cdf(hits, n, assertion.none))
    p_for, p_against = (p_more, p_less) if assertion.claimed == "more" else (p_less, p_more)
    outcome = CONFIRMED if p_for <= ERROR / 2 else OPPOSITE if p_against <= ERROR / 2 else OPEN
    needs = 0
    if outcome == OPEN and hits / n != assertion.none:
        needs = math.ceil(((Z_ERROR + Z_POWER) / 2 / (hits / n - assertion.none)) ** 2)
    return Finding(
        outcome, hits / n, low, high, CONFIDENCE, n, p_for, p_against, needs, is_share=True
    )


def _premise(assertion: Assertion, values: np.ndarray | Resampled) -> Finding:
    """Whether the case occurs: a direction, or for truth values, whether any run shows it."""
    is_share = not isinstance(values, Resampled) and np.isin(values, (0, 1)).all()
    if is_share and assertion.none == 0:
        n, hits = len(values), int(values.sum())
        interval = share_interval(hits, n, CONFIDENCE)
        outcome = MET if hits else NOT_MET
        return Finding(outcome, hits / n, *interval, CONFIDENCE, n, is_share=True)
    finding = _direction(assertion, values)
    outcome = MET if finding.outcome == CONFIRMED else NOT_MET
    return Finding(**{**vars(finding), "outcome": outcome})


_DECIDE = {
    "direction": _direction,
    "size": _size,
    "equivalence": _equivalence,
    "reproduction": _reproduction,
    "proportion": _proportion,
    "premise": _premise,
}


def _median(least: np.ndarray, most: np.ndarray) -> float:
    """The median, or NaN if what is unknown could move it."""
    with np.errstate(invalid="ignore"):
        low, high = np.median(least), np.median(most)
    return float(low) if low == high else math.nan


def _seeds_for_sign_test(share: float) -> int:
    """Seeds for which a sign test has a power of 80 % if ``share`` of them lie on one side."""
    if share <= 0.5:
        return 0
    reach = Z_ERROR / 2 + Z_POWER * math.sqrt(share * (1 - share))
    return math.ceil((reach / (share - 0.5)) ** 2)
