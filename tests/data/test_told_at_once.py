"""All that is wrong with a table is said at once, and what holds for several columns once."""

import numpy as np
import pytest
from table_files import refusal

from helpers.data.sentences import columns_named
from helpers.data.user_tables import load_table
from helpers.errors import ParameterError

N = 120
RNG = np.random.default_rng(3)


def table(file, **columns):
    """A CSV file of columns, and a column kind."""
    columns["kind"] = columns.get("kind") or [f"k{i % 2}" for i in range(N)]
    rows = zip(*columns.values(), strict=True)
    return file("\n".join(",".join(map(str, row)) for row in [columns, *rows]) + "\n")


def problems(path, target="kind", **options):
    with pytest.raises(ParameterError) as raised:
        load_table(path, target, **options)
    return list(raised.value.problems)


def test_every_column_that_cannot_be_read_is_told(file):
    numbers = [str(i) for i in range(1, N)]
    path = table(
        file,
        income=["NSP", *numbers],
        speed=["inf", *numbers],
        note=[f"note {i // 2}" for i in range(N)],
        fine=range(N),
        kind=["2020-01-01"] * N,
    )
    told = problems(path)
    assert [problem.split(" of ")[0] for problem in told] == [
        "target 'kind'", "column 'income'", "column 'speed'", "column 'note'"
    ]  # fmt: skip
    many = table(file, **{f"c{i}": ["NSP", *numbers] for i in range(23)})
    assert problems(many)[20:] == ["3 more columns cannot be read"]


def test_every_name_that_is_no_column_is_told(file):
    path = table(file, width=range(N), height=range(N))
    told = problems(path, "kid", features=["widht"], leave_out=["zzz"])
    assert [problem.split("column ")[1].split("'")[1] for problem in told] == [
        "kid",
        "widht",
        "zzz",
    ]
    assert told[2].startswith("'mine.csv' has no column 'zzz': its columns are 'width', 'height', ")
    wide = file(",".join(f"c{i}" for i in range(30)) + "\n" + ",".join("1" * 30) + "\n")
    assert "'c9' and 20 more (line 1 was" in problems(wide, "zzz")[0]


@pytest.mark.parametrize("word", ["Summe", "Total", "Grand total", "TOTAL:", "总计"])
@pytest.mark.parametrize("first", ["number", "text"])
def test_a_total_is_to_be_deleted(file, word, first):
    names = [str(100 + i) if first == "number" else f"shop {i}" for i in range(N - 1)]
    path = table(file, shop=[*names, word], sales=[*range(N - 1), 7021])
    told = refusal(path)
    assert told == (
        f"row {N} below the header of 'mine.csv' looks like a total ({word!r} in column 'shop'): "
        "delete it"
    )


def test_a_category_may_be_called_total(file):
    path = table(file, cover=[["total", "partial"][i % 2] for i in range(N)], x=RNG.normal(size=N))
    path.write_text(path.read_text() + "total,0.5,k0\n")
    assert load_table(path, "kind").inputs[:2] == ["cover = partial", "cover = total"]


def test_copies_of_rows_are_told_unless_rows_are_alike_by_chance(file):
    x = RNG.normal(size=N // 2).tolist() * 2
    assert load_table(table(file, x=x), "kind").notices == [
        "60 rows of 120 are copies of other rows: samples of the test split may have been trained "
        "on; delete copies that are no samples of their own."
    ]
    assert load_table(table(file, x=RNG.normal(size=N)), "kind").notices == []
    rooms = RNG.integers(1, 6, N)
    coarse = table(file, rooms=rooms, area=(20 * rooms + RNG.integers(0, 5, N)).tolist())
    assert not any("copies" in notice for notice in load_table(coarse, "kind").notices)
    answers = {f"Q{i}": RNG.integers(0, 4, 12).tolist() * 10 for i in range(12)}
    assert any(
        "108 rows of 120 are" in n for n in load_table(table(file, **answers), "kind").notices
    )


def test_a_column_that_tells_the_target_is_told(file):
    kinds = [f"k{i}" for i in RNG.integers(0, 3, N)]
    codes = [kind.replace("k", "class ") for kind in kinds]
    others = RNG.permutation(codes)
    path = table(file, code=codes, other=others, kind=kinds)
    columns = load_table(path, "kind").columns
    assert "of the target alone; if it is not known" in columns.loc["code", "to notice"]
    assert columns.loc["other", "to notice"] == ""


def test_columns_that_are_alike_share_a_sentence(file):
    answers = {f"Q{i}": RNG.integers(1, 6, N).tolist() for i in range(1, 10)}
    for name in ("Q2", "Q3", "Q4", "Q9"):
        answers[name][0] = ""
    notices = load_table(table(file, x=RNG.normal(size=N), **answers), "kind").notices
    assert notices == [
        "Columns `Q1` to `Q9`: at most 10 different whole numbers; if they are codes, name the "
        "column in as_text.",
        "Columns `Q2` to `Q4` and `Q9`: 4 gaps in all were filled; the table of columns has the "
        "values.",
    ]


def test_names_of_columns_are_joined_in_the_order_of_the_file():
    order = list("abcdefghijkl")
    assert columns_named(["c", "a"], order) == "Columns `a` and `c`"
    assert columns_named(["a", "b", "c", "d"], order) == "Columns `a` to `d`"
    assert columns_named(list("acegijkl"), order) == "Columns `a`, `c`, `e`, `g` and 4 more"
    assert columns_named([""], [""]) == "The column without a name"


def test_one_is_singular(file):
    kinds = ["", *(f"k{i % 2}" for i in range(1, N))]
    path = table(file, x=[0.5, "", *RNG.normal(size=N - 2)], kind=kinds)
    first, second = load_table(path, "kind").notices
    assert first == "Column `kind`: 1 row without a target was left out."
    assert second.startswith("Column `x`: 1 gap was filled with `")


def test_advice_is_given_only_where_it_can_be_followed(file):
    many = table(file, x=RNG.normal(size=N), kind=[*range(1, N), "NSP"])
    assert "overrules" not in load_table(many, "kind", missing=["NSP"]).columns.loc["kind"].iloc[-1]
    few = table(file, x=RNG.normal(size=N), kind=[i % 4 / 2 for i in range(N)])
    assert "predict 'classes' overrules it" in load_table(few, "kind").columns.loc["kind"].iloc[-1]
    distinct = table(file, x=["NSP", *range(1, N)])
    assert "as_text" not in refusal(distinct)


def test_words_that_differ_in_capitals_are_named_in_pairs(file):
    words = ["No", "YES", "no", "yes", "maybe"]
    path = table(file, x=RNG.normal(size=N), agreed=[words[i % 5] for i in range(N)])
    assert [n for n in load_table(path, "kind").notices if "capitals" in n] == [
        "Column `agreed`: `No` and `no` differ in capitals alone.",
        "Column `agreed`: `YES` and `yes` differ in capitals alone.",
    ]
