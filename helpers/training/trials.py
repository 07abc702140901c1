"""Models tried on a few samples before training, for what no attribute of them tells."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from helpers import checks
from helpers.data.dataset import Dataset
from helpers.training.refusals import check_model, check_outputs, warn_of
from helpers.training.replicates import Values, initial_values, new_model

FEW = 5  # samples, of which a part of two and one of three


def tried(
    build: Callable[[], keras.Model],
    data: Dataset,
    seeds: list[int],
    loss: str | Callable | None,
) -> tuple[keras.Model, list[Values]]:
    """The model of the last seed, and every seed's initial values, if ``fit`` would train alike.

    Args:
        build, seeds, loss: as for ``train``.
        data: the data set, or one of them.

    Raises:
        ValueError: the trainer would not do what ``fit`` does.
    """
    few = data.x_train[:FEW]
    model, first, start = models_of(build, few, seeds)
    check_model(model)
    checks.model_fits(model, data)
    check_outputs(model(few))
    check_changes(model, few)
    check_alike(model, first, few)
    warn_of(model, loss)
    return model, start


def models_of(
    build: Callable[[], keras.Model], x: np.ndarray, seeds: list[int]
) -> tuple[keras.Model, keras.Model, list[Values]]:
    """The models of the last seed and of the first, and every seed's initial values.

    They are two also where there is one seed.

    Args:
        build: as for ``train``.
        x: a few samples, first axis samples.
        seeds: as for ``train``.

    Raises:
        ValueError: ``build`` does not return a new model at every call.
    """
    first = new_model(build, x, seeds[0])
    start = [initial_values(first)]
    for seed in seeds[1:] or seeds:
        model = new_model(build, x, seed)
        start.append(initial_values(model))
    if {id(v) for v in first.variables} & {id(v) for v in model.variables}:
        raise ValueError(
            "build must return a new model at every call, with layers of its own, got the same "
            f"variables of {model.name!r} twice"
        )
    return model, first, start[-len(seeds) :]


def check_alike(model: keras.Model, other: keras.Model, x: np.ndarray) -> None:
    """A ValueError unless two models differ in the values of their variables alone.

    One model's graph serves all replicates, with the values of each.

    Args:
        model, other: what ``build`` returned.
        x: a few samples, first axis samples.
    """
    values = [keras.ops.convert_to_numpy(v) for v in other.variables]
    shapes = [tuple(v.shape) for v in model.variables]
    same = shapes == [value.shape for value in values]
    if same:
        with keras.StatelessScope(zip(model.variables, values, strict=True)):
            outputs = keras.ops.convert_to_numpy(model(x, training=True))
        with _undone(other):
            alone = keras.ops.convert_to_numpy(other(x, training=True))
        same = outputs.shape == alone.shape and np.allclose(
            outputs, alone, rtol=1e-2, atol=1e-4, equal_nan=True
        )
    if not same:
        raise ValueError(
            "build must return models that differ in their variables alone, got others with other "
            f"seeds or calls; keep what it draws in weights of a layer ({model.name!r})"
        )


def check_changes(model: keras.Model, x: np.ndarray) -> None:
    """A ValueError if a model's ``call`` changes variables, other than its state in training.

    Args:
        model: built.
        x: a few samples, first axis samples.
    """
    known = [*model.variables, *model.metrics_variables]
    with _undone(model) as scope:
        before = dict(scope.state_mapping)
        model(x, training=False) if model._call_has_training_arg else model(x)
    if changed := _changed(model.variables, before, scope):
        raise ValueError(
            f"the model must not change while it is evaluated, but {changed[0].path!r} does; "
            "let call take training, and pass it on to layers that draw random numbers"
        )
    with _undone(model) as scope:
        before = dict(scope.state_mapping)
        model(x, training=True) if model._call_has_training_arg else model(x)
    if changed := _changed(model.trainable_variables, before, scope):
        raise ValueError(
            "the model must leave its trainable weights to the optimizer, but its call changes "
            f"{changed[0].path!r}; use fit"
        )
    if set(scope.state_mapping) - {id(variable) for variable in known}:
        raise ValueError(
            "the model must change no variables but its own while it trains, got one of another "
            "object; give keras.random a keras.random.SeedGenerator that a layer keeps as attribute"
        )


def adds_up(model: keras.Model, x: np.ndarray, y: np.ndarray) -> bool:
    """Whether a loss of many samples is the mean over parts of them, whatever the parts.

    It is not where ``add_loss`` or the loss itself looks at several samples together.

    Args:
        model: compiled.
        x, y: samples and targets, first axis samples.
    """
    x, y = x[:FEW], y[:FEW]
    whole, adds = _evaluated(model, x, y)
    parts = [(slice(None, 2), len(y[:2])), (slice(2, None), len(y[2:]))]
    mean = sum(n * _evaluated(model, x[part], y[part])[0] for part, n in parts if n) / len(y)
    return not adds and bool(np.isclose(whole, mean, rtol=1e-5, equal_nan=True))


def has_gradient_of_rows(model: keras.Model, x: np.ndarray, y: np.ndarray) -> bool:
    """Whether the gradient of some weights comes as few rows, as that of an Embedding does.

    Args:
        model: compiled.
        x, y: samples and targets, first axis samples.
    """
    values = [tf.identity(variable.value) for variable in model.trainable_variables]
    held = [*zip(model.trainable_variables, values, strict=True)]
    held += [(variable, variable.value) for variable in model.non_trainable_variables]
    with tf.GradientTape() as tape:
        tape.watch(values)
        with keras.StatelessScope(held, collect_losses=True):
            outputs = model(x[:FEW])
            loss = model._compute_loss(x=x[:FEW], y=y[:FEW], y_pred=outputs, training=False)
    return any(isinstance(slope, tf.IndexedSlices) for slope in tape.gradient(loss, values))


def _evaluated(model, x, y):
    """The loss in evaluation, and whether layers add to it."""
    with _undone(model) as scope:
        outputs = model(x, training=False) if model._call_has_training_arg else model(x)
        loss = model._compute_loss(x=x, y=y, y_pred=outputs, training=False)
    return float(loss), bool(scope.losses)


def _changed(variables, before, scope):
    """Those of some variables that a scope holds another value of than before."""
    return [v for v in variables if scope.state_mapping[id(v)] is not before[id(v)]]


def _undone(model):
    """A scope in which a model computes without changing its variables."""
    return keras.StatelessScope([(v, v.value) for v in model.variables], collect_losses=True)
