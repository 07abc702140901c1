"""What a test needs beyond quick code of ours, derived from its code: `make check` goes without.

A plugin of pytest. It marks tests: `trains` (imports TensorFlow), `process` (starts Python anew, as
a kernel or the command), `book` (reads what was built, or builds a small one), `browser`. With
`--units` it leaves all these out, and lets none of the others do any of that.
"""

import ast
import functools
import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
MARKS = {"trains", "process", "book", "browser"}
PACKAGES = {"tensorflow": "trains", "keras": "trains", "playwright": "browser"}
FIXTURES = {"browser": "browser", "address": "book", "explored": "book", "book": "book"}
FILES = {"test_docstrings.py": "trains"}  # imports all modules of helpers, by name
LAZY = {"train": "helpers.training", "sweep": "helpers.sweeps"}  # as helpers/__init__.py has it


@functools.cache
def module_needs(file: Path) -> frozenset[str]:
    """What importing a file needs: packages it leads to, and whether it reads the built site."""
    found = {FILES[file.name]} if file.name in FILES else set()
    todo = list(ast.parse(file.read_text()).body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue  # runs later, if at all
        if isinstance(node, ast.Import | ast.ImportFrom):
            for module in imported(node):
                found |= {PACKAGES[top]} if (top := module.partition(".")[0]) in PACKAGES else set()
                source = located(module)
                found |= module_needs(source) if source and source != file else set()
        elif file.name != "conftest.py" and getattr(node, "id", None) == "SITE":
            found.add("book")
        todo += ast.iter_child_nodes(node)
    return frozenset(found)


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Modules that a statement imports, and what could be one."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif not node.level:
        yield node.module
        for alias in node.names:
            lazy = LAZY.get(alias.name) if node.module == "helpers" else None
            yield lazy or f"{node.module}.{alias.name}"


@functools.cache
def located(module: str) -> Path | None:
    """File of one of our modules."""
    path = module.replace(".", "/")
    places = [ROOT, TESTS, ROOT / "book" / "_ext"]
    files = [place / name for place in places for name in [f"{path}.py", f"{path}/__init__.py"]]
    return next((file for file in files if file.is_file()), None)


def code_needs(code: CodeType, names: dict, seen: set) -> Iterator[str]:
    """What running a function needs, and the functions of the tests that it calls."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from code_needs(constant, names, seen)
        elif isinstance(constant, str) and constant.partition("/")[0] == "_build":
            yield "book"
    ours = [names.get(name) for name in code.co_names]
    ours = [m for m in ours if isinstance(m, ModuleType) and located(m.__name__)]
    for name in code.co_names:
        places = [known for known in [names, *map(vars, ours)] if name in known]
        for value in [inspect.unwrap(known[name]) for known in places]:
            if value is subprocess:
                yield "process"
            elif isinstance(value, Path) and value.is_relative_to(ROOT / "_build"):
                yield "book"
            elif isinstance(value, FunctionType) and value not in seen:
                seen.add(value)
                if located(value.__module__ or ""):
                    yield from code_needs(value.__code__, value.__globals__, seen)


def item_needs(item: pytest.Item) -> set[str]:
    """What a test needs, with the file that it stands in and its fixtures."""
    found = set(module_needs(item.path)) | {FIXTURES[n] for n in FIXTURES if n in item.fixturenames}
    definitions = item._fixtureinfo.name2fixturedefs.values()
    functions = [item.obj, *(definition[-1].func for definition in definitions)]
    for function in functions:
        if (code := getattr(function, "__code__", None)) and item.path.is_relative_to(TESTS):
            found |= set(code_needs(code, function.__globals__, set()))
    return found


def pytest_addoption(parser):
    parser.addoption("--units", action="store_true", help="only what is quick: see tests/needs.py")


def pytest_ignore_collect(collection_path, config):
    """Do not even import what would import TensorFlow."""
    wanted = config.option.units and collection_path.suffix == ".py"
    return True if wanted and module_needs(collection_path) else None


def pytest_collection_modifyitems(config, items):
    for item in items:
        if isinstance(item, pytest.Function):
            for mark in item_needs(item):
                item.add_marker(mark)
    if config.option.units:
        out = [i for i in items if any(mark.name in MARKS for mark in i.iter_markers())]
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]


def pytest_configure(config):
    if config.option.units:
        sys.addaudithook(refuse)


def running() -> bool:
    """Whether a test runs, and not pytest itself, which starts processes, too."""
    return "PYTEST_CURRENT_TEST" in os.environ


def refuse(event, arguments):
    """Fail a unit test that does what unit tests do not."""
    match event, arguments:
        case "import", (str(module), *_) if module in PACKAGES:
            need = PACKAGES[module]
        case "subprocess.Popen", (_, [sys.executable, *_], *_) if running():
            need = "process"
        case "open", (str(path), *_) if path.startswith(f"{ROOT}/_build/"):
            need = "book"
        case _:
            return
    raise RuntimeError(  # no pytest.fail, which would stop a thread without a word
        f"Under `make check` no test may do this ({event} {arguments[0]}): "
        f"mark it with @pytest.mark.{need}, or see why tests/needs.py did not."
    )
