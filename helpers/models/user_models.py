"""A Keras model of one's own, named as module:function, and tried before anything is trained."""

import importlib
import inspect
from collections.abc import Callable

import keras
import numpy as np

from helpers.errors import ParameterError, quoted


def user_model(
    name: str, input_shape: tuple[int, ...], n_classes: int
) -> Callable[[], keras.Model]:
    """Import the function that the user named and return a builder of its model.

    Args:
        name: as module:function; the function takes ``input_shape`` and ``n_classes``, and returns
            a new Keras model whose outputs are probabilities, shape (batch, n_classes). One whose
            arguments all have defaults and other names, such as neurons and dropout, is called
            without any.
        input_shape: of one sample.
        n_classes: classes, at least 2.

    Returns:
        A function of no arguments, as ``helpers.train`` takes it.

    Raises:
        ParameterError: there is no such module or function, or it raises something, or returns
            anything but such a model.
    """
    module, _, function = name.partition(":")
    with_name = f"model {quoted(name)}"
    try:
        imported = importlib.import_module(module)
    except (Exception, SystemExit) as error:  # what a module does as it is imported is not ours
        raise ParameterError(f"{with_name} cannot be imported: {_said(error)}") from error
    make = getattr(imported, function, None)
    if not callable(make):
        raise ParameterError(f"module {quoted(module)} has no function {quoted(function)}")

    arguments = () if _needs_nothing(make) else (input_shape, n_classes)
    with_arguments = f"with {input_shape} and {n_classes}" if arguments else "without arguments"

    def build() -> keras.Model:
        try:
            model = make(*arguments)
        except (Exception, SystemExit) as error:
            raise ParameterError(f"{with_name} fails {with_arguments}: {_said(error)}") from error
        if not isinstance(model, keras.Model):
            raise ParameterError(
                f"{with_name} must return a Keras model, got {type(model).__name__}"
            )
        return model

    model = build()
    try:
        outputs = np.asarray(model(np.zeros((2, *input_shape), "float32")))
    except Exception as error:  # of any layer, and Keras passes on all kinds
        hint = (
            "" if arguments else " (name its arguments input_shape and n_classes to be given them)"
        )
        raise ParameterError(
            f"{with_name} must take samples of shape {input_shape}{hint}: {_said(error)}"
        ) from error
    if outputs.shape != (2, n_classes):
        hint = ""
        if outputs.shape == (2, 1) and n_classes == 2:
            hint = "; in place of one sigmoid unit end it on Dense(2, activation='softmax')"
        raise ParameterError(
            f"{with_name} must give outputs of shape {(n_classes,)}, one for each class, "
            f"got {outputs.shape[1:]}{hint}"
        )
    if not (outputs >= 0).all() or not np.allclose(outputs.sum(axis=1), 1, atol=1e-3):
        raise ParameterError(
            f"{with_name} must give probabilities, which add up to 1: end it on a softmax"
        )
    if model is build():
        raise ParameterError(f"{with_name} must return a new model at every call")
    return build


def _needs_nothing(make: Callable) -> bool:
    """Whether a function has defaults for all arguments, none of them input_shape or n_classes."""
    try:
        parameters = inspect.signature(make).parameters.values()
    except (TypeError, ValueError):  # some callables written in C do not say
        return False
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return all(
        parameter.kind not in variable
        and parameter.default is not inspect.Parameter.empty
        and parameter.name not in ("input_shape", "n_classes")
        for parameter in parameters
    )


def _said(error: BaseException) -> str:
    """What an error says, on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
