"""Images of one's own: a folder with a subfolder for each class becomes a Dataset."""

from pathlib import Path

import numpy as np
from PIL import Image

from helpers import checks
from helpers.data.named import NamedDataset
from helpers.data.splits import Categories, drawn, split
from helpers.data.tables import place
from helpers.errors import ParameterError, quoted

FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png")  # those that are looked for


def load_images(
    folder: str | Path,
    *,
    image_size: int = 16,
    color_mode: str = "grayscale",
    test_share: float = 0.25,
    data_seed: int = 0,
    max_samples: int | None = None,
) -> NamedDataset:
    """Read the images in the subfolders of a folder, and split them into training and test images.

    The name of a subfolder is the class of all images in it, and of its own subfolders. Every
    image is resized to the nearest pixels; only those that are drawn are read.

    Args:
        folder: holds 2 to 100 subfolders with images (bmp, gif, jpeg, jpg, png).
        image_size: rows and columns of every image afterwards, at least 1.
        color_mode: "grayscale" for one value per pixel, "rgb" for three.
        test_share: of the images, above 0 and below 1. Each class has its share in both splits.
        data_seed: seed of the choice, the split and the order of the images.
        max_samples: if there are more images, this many are drawn, each class with its share; None
            takes all.

    Returns:
        x of shape (n, image_size, image_size, channels) with values from 0 to 1, one-hot y of
        shape (n, n_classes), float32.

    Raises:
        ParameterError: there is no such folder, it has fewer than two subfolders with images, a
            class has no image in one of the splits, or a file holds no image, or one of more than
            8 bits.
        ValueError: another argument is out of its range.
    """
    folder = place(folder)
    checks.whole_number("image_size", image_size, 1)
    checks.one_of("color_mode", color_mode, ("grayscale", "rgb"))
    if not folder.is_dir():
        raise ParameterError(f"there is no folder {folder}")
    listed = {
        sub.name: sorted(f for f in sub.rglob("*") if f.suffix.lower() in FORMATS)
        for sub in sorted(folder.iterdir())
        if sub.is_dir() and not sub.name.startswith(".")
    }
    files = {name: paths for name, paths in listed.items() if paths}
    if len(files) < 2:
        raise ParameterError(
            f"{quoted(folder.name)} must hold a subfolder of images ({', '.join(FORMATS)}) for "
            f"each of 2 classes at least, got {len(files)}"
        )
    paths = [path for listed in files.values() for path in listed]
    codes = np.repeat(np.arange(len(files)), [len(listed) for listed in files.values()])
    labels = Categories(codes, list(files))
    rows = drawn(labels, max_samples, data_seed)
    parts = split(Categories(codes[rows], labels.names), test_share, data_seed)
    train, test = (rows[part] for part in parts)
    one_hot = np.eye(len(files), dtype="float32")
    x_train, x_test = (
        _pixels([paths[i] for i in part], image_size, color_mode) for part in (train, test)
    )
    y_train, y_test = one_hot[codes[train]], one_hot[codes[test]]
    name = folder.resolve().name
    return NamedDataset(x_train, y_train, x_test, y_test, name, [], labels.names, len(paths))


def _pixels(paths: list[Path], size: int, color_mode: str) -> np.ndarray:
    """Images of shape (n, size, size, channels), from 0 to 1."""
    x = np.empty((len(paths), size, size, 3 if color_mode == "rgb" else 1), "float32")
    for pixels, path in zip(x, paths, strict=True):
        try:
            with Image.open(path) as image:
                if image.mode[0] in "IF":
                    raise ValueError(
                        f"its values must have 8 bits, and are of the mode {image.mode}"
                    )
                small = image.convert("RGB" if color_mode == "rgb" else "L").resize((size, size), 0)
            pixels[:] = np.reshape(small, pixels.shape) / 255
        except Exception as error:  # a file cut short fails in many ways
            said = " ".join(str(error).split())[:100]
            raise ParameterError(
                f"{quoted(path.parent.name + '/' + path.name)} holds no image that can be read: "
                f"{said}"
            ) from error
    return x
