"""Arguments checked at the door: one plain sentence naming what came and what is allowed."""

import math
from collections.abc import Iterable, Sequence
from numbers import Integral, Real

import joblib
import numpy as np

HIGHEST_RATE = 10**6  # learning rates above it are typing errors


def whole_number(name: str, value: object, low: int, high: int | None = None, why: str = "") -> int:
    """``value`` as an int, or a ValueError unless it is a whole number from low to high.

    >>> whole_number("batch_size", 0, 1, 500, "the number of training samples")
    Traceback (most recent call last):
    ValueError: batch_size must be between 1 and 500 (the number of training samples), got 0
    """
    whole = isinstance(value, Integral) and not isinstance(value, (bool, np.bool_))
    if not whole or value < low or (high is not None and value > high):
        allowed = f"at least {low}" if high is None else f"between {low} and {high}"
        raise ValueError(
            f"{name} must be {'' if whole else 'a whole number '}{allowed}"
            f"{f' ({why})' if why else ''}, got {value!r}"
        )
    return int(value)


def positive(name: str, value: object) -> float:
    """``value`` as a float, or a ValueError unless it is a finite number above 0."""
    real = isinstance(value, Real) and not isinstance(value, (bool, np.bool_))
    if not real or not math.isfinite(value) or value <= 0:
        raise ValueError(f"{name} must be a finite number above 0, got {value!r}")
    return float(value)


def learning_rate(value: object) -> float:
    """``value`` as a float, or a ValueError unless it is above 0 and not absurdly large.

    >>> learning_rate(1e9)
    Traceback (most recent call last):
    ValueError: learning_rate must be at most 1000000, got 1000000000.0
    """
    rate = positive("learning_rate", value)
    if rate > HIGHEST_RATE:
        raise ValueError(f"learning_rate must be at most {HIGHEST_RATE}, got {value!r}")
    return rate


def weight(name: str, value: object) -> float:
    """``value`` as a float, or a ValueError unless it is a finite number, at least 0."""
    real = isinstance(value, Real) and not isinstance(value, (bool, np.bool_))
    if not real or not math.isfinite(value) or value < 0:
        raise ValueError(f"{name} must be a finite number, at least 0, got {value!r}")
    return float(value)


def weights(name: str, values: object, n_sets: int, n: int) -> np.ndarray:
    """``values`` as an array of shape (n_sets, n), or a ValueError unless they are weights.

    Args:
        name: of the argument.
        values: shape (n,) or (n_sets, n), each finite and at least 0.
        n_sets: number of data sets.
        n: samples of each.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold numbers, got the type {array.dtype}")
    if array.shape not in ((n,), (n_sets, n)):
        allowed = f"({n},)" if n_sets == 1 else f"({n},) or ({n_sets}, {n})"
        raise ValueError(f"{name} must have the shape {allowed}, got {array.shape}")
    wrong = ~np.isfinite(array) | (array < 0)
    if wrong.any():
        raise ValueError(f"{name} must be finite and at least 0, got {array[wrong][0]}")
    return np.broadcast_to(array, (n_sets, n))


def share(name: str, value: object, whole: bool = False) -> float:
    """``value`` as a float, or a ValueError unless it is above 0 and below 1; ``whole`` allows 1.

    >>> share("share", 1)
    Traceback (most recent call last):
    ValueError: share must be above 0 and below 1, got 1
    """
    real = isinstance(value, Real) and not isinstance(value, (bool, np.bool_))
    if not real or not 0 < value <= 1 or (value == 1 and not whole):
        allowed = "at most 1" if whole else "below 1"
        raise ValueError(f"{name} must be above 0 and {allowed}, got {value!r}")
    return float(value)


def batch_size(value: object, n_train: int) -> int:
    """``value`` as an int, or a ValueError unless it is a batch size for ``n_train`` samples."""
    return whole_number("batch_size", value, 1, n_train, "the number of training samples")


def one_of(name: str, value: object, allowed: Sequence[str]) -> str:
    """``value``, or a ValueError unless it is one of ``allowed``."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    return value


