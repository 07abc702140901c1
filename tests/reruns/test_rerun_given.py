"""What a user gives, on the command line or in YAML, arrives as meant, or is told of or refused."""

import nbformat
import pytest
from rerun_folder import PARAMETERS, notebook

from helpers.reruns import notebooks
from helpers.reruns.command import asked
from helpers.reruns.given import RerunError, yaml_file, yaml_text
from helpers.reruns.grid import run_name, tasks


def read(text):
    """Values in YAML, and what is told of them."""
    told = []
    return yaml_text(text, told.append), told


@pytest.mark.parametrize(
    ("written", "arrives"),
    [("on", True), ("No", False), ("~", None), ("", None), ("010", 8), ("1:30", 90)],
)
def test_what_yaml_takes_for_something_else_is_told(written, arrives):
    values, told = read(f"word: {written}")
    assert values == {"word": arrives}
    assert told == [
        f"-y: YAML reads {f'word: {written}'.strip()} as {arrives}; in quotes it stays text."
    ]


@pytest.mark.parametrize(
    ("written", "arrives"),
    [
        ("'on'", "on"), ("true", True), ("null", None), ("64", 64), ("1.5e-3", 1.5e-3),
        ("1e-3", "1e-3"), ("[8, 16]", [8, 16]), ("2021-02-14", "2021-02-14"), ("+5", 5),
        ("größe", "größe"), ("~/mine.csv", "~/mine.csv"),
    ],
)  # fmt: skip
def test_what_yaml_reads_as_written_is_taken_without_a_word(written, arrives):
    assert read(f"word: {written}") == ({"word": arrives}, [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "-y must hold lines such as batch_size: 64, got ''"),
        ("- 64", "-y must hold lines such as batch_size: 64, got '- 64'"),
        ("batch_size 64", "-y must hold lines such as batch_size: 64, got 'batch_size 64'"),
        (
            "on: 5",
            "-y must name a parameter before each colon, in quotes if it is a word such as on",
        ),
        ("a: 1\nb: 2\na: 3", "-y must give a once, got it 2 times"),
        ("a: [1, 2", "-y cannot be read as YAML in line 1: expected ',' or ']'"),
        ("a: 1\n\tb: 2", "-y cannot be read as YAML in line 2: found character '\\t'"),
        ("a: !!set {b}", "-y must hold numbers, text, lists and truth values"),
        ("a: !!python/name:os.system", "-y cannot be read as YAML in line 1: could not determine"),
    ],
)
def test_yaml_that_holds_no_values_by_name_is_refused(text, problem):
    with pytest.raises(RerunError) as stopped:
        read(text)
    assert str(stopped.value).startswith(problem)


def test_yaml_file_may_have_any_name_and_lie_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "{my} größen").write_text("n_seeds: 3\n", encoding="utf-8")
    assert yaml_file("~/{my} größen", print) == {"n_seeds": 3}
    (tmp_path / "latin").write_bytes("größe: 3".encode("latin-1"))
    for name, why in {
        "none.yaml": "No such file or directory",
        "latin": "it is not text in UTF-8",
    }.items():
        with pytest.raises(RerunError) as stopped:
            yaml_file(f"~/{name}", print)
        assert str(stopped.value) == f"~/{name} cannot be read: {why}"


def test_later_values_replace_earlier_ones_as_papermill_has_it(tmp_path):
    (tmp_path / "a.yaml").write_text("a: 1\nb: 1\nc: 1\nd: 1\ne: 1")
    runs = asked(
        {"a": 0, "z": 0}, typed=[("d", "4")], raw=[("e", "05")], files=[str(tmp_path / "a.yaml")],
        yaml=["{b: 2, c: 2}"], grid=["c=3,4"],
    )  # fmt: skip
    same = {"a": 1, "z": 0, "b": 2, "d": 4, "e": "05"}
    assert runs == [same | {"c": 3}, same | {"c": 4}]


EXECUTED = "# Parameters\nn_seeds = 5\nword = 'it'\n"


def load(path, *tags_and_sources, **metadata):
    """A notebook of cells with these tags, written and loaded."""
    made = nbformat.v4.new_notebook(metadata=metadata)
    made.cells = [
        nbformat.v4.new_code_cell(source, metadata={"tags": [tag]})
        for tag, source in tags_and_sources
    ]
    nbformat.write(made, path)
    return notebooks.load(str(path))


def test_values_of_an_executed_notebook_are_known(tmp_path):
    cells = ("parameters", PARAMETERS), ("injected-parameters", EXECUTED)
    assert notebooks.injected(load(tmp_path / "a.ipynb", *cells)) == {"n_seeds": 5, "word": "it"}


def test_notebook_runs_in_this_python_whatever_kernel_it_names(tmp_path):
    kernel = {"name": "conda-env-old-py", "display_name": "old", "language": "python"}
    for metadata in ({}, {"kernelspec": kernel}):
        loaded = load(tmp_path / "a.ipynb", ("parameters", PARAMETERS), **metadata)
        assert loaded.metadata.kernelspec.name == "python3"
        assert [each.name for each in notebooks.declared(loaded)] == [
            "learning_rate", "n_seeds", "word"
        ]  # fmt: skip


def test_notebook_of_another_language_is_refused(tmp_path):
    kernel = {"name": "ir", "display_name": "R", "language": "R"}
    with pytest.raises(RerunError, match="^NOTEBOOK must be written in Python, got one in R$"):
        load(tmp_path / "a.ipynb", kernelspec=kernel)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ([("parameters", "n_seeds = 1")] * 2, "one cell of the notebook must be tagged"),
        ([("parameters", "import os")], "the notebook has no parameters: the cell tagged"),
        ([("other", "n_seeds = 1")], "the notebook has no parameters: none of its cells"),
    ],
)
def test_notebook_in_which_values_would_not_arrive_is_refused(tmp_path, cells, problem):
    with pytest.raises(RerunError, match=f"^{problem}"):
        notebooks.checked(load(tmp_path / "a.ipynb", *cells), [{"n_seeds": 2}])


def test_file_at_home_counts_by_its_content(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine.csv").write_text("a")
    before = notebooks.files(["~/mine.csv"])
    (tmp_path / "mine.csv").write_text("b")
    assert [*before] == ["~/mine.csv"] and notebooks.files(["~/mine.csv"]) != before


def test_machine_without_git_can_rerun(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    walk = notebooks.load(str(notebook(tmp_path / "walk.ipynb")))
    [task] = tasks(walk, "walk.ipynb", [{}], None)
    assert task.record["commit"] == "unknown"


def test_folder_with_a_broken_link_counts_by_its_names(tmp_path):
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere")
    assert [*notebooks.files([str(tmp_path)])] == [str(tmp_path)]


@pytest.mark.parametrize(
    ("stem", "begins"),
    [
        ("05_minibatch", "05_minibatch-batch_size=64-"),
        ("größen {neu} (2)", "größen_neu_2_-batch_size=64-"),
        ("हिन्दी", "हिन्दी-batch_size=64-"),
        ("模型", "模型-batch_size=64-"),
        ("-", "batch_size=64-"),
        ("a/../b\n\u202e", "a_.._b_-batch_size=64-"),
    ],
)
def test_run_is_named_in_letters_of_any_script(stem, begins):
    name = run_name(stem, {"batch_size": 64})
    assert name.startswith(begins)
    assert len(name) == len(begins) + 12


@pytest.mark.parametrize("letter", "aщ模𐐷")
def test_name_of_a_run_fits_any_file_system(letter):
    assert len(run_name(letter * 500, {}).encode()) <= 255
