"""The rooms of ``helpers``: what each may import, without circles, and without TensorFlow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import helpers

HELPERS = Path(helpers.__file__).parent
BASE = {"errors", "checks", "conventions", "provenance"}
MAY_IMPORT = {  # besides BASE and itself
    "errors": set(),
    "checks": set(),
    "conventions": set(),
    "provenance": set(),
    "dependencies": set(),
    "data": set(),
    "datasets": {"data"},  # the former name of data
    "analysis": set(),
    "theory": set(),
    "models": {"data"},
    "training": {"data", "models"},
    "landscape": {"models", "training", "data", "analysis"},
    "costs": {"data", "models", "training"},
    "plots": {"analysis"},
    "parameters": {"data"},
    "experiments": {
        "data",
        "models",
        "training",
        "analysis",
        "landscape",
        "theory",
        "costs",
        "parameters",
    },  # fmt: skip
    "reruns": {
        "dependencies",
        "parameters",
        "analysis",
        "experiments",
    },  # the last in `make confirm` alone
}
WITHOUT_TENSORFLOW = [
    "theory",
    "errors",
    "checks",
    "conventions",
    "provenance",
    "data",
    "datasets",
    "analysis",
    "parameters",
    "reruns",
]
FILES = [p for p in sorted(HELPERS.rglob("*.py")) if p.parent != HELPERS or p.stem in MAY_IMPORT]


def imported(path: Path) -> set[str]:
    """Modules of ``helpers`` that a file imports, inside of functions too, by dotted name."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "helpers":
            names |= {f"helpers.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name for name in names if name.split(".")[0] == "helpers"}


def room(path: Path) -> str:
    return path.relative_to(HELPERS).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(HELPERS)))
def test_a_room_imports_only_from_the_rooms_that_it_may(path):
    rooms = {name.split(".")[1] for name in imported(path) if "." in name}
    assert rooms <= MAY_IMPORT[room(path)] | BASE | {room(path)}


def test_rooms_import_in_one_direction():
    order, left = [], {name: needs - {name} for name, needs in MAY_IMPORT.items()}
    while ready := [name for name, needs in left.items() if needs <= set(order)]:
        order += ready
        left = {name: needs for name, needs in left.items() if name not in order}
    assert left == {}


def test_no_modules_import_each_other_in_a_circle():
    known = {".".join(["helpers", *p.relative_to(HELPERS).with_suffix("").parts]): p for p in FILES}
    left = {name: imported(path) & known.keys() - {name} for name, path in known.items()}
    done = set()
    while ready := [name for name, needs in left.items() if needs <= done]:
        done |= set(ready)
        left = {name: needs for name, needs in left.items() if name not in done}
    assert left == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", WITHOUT_TENSORFLOW)
def test_a_room_that_needs_no_tensorflow_does_not_load_it(name):
    code = f"import sys, helpers.{name}; print(*({{'keras', 'tensorflow'}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_every_room_says_what_it_is_for_and_names_what_it_offers():
    for package in [p for p in MAY_IMPORT if (HELPERS / p).is_dir()]:
        tree = ast.parse((HELPERS / package / "__init__.py").read_text())
        assert ast.get_docstring(tree), package
