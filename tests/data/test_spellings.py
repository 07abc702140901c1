"""Numbers in the world's spellings are read with their values, and what has two readings is not."""

import csv
import io
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_files import refusal

from helpers.data.spelling import is_date, is_gap_like, read_number
from helpers.data.user_tables import load_table

STYLES = {  # decimal mark, mark between thousands
    "English": (".", ","),
    "German": (",", "."),
    "French": (",", "\u202f"),
    "Swiss": (".", "’"),
    "Polish": (",", " "),
    "plain": (".", ""),
    "plain comma": (",", ""),
}
SIGNS = ["{}", "${}", "{} €", "CHF {}", "{}%", "{} %", "kr {}", "R$ {}"]


def spelled(value, style, pattern, places):
    """A number as people of one country write it."""
    mark, group = STYLES[style]
    digits = f"{abs(value):,.{places}f}".replace(",", "G").replace(".", mark).replace("G", group)
    return ("-" if value < 0 else "") + pattern.format(digits)


def column(file, texts, **options):
    """A column of texts as it is read, in the order of the rows."""
    write = csv.writer(text := io.StringIO(), delimiter=";")
    rows = [[t, f"{i}.5", "ab"[i % 2]] for i, t in enumerate(texts)]
    write.writerows([["x", "row", "kind"], *rows])
    path = file(text.getvalue()) if callable(file) else file
    if not callable(file):
        path.write_text(text.getvalue(), encoding="utf-8")
    data = load_table(path, "kind", ["x", "row"], standardise=False, **options)
    assert data.inputs == ["x", "row"]
    rows = np.concatenate([data.x_train, data.x_test])
    return rows[rows[:, 1].argsort(), 0]


@settings(max_examples=150, deadline=None)
@given(
    values=st.lists(st.integers(-(10**7), 10**7), min_size=8, max_size=20),
    style=st.sampled_from(sorted(STYLES)),
    pattern=st.sampled_from(SIGNS),
    places=st.sampled_from([1, 2, 4]),
)
def test_a_number_means_the_same_in_any_spelling(values, style, pattern, places, tmp_path_factory):
    values = [value / 100 for value in values]
    texts = [spelled(value, style, pattern, places) for value in values]
    read = column(tmp_path_factory.getbasetemp() / "spelled.csv", texts)
    written = [float(f"{value:.{places}f}") for value in values]
    np.testing.assert_allclose(read, written, rtol=1e-6)


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("12,34,567.5", ".", 1234567.5),
        ("(1,234.50)", ".", -1234.5),
        ("1.234,56-", ",", -1234.56),
        ("\u2212$5", ".", -5),
        ("1e-3", ".", 0.001),
        ("0,125", ",", 0.125),
        ("1'000", ",", 1000),
        ("٣٫٥", ".", np.nan),  # an Arabic decimal mark is not known, and so refused
        ("1,2,3", ".", np.nan),
        ("0,125", ".", np.nan),
        ("1,23", ".", np.nan),
        ("€5€", ".", np.nan),
        ("--5", ".", np.nan),
        ("1_000", ".", np.nan),
        ("", ".", np.nan),
    ],
)
def test_numbers_and_what_only_looks_like_them(text, decimal, value):
    np.testing.assert_equal(read_number(text, decimal), value)


def test_two_readings_are_refused_unless_said(file):
    texts = ["1,234", "950", "2,500", "1,750"] * 4
    rows = "".join(f'"{text}",{"ab"[i % 2]}\n' for i, text in enumerate(texts))
    path = file("x,kind\n" + rows)
    assert refusal(path) == (
        "column 'x' of 'mine.csv' can be read in two ways, '1,234' as 1234 or as 1.234: give "
        "decimal '.' for the first, ',' for the second"
    )
    assert max(load_table(path, "kind", decimal=".", standardise=False).x_train) == 2500
    assert max(load_table(path, "kind", decimal=",", standardise=False).x_train) == 950


def test_points_of_thousands_are_not_taken_for_decimal_marks(file):
    texts = ["1.234", "950", "2.500", "1.750"] * 4
    semicolons = "x;y;kind\n" + "".join(f"{t};{i};{'ab'[i % 2]}\n" for i, t in enumerate(texts))
    assert "can be read in two ways, '1.234' as 1.234 or as 1234: " in refusal(file(semicolons))
    commas = semicolons.replace(";0;", ";0,5;")  # settles it for the whole file
    data = load_table(file(commas), "kind", ["x"], standardise=False)
    assert max(data.x_train) == 2500
    points = semicolons.replace(";0;", ";0.5;")
    data = load_table(file(points), "kind", ["x"], standardise=False)
    assert max(data.x_train) == 950


