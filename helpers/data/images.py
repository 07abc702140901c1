"""Data sets of images, and what can be done to images."""

import os
import socket
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from helpers import checks
from helpers.data.dataset import Dataset
from helpers.errors import ParameterError

DOWNLOAD_TIMEOUT = 30  # seconds without an answer after which a download is given up


def digits(max_train: int | None = None, data_seed: int = 0, n_train: int = 896) -> Dataset:
    """Handwritten digits of 8 by 8 pixels, which come with scikit-learn; half of them train.

    The 1797 images are the test part of the UCI set "Optical recognition of handwritten digits"
    (Alpaydin & Kaynak, 1998). Each digit has its share in both splits. By default 896 of them
    train, so that batches of any power of 2 up to 128 leave no short batch.

    Args:
        max_train: most images to train on, at least 1; None for the whole training set. The test
            images stay the same.
        data_seed: seed of the split and of the order of the images.
        n_train: training images, 10 to 1787; the others are test images.

    Returns:
        A Dataset of n_train training images (at most ``max_train``) and 1797 - n_train test
        images, x of shape (n, 8, 8, 1) with values from 0 (paper) to 1 (ink), one-hot y of shape
        (n, 10).

    Raises:
        ValueError: ``n_train`` is out of its range.

    >>> digits().x_train.shape, digits(max_train=100).y_train.shape
    ((896, 8, 8, 1), (100, 10))
    """
    checks.whole_number("n_train", n_train, 10, 1787)
    x, labels = load_digits(return_X_y=True)
    split = train_test_split(
        x.reshape(-1, 8, 8), labels, train_size=n_train, stratify=labels, random_state=data_seed
    )
    x_train, x_test, labels_train, labels_test = split
    return _images(x_train, labels_train, x_test, labels_test, 16, max_train, "digits")


def mnist(max_train: int | None = None) -> Dataset:
    """Handwritten digits of 28 by 28 pixels: MNIST, as ``keras.datasets.mnist`` has it.

    A file mnist.npz in Keras's cache (the folder datasets of KERAS_HOME, by default ~/.keras) is
    used as it is; without one Keras downloads it.

    Args:
        max_train: as for ``digits``.

    Returns:
        A Dataset of 60 000 training and 10 000 test images, x of shape (n, 28, 28, 1) with values
        from 0 (paper) to 1 (ink), one-hot y of shape (n, 10).

    Raises:
        ParameterError: the file can be neither found nor downloaded, or holds something else.
    """
    path = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "datasets" / "mnist.npz"
    if path.exists():
        arrays = _read_mnist(path)
    else:
        import keras  # only needed here, and slow to load

        patience = socket.getdefaulttimeout()
        socket.setdefaulttimeout(DOWNLOAD_TIMEOUT)
        try:
            (x, labels), (x_test, labels_test) = keras.datasets.mnist.load_data()
        except Exception as error:  # Keras raises a bare Exception
            raise ParameterError(
                f'dataset "mnist" could not be downloaded ({error}): put mnist.npz into '
                f'{path.parent}, or choose dataset "digits"'
            ) from None
        finally:
            socket.setdefaulttimeout(patience)
        arrays = x, labels, x_test, labels_test
    return _images(*arrays, 255, max_train, "mnist")


def _read_mnist(path: Path) -> tuple[np.ndarray, ...]:
    """The four arrays of a file like Keras's mnist.npz."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = tuple(file[name] for name in ("x_train", "y_train", "x_test", "y_test"))
        for x, labels in (arrays[:2], arrays[2:]):
            if x.shape != (len(labels), 28, 28) or x.dtype != np.uint8 or len(x) == 0:
                raise ValueError(f"images of shape {x.shape}, {x.dtype}")
            if labels.ndim != 1 or labels.dtype.kind not in "iu" or labels.max() > 9:
                raise ValueError("labels other than 0 to 9")
    except Exception as error:  # a file cut short fails in many ways
        raise ParameterError(
            f"{path} is not the file of MNIST that Keras stores ({error}): remove it, and it is "
            'downloaded anew, or choose dataset "digits"'
        ) from None
    return arrays


def _images(x_train, labels_train, x_test, labels_test, ink, max_train, name) -> Dataset:
    """A Dataset from pixels of 0 to ``ink``, shape (n, rows, columns), and digits, shape (n,)."""

    def inputs(pixels):
        return (pixels / np.float32(ink)).astype("float32")[..., None]

    one_hot = np.eye(10, dtype="float32")
    x_train, labels_train = x_train[:max_train], labels_train[:max_train]
    return Dataset(
        inputs(x_train), one_hot[labels_train], inputs(x_test), one_hot[labels_test], name
    )


def shifted(data: Dataset) -> Dataset:
    """``data`` with every training image shifted by up to one pixel each way: nine times as many.

    What is shifted in at the edge is paper (0). The test images stay as they are.

    Args:
        data: images, x of shape (n, rows, columns, channels), as ``digits`` and ``mnist`` return.

    Returns:
        A Dataset whose training set holds the images in place first, then the eight shifts of
        all of them, one shift after another.

    >>> shifted(digits(n_train=1200)).x_train.shape
    (10800, 8, 8, 1)
    """
    rows, columns = data.x_train.shape[1:3]
    padded = np.pad(data.x_train, ((0, 0), (1, 1), (1, 1), (0, 0)))
    places = sorted(product(range(3), repeat=2), key=lambda place: place != (1, 1))
    x = np.concatenate([padded[:, i : i + rows, j : j + columns] for i, j in places])
    y = np.tile(data.y_train, (len(places), 1))
    return replace(data, x_train=x, y_train=y, name=f"{data.name}, shifted")


def flattened(data: Dataset) -> Dataset:
    """``data`` with every image as one row of numbers, as a network of dense layers takes it.

    >>> flattened(digits()).x_train.shape
    (896, 64)
    """
    x_train, x_test = (x.reshape(len(x), -1) for x in (data.x_train, data.x_test))
    return replace(data, x_train=x_train, x_test=x_test)
