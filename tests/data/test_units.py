"""The number in a measure, and what is beside it."""

import pytest

from helpers.data.units import distinct_units, measured


@pytest.mark.parametrize(
    ("text", "number", "beside"),
    [
        ("118 m²", "118", "m²"),
        ("1,234.5 km/h", "1,234.5", "km/h"),
        ("3,5 l/100 km", "3,5", "l/100 km"),
        ("-20°C", "-20", "°C"),
        ("16GB", "16", "GB"),
        ("12 sq ft", "12", "sq ft"),
        ("1.200 €/m²", "1.200", "€/m²"),
        ("> 10", "10", ">"),
        ("1.3 e", "1.3", "e"),
        ("2.00*", "2.00", "*"),
    ],
)
def test_a_measure_is_a_number_and_a_unit(text, number, beside):
    assert measured(text) == (number, beside)


@pytest.mark.parametrize("text", ["18-24", "65+", "12A", "4x4", "1st", "v2", "3 rooms big"])
def test_other_texts_stay(text):
    assert measured(text) == (text, "")


def test_a_plural_is_no_unit_of_its_own():
    assert distinct_units(["year", "years", "years"]) == ["years"]
    assert distinct_units(["kg", "g", "", "kg"]) == ["", "g", "kg"]
    assert distinct_units(["", "s", "m", "ms"]) == ["", "m", "ms", "s"]
