"""Whether replicates of a model can be trained together: by its optimizer, weights and layers.

Replicates that train together share one optimizer, applied to variables with a leading replicate
axis. That is right exactly when the optimizer treats every element of a variable alike.
"""

import keras

# Optimizers of Keras whose update of one element of a variable never looks at another.
ELEMENTWISE = {
    "SGD", "RMSprop", "Adam", "AdamW", "Adagrad", "Adadelta", "Adamax", "Nadam", "Ftrl", "Lion",
}  # fmt: skip


def is_elementwise(optimizer: keras.optimizers.Optimizer) -> bool:
    """Whether ``optimizer`` updates each element of a variable by itself.

    True for the optimizers of Keras named in ``ELEMENTWISE`` and for any class with a true
    attribute ``elementwise``, unless gradients are clipped by their norm, which mixes elements.

    >>> is_elementwise(keras.optimizers.Adam()), is_elementwise(keras.optimizers.Adam(clipnorm=1))
    (True, False)
    """
    kind = type(optimizer)
    known = kind.__name__ in ELEMENTWISE and kind.__module__.startswith("keras.")
    by_norm = optimizer.clipnorm is not None or optimizer.global_clipnorm is not None
    return (known or getattr(optimizer, "elementwise", False)) and not by_norm


def inner(optimizer: keras.optimizers.Optimizer) -> keras.optimizers.Optimizer:
    """``optimizer`` itself, or the one that a LossScaleOptimizer wraps."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def has_schedule(optimizer: keras.optimizers.Optimizer) -> bool:
    """Whether the learning rate of ``optimizer`` follows a Keras schedule; else it is a number."""
    rate = inner(optimizer)._learning_rate
    return isinstance(rate, keras.optimizers.schedules.LearningRateSchedule)


def accumulated(optimizer: keras.optimizers.Optimizer) -> int:
    """Batches whose gradients ``optimizer`` averages for one update of the weights."""
    return inner(optimizer).gradient_accumulation_steps or 1


def has_xla(model: keras.Model) -> bool:
    """Whether XLA can compile all layers of ``model``, by what they say of themselves."""
    return all(layer.supports_jit for layer in model._flatten_layers())


def draws_random(model: keras.Model) -> bool:
    """Whether ``model`` draws random numbers as it trains, as Dropout does.

    Args:
        model: a built Keras model.
    """
    return any(layer._seed_generators for layer in model._flatten_layers())


def adds_rows(optimizer: keras.optimizers.Optimizer) -> bool:
    """Whether ``optimizer`` takes the same step when a gradient has a row twice as when added up.

    Keras hands over gradients of few rows, such as an Embedding's, as they come, with rows that
    are there twice. A step that is not linear in the gradient then is another one.
    """
    return type(optimizer) is keras.optimizers.SGD and optimizer.clipvalue is None


def trains_stacked(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    requested: bool | None,
    of_rows: bool = False,
) -> bool:
    """Whether all replicates train in one program: as ``requested``, or else as suits them best.

    Convolutions gain nothing by it, and XLA cannot compile recurrent layers mapped over replicates.

    Args:
        model: a built Keras model.
        optimizer: a Keras optimizer.
        requested: True or False, or None to decide by the model and the optimizer.
        of_rows: whether some gradient comes as few rows.

    Raises:
        ValueError: it is requested, but would mix the replicates.
    """
    alike = is_elementwise(optimizer)
    free = all(variable.constraint is None for variable in model.trainable_variables)
    if requested and not (alike and free):
        reason = "its optimizer updates" if not alike else "its weight constraints treat"
        raise ValueError(
            f"stacked=True would mix the replicates, since {reason} the elements of a variable "
            "together; leave it out to train one replicate at a time"
        )
    rows_add = not of_rows or adds_rows(optimizer)
    if requested and not rows_add:
        raise ValueError(
            f"stacked=True would not give what fit gives, since {type(optimizer).__name__} steps "
            "by the single rows of an Embedding's gradient; leave it out to train one replicate "
            "at a time"
        )
    if requested is not None:
        return requested
    separate = any(
        isinstance(layer, keras.layers.RNN) or "Conv" in type(layer).__name__
        for layer in model._flatten_layers()
    )
    return alike and free and rows_add and not separate
