"""What ``fit`` does and the trainer cannot do: refused in one sentence before training."""

import warnings
from collections.abc import Callable

import keras

from helpers.training.stacking import accumulated, inner

# Members that fit and its compiled steps go through; compute_loss is the only one that stays.
OF_FIT = (
    "fit", "train_step", "make_train_function", "evaluate", "test_step", "make_test_function",
    "compile", "compute_metrics", "metrics", "get_metrics_result", "reset_metrics",
)  # fmt: skip


def check_optimizer(optimizer: keras.optimizers.Optimizer, per_update: object = None) -> None:
    """A ValueError if the trainer does not do what ``fit`` does with an optimizer.

    Args:
        optimizer: what was given as one.
        per_update: as for ``train``.
    """
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise ValueError(f"optimizer must be a Keras optimizer, got {optimizer!r}")
    rate = inner(optimizer)._learning_rate
    if callable(rate) and not isinstance(
        rate, (keras.Variable, keras.optimizers.schedules.LearningRateSchedule)
    ):
        raise ValueError(
            "the optimizer's learning_rate must be a number or a Keras LearningRateSchedule, "
            f"got the function {getattr(rate, '__name__', rate)!r}"
        )
    if inner(optimizer).use_ema:
        raise ValueError(
            "the optimizer must not use_ema, which fit applies after its last epoch and the "
            "trainer does not; use fit, or average weights kept at snapshots"
        )
    if per_update is not None and accumulated(optimizer) > 1:
        raise ValueError(
            "per_update must be left out where the optimizer has gradient_accumulation_steps, "
            "since a batch is not an update there"
        )


def check_model(model: keras.Model) -> None:
    """A ValueError if ``fit`` does with a built model what the trainer does not do.

    Args:
        model: what ``build`` returned.
    """
    name = type(model).__name__
    overridden = [member for member in OF_FIT if _is_overridden(model, member)]
    if overridden:
        raise ValueError(
            f"the model must train by Keras's own {overridden[0]}, got one that {name} defines; "
            "move what it computes to call, add_loss or compute_loss, or use fit"
        )
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False):
            raise ValueError(
                f"the model must keep no state from batch to batch, got stateful=True in the layer "
                f"{layer.name!r}; leave it out, or use fit"
            )
        if getattr(layer, "quantization_mode", None) is not None:
            raise ValueError(
                f"the model must not be quantised, got {layer.quantization_mode} in the layer "
                f"{layer.name!r}; train it first, or use fit"
            )
    for tensor in _inputs(model):
        if tensor.shape[0] is not None:
            raise ValueError(
                f"the model must take batches of any size, got an Input of {tensor.shape[0]} "
                "samples; leave out its batch_size or batch_shape"
            )
        if tensor.sparse or getattr(tensor, "ragged", False):
            raise ValueError(
                "the model must take dense samples, got an Input with "
                f"{'sparse' if tensor.sparse else 'ragged'}=True; leave it out, or use fit"
            )
    if not model.trainable_variables:
        raise ValueError("the model must have trainable weights, got none")
    special = [v for v in model.trainable_variables if getattr(v, "overwrite_with_gradient", False)]
    if special:
        raise ValueError(
            "the model must have weights that an optimizer updates, got overwrite_with_gradient in "
            f"{special[0].path!r}; use fit"
        )


def check_outputs(outputs) -> None:
    """A ValueError if a model's ``outputs`` carry a mask, which Keras weights metrics by."""
    if getattr(outputs, "_keras_mask", None) is not None:
        raise ValueError(
            "the model must give outputs without a mask, got masked steps at its end; end it on a "
            "layer that takes the mask in, or use fit"
        )


def warn_of(model: keras.Model, loss: str | Callable | None) -> None:
    """Warn, a sentence each, of what the trainer does not use, and of layers that do nothing.

    Args:
        model: as ``build`` returned it, compiled or not.
        loss: as for ``train``.
    """
    unused = []
    if model.compiled:
        given = model._compile_config.config
        unused += [f"its optimizer {type(model.optimizer).__name__}"]
        if loss is not None and given["loss"] is not None and given["loss"] != loss:
            unused += [f"its loss {_named(given['loss'])}"]
        for name in ("metrics", "weighted_metrics", "loss_weights"):
            if given[name] and given[name] != ["accuracy"]:
                unused += [f"its {name} {_named(given[name])}"]
    of_layers = [m.name for layer in model._flatten_layers() for m in layer._metrics]
    if of_layers:
        unused += [f"the metrics of its layers {_named(of_layers)}"]
    if unused:
        warnings.warn(
            f"the model comes with {', '.join(unused)}, which the trainer does not use",
            stacklevel=2,
        )
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.Normalization) and _is_idle(layer):
            warnings.warn(
                f"the Normalization {layer.name!r} is not adapted, so it leaves inputs as they are",
                stacklevel=2,
            )


def _is_overridden(model, member):
    return member in vars(model) or getattr(type(model), member) is not getattr(keras.Model, member)


def _is_idle(layer):
    """Whether a Normalization has mean 0 and variance 1 everywhere."""
    mean, variance = map(keras.ops.convert_to_numpy, (layer.mean, layer.variance))
    return layer.input_mean is None and not mean.any() and (variance == 1).all()


def _inputs(model):
    """The symbolic inputs of a model; none of a class that only has ``call``."""
    return getattr(model, "inputs", None) or []


def _named(given):
    """Losses or metrics, as a sentence shows them."""
    if isinstance(given, (list, tuple)):
        return ", ".join(map(_named, given))
    return getattr(given, "name", None) or getattr(given, "__name__", None) or str(given)
