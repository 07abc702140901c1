"""Each type of assertion is decided by its rule, and wrongly no more often than the rule says."""

import math

import numpy as np
import pytest
import records
import results
import summary
from scipy import stats

from helpers.analysis import findings, gain
from helpers.analysis.findings import ERROR, LOOKS, find
from helpers.analysis.intervals import Resampled
from helpers.analysis.registry import Assertion

INF, NAN = math.inf, math.nan


def assertion(kind, **fields):
    defaults = {
        "direction": {"none": 0, "claimed": "more"},
        "premise": {"none": 0, "claimed": "more"},
        "size": {"stated": 1},
        "reproduction": {"stated": 0.5},
        "equivalence": {"margin": 0.01, "reason": "ours"},
    }
    return Assertion("a", kind, "It is so", "what", "here", **defaults.get(kind, {}) | fields)


def outcome(kind, values, **fields):
    return find(assertion(kind, **fields), values).outcome


def signs(n_more, n_less):
    """Values of which so many are above 0, and so many below."""
    return np.concatenate([np.full(n_more, 0.1), np.full(n_less, -0.1)])


# direction


@pytest.mark.parametrize(
    ("n_more", "expected"),
    [(20, "confirmed"), (16, "confirmed"), (15, "not settled"), (10, "not settled"),
     (5, "not settled"), (4, "opposite found"), (0, "opposite found")],
)  # fmt: skip
def test_direction_of_twenty_is_decided_from_sixteen_on_one_side(n_more, expected):
    assert outcome("direction", signs(n_more, 20 - n_more)) == expected
    mirrored = outcome("direction", -signs(n_more, 20 - n_more), claimed="less")
    assert mirrored == expected


@pytest.mark.parametrize("n_more", range(21))
def test_direction_is_decided_when_its_interval_excludes_none(n_more):
    finding = find(assertion("direction"), signs(n_more, 20 - n_more))
    assert (finding.outcome != "not settled") == (finding.low > 0 or finding.high < 0)


def test_direction_of_a_ratio_is_against_one():
    values = [1.2] * 20
    assert outcome("direction", values, none=1, scale="log") == "confirmed"
    assert outcome("direction", np.divide(1, values), none=1, scale="log") == "opposite found"


def test_values_that_equal_none_but_for_rounding_speak_for_neither_side():
    values = np.full(20, np.float32(0.83) - np.float32(0.82) - 0.01)
    assert 0 < abs(values[0]) < 1e-6
    assert outcome("direction", values) == "no difference"


def test_runs_that_mostly_show_no_difference_at_all_settle_that_there_is_none():
    assert outcome("direction", [0.0] * 17 + [0.1] * 3) == "no difference"
    assert outcome("direction", [0.0] * 10 + [0.1] * 10) == "not settled"


def test_never_over_never_is_no_evidence():
    never = gain(np.full(20, INF), np.full(20, INF))
    finding = find(assertion("direction", none=1, scale="log"), never)
    assert (finding.outcome, finding.low, finding.high) == ("not settled", 0, INF)
    assert math.isnan(finding.effect)


def test_never_over_a_number_is_evidence():
    ratio = gain(np.full(20, INF), np.full(20, 8.0))
    finding = find(assertion("direction", none=1, scale="log"), ratio)
    assert (finding.outcome, finding.effect, finding.low) == ("confirmed", INF, INF)


@pytest.mark.parametrize(("worst", "expected"), [(16, "confirmed"), (12, "not settled")])
def test_in_several_cases_at_once_the_weakest_decides(worst, expected):
    cases = np.stack([signs(20, 0), signs(worst, 20 - worst)], axis=1)
    finding = find(assertion("direction"), cases)
    assert (finding.outcome, finding.n_cases) == (expected, 2)


def test_one_case_of_several_that_contradicts_is_enough():
    cases = np.stack([signs(20, 0), signs(0, 20)], axis=1)
    assert outcome("direction", cases) == "opposite found"


@pytest.mark.parametrize(
    ("estimate", "expected"), [(0.5, "confirmed"), (-0.5, "opposite found"), (0.1, "not settled")]
)
def test_direction_of_what_has_no_value_per_seed_is_decided_by_the_bootstrap(estimate, expected):
    replicates = np.random.default_rng(0).normal(estimate, 0.1, 999)
    assert outcome("direction", Resampled(estimate, replicates, 20)) == expected


def test_replicates_that_are_no_number_count_for_both_sides():
    replicates = np.where(np.arange(999) < 30, NAN, 1.0)
    assert outcome("direction", Resampled(1.0, replicates, 20)) == "not settled"


def test_looks_call_a_true_null_to_each_side_in_at_most_one_case_of_forty():
    generator = np.random.default_rng(0)
    called = {"confirmed": 0, "opposite found": 0, "not settled": 0}
    n = 3000
    for values in generator.normal(size=(n, LOOKS[-1])):
        outcomes = (outcome("direction", values[:look]) for look in LOOKS)
        called[next((o for o in outcomes if o != "not settled"), "not settled")] += 1
    for side in ("confirmed", "opposite found"):
        assert stats.binomtest(called[side], n, 0.025, alternative="greater").pvalue > 0.01
    assert called["confirmed"] > 0.005 * n  # and the rule is no stricter than it need be


# equivalence


