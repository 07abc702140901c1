"""A Keras model of one's own, named as module:function, and tried before anything is trained."""

import importlib
import inspect
import re
from collections.abc import Callable
from types import ModuleType

import keras
import numpy as np

from helpers.errors import ParameterError, quoted
from helpers.models.builders import Builder
from helpers.models.outputs import (
    NUMBERS,
    check_shape,
    check_values,
    kind_of_outputs,
    suitable_loss,
)
from helpers.models.signatures import call_for

N_TRIED = 32  # samples, drawn at random, on which a model is tried
OF_KERAS = re.compile(r"Exception encountered when calling \S+|\x1b\[\d*m")  # how its errors begin
OF_TEXT = (keras.layers.TextVectorization, keras.layers.StringLookup)


def user_model(
    name: str, input_shape: tuple[int, ...], n_outputs: int, predicts: str = "classes"
) -> Builder:
    """Import the function that the user named and return a builder of its model.

    Args:
        name: as module:function; the function returns a new Keras model, compiled or not, and may
            take what ``helpers.models.signatures.call_for`` can give. For classes the outputs are
            probabilities, shape (batch, n_outputs), or for two classes one sigmoid unit; other
            outputs need a loss that takes them, such as one with from_logits=True.
        input_shape: of one sample.
        n_outputs: classes, at least 2, or 1 for numbers.
        predicts: "classes" or "numbers"; numbers are standardised, and take outputs (batch, 1).

    Returns:
        A builder, as ``helpers.train`` takes it.

    Raises:
        ParameterError: there is no such module or function, or it needs other arguments, or
            raises something, or returns anything but such a model.
    """
    with_name = f"model {quoted(name)}"
    make = _imported(name, with_name)
    call = call_for(with_name, make, input_shape, n_outputs)

    def build() -> keras.Model:
        try:
            model = make(*call.positional, **call.named)
        except (Exception, SystemExit) as error:  # what a function does is not ours
            raise ParameterError(f"{with_name} fails {call.words}: {_said(error)}") from error
        if not isinstance(model, keras.Model):
            raise ParameterError(f"{with_name} must return a Keras model, got {_kind(model)}")
        return model

    model, other = build(), build()
    _check_inputs(model, with_name)
    generator = np.random.default_rng(0)  # tables are standardised, pixels lie from 0 to 1
    draw = generator.normal if len(input_shape) == 1 else generator.uniform
    samples = draw(size=(N_TRIED, *input_shape)).astype("float32")
    told = call.positional or call.named
    hint = "" if told else "; let the function take input_shape and n_classes, and use them"
    outputs = _outputs(model, samples, with_name, hint)
    _outputs(other, samples, with_name, hint)  # which makes its weights, where it has no Input
    if {id(variable) for variable in model.variables} & {id(v) for v in other.variables}:
        raise ParameterError(
            f"{with_name} must return a new model at every call, with layers of its own"
        )
    optimizer = getattr(model, "optimizer", None)  # which Keras sets as it compiles
    if optimizer is not None and optimizer is other.optimizer:
        raise ParameterError(f"{with_name} must make a new optimizer at every call")
    check_shape(outputs, n_outputs, predicts, with_name, hint)
    n_units = outputs.shape[1]
    loss, about_loss = suitable_loss(model, n_units, predicts, with_name)
    check_values(model, outputs, loss, predicts, with_name)
    activation = "linear" if predicts == NUMBERS else kind_of_outputs(model, outputs)
    logits = getattr(loss, "from_logits", False)
    by_largest = n_units > 1 and activation == "linear" and not logits

    def built() -> keras.Model:
        model = build()
        if not model.built:  # it has no Input
            model(samples[:1])
        return model

    return Builder(
        make=built,
        loss=loss,
        metric="mean_absolute_error" if predicts == NUMBERS else "accuracy",
        one_output=n_units == 1,
        activation=activation,
        its_optimizer=optimizer is not None,
        notes=[
            f"{name} was called {call.words}.",
            about_loss,
            *(
                ["Its outputs are not probabilities: the largest is the class."]
                if by_largest
                else []
            ),
            *_notes(model, other, input_shape),
        ],
    )


