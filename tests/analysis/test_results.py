"""A claim's result: its assertions, corrected for their number, in words and as a record."""

import json
import math

import numpy as np
import pytest

from helpers.analysis import MIME, claims, number, registry, result, result_in_looks
from helpers.analysis.registry import Assertion, Claim
from helpers.reruns.measures import outcomes

INF = math.inf


@pytest.fixture
def registered(monkeypatch):
    """Register one claim with assertions, given as name and fields."""

    def register(**assertions):
        parts = {}
        for i, (name, fields) in enumerate(assertions.items()):
            kind = fields.pop("type", "direction")
            if kind in ("direction", "premise"):
                fields = {"none": 0, "claimed": "more"} | fields
            given = {"says": f"The part {name} is so", "quantity": "difference", "scope": "here"}
            primary = kind != "premise" and not any(p.primary for p in parts.values())
            parts[name] = Assertion(name, kind, **given | {"primary": primary} | fields)
            assert i < 9
        known = {"X1": Claim("X1", "It is so.", "As it was.", parts)}
        monkeypatch.setattr("helpers.analysis.results.claims", lambda: known)

    return register


def signs(n_more, n_less):
    return np.concatenate([np.full(n_more, 0.1), np.full(n_less, -0.1)])


def test_an_assertion_is_confirmed_without_correction(registered):
    registered(**{name: {} for name in "abcdefgh"})
    found = result("X1", {name: signs(16, 4) for name in "abcdefgh"})
    assert {found[name] for name in "abcdefgh"} == {"confirmed"}


def test_the_opposite_of_one_of_eight_needs_more_evidence_than_that_of_one(registered):
    registered(a={})
    assert result("X1", {"a": signs(4, 16)})["a"] == "opposite found"
    registered(**{name: {} for name in "abcdefgh"})
    values = {name: signs(16, 4) for name in "bcdefgh"}
    assert result("X1", values | {"a": signs(4, 16)})["a"] == "not settled"
    assert result("X1", values | {"a": signs(1, 19)})["a"] == "opposite found"


def test_assertions_that_another_chapter_tests_count_too(registered):
    registered(**{name: {} for name in "abcdefgh"})
    assert result("X1", {"a": signs(4, 16)})["a"] == "not settled"


def test_claims_of_true_parts_at_the_boundary_are_refuted_in_at_most_one_case_of_forty(registered):
    names = "abcdefgh"
    registered(**{name: {} for name in names})
    generator, n = np.random.default_rng(0), 800
    draws = generator.normal(size=(n, len(names), 20))
    wrong = sum(
        any(outcome == "opposite found" for _, _, outcome in
            result("X1", dict(zip(names, draw, strict=True))).parts)
        for draw in draws
    )  # fmt: skip
    assert wrong / n <= 0.025


def test_a_premise_that_is_not_met_ends_the_claim(registered):
    registered(case={"type": "premise"}, a={})
    found = result("X1", {"case": np.zeros(20), "a": signs(20, 0)})
    assert (found["case"], found["a"]) == ("premise not met here", "premise not met here")
    assert "Not tested" in found.record()["assertions"][1]["sentence"]
    met = result("X1", {"case": np.ones(20), "a": signs(20, 0)})
    assert (met["case"], met["a"]) == ("premise met", "confirmed")


@pytest.mark.parametrize(
    ("n_more", "looks"),
    [((20, 0, 0), [(7, 27)]), ((10, 20, 0), [(7, 27), (27, 47)]),
     ((10, 10, 20), [(7, 27), (27, 47), (47, 87)])],
)  # fmt: skip
def test_looks_stop_when_decided_and_at_four_times_the_seeds(registered, n_more, looks):
    registered(a={})
    asked = []

    def measure(seeds):
        asked.append((seeds.start, seeds.stop))
        more = n_more[len(asked) - 1]
        return {"a": signs(more, len(seeds) - more)}

    found = result_in_looks("X1", measure, range(7, 27))
    assert asked == looks
    assert found.parts[0][1].n == looks[-1][1] - 7
    assert (found["a"] == "confirmed") == (len(looks) < 3)


def test_settings_stand_in_the_text(registered):
    registered(a={"says": "Batch size {small} is so", "scope": "at rate {rate:g}"})
    record = result("X1", {"a": signs(20, 0)}, small=4, rate=0.1).record()["assertions"][0]
    assert record["sentence"].startswith("Batch size 4 is so. ")
    assert record["scope"] == "at rate 0.1"


