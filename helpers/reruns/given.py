"""The values that a user gives, as text of the command line or as YAML."""

import ast
import json
import os
import re
from collections.abc import Callable
from typing import Any

import yaml
from papermill.iorw import NoDatesSafeLoader, papermill_io

from helpers.errors import quoted

REMOTE = re.compile(r"^\w+://")


class RerunError(Exception):
    """What stops a rerun; the message is all that the user sees."""


def text(given: str, what: str = "a value") -> str:
    """What was given, unless it cannot be written in UTF-8.

    Raises:
        RerunError: it cannot, as what a terminal of another encoding sends.
    """
    try:
        given.encode()
    except UnicodeEncodeError as error:
        raise RerunError(f"{what} must be text in UTF-8, got {given!r}") from error
    return given


def place(path: str, what: str) -> str:
    """A path from the root on, ``~`` being the home; addresses and ``-`` are left as they are.

    Raises:
        RerunError: it cannot be written in UTF-8.
    """
    away = REMOTE.match(text(path, what)) or path == "-"
    return path if away else os.path.abspath(os.path.expanduser(path))


def value(given: str) -> Any:
    """A value as Python would write it, as far as JSON holds it; all else is text.

    Nothing is executed.

    >>> value("0.1"), value("1e-3"), value("[7, 50]"), value("mnist"), value("true")
    (0.1, 0.001, [7, 50], 'mnist', True)

    Raises:
        RerunError: it cannot be written in UTF-8.
    """
    if text(given).lower() in ("true", "false"):
        return given.lower() == "true"
    try:
        return json.loads(json.dumps(ast.literal_eval(given)))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return given


def yaml_file(path: str, tell: Callable[[str], None]) -> dict[str, Any]:
    """The values in a file of YAML, at any path or address that papermill reads; see ``yaml_text``.

    Raises:
        RerunError: it cannot be read.
    """
    local = place(path, "-f")
    try:
        read = papermill_io.read(local, None)
    except Exception as error:  # papermill passes on whatever its reader of files raised
        raise RerunError(f"{path} cannot be read: {reason(error)}") from error
    return yaml_text(read, tell, path)


def reason(error: Exception) -> str:
    """Why something cannot be read, in a line."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not text in UTF-8"
    if isinstance(error, OSError):  # those of addresses have a long tale to tell instead
        return error.strerror or f"the address does not answer ({type(error).__name__})"
    return str(error).strip().partition("\n")[0] or type(error).__name__


def yaml_text(given: str, tell: Callable[[str], None], source: str = "-y") -> dict[str, Any]:
    """The values in YAML, by name, as papermill reads them; dates stay text.

    Args:
        given: lines such as ``batch_size: 64``.
        tell: is called with a sentence for each value that YAML takes for another than is written,
            such as ``on``, which is true, and ``010``, which is 8.
        source: where it comes from.

    Raises:
        RerunError: it is no YAML, or holds something else than values by name.
    """
    try:
        values = yaml.load(text(given), NoDatesSafeLoader)
        written = yaml.load(given, yaml.BaseLoader)
        json.dumps(values)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        said = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise RerunError(f"{source} cannot be read as YAML{where}: {said}") from error
    except (TypeError, ValueError, RecursionError) as error:
        raise RerunError(f"{source} must hold numbers, text, lists and truth values") from error
    if not isinstance(values, dict):
        raise RerunError(f"{source} must hold lines such as batch_size: 64, got {quoted(given)}")
    names = [name.value for name, _ in yaml.compose(given).value]
    for name in values:
        if names.count(name) > 1:
            raise RerunError(f"{source} must give {name} once, got it {names.count(name)} times")
        if not isinstance(name, str):
            raise RerunError(
                f"{source} must name a parameter before each colon, in quotes if it is a word such "
                f"as on, yes or no, got {name!r}"
            )
        for typed, read in differences(written.get(name), values[name]):
            line = f"{name}: {typed}".strip()
            tell(f"{source}: YAML reads {line} as {read}; in quotes it stays text.")
    return values


def differences(written: Any, read: Any) -> list[tuple[str, Any]]:
    """What YAML takes for something else than a reader would, among values and items of lists.

    >>> differences(["on", "010", "32", "1e-3", "true"], [True, 8, 32, "1e-3", True])
    [('on', True), ('010', 8)]
    """
    if isinstance(read, list) and isinstance(written, list):
        return [pair for both in zip(written, read, strict=True) for pair in differences(*both)]
    if read is None or isinstance(read, bool):
        as_meant = str(written).lower() in ("null", str(read).lower())
    elif isinstance(read, (int, float)):
        as_meant = isinstance(number := value(str(written)), (int, float)) and number == read
        as_meant = as_meant or read != read or abs(read) == float("inf")
    else:
        as_meant = True
    return [] if as_meant else [(str(written), read)]