def _imported(name: str, with_name: str) -> Callable:
    """The function, class or other object of this name that returns a model."""
    module, _, function = name.partition(":")
    try:
        imported = importlib.import_module(module)
    except (Exception, SystemExit) as error:  # what a module does as it is imported is not ours
        hint = ""
        if not isinstance(error, (ImportError, SyntaxError)):
            hint = (
                "; what a file does besides defining functions belongs under "
                "if __name__ == '__main__'"
            )
        raise ParameterError(f"{with_name} cannot be imported: {_said(error)}{hint}") from error
    make = getattr(imported, function, None)
    if isinstance(make, keras.Model):
        raise ParameterError(
            f"{with_name} must be a function that returns a new model at every call, got a model"
        )
    if not callable(make):
        raise ParameterError(
            f"module {quoted(module)} has no function {quoted(function)}{_others(imported)}"
        )
    return make


def _others(module: ModuleType) -> str:
    """The functions that a module defines itself, as the end of a sentence."""
    names = [
        name
        for name, value in vars(module).items()
        if inspect.isroutine(value) and value.__module__ == module.__name__
    ]
    return f", but {', '.join(map(quoted, names[:5]))}" if names else ""


def _check_inputs(model: keras.Model, with_name: str) -> None:
    """Refuse a model whose inputs are not one array of numbers, or that has several outputs."""
    for kind in ("inputs", "outputs"):
        n = len(getattr(model, kind, None) or [None])  # a class that only has call has none
        if n != 1:
            raise ParameterError(
                f"{with_name} must have one input and one output, got {n} {kind}; all columns of a "
                "sample come as one array, of which a layer can take some"
            )
    of_text = [layer.name for layer in model._flatten_layers() if isinstance(layer, OF_TEXT)]
    if of_text or any(tensor.dtype == "string" for tensor in getattr(model, "inputs", None) or []):
        what = f"the layer {quoted(of_text[0])}" if of_text else "an Input"
        raise ParameterError(
            f"{with_name} must take numbers, got {what} of text; turn text into columns of numbers "
            "before"
        )


def _outputs(model: keras.Model, samples: np.ndarray, with_name: str, hint: str) -> np.ndarray:
    """What a model gives for some samples; ``hint`` says what may help if it does not take them."""
    try:
        return np.asarray(model(samples))
    except Exception as error:  # of any layer, and Keras passes on all kinds
        raise ParameterError(
            f"{with_name} must take samples of shape {samples.shape[1:]}: {_said(error)}{hint}"
        ) from error


def _notes(model: keras.Model, other: keras.Model, input_shape: tuple[int, ...]) -> list[str]:
    """What a reader should know who trains ``model`` from several seeds, a sentence each."""
    notes = []
    if model.compiled:
        given = model._compile_config.config
        unused = [
            name
            for name in ("metrics", "weighted_metrics", "loss_weights")
            if given[name] and given[name] not in (["accuracy"], ["acc"])
        ]
        if unused:
            notes.append(f"Not used of what it was compiled with: {', '.join(unused)}.")
    slow = {type(layer).__name__ for layer in model._flatten_layers() if not layer.supports_jit}
    if slow:
        notes.append(
            f"It trains without XLA, which cannot compile {', '.join(sorted(slow))}, so it takes "
            "longer."
        )
    pairs = zip(model.trainable_variables, other.trainable_variables, strict=False)
    drawn = [(np.asarray(a), np.asarray(b)) for a, b in pairs]
    drawn = [np.array_equal(a, b) for a, b in drawn if np.ptp(a) > 0]
    if drawn and all(drawn):
        notes.append(
            "It starts from the same weights at every call, so seeds differ in the order of the "
            "samples alone."
        )
    scales = [
        np.max(layer.scale)
        for layer in model._flatten_layers()
        if isinstance(layer, keras.layers.Rescaling)
    ]
    if len(input_shape) > 1 and any(scale <= 0.01 for scale in scales):
        notes.append(
            "Pixels come as values from 0 to 1, and its Rescaling makes them smaller still: leave "
            "it out."
        )
    return notes


def _said(error: BaseException) -> str:
    """What an error says, on one line."""
    text = OF_KERAS.sub("", str(error))
    return " ".join(f"{type(error).__name__}: {text}".split())[:200]


def _kind(value: object) -> str:
    """What something is that is no Keras model, and of which library."""
    kind = type(value)
    library = kind.__module__.partition(".")[0]
    return kind.__name__ if library == "builtins" else f"{kind.__name__} of {library}"