def test_record_is_json_with_none_for_infinity(registered):
    registered(a={"none": 1, "scale": "log", "unit": "times"})
    bundle = result("X1", {"a": np.full(20, INF)})._repr_mimebundle_()
    record = json.loads(json.dumps(bundle[MIME], allow_nan=False))
    assert record["kind"] == "result"
    [part] = record["assertions"]
    assert (part["effect"], part["low"], part["high"]) == (None, None, None)
    assert part["shown"].startswith("never")


def test_text_says_what_was_found_in_a_sentence(registered):
    registered(a={}, b={"type": "equivalence", "margin": 0.1, "reason": "ours"})
    found = result("X1", {"a": signs(11, 9), "b": np.full(20, 0.02)})
    plain = found._repr_mimebundle_()["text/plain"]
    assert "Whether the part a is so is not settled. Difference: 0.100 [-0.100, 0.100]; it would " \
        "take more than 1,000 seeds to settle it." in plain  # fmt: skip
    assert "no relevant difference: The part b is so. Difference: 0.020 [0.020, 0.020]." in plain
    assert found._repr_mimebundle_()["text/markdown"].startswith("**Claim X1.** *It is so.*")


def test_the_source_of_a_single_run_is_never_said_to_be_larger_or_smaller(registered):
    registered(a={"type": "reproduction", "stated": 0.9})
    text = result("X1", {"a": np.linspace(0.8, 0.85, 20)}).record()["assertions"][0]["sentence"]
    assert "is not like ours" in text
    assert "percentile 100" in text


@pytest.mark.parametrize(
    ("claim", "values", "message"),
    [
        ("Z9", {}, "claim must be one of A1, .*, got 'Z9'"),
        ("A3", {"worst": [1.0]}, "claim A3 must have the assertion 'worst', and has worse, "),
    ],
)
def test_unknown_names_are_refused_in_a_sentence(claim, values, message):
    with pytest.raises(ValueError, match=message):
        result(claim, values)


def test_rerun_command_reads_the_outcomes_of_an_executed_notebook(registered):
    from nbformat import v4

    registered(a={}, b={})
    bundle = result("X1", {"a": signs(20, 0), "b": signs(10, 10)})._repr_mimebundle_()
    cell = v4.new_code_cell(outputs=[v4.new_output("display_data", data=bundle)])
    notebook = v4.new_notebook(cells=[v4.new_code_cell(), cell])
    assert outcomes(notebook) == {"X1.a": "confirmed", "X1.b": "not settled"}


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.8164, "0.816"), (-0.02, "-0.020"), (0, "0.000"), (12500, "12,500"), (99.95, "100.0"),
     (INF, "never"), (math.nan, "unknown"), (0.00072, "0.00072")],
)  # fmt: skip
def test_numbers_are_printed_with_the_digits_that_matter(value, text):
    assert number(value) == text


# the committed files


def test_every_claim_of_the_sources_is_registered():
    expected = {
        *(f"A{i}" for i in range(1, 13)), *(f"B{i}" for i in range(1, 8)), "C1", "C2", "C3",
        *(f"D{i}" for i in range(1, 10)), *(f"E{i}" for i in range(1, 6)),
        *(f"H{i}" for i in range(1, 22)),
        *(f"E{i}" for i in range(6, 10)), *(f"H{i}" for i in range(22, 32)),
    }  # fmt: skip
    assert set(claims()) == expected


@pytest.mark.parametrize("name", claims())
def test_a_registered_claim_says_how_it_was_first_tested_and_why_its_margins_are_theirs(name):
    claim = claims()[name]
    assert claim.first_stated or claim.untested
    for part in claim.assertions.values():
        assert part.says == part.says.strip(" .")
        assert not part.withdrawn or part.last


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"type": "guess"}, "type must be one of"),
        ({"type": "direction"}, "must have a claimed"),
        ({"type": "equivalence", "margin": 0.1}, "must have a reason"),
        ({"type": "equivalence", "margin": 1, "reason": "r", "scale": "log"}, "must leave room"),
    ],
)
def test_an_assertion_that_cannot_be_decided_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        Assertion("a", says="s", quantity="q", scope="here", **fields)


def test_a_claim_without_its_primary_assertion_is_refused():
    with pytest.raises(ValueError, match="must have one primary assertion, got 0"):
        Claim("A1", "It is so.")


def test_registry_reads_every_file_of_its_folder():
    assert {path.stem for path in registry.FOLDER.glob("*.toml")} == {*"ABCDEH"}
