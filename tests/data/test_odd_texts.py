"""Texts that keep a column from being numbers are named, and what reads otherwise is told."""

import pytest
from table_files import refusal

from helpers.data.user_splits import user_splits
from helpers.errors import ParameterError

N = 120


def lines(header, *columns):
    return "\n".join([header, *(";".join(map(str, row)) for row in zip(*columns, strict=True))])


KINDS = ["ab"[i % 2] for i in range(N)]
PRICES = [f"{900 + 17 * i} €{' VB' * (i % 9 == 5)}" for i in range(N)]


@pytest.mark.parametrize("predict", ["auto", "numbers"])
def test_texts_among_the_numbers_of_a_target_are_named(file, predict):
    path = file(lines("x;price", range(0, 2 * N, 2), PRICES))
    with pytest.raises(ParameterError) as error:
        user_splits(table=path, target="price", predict=predict)
    assert "'1138 € VB' in row 15 below the header" in str(error.value)
    assert "class" not in str(error.value)


def test_a_spelling_with_a_comma_is_shown_as_it_must_be_given(file):
    limits = ["<0,6" if i % 8 == 3 else f"{i},5" for i in range(N)]
    said = refusal(file(lines("crp;kind", limits, KINDS)), target="kind")
    assert "name '<0,6' in missing (-p missing \"['<0,6']\")" in said


def test_decimal_commas_beside_decimal_points_are_told(file):
    several = [f"{1 + i % 3},{4 + i % 2}" for i in range(N)]
    points = [f"{i}.5" for i in range(N)]
    data = user_splits(table=file(lines("multi;w;kind", several, points, KINDS)), target="kind")
    [notice] = [notice for notice in data.notices if "multi" in notice]
    assert "`1,4` was read as 1.4, though other columns have decimal points" in notice


def test_millions_beside_thousands_are_no_categories(file):
    pay = [f"${i % 40 + 1}.2M" if i % 2 else f"${i + 100}K" for i in range(N)]
    said = refusal(file(lines("pay;kind", pay, KINDS)), target="kind")
    assert "in several units, 'K' and 'M': bring them to one" in said


def test_columns_that_are_alike_are_told(file):
    values = [i * i % 37 / 4 for i in range(N)]
    path = file(
        lines("hb;copy;other;one;two;kind", values, values, values[::-1], *["1" * N] * 2, KINDS)
    )
    data = user_splits(table=path, target="kind")
    assert [notice for notice in data.notices if "tells the same" in notice] == [
        "Column `copy`: tells the same as column `hb`."
    ]


@pytest.mark.parametrize("title", ['"Results, season 2022-23"', "Results", "Results, created 2023"])
@pytest.mark.parametrize("delimiter", ["auto", ";"])
def test_a_title_above_the_header_is_recognised(file, title, delimiter):
    rows = lines("x;y;kind", range(N), range(N), KINDS)
    said = refusal(file(f"{title}\n\n{rows}"), target="kind", delimiter=delimiter)
    assert said.endswith("if its first line is a title, delete the lines above the header")