def test_equivalence_is_two_one_sided_t_tests():
    generator = np.random.default_rng(3)
    for mean in (0.0, 0.004, 0.008):
        values = generator.normal(mean, 0.006, 20)
        p_above = stats.ttest_1samp(values, 0.01 + 1e-6, alternative="less").pvalue
        p_below = stats.ttest_1samp(values, -0.01 - 1e-6, alternative="greater").pvalue
        finding = find(assertion("equivalence"), values)
        assert finding.p_for == pytest.approx(max(p_above, p_below))
        assert (finding.outcome == "no relevant difference") == (finding.p_for <= ERROR)


def test_looks_call_a_difference_at_the_margin_irrelevant_in_at_most_one_case_of_twenty():
    generator, n, wrong = np.random.default_rng(0), 800, 0
    for values in generator.normal(0.01, 0.01, size=(n, LOOKS[-1])):
        outcomes = [outcome("equivalence", values[:look]) for look in LOOKS]
        wrong += next((o for o in outcomes if o != "not settled"), "") == "no relevant difference"
    assert stats.binomtest(wrong, n, 0.05, alternative="greater").pvalue > 0.01


def test_a_difference_beyond_the_margin_is_relevant():
    values = np.random.default_rng(0).normal(0.05, 0.005, 20)
    assert outcome("equivalence", values) == "relevant difference"
    assert outcome("equivalence", -values) == "relevant difference"


def test_five_of_500_samples_are_a_difference_of_one_point_however_they_are_rounded():
    correct = np.arange(5, 501)
    high, low = (np.float32(k / 500) for k in (correct, correct - 5))
    outcomes = {outcome("equivalence", np.full(20, d)) for d in (high - low).astype("float64")}
    assert outcomes == {"no relevant difference"}


def test_equivalence_of_a_ratio_is_within_a_factor():
    fields = {"margin": 1.25, "scale": "log", "none": 1}
    assert outcome("equivalence", [1.2] * 10 + [1.1] * 10, **fields) == "no relevant difference"
    assert outcome("equivalence", [0.9] * 10 + [0.85] * 10, **fields) == "no relevant difference"
    assert outcome("equivalence", [1.4] * 10 + [1.5] * 10, **fields) == "relevant difference"


@pytest.mark.parametrize("odd", [INF, NAN])
def test_equivalence_with_a_value_that_has_no_mean_is_not_settled(odd):
    assert outcome("equivalence", [0.0] * 19 + [odd]) == "not settled"


# size, reproduction, proportion, premise


def test_size_is_shown_without_pass_or_fail():
    finding = find(assertion("size", stated=100), np.arange(1.0, 21))
    assert (finding.outcome, finding.effect) == ("measured", 10.5)
    assert (finding.low, finding.high) == (5, 16)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [(5, "outside"), (6, "inside"), (50, "inside"), (95, "inside"), (96, "outside")],
)
def test_reproduction_asks_whether_the_run_is_in_the_middle_90_per_cent_of_ours(stated, expected):
    finding = find(assertion("reproduction", stated=stated), np.arange(1.0, 101))
    assert finding.outcome == expected
    assert (finding.low, finding.high) == pytest.approx((5.95, 95.05))
    assert finding.rank == stated - 0.5  # a tie counts half


def test_proportion_has_the_exact_interval_and_no_test_unless_a_share_means_no_effect():
    finding = find(assertion("proportion", stated=0), np.zeros(20))
    assert (finding.outcome, finding.effect, finding.low) == ("measured", 0, 0)
    assert finding.high == pytest.approx(1 - (ERROR / 2) ** (1 / 20))


@pytest.mark.parametrize(("hits", "expected"), [(16, "confirmed"), (15, "not settled"),
                                                (4, "opposite found")])  # fmt: skip
def test_proportion_against_a_share_is_an_exact_binomial_test(hits, expected):
    values = np.arange(20) < hits
    assert outcome("proportion", values, none=0.5, claimed="more") == expected


def test_premise_of_a_case_is_met_by_one_run_that_shows_it():
    assert outcome("premise", np.arange(20) < 1) == "premise met"
    assert outcome("premise", np.zeros(20)) == "premise not met here"


def test_premise_of_a_difference_is_met_when_it_is_confirmed():
    assert outcome("premise", signs(18, 2)) == "premise met"
    assert outcome("premise", signs(11, 9)) == "premise not met here"
    assert outcome("premise", [0.0] * 17 + [0.1] * 3) == "premise not met here"


# what it would take


def test_seeds_that_it_would_take_settle_it_in_four_cases_of_five():
    needs = find(assertion("direction"), signs(13, 7)).needs  # 65 % on one side
    generator = np.random.default_rng(0)
    more = generator.binomial(needs, 0.65, size=4000)
    power = np.mean(stats.binom.sf(more - 1, needs, 0.5) <= ERROR / 2)
    assert 0.7 < power < 0.9


def test_what_is_settled_takes_no_more():
    assert find(assertion("direction"), signs(20, 0)).needs == 0


def test_no_values_are_refused():
    with pytest.raises(ValueError, match="a must have values"):
        find(assertion("direction"), [])


def test_the_book_knows_every_outcome_what_it_means_and_how_it_looks():
    words = {v for k, v in vars(findings).items() if k.isupper() and isinstance(v, str)}
    assert words == set(summary.MEANINGS) == set(results.CLASSES)
    assert words == set().union(*records.OUTCOMES.values(), {records.ABSENT})