def test_another_column_settles_the_decimal_mark(file):
    rows = "".join(f'"1,{i:03}","${i}.50",{"ab"[i % 2]}\n' for i in range(12))
    data = load_table(file("visits,price,kind\n" + rows), "kind", ["visits"], standardise=False)
    assert set(data.x_train.ravel()) <= {1000 + i for i in range(12)}


def test_different_units_are_refused(file):
    rows = "".join(f"{['$5', '€7'][i % 2]},{'ab'[i % 2]}\n" for i in range(12))
    assert "holds numbers in several units, '$' and '€'" in refusal(file("x,kind\n" + rows))
    rows = "".join(f"{['5%', '7'][i % 2]},{'ab'[i % 2]}\n" for i in range(12))
    told = "holds numbers with '%' and without it, such as '5%' in row 1 below the header: "
    assert told in refusal(file("x,kind\n" + rows))


FORMATS = [
    *("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%y", "%d-%b-%Y", "%B %d, %Y", "%Y/%m/%d %H:%M", "%Y%m%d"),
    *("%A, %d %B %Y", "%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m", "%m/%Y", "%b-%y", "%b %Y"),
]


@pytest.mark.parametrize("form", FORMATS)
def test_dates_of_any_spelling_are_left_out_and_told(file, form):
    days = [date.fromordinal(738_000 + 37 * i).strftime(form) for i in range(24)]
    rows = "".join(f'"{day}",{i / 4},{"ab"[i % 2]}\n' for i, day in enumerate(days))
    path = file("day,x,kind\n" + rows)
    data = load_table(path, "kind")
    assert data.inputs == ["x"]
    assert data.columns.loc["day", "taken for"] == "left out"
    assert any("`day`: left out, since it holds dates or times" in told for told in data.notices)
    assert "cannot be learnt from: it holds dates or times" in refusal(path, "kind", "day")


@pytest.mark.parametrize("text", ["1.234.567", "10-19", "model 2021", "12.5", "A-12-3"])
def test_what_only_resembles_a_date_is_none(text):
    assert not is_date(text)


@pytest.mark.parametrize("text", ["?", "-", "n/a", "N.A.", "None", "<NA>", "#DIV/0!", "(blank)"])
def test_what_people_write_for_a_gap(text):
    assert is_gap_like(text)
    assert not is_gap_like(f"{text} north")


LIKE_MONTHS = [
    *("gene{:02}", "set{}", "marker{:02}", "decile{}", "apron{:02}", "outlet {}", "junction {}"),
    *("set {}", "gen-{}", "general 20{:02}", "marathon 20{:02}", "decade 20{:02}"),
]


@pytest.mark.parametrize("form", LIKE_MONTHS)
def test_words_that_begin_like_a_month_are_categories(file, form):
    texts = [form.format(10 + i % 5) for i in range(24)]
    rows = "".join(f"{text},{i / 4},{'ab'[i % 2]}\n" for i, text in enumerate(texts))
    data = load_table(file("x,y,kind\n" + rows), "kind")
    assert data.inputs == [f"x = {text}" for text in sorted(set(texts))] + ["y"]


@pytest.mark.parametrize(
    "text",
    ["14feb2021", "14. Februar 2021", "3 de marzo de 2021", "Sept. 2020", "feb-21", "Feb '21",
     "may2020", "1st March 2020", "14 février 2021", "2/14/21", "16:10:05", "5:30 pm", "1.2.2010",
     "14.02.2021, 10:30 Uhr", "2021Q1", "2021-W05", "14-Feb-21 10:30", "ottobre 2020"],
)  # fmt: skip
def test_one_spelling_of_a_date(text):
    assert is_date(text)


@pytest.mark.parametrize(
    ("texts", "dates"),
    [
        (["1.2.10", "1.2.11", "2.4.10"], False),  # versions
        (["16:10", "21:10", "16:12"], False),  # ratios
        (["16:10", "21:10", "32:10"], False),
        (["16:10", "4:3", "16:09"], False),
        (["12-34-5678", "45-67-8901"], False),  # keys
        (["08:30", "16:10", "23:45"], True),
        (["01.02.10", "14.02.10", "?"], True),
        (["1.2.2010", "14.12.2010"], True),
    ],
)
def test_versions_and_ratios_are_no_dates(file, texts, dates):
    rows = "".join(f"{texts[i % len(texts)]},{i / 4},{'ab'[i % 2]}\n" for i in range(24))
    data = load_table(file("x,y,kind\n" + rows), "kind")
    assert (data.columns.loc["x", "taken for"] == "left out") == dates
    if not dates:
        assert "resembles a " in data.columns.loc["x", "to notice"]


def test_points_taken_for_thousands_are_told(file):
    rows = "".join(f"{i % 5 + 1}.234;{i},5;{'ab'[i % 2]}\n" for i in range(24))
    data = load_table(file("x;y;kind\n" + rows), "kind")
    assert data.notices[0] == "Column `x`: `1.234` was read as 1234."
