"""Any file gives samples to learn from or one plain sentence, and nothing else."""

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from helpers import checks
from helpers.data.dataset import Dataset
from helpers.data.user_tables import load_table
from helpers.errors import ParameterError

rubbish = st.one_of(
    st.floats(width=32).map(str),
    st.sampled_from(["", "a", "b", "nan", "inf", "true", "2020-01-01", '"', "1e400", "é", "a\nb"]),
    st.sampled_from(["5 kg", "6 kg", "2 g", "<0.05", "2.0*", "0x1F", "999", "Total", "2A", "XL"]),
    st.sampled_from(["1,5", "1.234", "1,234", "$5", "7 %", "?", "-", " NA ", "007", "1/2/2020"]),
    st.text(max_size=4),
)
whole = st.integers(-9, 9)
kinds = [
    whole.map(str),
    st.floats(-99, 99).map(lambda value: f"{value:.2f}"),
    st.floats(-99, 9999).map(lambda value: f"{value:.2f} €".replace(".", ",")),
    st.integers(1, 10**7).map(lambda value: f"{value:,}"),
    st.sampled_from(["red", "Red", "blue", "", "?"]),
    st.sampled_from(["true", "false", "NA"]),
    st.dates().map(str),
    st.one_of(whole.map(str), st.sampled_from(["", "-", "n/a"])),
    st.one_of(whole.map(lambda value: f"{value} kg"), st.sampled_from(["", "<5 kg", "7 g"])),
    st.sampled_from(["01", "2A", "007", "999", "-9"]),
    rubbish,
]
targets = [st.sampled_from("ab"), whole.map(str), st.floats(-9, 9).map(str), kinds[4], rubbish]
names = st.one_of(st.sampled_from(["x", "y", "z"]), st.text(max_size=5))
some = st.lists(
    st.sampled_from(["x", "y", "kind", "?", "red", "-9", "x=0", "*=5 kg"]), max_size=2, unique=True
)
options = st.fixed_dictionaries(
    {},
    optional={
        "delimiter": st.sampled_from(["auto", ",", ";"]),
        "decimal": st.sampled_from(["auto", ".", ","]),
        "missing": some,
        "as_text": st.sampled_from([[], ["x"], ["kind"]]),
        "leave_out": st.sampled_from([[], ["x"], ["y"]]),
        "missing_values": st.sampled_from(["impute", "refuse"]),
        "predict": st.sampled_from(["auto", "classes", "numbers"]),
        "features": st.sampled_from([[], ["x"], ["x", "y"]]),
        "max_samples": st.integers(2, 40),
    },
)


@st.composite
def tables(draw):
    odd = draw(st.integers(0, 9)) == 0
    header = draw(st.lists(names, min_size=1, max_size=4)) if odd else ["x", "y"]
    n = draw(st.integers(0 if odd else 12, 40))
    columns = [draw(st.lists(draw(st.sampled_from(kinds)), min_size=n, max_size=n)) for _ in header]
    columns.append(draw(st.lists(draw(st.sampled_from(targets)), min_size=n, max_size=n)))
    write = csv.writer(text := io.StringIO(), delimiter=draw(st.sampled_from(",,,,;")))
    write.writerows([[*header, "kind"], *zip(*columns, strict=True)])
    lead = draw(st.sampled_from(["", "", "# made by hand\n", "sep=;\n", "\n", "\ufeff"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "cp1252", "utf-16"]))
    return (lead + text.getvalue()).encode(encoding, "replace")


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(
    content=st.one_of(tables(), st.binary(max_size=200), tables().map(lambda t: t[:-3] + b"\xe9,")),
    asked=options,
)
def test_any_file_gives_samples_or_a_sentence(content, asked, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    try:
        data = load_table(path, "kind", test_share=0.5, **asked)
    except ParameterError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(data, Dataset)
        checks.samples(data)
        assert len(data.inputs) == data.x_train.shape[1] == data.columns["inputs"].sum()
        if data.predicts == "classes":
            assert data.y_train.sum(axis=0).min() >= 1


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_parquet_file_gives_samples_or_a_sentence(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.parquet"
    parquet.write_table(pa.table({"x": range(20), "kind": ["a", "b"] * 10}), path)
    content = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(4, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        checks.samples(load_table(path, "kind"))
    except ParameterError as error:
        assert "\n" not in str(error)