def several(name: str, values: object, n: int | None = None) -> list:
    """``values`` as a list, or a ValueError unless it holds several values, or just ``n``."""
    held = list(values) if isinstance(values, Iterable) and not isinstance(values, str) else None
    if held is None or (n is not None and len(held) != n):
        raise ValueError(f"{name} must hold {n or 'several'} values, got {values!r}")
    return held


def distinct(name: str, values: object) -> list:
    """``values`` as a list, or a ValueError if it is empty or holds a value twice."""
    held = several(name, values)
    if not held:
        raise ValueError(f"{name} must hold at least one value, got none")
    twice = [value for i, value in enumerate(held) if value in held[:i]]
    if twice:
        raise ValueError(f"{name} must not hold a value twice, got {twice[0]!r} twice")
    return held


def per_epoch(name: str, value: object, epochs: int) -> list:
    """One value per epoch: ``value`` itself if it holds that many, else a number repeated."""
    if np.ndim(value) == 0:
        return [value] * epochs
    if len(value) != epochs:
        raise ValueError(f"{name} must be one number or one per epoch ({epochs}), got {len(value)}")
    return [v.item() if isinstance(v, np.generic) else v for v in value]


def samples(data) -> None:
    """A ValueError unless a Dataset's arrays agree in shape, are not empty and are finite."""
    for part in ("train", "test"):
        x, y = getattr(data, f"x_{part}"), getattr(data, f"y_{part}")
        for name, array in ((f"x_{part}", x), (f"y_{part}", y)):
            if not isinstance(array, np.ndarray) or array.ndim == 0:
                raise ValueError(
                    f"{name} must be a NumPy array of samples, got {type(array).__name__}"
                )
        if len(x) == 0 or len(x) != len(y):
            raise ValueError(
                f"x_{part} and y_{part} must hold equally many samples, at least one, "
                f"got {len(x)} and {len(y)}"
            )
        for name, array in ((f"x_{part}", x), (f"y_{part}", y)):
            if array.dtype.kind not in "biuf":
                raise ValueError(f"{name} must hold numbers, got the type {array.dtype}")
            if not np.isfinite(array).all():
                raise ValueError(f"{name} must be finite, got NaN or infinity in it")
    for name in ("x", "y"):
        train, test = (getattr(data, f"{name}_{part}").shape[1:] for part in ("train", "test"))
        if train != test:
            raise ValueError(f"{name}_test must have samples of shape {train}, got {test}")


def model_fits(model, data) -> None:
    """A ValueError unless a Keras model takes a Dataset's inputs and gives outputs for its targets.

    Targets have the outputs' shape, or lack the last axis, or have it of length 1, or are one-hot
    in two columns where the model has one output.
    """
    for kind in ("inputs", "outputs"):
        n = len(getattr(model, kind, [None]))  # a class of the user's own has no such list
        if n != 1:
            raise ValueError(f"the model must have one input and one output, got {n} {kind}")
    x, y = data.x_train.shape[1:], data.y_train.shape[1:]
    takes = getattr(model, "input_shape", data.x_train.shape)[1:]
    if len(takes) != len(x) or any(t not in (None, c) for t, c in zip(takes, x, strict=True)):
        raise ValueError(f"the model takes samples of shape {takes}, the data have {x}")
    outputs = model(data.x_train[:1])
    if not hasattr(outputs, "shape"):
        raise ValueError(f"the model must give one array, got {type(outputs).__name__}")
    gives = tuple(outputs.shape[1:])
    fits = [gives, gives[:-1], (*gives[:-1], 1)]
    if gives[-1:] == (1,) and np.isin(data.y_train, (0, 1)).all():
        fits += [(*gives[:-1], 2)] * bool((data.y_train.sum(axis=-1) == 1).all())
    if y not in fits:
        raise ValueError(f"the model gives outputs of shape {gives}, the data have targets of {y}")


def jobs(n_jobs: int | None) -> int:
    """How many things are to be done at the same time: one per core if None.

    Raises:
        ValueError: it is no whole number, or below 1.
    """
    return joblib.cpu_count() if n_jobs is None else whole_number("n_jobs", n_jobs, 1)
