"""Whoever builds on the helpers finds every argument described."""

import importlib
import inspect
import pkgutil
import re

import pytest

import helpers

# Only other helpers use them, or the command.
WITHIN = {"__main__", "checks", "fields", "progress", "replicates", "reruns", "wording"}
MODULES = [
    importlib.import_module(module.name)
    for module in pkgutil.walk_packages(helpers.__path__, "helpers.")
    if not WITHIN & {*module.name.split(".")}
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
