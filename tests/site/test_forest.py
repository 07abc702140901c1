"""Drawings of results: an effect, its interval, and what it is compared with."""

import re

import forest
import pytest
import scales
from bs4 import BeautifulSoup
from small_book import LEVEL, SPEED


def places(svg, style, attribute):
    """Return where the elements of a style are, in per cent."""
    found = BeautifulSoup(svg, "html.parser").select(f".{style}")
    return [float(element[attribute].rstrip("%")) for element in found]


def test_drawing_has_everything_in_order_and_inside():
    drawn = forest.forest(SPEED)
    low, high = places(drawn, "interval", "x2")[0::2][:2]
    [effect], [stated] = places(drawn, "effect", "cx"), places(drawn, "stated", "x")
    [none] = places(drawn, "none", "x1")
    assert 0 < low < effect < high < stated < none < 100
    [label] = re.findall('aria-label="([^"]*)"', drawn)
    assert label == "ratio of epochs to 0.8: 0.13 [0.10, 0.20]; no effect: 1; stated: 0.25"


def test_scale_of_a_ratio_is_logarithmic():
    scale = scales.whole_scale(SPEED | {"effect": 2, "low": 1, "high": 4, "stated": None})
    assert scale(2) - scale(1) == pytest.approx(scale(4) - scale(2))


def test_ratio_of_zero_is_drawn_all_the_same():
    assert "svg" in forest.forest(SPEED | {"low": 0})


@pytest.mark.parametrize("drawn", [forest.forest, forest.small_forest])
def test_interval_without_an_end_is_an_arrow_to_the_edge(drawn):
    never = SPEED | {"claimed": "more", "effect": None, "low": 12, "high": None}
    assert places(drawn(never), "arrow", "x") == [100]
    assert places(drawn(never), "effect", "cx") == []
    below = SPEED | {"claimed": "more", "low": None}
    assert places(drawn(below), "arrow", "x") == [0]


def test_nothing_is_drawn_where_nothing_is_known():
    unknown = SPEED | {"effect": None, "low": None, "high": None}
    assert forest.forest(unknown) == forest.small_forest(unknown) == ""


def test_margin_is_a_band_about_none():
    [left], [width] = (places(forest.forest(LEVEL), "equivalence", name) for name in ("x", "width"))
    [none] = places(forest.forest(LEVEL), "none", "x1")
    assert left + width / 2 == pytest.approx(none, abs=0.01)
    assert scales.band(SPEED | {"margin": 1.25}) == (0.8, 1.25)


@pytest.mark.parametrize(("scale", "none"), [("linear", 0), ("log", 1)])
def test_equivalence_is_about_no_effect_unless_it_says_otherwise(scale, none):
    unsaid = LEVEL | {"none": None, "margin": 1.1, "low": 0.9, "effect": 1, "high": 1.2}
    assert forest.references(unsaid | {"scale": scale})[0] == ("┊", f"no effect: {none}")


@pytest.mark.parametrize("claimed", ["more", "less"])
@pytest.mark.parametrize(("low", "effect", "high"), [(0.1, 0.13, 0.2), (5, 7.5, 10)])
def test_right_of_the_common_line_is_as_claimed(claimed, low, effect, high):
    values = {"low": low, "effect": effect, "high": high, "stated": None}
    drawn = forest.small_forest(SPEED | values | {"claimed": claimed})
    [x] = places(drawn, "effect", "cx")
    assert places(drawn, "none", "x1") == [scales.NONE_AT]
    assert (x > scales.NONE_AT) == ((effect > 1) == (claimed == "more"))
    assert 0 < x < 100


def test_arrow_of_a_claim_of_less_points_to_the_left():
    drawn = forest.small_forest(SPEED | {"high": None})
    assert places(drawn, "arrow", "x") == [0]


def test_stated_size_takes_the_place_of_the_line_where_there_is_none():
    drawn = forest.small_forest(SPEED | {"none": None, "claimed": None})
    assert places(drawn, "stated", "x") == [scales.NONE_AT]


@pytest.mark.parametrize(
    "values",
    [
        {"effect": 7, "low": 5, "high": 12, "none": 1, "stated": None},
        {"effect": 700, "low": 2, "high": 1e5, "none": 1, "stated": None},
        {"effect": 1.01, "low": 1.005, "high": 1.02, "none": 1, "stated": None},
        {"effect": 3, "low": 3, "high": 3, "none": None, "stated": None},
    ],
)
def test_axis_has_a_few_ticks(values):
    for scale in ("log", "linear"):
        ticks = scales.tick_values(SPEED | values | {"scale": scale})
        assert len(ticks) <= scales.MOST_TICKS
        assert len(ticks) >= 2 or values["low"] == values["high"]
