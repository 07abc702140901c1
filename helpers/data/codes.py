"""Numbers that stand for something else: for a gap, or for the row that they are in."""

import numpy as np
import pandas as pd
from scipy.stats import kstest

# Numbers that people write for a gap, the ones furthest from all others first.
FAMILIES = [
    [int(sign + digit * n) for digit in "987"] + [int(f"{sign}{'9' * (n - 1)}{i}") for i in "87"]
    for sign in ("", "-")
    for n in range(2, 8)
]
SCALE = 7  # highest value of a scale of answers, beyond which 8 and 9 are none
LONG = 10  # a column of numbers that goes at least so far has no scale
SEVERAL = 3  # times that a code comes, if it lies less far from the other numbers
NEIGHBOURS = 5  # the step from the other numbers to a code, in steps between those
FEWEST_KEYS = 20
CONFIDENT = 3  # repetitions that a measurement would have, where a key has none
MANY_KEYS, LARGE = 100, 10_000  # where they are not closer than measurements
REACH = 10  # units within which neighbours are counted
EVEN = 0.05  # probability, below which values are not evenly spread


def gap_codes(numbers: np.ndarray) -> list[float]:
    """Those of some ``numbers`` that may stand for gaps, in order; NaN does not count.

    They are 99, 999, -9 and the like, beyond all others and apart from them: by more than the range
    of the others, or by a gap in them and frequent; 9, and 8 with it, beyond a scale of answers;
    -1 among numbers from 0 to 10 at least.
    """
    values, counts = np.unique(numbers[~np.isnan(numbers)], return_counts=True)
    for family in FAMILIES:
        sign = np.sign(family[0])
        outward = (values * sign, counts) if sign > 0 else (values[::-1] * sign, counts[::-1])
        n_codes = _at_the_end(outward[0], np.abs(family))
        if n_codes and _apart(*outward, n_codes):
            return sorted((sign * outward[0][-n_codes:]).tolist())
    if _answers(values, counts):
        return values[values > SCALE].tolist()
    outward = -values[::-1], counts[::-1]
    for family in ([9, 8], [1]):
        n_codes = _at_the_end(outward[0], family)
        if not n_codes or values[n_codes] < 0:
            continue
        if _apart(*outward, n_codes) or _unlike_counts(values, counts, n_codes):
            return values[:n_codes].tolist()
    return []


def _at_the_end(values: np.ndarray, codes: np.ndarray) -> int:
    """How many of the last ``values`` are ``codes``."""
    others = np.flatnonzero(~np.isin(values, codes))
    return len(values) - 1 - others[-1] if len(others) else 0


def _apart(values: np.ndarray, counts: np.ndarray, n_codes: int) -> bool:
    """Whether the last ``n_codes`` of some distinct values are far from all others."""
    others, code = values[:-n_codes], values[-n_codes]
    if len(others) < SEVERAL:
        return False
    step = code - others[-1]
    if step > others[-1] - others[0]:
        return True
    usual = np.median(np.diff(others))
    near = counts[-n_codes - SEVERAL : -n_codes].max()
    return step >= NEIGHBOURS * usual and counts[-n_codes:].max() >= max(SEVERAL, near + 1)


def _answers(values: np.ndarray, counts: np.ndarray) -> bool:
    """Whether distinct ``values`` are a scale of answers from 0 or 1, and 9, or 8 and 9."""
    scale, beyond = values[values <= SCALE], values[values > SCALE]
    if len(scale) < SEVERAL or len(beyond) not in (1, 2) or not set(beyond) <= {8, 9}:
        return False
    whole = scale[0] in (0, 1) and (np.diff(scale) == 1).all()
    often = counts[len(scale) :].max() > max(SEVERAL - 1, counts[len(scale) - 1] / 10)
    return whole and often and beyond[0] - scale[-1] > 1


def _unlike_counts(values: np.ndarray, counts: np.ndarray, n_codes: int) -> bool:
    """Whether distinct values are whole and go far, and the first ``n_codes`` do not fit in."""
    n, usual = counts[:n_codes].max(), np.median(counts[n_codes:])
    often = n > 1.5 * usual or (n > 1 and values[n_codes] > NEIGHBOURS)
    return bool(often and values[-1] >= LONG and not (values % 1).any())


def may_be_keys(numbers: np.ndarray) -> bool:
    """Whether ``numbers``, in any order, are whole and differ as those of customers do.

    Measurements of the same spread would have repetitions: half as many as there are pairs one
    unit apart. Or they are many, and large, and none is likelier than another.
    """
    values = np.sort(numbers[~np.isnan(numbers)])
    n = len(values)
    if n < FEWEST_KEYS or (values % 1).any() or (steps := np.diff(values)).min() == 0:
        return False
    unit = np.gcd.reduce(steps.astype(np.int64))
    places = (values - values[0]) / unit
    pairs = np.searchsorted(places, places + REACH, "right") - np.arange(1, n + 1)
    if pairs.sum() / (2 * REACH) >= CONFIDENT:
        return True
    if n < MANY_KEYS or values[0] < 0 or values[-1] < LARGE:
        return False
    return bool(kstest(values, "uniform", (values[0], values[-1] - values[0])).pvalue > EVEN)


def tells_target(column: pd.Series, target: np.ndarray, *, classes: bool) -> bool:
    """Whether a ``column`` alone tells the ``target``: it is a copy, or a code for it.

    Args:
        column: NaN in gaps, which do not count.
        target: numbers, or places of classes.
        classes: which of the two.
    """
    known = column.notna().to_numpy()
    values, target = column.to_numpy()[known], target[known]
    n_values, n_targets = len(pd.unique(values)), len(pd.unique(target))
    if len(values) < FEWEST_KEYS or len(values) < len(known) / 2 or min(n_values, n_targets) < 2:
        return False
    if not classes and n_values > 2:
        scaled = [numbers / np.abs(numbers).max() for numbers in (values, target)]
        if abs(np.corrcoef(*scaled)[0, 1]) > 1 - 1e-9:
            return True
    one_to_one = len(pd.DataFrame({"value": values, "target": target}).drop_duplicates())
    return one_to_one == n_values == n_targets <= len(values) / 2
