"""What a function that builds a model takes, read from its signature."""

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

from helpers.errors import ParameterError

# Names that people give to what a function needs to know, without case and underscores.
SHAPES = {"inputshape", "shape", "inshape"}
INPUTS = {
    "nfeatures", "numfeatures", "ninputs", "numinputs", "nin", "inputdim", "inputsize",
    "infeatures", "indim", "insize",
}  # fmt: skip
OUTPUTS = {
    "nclasses", "numclasses", "nbclasses", "classes", "nlabels", "numlabels", "noutputs",
    "numoutputs", "nout", "outputdim", "outputsize", "outfeatures", "outdim", "outsize", "ntargets",
}  # fmt: skip
SHORT = {"n", "k", "c", "out", "output", "outputs"}  # for outputs, where there is no default
ADVICE = (
    "input_shape, n_features and n_classes (or n_outputs) are given by these names, two arguments "
    "of other names are given the shape and the number of outputs, and any other argument needs a "
    "default"
)


class Call(NamedTuple):
    """How to call a function.

    Attributes:
        positional, named: its arguments.
        words: the arguments, as a sentence shows them.
    """

    positional: list[Any]
    named: dict[str, Any]
    words: str


def call_for(name: str, make: Callable, input_shape: tuple[int, ...], n_outputs: int) -> Call:
    """How to call a function that builds a model for some samples.

    Args:
        name: of the function, as a sentence shows it.
        make: a function, a class, or another object that can be called.
        input_shape: of one sample.
        n_outputs: classes, or 1 for numbers.

    Raises:
        ParameterError: it needs something else.

    >>> def build(n_features, n_classes, dropout=0.2): ...
    >>> call_for("build", build, (4,), 3).words
    'with n_features=4 and n_classes=3, and the default of dropout'
    """
    try:
        parameters = list(inspect.signature(make).parameters.values())
    except (TypeError, ValueError):  # some callables written in C do not say
        return _by_position(input_shape, n_outputs)
    single = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    if not single and any(p.kind is p.VAR_POSITIONAL for p in parameters):
        if isinstance(make, type):  # a class that hands all arguments on to Keras
            return Call([], {}, "without arguments")
        return _by_position(input_shape, n_outputs)
    _check_outputs(name, single)
    values = {p.name: _value(p, input_shape, n_outputs) for p in single}
    given = {name: value for name, value in values.items() if value is not None}
    required = [p for p in single if p.default is p.empty]
    needed = [p.name for p in required if p.name not in given]
    in_order = len(required) == 2 and all(p.kind is not p.KEYWORD_ONLY for p in required)
    if in_order and required[0].name in needed and all(_plain(name) in SHORT for name in given):
        given = dict(zip((p.name for p in required), (input_shape, n_outputs), strict=True))
    elif needed:
        raise ParameterError(f"{name} {_why_not(needed, input_shape)}")
    words = [f"{name}={value}" for name, value in given.items()]
    kept = [name for name in values if name not in given]
    return Call(
        [given.pop(p.name) for p in single if p.kind is p.POSITIONAL_ONLY and p.name in given],
        given,
        (f"with {_listed(words)}" if words else "without arguments")
        + (f", and the default{'s' * (len(kept) > 1)} of {_listed(kept)}" if kept else ""),
    )


def _why_not(needed, input_shape):
    """Why arguments of these names cannot be given."""
    for name in needed:
        if _plain(name) in INPUTS:
            return (
                f"takes {name}, but a sample has the shape {input_shape}: let it take input_shape"
            )
    return f"needs {_listed(map(repr, needed))}, which the chapter cannot give: {ADVICE}"


def _by_position(input_shape, n_outputs):
    return Call([input_shape, n_outputs], {}, f"with {input_shape} and {n_outputs}")


def _plain(name):
    return name.lower().replace("_", "")


def _value(parameter, input_shape, n_outputs):
    """What a parameter is given by its name; None if the name does not say."""
    plain = _plain(parameter.name)
    if plain in SHAPES:
        return input_shape
    if plain in INPUTS and len(input_shape) == 1:
        return input_shape[0]
    return n_outputs if plain in OUTPUTS or _is_short(parameter) else None


def _is_short(parameter):
    return _plain(parameter.name) in SHORT and parameter.default is parameter.empty


def _check_outputs(name, parameters):
    """Refuse a short name beside another for the number of outputs, such as n beside k."""
    outputs = [p for p in parameters if _plain(p.name) in OUTPUTS or _is_short(p)]
    if len(outputs) > 1 and any(map(_is_short, outputs)):
        names = _listed([repr(p.name) for p in outputs])
        raise ParameterError(
            f"{name} takes {names}, each of which could be the number of outputs: name that "
            "n_classes (or n_outputs), and the others input_shape or n_features"
        )


def _listed(words):
    """Words in a row: "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
