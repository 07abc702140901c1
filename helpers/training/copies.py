"""Copies of an optimizer: its settings in a new object, without its state."""

import json
from collections.abc import Sequence

import keras

from helpers.training.stacking import has_schedule

BESIDE_SETTINGS = ("name", "built", "_lock")  # plain attributes that differ from copy to copy


def fresh(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    """A new optimizer with the settings of another one, which is left as it is.

    Args:
        optimizer: a Keras optimizer of any class; a schedule of its learning rate is shared.

    Raises:
        ValueError: the copy would not have the same settings, since a class of the user's own
            does not return them from ``get_config``, or since variables of a model are named.
    """
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return keras.optimizers.LossScaleOptimizer(
            fresh(optimizer.inner_optimizer),
            initial_scale=optimizer.initial_scale,
            dynamic_growth_steps=optimizer.dynamic_growth_steps,
            name=optimizer.name,
        )
    kind = type(optimizer)
    copy = _from_config(optimizer)
    held, copied = _settings(optimizer), _settings(copy)
    for name in held:
        if copied.get(name, "nothing") != held[name]:
            raise ValueError(
                f"the optimizer {kind.__name__} must return all settings from get_config, but "
                f"{name} is {held[name]!r} in it and {copied.get(name, 'nothing')!r} in a copy"
            )
    if getattr(optimizer, "_exclude_from_weight_decay", None):
        raise ValueError(
            "exclude_from_weight_decay must be given var_names, such as ['bias'], since every "
            "seed has variables of its own, got a var_list"
        )
    if pattern := getattr(optimizer, "_exclude_from_weight_decay_pattern", None):
        copy.exclude_from_weight_decay(var_names=[pattern.pattern])
    return copy


def spare_alike(
    optimizer: keras.optimizers.Optimizer,
    variables: Sequence[keras.Variable],
    stand_ins: Sequence[keras.Variable],
) -> None:
    """Exempt from weight decay what stands in for exempt variables of a model.

    Args:
        optimizer: a Keras optimizer, not built yet.
        variables: of a model; Keras looks for the exempt ones by their names.
        stand_ins: one for each variable, of any name.
    """
    pairs = zip(variables, stand_ins, strict=True)
    spared = [other for variable, other in pairs if not optimizer._use_weight_decay(variable.value)]
    optimizer.exclude_from_weight_decay(var_list=spared)


def described(optimizer: keras.optimizers.Optimizer) -> dict:
    """Class and settings of an optimizer, in what JSON can hold.

    Args:
        optimizer: a Keras optimizer of any class.
    """
    try:
        description = keras.optimizers.serialize(optimizer)
        json.dumps(description)
    except (NotImplementedError, TypeError, ValueError):  # of a class or schedule of one's own
        rate = optimizer._learning_rate
        scheduled = {"learning_rate": type(rate).__name__} if has_schedule(optimizer) else {}
        config = _settings(optimizer) | scheduled
        description = {"class_name": type(optimizer).__name__, "config": config}
    return description


def _from_config(optimizer):
    """Made anew from its config; a schedule, which may have no config, is handed over."""
    kind, scheduled = type(optimizer), has_schedule(optimizer)
    source = optimizer
    if scheduled:
        source = object.__new__(kind)
        vars(source).update(vars(optimizer) | {"_learning_rate": 0.5})
    try:
        copy = kind.from_config(source.get_config())
    except (TypeError, ValueError, NotImplementedError) as error:
        raise ValueError(
            f"the optimizer {kind.__name__} must return the arguments of its __init__ from "
            f"get_config, so that every seed can have one of its own, got: {error}"
        ) from None
    if scheduled:
        copy.learning_rate = optimizer._learning_rate
    return copy


def _settings(optimizer):
    """The plain attributes of an optimizer."""
    return {
        name: value
        for name, value in vars(optimizer).items()
        if isinstance(value, (bool, int, float, str, type(None)))
        and name not in BESIDE_SETTINGS
        and not name.startswith(("_self_", "_exclude_from_weight_decay"))
    }
