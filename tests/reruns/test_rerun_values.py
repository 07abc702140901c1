"""Any value given on the command line is refused in plain words, or is within the ranges."""

import json

import pytest
from chapter_files import CHAPTERS, parameters_class, read
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.errors import ParameterError
from helpers.reruns import notebooks
from helpers.reruns.command import split
from helpers.reruns.given import RerunError, value
from helpers.reruns.grid import combinations, run_name

NOTEBOOKS = {path.stem: notebooks.load(str(path)) for path in CHAPTERS}
DEFAULTS = {
    stem: {each.name: each.default for each in notebooks.declared(notebook)}
    for stem, notebook in NOTEBOOKS.items()
}
quick = settings(
    max_examples=150, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
code = st.sampled_from([
    "__import__('os').system('touch pwned')", "(lambda: 1)()", "[].__class__", "{1, 2}", "b'x'",
    "1j", "...", "(1, 2)", "{(1, 2): 3}", "[[[[1]]]]", "0x" + "f" * 9999, "1" * 9999,
    "-" * 9999 + "1",
    "(" * 500, "1e999", "-1e999", "nan", "'a' 'b'", "\\x00", "\x00", "\ud800", "=1+1", "<script>",
    "None", "true", "TRUE", "1_000", " 1", "[7, 50]", "7, 50", "[7, 'x']", "{}", "''",
])  # fmt: skip
texts = st.one_of(code, st.text(), st.integers().map(str), st.floats().map(str))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@quick
@given(texts)
def test_value_of_any_text_is_json_or_refused(text):
    try:
        found = value(text)
    except RerunError as error:
        assert str(error).startswith("a value must be text in UTF-8, got ")
        return
    assert type(found) in (type(None), bool, int, float, str, list, dict)
    assert isinstance(json.dumps(found), str)


@quick
@given(json_values)
def test_value_of_what_python_writes_is_that(written):
    if isinstance(written, str) and written.lower() in ("true", "false"):
        return
    found = value(repr(written))
    if "nan" in repr(written) or "inf" in repr(written):  # Python has no literal for them
        return
    assert found == written


@quick
@given(st.one_of(texts, texts.map(lambda text: f"learning_rate={text}")))
def test_option_of_a_grid_is_read_or_refused(option):
    try:
        name, values = split(option)
    except RerunError as error:
        assert "\n" not in str(error) or "\n" in option
        return
    assert name and values
    json.dumps(values)


@quick
@given(
    st.lists(st.tuples(st.sampled_from("abc"), json_values), max_size=3),
    st.lists(st.tuples(st.sampled_from("abcd"), st.lists(json_values, min_size=1, max_size=4)),
             max_size=4),
)  # fmt: skip
def test_combinations_are_all_there_once_or_refused(fixed, grid):
    try:
        runs = combinations(fixed, grid)
    except RerunError:
        return
    names = {name for name, _ in fixed} | {name for name, _ in grid}
    assert all(set(run) == names for run in runs)
    assert len({json.dumps(run, sort_keys=True) for run in runs}) == len(runs)
    folders = {run_name("any notebook", run) for run in runs}
    assert len(folders) == len(runs)
    assert all(len(name) <= 93 and "/" not in name for name in folders)


@pytest.mark.slow
@pytest.mark.parametrize("stem", NOTEBOOKS)
@settings(parent=quick, max_examples=60)
@given(st.data())
def test_parameters_of_a_chapter_are_within_range_or_refused(stem, data):
    defaults = DEFAULTS[stem]
    names = st.sampled_from([*defaults, "n_seed", "", "__class__", "a b"])
    some = st.one_of(
        json_values, texts.filter(lambda text: "\ud800" not in text).map(value),
        st.integers(-1, 300), st.floats(0, 2),
    )  # fmt: skip
    run = data.draw(st.dictionaries(names, some, min_size=1, max_size=4))
    try:
        [checked] = notebooks.checked(NOTEBOOKS[stem], [run])
    except RerunError as error:
        assert str(error)
        return
    assert set(run) <= set(defaults)
    kind = parameters_class(read(next(path for path in CHAPTERS if path.stem == stem)))
    assert kind(**checked).conflicts() == []  # what passed is clean, and passes again as it is
    assert kind(**checked).model_dump() == checked


def test_chapter_and_command_refuse_in_the_same_words():
    path = next(path for path in CHAPTERS if path.stem.startswith("06"))
    wrong = {"batch_sizes": [1, 10**6], "n_seeds": 0, "momentum": "high"}
    with pytest.raises(RerunError) as told:
        notebooks.checked(NOTEBOOKS[path.stem], [wrong])
    with pytest.raises(ParameterError) as raised:
        parameters_class(read(path)).check(DEFAULTS[path.stem] | wrong)
    assert str(told.value).splitlines() == [*raised.value.problems]


@pytest.mark.parametrize(
    "text", ["__import__('os').getcwd()", "[print('read')]", "exit()", "1 + 1"]
)
def test_code_stays_text(text, capsys):
    assert value(text) == text
    assert split(f"word={text}") == ("word", [text])
    assert capsys.readouterr().out == ""
