"""The models of all seeds: built, compared, and read out."""

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
        if not model.built:  # the weights come with the first samples, which fit does not compute
            model(keras.KerasTensor(x.shape, str(x.dtype)), training=False)
    return model


def initial_values(model: keras.Model) -> Values:
    """The values of a model's trainable variables and of its others."""
    parts = model.trainable_variables, model.non_trainable_variables
    return tuple([keras.ops.convert_to_numpy(v) for v in part] for part in parts)
