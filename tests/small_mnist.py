"""A small file in the format of Keras's mnist.npz, so that no test downloads the real one."""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

# No host listens at port 9, and it refuses at once.
OFFLINE = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy")} | {"no_proxy": ""}


def write(keras_home: Path, n_train: int = 300, n_test: int = 200) -> Path:
    """Put mnist.npz where Keras keeps its data sets: scikit-learn's digits, enlarged to 28 by 28.

    Returns:
        The file, in the folder datasets of ``keras_home``.
    """
    pixels, labels = load_digits(return_X_y=True)
    large = np.kron(pixels.reshape(-1, 8, 8), np.ones((3, 3))) * 255 / 16
    images = np.pad(large, ((0, 0), (2, 2), (2, 2))).astype("uint8")
    path = keras_home / "datasets" / "mnist.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    train, test = slice(n_train), slice(n_train, n_train + n_test)
    np.savez(
        path,
        x_train=images[train],
        y_train=labels[train].astype("uint8"),
        x_test=images[test],
        y_test=labels[test].astype("uint8"),
    )
    return path
