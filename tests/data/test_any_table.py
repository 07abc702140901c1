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

cells = st.one_of(
    st.integers(-9, 9).map(str),
    st.floats(width=32).map(str),
    st.sampled_from(["", "a", "b", "nan", "inf", "true", "2020-01-01", '"', "1e400", "é", "a\nb"]),
    st.text(max_size=4),
)
names = st.one_of(st.sampled_from(["x", "y", "z"]), st.text(max_size=5))


@st.composite
def tables(draw):
    columns = [*draw(st.lists(names, min_size=1, max_size=4, unique=draw(st.booleans()))), "kind"]
    few = st.sampled_from(draw(st.lists(cells, min_size=2, max_size=3)))
    kinds = [few, cells, st.integers(-9, 9).map(str), st.sampled_from("ab")]
    row = st.tuples(*[draw(st.sampled_from(kinds)) for _ in columns])
    write = csv.writer(text := io.StringIO(), delimiter=draw(st.sampled_from(",,,,;")))
    write.writerows([columns, *draw(st.lists(row, max_size=20))])
    return text.getvalue().encode("utf-8", "surrogatepass")


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(
    content=st.one_of(st.binary(max_size=200), tables(), tables().map(lambda t: t[:-3] + b"\xe9,"))
)
def test_any_file_gives_samples_or_a_sentence(content, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    try:
        data = load_table(path, "kind", test_share=0.5)
    except ParameterError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(data, Dataset)
        checks.samples(data)
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
