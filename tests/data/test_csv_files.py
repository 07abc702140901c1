"""CSV files as programs and people write them: encodings, delimiters, lines about the file."""

import numpy as np
import pytest
from table_files import GOOD, refusal

from helpers.data.user_tables import load_table

WIDTHS, KINDS = [i / 4 for i in range(24)], ["ab"[i % 2] for i in range(24)]


def check_is_good(path, **options):
    """The file holds the same as GOOD."""
    data = load_table(path, "kind", standardise=False, **options)
    assert data.inputs == ["width", "colour = blue", "colour = red"]
    rows = np.concatenate([data.x_train, data.x_test])
    kinds = np.concatenate([data.y_train, data.y_test]).argmax(axis=1)
    order = rows[:, 0].argsort()
    np.testing.assert_allclose(rows[order, 0], WIDTHS, rtol=1e-6)
    assert [data.classes[kind] for kind in kinds[order]] == KINDS
    return data


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "ascii"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_ends_of_lines(file, encoding, end):
    check_is_good(file(GOOD.replace("\n", end).encode(encoding)))


def test_quotes_after_a_byte_order_mark(file):
    check_is_good(file(GOOD.replace("width", '"width"').encode("utf-8-sig")))


@pytest.mark.parametrize(
    ("encoding", "word", "name"),
    [
        ("cp1252", "grün €", "Windows-1252"),
        ("latin-1", "grün", "Windows-1252"),
        ("latin-1", "grün\x81", "Latin-1"),
    ],
)
def test_what_is_not_unicode_is_read_as_windows_writes_it_and_told(file, encoding, word, name):
    data = load_table(file(GOOD.replace("red", word).encode(encoding)), "kind")
    assert data.inputs[2] == f"colour = {word}"
    assert f"The file is not in UTF-8, and was read as {name}:" in data.notices[0]
    names = load_table(file(GOOD.replace("width", "größe").encode(encoding)), "kind")
    assert names.inputs[0] == "größe"


def test_a_letter_late_in_a_large_file_is_found(file):
    path = file((GOOD + "1,red,a\n" * 20_000 + "1,grün,a\n").encode("cp1252"))
    assert "colour = grün" in load_table(path, "kind").inputs


@pytest.mark.parametrize("mark", list(",;\t|"))
def test_the_delimiter_is_found(file, mark):
    check_is_good(file(GOOD.replace(",", mark)))
    check_is_good(file(GOOD.replace(",", mark)), delimiter=mark)


def test_a_semicolon_is_found_beside_decimal_commas(file):
    check_is_good(file(GOOD.replace(",", ";").replace(".", ",")))
    all_commas = "a;b;kind\n" + "".join(f"{i},5;{i},25;{'xy'[i % 2]}\n" for i in range(12))
    data = load_table(file(all_commas), "kind", ["b"], standardise=False)
    assert max(data.x_train.max(), data.x_test.max()) == 11.25


def test_delimiters_in_quotes_and_names_are_none(file):
    check_is_good(file(GOOD.replace("width", '"width"')))
    table = GOOD.replace("red", '"red; dark"')
    assert load_table(file(table), "kind").inputs[2] == "colour = red; dark"
    table = GOOD.replace("red", '"two\nlines"').replace("blue", '"a ""b"""')
    inputs = load_table(file(table), "kind").inputs
    assert inputs[1:] == ['colour = a "b"', "colour = two\nlines"]


@pytest.mark.parametrize("lead", ["# made by hand\n", "# one\n#\n\n", "#a, b\n", "\n\n", "sep=,\n"])
def test_lines_before_the_header_are_skipped(file, lead):
    data = check_is_good(file(lead + GOOD))
    assert ("skipped" in " ".join(data.notices)) == lead.startswith("#")


def test_a_header_may_begin_with_a_hash(file):
    data = load_table(file(GOOD.replace("width", "#width")), "kind")
    assert data.inputs[0] == "#width"


def test_sep_says_the_delimiter(file):
    check_is_good(file("sep=;\r\n" + GOOD.replace(",", ";")))


def test_blank_lines_are_no_rows(file):
    check_is_good(file(GOOD.replace("\n", "\n\n")))


def test_a_trailing_delimiter_makes_no_input(file):
    check_is_good(file(GOOD.replace("\n", ",\n")))


def test_several_trailing_delimiters_make_no_input(file):
    check_is_good(file(GOOD.replace("\n", ",,,\n")))


def test_names_that_are_twice_there_are_refused(file):
    told = refusal(file(GOOD.replace("colour", "width", 1)))
    assert told == "'mine.csv' has two columns named 'width': give one of them another name"


@pytest.mark.parametrize(
    "url", ["https://example.org/a.csv", "s3://bucket/a.parquet", "http:/example.org/a.csv"]
)
def test_addresses_are_refused_as_such(url):
    told = refusal(url)
    assert told.startswith(f"{url!r} is on another machine ({url.split(':')[0]}): download it")


def test_the_home_may_be_abbreviated(file, monkeypatch):
    monkeypatch.setenv("HOME", str(file(GOOD).parent))
    check_is_good("~/mine.csv")
