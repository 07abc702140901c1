"""The models of all seeds: built, checked against optimizer, data and loss, and read out."""

import threading
from collections.abc import Callable, Iterator

import keras
import numpy as np

Values = tuple[list[np.ndarray], list[np.ndarray]]  # of trainable variables and of others

_building = threading.Lock()  # Keras draws initial weights from a global state


def sample_orders(seed: int, n_samples: int) -> Iterator[np.ndarray]:
    """The order in which a reshuffled run with this seed sees its samples, epoch after epoch.

    Yields:
        Permutations of 0 .. n_samples - 1, shape (n_samples,), one per epoch, without end.
    """
    generator = np.random.default_rng(seed)
    while True:
        yield generator.permutation(n_samples)


def new_model(build: Callable[[], keras.Model], x: np.ndarray, seed: int) -> keras.Model:
    """What ``build`` returns after ``keras.utils.set_random_seed``, its weights in place.

    Args:
        build: as for ``train``.
        x: a few samples, first axis samples.
        seed: as for ``train``.

    Raises:
        ValueError: ``build`` is a model itself, or returns something else.
    """
    with _building:
        keras.utils.set_random_seed(seed)
        model = build if isinstance(build, keras.Model) else build()
        if model is build or not isinstance(model, keras.Model):
            raise ValueError(f"build must be a function that returns a new model, got {model!r}")
        if not model.built:  # the weights come with the first samples, as in fit
            model(x)
    return model


def initial_values(model: keras.Model) -> Values:
    """The values of a model's trainable variables and of its others."""
    parts = model.trainable_variables, model.non_trainable_variables
    return tuple([keras.ops.convert_to_numpy(v) for v in part] for part in parts)


def targets_like(outputs, y: np.ndarray) -> np.ndarray:
    """``y``, with an axis of length 1 added at the end if it lacks that of a model's outputs."""
    single = outputs.shape[-1] == 1 and y.shape[1:] == tuple(outputs.shape[1:-1])
    return y[..., None] if single else y


def accuracy_function(outputs, y: np.ndarray) -> Callable:
    """The function that Keras takes for the metric "accuracy", by the shapes as Keras does."""
    if outputs.shape[-1] == 1:
        return keras.metrics.binary_accuracy
    if y.shape[1:] == tuple(outputs.shape[1:]):
        return keras.metrics.categorical_accuracy
    return keras.metrics.sparse_categorical_accuracy


def loss_function(loss: str | Callable, outputs, y: np.ndarray) -> Callable:
    """The function that Keras takes for ``loss``, tried on one sample.

    Raises:
        ValueError: there is no such loss, or it does not take these outputs and targets, or does
            not average over samples (its value would depend on how many are evaluated together).
    """
    function = keras.losses.get(loss)
    reduction = getattr(function, "reduction", "mean")
    if function is None or reduction in ("sum", "none", None):
        came = f"one with reduction={reduction!r}" if function else "None"
        raise ValueError(f"loss must be a Keras loss that averages over samples, got {came}")
    try:
        function(y[:1], outputs[:1])
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"the loss {loss!r} does not take targets of shape {y.shape[1:]} "
            f"and outputs of shape {tuple(outputs.shape[1:])}: {error}"
        ) from None
    return function
