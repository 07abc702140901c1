"""Tells which modules of `helpers` code depends on, so that an edit executes few chapters.

These are the modules that define what it imports, and those that define what they import in turn.
The names that a package passes on are followed to where they are defined, so a chapter that uses
one function of a package does not depend on the others. Of a module only the code counts: comments,
docstrings and blank lines change nothing.
"""

import ast
import functools
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "helpers"
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def code_of(source: str) -> ast.Module:
    """Return the syntax tree of Python code, its ``source``, without the docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return tree


class Modules:
    """The modules of `helpers` below a folder, each read once."""

    def __init__(self, root: Path):
        """Read nothing yet."""
        self.root = root
        self.tree = functools.cache(self._tree)
        self.needs = functools.cache(lambda module: self.imported(self.tree(module)))
        self.text = functools.cache(self._text)

    def path(self, module: str) -> Path | None:
        """Return the file of a module or a package, or None if there is no such module."""
        stem = self.root.joinpath(*module.split("."))
        files = [stem.with_suffix(".py"), stem / "__init__.py"]
        return next((file for file in files if file.is_file()), None)

    def _tree(self, module: str) -> ast.Module:
        return code_of(self.path(module).read_text(encoding="utf-8"))

    def is_package(self, module: str) -> bool:
        """Return whether a module is a package, which may pass on names of others."""
        path = self.path(module)
        return path is not None and path.name == "__init__.py"

    def home(self, module: str, name: str) -> str:
        """Return the module that defines a name of a module."""
        if self.path(f"{module}.{name}"):
            return f"{module}.{name}"
        if self.is_package(module):
            for node in imports_from(self.tree(module)):
                for alias in node.names:
                    if name == (alias.asname or alias.name):
                        return self.home(node.module, alias.name)
        return module

    def imported(self, tree: ast.Module) -> set[str]:
        """Return the modules that define what some code imports."""
        modules = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
            if is_ours(alias.name)
        }
        for node in imports_from(tree):
            for alias in node.names:
                home = self.home(node.module, alias.name)
                names = None
                if self.is_package(home):
                    names = attributes(tree, alias.asname or alias.name)
                modules |= {home} if names is None else {self.home(home, name) for name in names}
        return modules

    def behind(self, tree: ast.Module) -> set[str]:
        """Return all modules that some code depends on, and the packages that they are in."""
        found, waiting = set(), self.imported(tree)
        while waiting:
            module = waiting.pop()
            if module not in found and self.path(module):
                found.add(module)
                waiting |= self.needs(module)
        around = {package for module in found for package in packages(module)}
        return found | {package for package in around if self.path(package)}

    def _text(self, module: str) -> str:
        """Return the code of a module in a form that changes only if the code does.

        What a package passes on is left out: who uses it depends on its home.
        """
        tree = self.tree(module)
        if self.is_package(module):
            tree = ast.Module([node for node in tree.body if not passes_on(node)], [])
        return ast.dump(tree)

    def key(self, source: str) -> str:
        """Return a hash of all the code in `helpers` that some code depends on."""
        modules = sorted(self.behind(code_of(source)))
        content = json.dumps([(module, self.text(module)) for module in modules])
        return hashlib.sha256(content.encode()).hexdigest()


def passes_on(node: ast.stmt) -> bool:
    """Return whether a statement (``node``) of a package only passes on names, or lists them."""
    lists = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    return lists or isinstance(node, ast.ImportFrom | ast.If)


def is_ours(module: str | None) -> bool:
    """Return whether a module belongs to the package."""
    return module is not None and f"{module}.".startswith(f"{PACKAGE}.")


def imports_from(tree: ast.Module) -> Iterator[ast.ImportFrom]:
    """Yield what the code of a ``tree`` imports by name from the package, wherever it does so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and is_ours(node.module):
            yield node


def attributes(tree: ast.Module, name: str) -> set[str] | None:
    """Return the attributes of a ``name`` that the code of a ``tree`` uses.

    None if it uses the name itself.
    """
    owners = {
        id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name]
    used = {owners.get(id(use)) for use in uses}
    return None if None in used else used


def packages(module: str) -> list[str]:
    """Return the packages that a module is in: importing it runs their code, too."""
    names = module.split(".")
    return [".".join(names[:end]) for end in range(1, len(names))]
