"""Whoever builds on the helpers finds every argument described."""

import importlib
import inspect
import pkgutil
import re

import pytest

import helpers

# Only other helpers use them, or the command.
WITHIN = {"checks", "fields", "program", "progress", "replicates", "reruns"}
MODULES = [
    importlib.import_module(f"helpers.{found.name}")
    for found in pkgutil.iter_modules(helpers.__path__)
    if found.name not in WITHIN and found.name != "__main__"
]
FUNCTIONS = [
    function
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if not name.startswith("_") and function.__module__ == module.__name__
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__qualname__)
def test_docstring_names_every_argument(function):
    told = inspect.getdoc(function)
    names = inspect.signature(function).parameters
    assert [name for name in names if not re.search(rf"\b{name}\b", told)] == []
