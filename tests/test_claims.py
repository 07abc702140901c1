"""Verdicts rest on an exact interval of the median and on a range stated beforehand."""

import json
import math

import numpy as np
import pytest
import records
from scipy import stats

from helpers.analysis import claims
from helpers.analysis.claims import compare_with_source, judge, measure, number

INF = math.inf


def interval(values):
    evidence = measure("accuracy", values)
    return evidence.low, evidence.high


@pytest.mark.parametrize("n", [6, 7, 10, 11, 29, 30, 100])
def test_interval_is_the_shortest_pair_of_order_statistics_that_covers_95_per_cent(n):
    def covers(k):  # the median lies between the k-th smallest and the k-th largest
        return sum(math.comb(n, heads) for heads in range(k, n - k + 1)) / 2**n

    k = max(k for k in range(1, n // 2 + 1) if covers(k) >= 0.95)
    values = np.random.default_rng(n).permutation(np.arange(1.0, n + 1))
    assert interval(values) == (k, n + 1 - k)


def test_interval_of_thirty_runs_is_from_the_tenth_to_the_twentyfirst():
    assert interval(np.arange(1, 31)) == (10, 21)


def test_interval_covers_the_median_in_at_least_95_per_cent_of_samples():
    samples = np.random.default_rng(0).exponential(size=(1000, 30))
    covered = [low <= math.log(2) <= high for low, high in map(interval, samples)]
    assert stats.binomtest(sum(covered), 1000, 0.95, alternative="less").pvalue > 0.01


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (10, 21, "holds"),  # the interval of 1 to 30, ends included
        (0, INF, "holds"),
        (-INF, 21, "holds"),
        (11, 21, "undecided"),
        (-INF, 20, "undecided"),
        (12, 13, "undecided"),
        (22, INF, "does not hold"),
        (-INF, 9, "does not hold"),
    ],
)
def test_verdict_is_by_where_the_interval_lies(low, high, verdict):
    assert measure("epochs", np.arange(1, 31), low, high).verdict == verdict


def test_censored_runs_keep_their_rank():
    censored = measure("epochs", [*range(1, 26), *[INF] * 5], 0, 100)
    assert (censored.median, censored.low, censored.high) == (15, 10, 21)
    assert (censored.n, censored.n_inside, censored.verdict) == (30, 25, "holds")
    mostly = measure("epochs", [*range(1, 16), *[INF] * 15], 0, 100)
    assert (mostly.low, mostly.high, mostly.verdict) == (10, INF, "undecided")
    all_censored = measure("epochs", [INF] * 30, 0, 100)
    assert (all_censored.low, all_censored.high) == (INF, INF)
    assert all_censored.verdict == "does not hold"
    assert measure("ratio", [INF] * 30, 2).verdict == "holds"


@pytest.mark.parametrize("n", [1, 5])
def test_fewer_than_six_seeds_decide_nothing(n):
    for low, high in [(0, 1), (2, INF), (-INF, -2), (-INF, 1)]:
        evidence = measure("accuracy", [0.5] * n, low, high)
        assert evidence.verdict == "undecided"
        assert "median 0.500 (too few for an interval), stated" in str(evidence)


@pytest.mark.parametrize("values", [[], [0.5, float("nan")]])
def test_missing_numbers_are_refused(values):
    with pytest.raises(ValueError, match="^accuracy must have a number for every seed, got"):
        measure("accuracy", values)


def test_range_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="must have a range from low to high, got 2 to 1$"):
        measure("accuracy", [0.5] * 6, 2, 1)


@pytest.mark.parametrize(
    ("low", "high", "stated"),
    [(2, INF, "at least 2"), (-INF, 0.1, "at most 0.100"), (0, 1, "0.000 to 1")],
)
def test_evidence_says_what_was_measured_and_what_was_stated(low, high, stated):
    evidence = measure("time", np.arange(1, 31), low, high, unit="epochs", of="pairs")
    inside = {2: 29, -INF: 0, 0: 1}[low]
    assert str(evidence) == (
        f"time: median 15 epochs [10, 21], stated {stated}; {inside} of 30 pairs inside"
    )


IN, OUT, BETWEEN = (
    measure("accuracy", np.arange(1, 31), *ends) for ends in [(1, 30), (40, 50), (15, 30)]
)


@pytest.mark.parametrize(
    ("evidence", "verdict"),
    [
        ([IN], "holds"),
        ([IN, IN], "holds"),
        ([IN, BETWEEN], "undecided"),
        ([OUT, IN], "does not hold"),
        ([BETWEEN, OUT], "does not hold"),
    ],
)
def test_claim_holds_if_all_parts_do_and_fails_if_one_fails(evidence, verdict):
    assert judge("A2", "It learns.", *evidence).verdict == verdict


def test_claim_without_evidence_is_refused():
    with pytest.raises(ValueError, match="^claim A2 must have at least one piece of evidence"):
        judge("A2", "It learns.")


def test_verdict_is_shown_as_a_card_and_kept_for_the_table_of_claims():
    bundle = judge("A2", "It learns.", IN, OUT)._repr_mimebundle_()
    assert bundle["text/plain"].startswith("Claim A2 does not hold: It learns.\n- accuracy: ")
    card = bundle["text/markdown"].splitlines()
    assert card[0] == "**Claim A2 does not hold**"
    assert "*It learns.*" in card
    assert f"- {IN} (holds)" in card and f"- {OUT} (does not hold)" in card
    undecided = judge("A2", "It learns.", BETWEEN)._repr_mimebundle_()["text/markdown"]
    assert undecided.startswith("**Claim A2 is undecided**")
    record = bundle[records.MIME]
    assert record["kind"] == "verdict"
    assert "95% confidence interval of the median over 30 seeds" in record["test"]


@pytest.mark.parametrize(
    "shown",
    [
        judge("A2", "It learns.", IN, measure("epochs", [INF] * 30, 2)),
        judge("A3", "It learns.", BETWEEN),
        compare_with_source("A", "batch", "test accuracy", np.float32(0.83), [0.8, 0.85]),
    ],
)
def test_records_are_strict_json_that_the_book_reads(shown):
    record = shown._repr_mimebundle_()[claims.MIME]
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert records.checked(record, "notebooks/02") == record


def test_sources_number_is_placed_among_all_seeds():
    values = np.arange(1, 31) / 100
    found = compare_with_source("A", "batch", "test accuracy", 0.065, values)
    assert (found.low, found.median, found.high) == (0.02, 0.15, 0.29)
    assert (found.percentile, found.n) == (pytest.approx(20), 30)
    assert str(found) == (
        "The tutorial (A) reports a test accuracy of 0.065 from one run. Our 30 seeds have a "
        "median of 0.150 and lie between 0.020 and 0.290 (5 to 95 %); the reported number stands "
        "at percentile 20."
    )
    assert found._repr_mimebundle_()["text/markdown"] == str(found)


@pytest.mark.parametrize("values", [[], [0.5, float("nan")], [0.5, INF]])
def test_sources_number_among_numbers_that_json_cannot_hold_is_refused(values):
    with pytest.raises(ValueError, match="^test accuracy must have finite numbers, got 0.8 and"):
        compare_with_source("A", "batch", "test accuracy", 0.8, values)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0.000"), (0.00042, "0.00042"), (-2.8e-9, "0.000"), (-1.5, "-1.500"), (12.34, "12.3"),
     (99, "99"), (1234.5, "1,234"), (12500, "12,500"), (INF, "never")],
)  # fmt: skip
def test_numbers_are_shown_with_as_many_digits_as_they_deserve(value, shown):
    assert number(value) == shown
