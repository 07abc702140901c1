"""What is imported is declared in pyproject.toml, in the group of those who import it."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rerun_folder import WALK, notebook

ROOT = Path(__file__).resolve().parents[1]
LISTS = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS, GROUPS = LISTS["project"]["optional-dependencies"], LISTS["dependency-groups"]
DISTRIBUTIONS = packages_distributions()
CLUSTER = "helpers/reruns/workers.py"  # the module that talks to Dask
# What is declared although no code imports it.
REASONS = {
    "nbmake": "a plugin of pytest",
    "jupyterlab": "make lab",
    "uv": "make lock",
    "ruff": "make format",
    "nbstripout": "make format",
    "pre-commit": "hooks of git",
    "setuptools": "builds helpers",
}


def names(listed: Iterable[str | dict]) -> set[str]:
    """Packages of a list, without the groups and extras that it includes."""
    required = [Requirement(line) for line in listed if isinstance(line, str)]
    return {canonicalize_name(r.name) for r in required} - {LISTS["project"]["name"]}


BASE = names(LISTS["project"]["dependencies"])
RERUNS, CLUSTERS = names(EXTRAS["reruns"]), names(EXTRAS["cluster"])
BOOK, TEST, DEV = (names(GROUPS[group]) for group in ["book", "test", "dev"])
# What files may import.
ALLOWED = {
    "helpers/*.py helpers/[!r]*/**/*.py": BASE,
    "helpers/reruns/**/*.py": BASE | RERUNS | CLUSTERS,
    "notebooks/*.ipynb book/*.md": BASE | {"ipython"},
    "book/_ext/*.py": BASE | RERUNS | BOOK,
    "tests/*.py tests/[!l]*/**/*.py": BASE | RERUNS | CLUSTERS | BOOK | TEST,  # not Lighthouse's
    "benchmarks/**/*.py": BASE | RERUNS | CLUSTERS | BOOK | TEST,
}


def files(*patterns: str) -> list[Path]:
    return [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def code(path: Path) -> str:
    """Python in a module, a notebook, or the executed cells of a page of text."""
    text = path.read_text()
    if path.suffix == ".md":
        cells = re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```", text, re.M | re.S)
        return "\n".join(
            re.sub(r"\A---\n.*?^---\n|^:[^\n]*\n", "", c, flags=re.M | re.S) for c in cells
        )
    if path.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        return "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return text


def imported(paths: Iterable[Path], only_at_once: bool = False) -> dict[str, set[str]]:
    """Packages that files import, each with these files; only_at_once: not within functions."""
    ours = {path.stem for path in files("tests/*.py", "book/_ext/*.py")} | {"helpers", "benchmarks"}
    found = {}
    for path in paths:
        for module in modules(ast.parse(code(path)), only_at_once):
            if module not in sys.stdlib_module_names | ours:
                [distribution] = DISTRIBUTIONS.get(module, [module])
                where = str(path.relative_to(ROOT))
                found.setdefault(canonicalize_name(distribution), set()).add(where)
    return found


def modules(node: ast.AST, only_at_once: bool) -> Iterator[str]:
    """Top-level packages that a tree of code imports, other than for type checkers."""
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and not node.level:
        yield node.module.partition(".")[0]
    elif only_at_once and (
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    ):
        return
    for child in ast.iter_child_nodes(node):
        yield from modules(child, only_at_once)


def undeclared(patterns: str, allowed: set[str], **options) -> dict[str, set[str]]:
    """What files import beyond the packages allowed."""
    paths = files(*patterns.split())
    assert paths, f"no files in {patterns}"
    return {name: at for name, at in imported(paths, **options).items() if name not in allowed}


def extensions() -> set[str]:
    """Packages of the Sphinx extensions that _config.yml names."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    named = {name for name in config["sphinx"]["config"]["extensions"] if name != "book"}
    found = {DISTRIBUTIONS[name][0] for name in named if "." not in name}
    return {canonicalize_name(n) for n in found} | {n.replace(".", "-") for n in named if "." in n}


@pytest.mark.parametrize("patterns", ALLOWED)
def test_all_that_is_imported_is_declared_where_it_is_imported(patterns):
    assert undeclared(patterns, ALLOWED[patterns]) == {}


def test_only_one_module_imports_dask_and_only_when_asked():
    assert undeclared("helpers/reruns/**/*.py", BASE | RERUNS) == {"distributed": {CLUSTER}}
    assert undeclared(CLUSTER, BASE | RERUNS, only_at_once=True) == {}


def test_the_extensions_of_the_book_are_declared():
    assert extensions() - BOOK == set()


def test_all_that_is_declared_is_imported_or_has_its_reason():
    used = set(imported(files(*" ".join(ALLOWED).split()))) | extensions()
    assert (BASE | RERUNS | CLUSTERS | BOOK | TEST | DEV) - used == set(REASONS)


def test_cells_of_all_kinds_of_files_are_read(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "```{code-cell} python\n:tags: [a]\n\nimport one\n```\n\n```python\nimport no\n```\n"
    )
    assert list(modules(ast.parse(code(page)), False)) == ["one"]
    made = notebook(tmp_path / "a.ipynb", "def f():\n    import two.three")
    assert list(modules(ast.parse(code(made)), False)) == ["two"]
    assert list(modules(ast.parse(code(made)), True)) == []


def python(source: str, folder: Path) -> subprocess.CompletedProcess:
    """What a fresh process of Python says, in a folder."""
    command = [sys.executable, "-c", source]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)


RERUN = """\
import sys
from helpers.reruns.command import main
{before}
try:
    main(["rerun", "a.ipynb", "--out", "out", *{options}])
finally:
    print("imported:", *(name for name in ["distributed", "tensorflow"] if name in sys.modules))
"""


@pytest.mark.slow
def test_rerun_on_this_machine_imports_no_dask(tmp_path):
    notebook(tmp_path / "a.ipynb", WALK)
    said = python(RERUN.format(before="", options=[]), tmp_path)
    assert said.stdout.splitlines()[-2:] == ["1 of 1 runs are done: out/index.html", "imported:"]


@pytest.mark.slow
def test_without_dask_a_scheduler_is_refused_with_what_to_install(tmp_path):
    notebook(tmp_path / "a.ipynb", WALK)
    options = ["--scheduler", "tcp://127.0.0.1:8786"]
    said = python(
        RERUN.format(before="sys.modules['distributed'] = None", options=options), tmp_path
    )
    assert said.returncode == 1
    assert said.stderr.splitlines()[-1] == (
        "Error: --scheduler needs Dask, which is not installed here. Install the extra `cluster`, "
        "in the book's folder: python -m pip install '.[cluster]'"
    )


@pytest.mark.slow
def test_without_its_packages_the_command_says_what_to_install(tmp_path):
    said = python(
        "import runpy, sys; sys.modules['papermill'] = None; "
        "runpy.run_module('helpers', run_name='__main__')",
        tmp_path,
    )
    assert said.returncode == 1
    assert said.stderr == (
        "python -m helpers needs papermill, which is not installed here. Install the extra "
        "`reruns`, in the book's folder: python -m pip install '.[reruns]'\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize("module", ["helpers", "helpers.parameters", "helpers.analysis"])
def test_what_trains_nothing_imports_no_tensorflow(module, tmp_path):
    said = python(
        f"import sys, {module}; print({{'tensorflow', 'keras'}} & {{*sys.modules}})", tmp_path
    )
    assert said.stdout == "set()\n", said.stderr
