"""Kinds of parameters, and how a chapter's are checked before anything slow is imported.

Wrong values, unknown names and values that make no sense together are all reported at once, a plain
sentence each. ``helpers.parameters`` has the parameters of every chapter.
"""

import ast
import difflib
import itertools
import math
import sys
from collections.abc import Callable, Iterable, MutableMapping
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic import ValidationInfo as Info

from helpers.conventions import HOLD
from helpers.errors import ParameterError


def _as_number(value: Any) -> float | int | None:
    """``value`` as a number, text such as "1e-3" included; None if it is none."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number and abs(value) < math.inf else None


def _between(low: float, high: float, whole: bool) -> Callable[[Any, Info], float]:
    kind = "a whole number" if whole else "a number"

    def check(value: Any, info: Info) -> float:
        number = _as_number(value)
        if number is None or not low <= number <= high or (whole and number != int(number)):
            raise ValueError(
                f"{info.field_name} must be {kind} from {low} to {high}, got {value!r}"
            )
        return int(number) if whole else float(number)

    return check


def whole(low: int, high: int, meaning: str) -> Any:
    """The type of a parameter that is a whole number from ``low`` to ``high``."""
    return Annotated[int, BeforeValidator(_between(low, high, True)), Field(description=meaning)]


def real(low: float, high: float, meaning: str) -> Any:
    """The type of a parameter that is a number from ``low`` to ``high``."""
    return Annotated[float, BeforeValidator(_between(low, high, False)), Field(description=meaning)]


def choice(*allowed: str, meaning: str) -> Any:
    """The type of a parameter that is one of a few words."""

    def check(value: Any, info: Info) -> str:
        if value not in allowed:
            raise ValueError(f"{info.field_name} must be {' or '.join(allowed)}, got {value!r}")
        return value

    return Annotated[Literal[allowed], BeforeValidator(check), Field(description=meaning)]


def batch_sizes(fewest: int, meaning: str) -> Any:
    """The type of a parameter that lists ``fewest`` to 20 batch sizes."""
    check = partial(_several, fewest, "batch size", 1, 500_000, True)
    return Annotated[list[int], BeforeValidator(check), Field(description=meaning)]


def learning_rates(fewest: int, meaning: str) -> Any:
    """The type of a parameter that lists ``fewest`` to 20 learning rates."""
    check = partial(_several, fewest, "learning rate", 1e-8, 100, False)
    return Annotated[list[float], BeforeValidator(check), Field(description=meaning)]


def _several(
    fewest: int, kind: str, low: float, high: float, whole: bool, value: Any, info: Info
) -> list[float]:
    """Distinct numbers, sorted; text such as "[4, 8]" or "4, 8" is read as a list."""
    items = value
    if isinstance(value, str):
        items = [item for item in value.strip().strip("[]").split(",") if item.strip()]
    if not isinstance(items, (list, tuple)) or not fewest <= len(items) <= 20:
        raise ValueError(
            f"{info.field_name} must be a list of {fewest} to 20 {kind}s, got {value!r}"
        )
    numbers = [_as_number(item) for item in items]
    if any(n is None or not low <= n <= high or (whole and n != int(n)) for n in numbers):
        which = "whole numbers" if whole else "numbers"
        raise ValueError(f"{info.field_name} must hold {which} from {low} to {high}, got {value!r}")
    numbers = [int(n) if whole else float(n) for n in numbers]
    if len(set(numbers)) < len(numbers):
        raise ValueError(f"{info.field_name} must not name a {kind} twice, got {value!r}")
    return sorted(numbers)


INJECTED = "# Parameters\n"  # heads the cell that papermill inserts
CHECK = ".check(globals())"  # of the cell that checks
READ_AS = {"True": "true, yes and on", "False": "false, no and off", "None": "null and ~"}  # YAML


class Parameters(BaseModel):
    """What all chapters share: their seeds, and how their parameters are checked."""

    model_config = ConfigDict(extra="forbid")
    HOLD: ClassVar[int] = HOLD  # for chapters, which reach and keep a target

    n_seeds: whole(1, 1000, "number of runs, one seed each")
    first_seed: whole(0, 2**31, "seed of the first run; the others follow")

    def conflicts(self) -> list[str]:
        """What is wrong with the values taken together, a sentence each.

        Here it is what all chapters have in common, as far as they have these parameters: some
        epochs are among all of them, and a batch holds no more than the training samples.
        """
        names = type(self).model_fields
        problems = [
            f"{name} must be at most epochs ({self.epochs}), got {getattr(self, name)}"
            for name in ("last_epochs", "fit_epochs", "warm_up_epochs")
            if name in names and getattr(self, name) > self.epochs
        ]
        if "batch_size" in names:
            problems += too_large("batch_size", [self.batch_size], self.n_train)
        if "batch_sizes" in names:
            problems += too_large("batch_sizes", self.batch_sizes, self.n_train)
        return problems

    @classmethod
    def check(cls, namespace: MutableMapping[str, Any]) -> None:
        """Check the parameters among a notebook's names, and put clean numbers in their place.

        If papermill changed some of them, it prints which, and that the text keeps to the defaults.

        Args:
            namespace: the notebook's ``globals()``.

        Raises:
            ParameterError: a parameter is missing, out of range, of the wrong kind, at odds with
                another, or was injected by papermill without being one of the chapter's, or
                without arriving, as when the tag of the notebook's own cell is lost.
        """
        given = {name: namespace[name] for name in cls.model_fields if name in namespace}
        problems = [unknown(name, cls.model_fields) for name in _injected()
                    if name not in cls.model_fields]  # fmt: skip
        if lost := _lost(given):
            problems.append(
                f"{', '.join(lost)} did not arrive, since a cell below papermill's sets the "
                "notebook's own value: give the tag `parameters` to that cell and to no other"
            )
        try:
            checked = cls.model_validate(given)
        except ValidationError as error:
            for wrong in error.errors():
                name, cause = wrong["loc"][0], wrong.get("ctx", {}).get("error")
                kind = cls.model_fields[name].annotation
                problems.append(
                    explained(str(cause), name, kind, wrong["input"])
                    if cause
                    else f"{name} is missing"
                )
        else:
            problems += checked.conflicts()
        if problems:
            raise ParameterError(*problems)
        namespace.update(checked.model_dump())
        if names := changed():
            print(
                f"Your own settings: {', '.join(names)}. The text below describes the chapter's "
                "default settings; figures, tables and results are those of yours."
            )

    @staticmethod
    def check_sizes(sizes: list[int], n_train: int) -> None:
        """Refuse batch sizes above what the data hold, where only the data tell how many they are.

        Raises:
            ParameterError: a batch size is above ``n_train``.
        """
        if problems := too_large("batch_sizes", sizes, n_train):
            raise ParameterError(*problems)


def unknown(name: str, known: Iterable[str]) -> str:
    """The complaint about a name that is not one of the ``known`` parameters."""
    near = difflib.get_close_matches(name, known, 1)
    meant = f" (did you mean {near[0]}?)" if near else ""
    return f"{name} is not a parameter of this chapter{meant}, which has {', '.join(known)}"


def explained(problem: str, name: str, kind: Any, value: Any) -> str:
    """A complaint about a value, with what to do if it is not what the user typed or meant.

    >>> explained("target must be text, got True", "target", str, True)
    'target must be text (YAML reads true, yes and on as True unless quoted; -r passes the word), \
got True'
    """
    if kind in (int, float) and isinstance(value, (list, tuple)):
        listed = ",".join(map(str, value))
        advice = f"for several values use rerun with --grid {name}={listed}"
    elif kind in (int, float) and isinstance(value, str) and "," in value:
        advice = "for several values use rerun with --grid"
        advice = f"write decimals with a point; {advice}" if kind is float else advice
    elif kind in (str, list[str]):
        items = value if isinstance(value, list) else [value]
        read = next((repr(item) for item in items if repr(item) in READ_AS), None)
        advice = read and (
            f"YAML reads {READ_AS[read]} as {read} unless quoted; -r passes the word"
        )
    else:
        advice = None
    complaint, got, came = problem.partition(", got ")
    return f"{complaint} ({advice}){got}{came}" if advice else problem


def changed() -> list[str]:
    """The parameters that papermill set in this notebook to other values than the notebook's own.

    Which seeds run does not count: it changes no setting. Outside of a notebook there are none.
    """
    cells = _cells()
    return [
        name
        for before, cell in itertools.pairwise(cells)  # papermill inserts below the notebook's own
        if cell.startswith(INJECTED)
        for name, value in assigned(cell).items()
        if name not in ("n_seeds", "first_seed") and assigned(before).get(name) != value
    ]


def _injected() -> list[str]:
    """Names that papermill set in this notebook, read from the cells executed so far."""
    return [name for cell in _cells() if cell.startswith(INJECTED) for name in assigned(cell)]


def _lost(given: MutableMapping[str, Any]) -> list[str]:
    """Names that papermill set, and a later cell to another value, before any check."""
    came, lost = {}, []
    for cell in _cells():
        if cell.startswith(INJECTED):
            came = assigned(cell)
        elif CHECK in cell:
            came = {}  # from here on the user may change what he likes
        else:
            lost += [n for n in assigned(cell) if n in came and given.get(n) != came[n]]
    return list(dict.fromkeys(lost))


def _cells() -> list[str]:
    """The code of the cells executed so far."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell.user_ns.get("In", []) if shell else []


def assigned(cell: str) -> dict[str, Any]:
    """The names that a cell assigns to, with their values; what is no literal stays code.

    >>> assigned("momentum = 0.9  # of SGD\\nrate: float = float('nan')")
    {'momentum': 0.9, 'rate': "float('nan')"}
    """
    try:
        nodes = ast.parse(cell).body
    except SyntaxError:
        return {}
    return {
        target.id: _literal(node.value)
        for node in nodes
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:  # such as float("nan"), as papermill writes it
        return ast.unparse(node)


def too_large(name: str, sizes: Iterable[int], n_train: int) -> list[str]:
    """The complaints about batch sizes above the number of training samples."""
    return [
        f"{name} must be at most {n_train} (the number of training samples), got {size}"
        for size in sizes
        if size > n_train
    ]
