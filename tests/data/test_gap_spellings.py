"""What a reader names as gaps holds where it is meant, and is told of where it may not be."""

import numpy as np
import pyarrow as pa
import pytest
from table_files import refusal

from helpers.data.reading import gap_spellings
from helpers.data.user_tables import load_table

N = 120
ANSWERS = [9 if i % 7 == 0 else 1 + i % 5 for i in range(N)]
CHILDREN = [i % 13 for i in range(N)]


def answers(file, suffix=".csv", mark=","):
    """Two questions answered from 1 to 5, 9 for no answer, and a number of children up to 12."""
    columns = {
        "Q1": ANSWERS,
        "Q2": ANSWERS[::-1],
        "children": CHILDREN,
        "x": np.arange(N) / 4 + 0.1,
    }
    columns["kind"] = [f"k{i % 2}" for i in range(N)]
    if suffix == ".parquet":
        return file(pa.table(columns), "mine.parquet")
    rows = zip(*columns.values(), strict=True)
    lines = [mark.join(map(str, row)) for row in [columns, *rows]]
    return file("\n".join(lines) + "\n")


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_gap_of_one_column_is_none_elsewhere(file, suffix):
    path = answers(file, suffix)
    gaps = load_table(path, "kind", missing=["Q1=9"]).columns["gaps"]
    assert gaps.tolist() == [ANSWERS.count(9), 0, 0, 0, 0]
    data = load_table(path, "kind", missing=["Q*=9", "x=0.35"])
    assert data.columns["gaps"].tolist() == [ANSWERS.count(9)] * 2 + [0, 1, 0]
    assert not any("though its other numbers" in notice for notice in data.notices)


@pytest.mark.parametrize("mark", [",", ";"])
def test_a_gap_in_all_columns_is_told_where_it_lies_among_the_numbers(file, mark):
    data = load_table(answers(file, mark=mark), "kind", missing=["9"])
    assert data.columns.loc["children", "gaps"] == CHILDREN.count(9)
    (told,) = [notice for notice in data.notices if "though its other numbers" in notice]
    assert told.startswith(
        "Column `children`: `9` was taken for a gap, though its other numbers go"
    )
    assert "from 0 to 12; name the gaps of single columns in missing as `column=9`" in told


def test_a_gap_in_text_with_decimal_commas_lies_among_the_numbers_too(file):
    rows = "".join(
        f"{i % 12},5;{9 if i % 10 == 0 else f'{i % 12},25'};k{i % 2}\n" for i in range(N)
    )
    data = load_table(file("x;y;kind\n" + rows), "kind", missing=["9"])
    assert data.columns["gaps"].tolist() == [0, N // 10, 0]
    assert any("`y`: `9` was taken for a gap, though" in notice for notice in data.notices)


@pytest.mark.parametrize(
    ("missing", "nearest"), [("-99", "-999"), ("n.a", "n.a."), ("k1=n.a.", "n.a."), ("zzz", None)]
)
def test_a_gap_that_is_nowhere_is_told_with_the_nearest(file, missing, nearest):
    rows = "".join(
        f"{-999 if i % 9 == 0 else i / 2},{['n.a.', 'red', 'blue'][i % 3]},k{i % 2}\n"
        for i in range(N)
    )
    path = file("x,colour,kind\n" + rows)
    (told,) = [n for n in load_table(path, "kind", missing=[missing]).notices if "No column" in n]
    hint = f" (did you mean `{nearest}`?)" if nearest else ""
    assert told == f"No column that was read has the gap `{missing}` of missing{hint}."
    used = load_table(path, "kind", missing=["-999", "colour=n.a.", "NA"])
    assert not any("No column" in notice for notice in used.notices)


def test_the_column_of_a_gap_is_one_of_the_file():
    names = ["a=b", "a", "Q1"]
    assert gap_spellings(["a=b=9", "=", "Q?=x=y", "z=1"], names) == [
        ("a", "b=9"), ("", "="), ("Q?", "x=y"), ("", "z=1")
    ]  # fmt: skip


def test_one_gap_or_a_dropped_row_does_not_hide_an_id(file):
    def read(ids, kinds):
        rows = "".join(
            f"{i},{n / 4},{k}\n" for n, (i, k) in enumerate(zip(ids, kinds, strict=True))
        )
        return load_table(file("number,x,kind\n" + rows), "kind")

    kinds = [f"k{i % 2}" for i in range(N)]
    assert read(["", *range(2, N + 1)], kinds).inputs == ["x"]
    assert read([*range(1, N), 1], [*kinds[:-1], ""]).inputs == ["x"]  # a total row of its own
    assert read(["", *(f"person {i}" for i in range(1, N))], kinds).inputs == ["x"]
    assert read(["", *(i // 2 for i in range(1, N))], kinds).inputs[0] == "number"


def test_a_code_for_gaps_is_told_of_once_for_all_columns_that_have_it(file):
    notices = load_table(answers(file), "kind").notices
    (told,) = [notice for notice in notices if "lies far from all its other numbers" in notice]
    assert told.startswith("Columns `Q1` and `Q2`: `9` lies far")


def test_texts_among_numbers_are_named_together(file):
    rows = "".join(
        f"{['NSP', 'Refus'][i % 2] if i % 8 < 2 else i * 3.5},k{i % 2}\n" for i in range(N)
    )
    told = refusal(file("income,kind\n" + rows))
    assert "and text: 'NSP' in row 1 below the header and 'Refus' in row 2 below the header" in told
    assert told.endswith(
        "put numbers there, or if they are gaps, name them in missing"
    )  # too many to be categories
