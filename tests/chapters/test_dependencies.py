"""A chapter depends on the code that defines what it imports, and on nothing else of helpers."""

import ast
import importlib

import chapters
import pytest

from helpers import dependencies

MODULES = {
    "helpers/__init__.py": (
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from helpers.training import train\n"
        "def __getattr__(name):\n    return name\n"
    ),
    "helpers/training.py": "from helpers import checks\n\ndef train():\n    return checks.size\n",
    "helpers/checks.py": "size = 1\n",
    "helpers/images.py": "def load():\n    from helpers import tables\n    return tables\n",
    "helpers/tables.py": "rows = 2\n",
    "helpers/analysis/__init__.py": (
        '"""A room."""\n\nfrom helpers.analysis.speed import speed\n'
        "from helpers.analysis.text import shown as text\n"
    ),
    "helpers/analysis/speed.py": "def speed():\n    return 1\n",
    "helpers/analysis/text.py": "def shown():\n    return 2\n",
}


@pytest.fixture
def root(tmp_path):
    for name, text in MODULES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def behind(root, source):
    """The modules behind some code, but for the packages that they are in."""
    modules = dependencies.Modules(root)
    found = modules.behind(dependencies.code_of(source))
    return {name.removeprefix("helpers.") for name in found if not modules.is_package(name)}


def key(root, source):
    return dependencies.Modules(root).key(source)


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import numpy", set()),
        ("from helpers import checks", {"checks"}),
        ("import helpers.checks as c", {"checks"}),
        ("from helpers import images", {"images", "tables"}),
        ("from helpers import train", {"training", "checks"}),
        ("from helpers.training import train", {"training", "checks"}),
        ("from helpers.analysis import speed", {"analysis.speed"}),
        ("from helpers.analysis import text", {"analysis.text"}),
        ("from helpers import analysis\nanalysis.speed()", {"analysis.speed"}),
        ("from helpers import analysis as a\na.text()", {"analysis.text"}),
        ("from helpers import analysis\nprint(analysis)", {"analysis.speed", "analysis.text"}),
        ("def later():\n    from helpers import checks", {"checks"}),
    ],
)
def test_code_depends_on_the_modules_that_define_what_it_imports(root, source, modules):
    assert behind(root, source) == modules


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("helpers/checks.py", "size = 2\n"),
        ("helpers/training.py", "from helpers import checks\n\ndef train():\n    return 3\n"),
        ("helpers/__init__.py", MODULES["helpers/__init__.py"] + "import logging\n"),
    ],
)
def test_key_changes_with_code_behind_it(root, file, change):
    before = key(root, "from helpers import train")
    (root / file).write_text(change)
    assert key(root, "from helpers import train") != before


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("helpers/tables.py", "rows = 3\n"),
        ("helpers/new.py", "also = 1\n"),
        ("helpers/checks.py", '"""A docstring."""\n\n\nsize = 1  # a comment\n'),
        (
            "helpers/training.py",
            'from helpers import checks\n\ndef train():\n    """T."""\n    return checks.size\n',
        ),
        ("helpers/analysis/__init__.py", "from helpers.analysis.speed import speed\n"),
    ],
)
def test_key_does_not_change_with_other_code_or_with_text(root, file, change):
    before = key(root, "from helpers import train")
    (root / file).write_text(change)
    assert key(root, "from helpers import train") == before


def test_key_does_not_change_when_a_package_passes_on_more(root):
    source = "from helpers.analysis import speed"
    before = key(root, source)
    room = root / "helpers" / "analysis" / "__init__.py"
    room.write_text(room.read_text() + "from helpers.checks import size\n__all__ = ['size']\n")
    assert key(root, source) == before
    room.write_text(room.read_text() + "import logging\n")
    assert key(root, source) != before


def imports(source):
    """Yield what some code imports from helpers: module, name."""
    for node in dependencies.imports_from(ast.parse(source)):
        yield from ((node.module, alias.name) for alias in node.names)


@pytest.mark.slow
@pytest.mark.parametrize("path", chapters.chapters(), ids=lambda path: path.stem)
def test_what_a_chapter_imports_is_defined_in_a_module_that_it_depends_on(path):
    """Python itself says where a name comes from."""
    source = "\n".join(cell.source for cell in chapters.code_cells(chapters.read(path)))
    found = dependencies.Modules(chapters.ROOT).behind(dependencies.code_of(source))
    for module, name in imports(source):
        thing = getattr(importlib.import_module(module), name, None)
        if thing is None:
            thing = importlib.import_module(f"{module}.{name}")
        home = getattr(thing, "__module__", None) or getattr(thing, "__name__", module)
        assert home in found or not dependencies.is_ours(home)
