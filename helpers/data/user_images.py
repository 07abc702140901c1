"""Images of one's own: a folder with a subfolder for each class becomes a Dataset."""

import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from helpers import checks
from helpers.data.named import NamedDataset
from helpers.data.names import code
from helpers.data.splits import Categories, drawn, split
from helpers.data.tables import place
from helpers.errors import ParameterError, quoted

FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
SPLITS = {"train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval"}


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
    image is turned as its camera says and resized to the nearest pixels; what is transparent is
    white. Only those that are drawn are read. Hidden files and folders do not count.

    Args:
        folder: holds 2 to 100 subfolders with images (bmp, gif, jpeg, jpg, png, tif, tiff, webp).
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
        ParameterError: there is no such folder, it has fewer than two subfolders with images, or
            its subfolders are splits such as train and test; a class has no image in one of the
            splits; or a file holds no image, or one of more than 8 bits.
        ValueError: another argument is out of its range.
    """
    folder = place(folder)
    checks.whole_number("image_size", image_size, 1)
    checks.one_of("color_mode", color_mode, ("grayscale", "rgb"))
    if not folder.is_dir():
        raise ParameterError(f"there is no folder {folder}")
    files, notices = _files(folder)
    paths = [path for listed in files.values() for path in listed]
    codes = np.repeat(np.arange(len(files)), [len(listed) for listed in files.values()])
    labels = Categories(codes, list(files))
    rows = drawn(labels, max_samples, data_seed)
    parts = split(labels.take(rows), test_share, data_seed)
    train, test = (rows[part] for part in parts)
    one_hot = np.eye(len(files), dtype="float32")
    (x_train, clear), (x_test, also_clear) = (
        _pixels([paths[i] for i in part], image_size, color_mode) for part in (train, test)
    )
    if clear + also_clear:
        notices.append(f"{clear + also_clear} images have transparent parts, taken for white.")
    y_train, y_test = one_hot[codes[train]], one_hot[codes[test]]
    return NamedDataset(
        x_train, y_train, x_test, y_test, folder.resolve().name, [], labels.names, len(paths),
        notices=notices,
    )  # fmt: skip


def _files(folder: Path) -> tuple[dict[str, list[Path]], list[str]]:
    """The images of each class, hidden ones left out, and what to notice of the folder."""
    visible = sorted(
        path
        for path in folder.rglob("*")
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    for path in (folder, *visible):  # those above before those within
        if path.is_dir() and not os.access(path, os.R_OK | os.X_OK):
            raise ParameterError(f"the folder {path} cannot be opened: Permission denied")
    everything = [path for path in visible if path.is_file()]
    images = [path for path in everything if path.suffix.lower() in FORMATS]
    files, inner = {}, {}
    for path in images:
        name, *below = path.relative_to(folder).parts
        if below:
            files.setdefault(name, []).append(path)
        if len(below) > 1:
            inner.setdefault(name, set()).add(below[0])
    if files and all(name.lower() in SPLITS for name in files):
        splits = " and ".join(map(quoted, files))
        one = max(inner, key=lambda name: len(files[name]), default=None)
        todo = f"give one of them, such as {folder / one}" if one else "put each class in a folder"
        raise ParameterError(
            f"{quoted(folder.name)} holds {splits}, which are splits and no classes: {todo}; the "
            "book splits the images itself"
        )
    if len(files) < 2:
        within = [name for name in inner if len(inner[name]) > 1]
        hint = f": did you mean {folder / within[0]}?" if within else ""
        raise ParameterError(
            f"{quoted(folder.name)} must hold a subfolder of images ({', '.join(FORMATS)}) for "
            f"each of 2 classes at least, got {len(files)}{hint}"
        )
    notices = []
    if loose := sum(path.parent == folder for path in images):
        notices.append(f"Images beside the subfolders have no class, and are left out: {loose}.")
    if others := len(everything) - len(images):
        kinds = sorted({path.suffix or path.name for path in everything} - {*FORMATS})
        kinds = [kind for kind in kinds if kind.lower() not in FORMATS]
        some = ", ".join(map(code, kinds[:5]))
        notices.append(f"Files of other kinds are left out: {others} ({some}).")
    if inner:
        name, below = next(iter(inner.items()))
        some = ", ".join(code(f"{name}/{sub}") for sub in sorted(below)[:2])
        notices.append(f"Images in {some} are of the class {code(name)}.")
    return files, notices


def _pixels(paths: list[Path], size: int, color_mode: str) -> tuple[np.ndarray, int]:
    """Images of shape (n, size, size, channels), from 0 to 1; how many have transparent parts."""
    x = np.empty((len(paths), size, size, 3 if color_mode == "rgb" else 1), "float32")
    n_transparent = 0
    for pixels, path in zip(x, paths, strict=True):
        try:
            with Image.open(path) as image:
                if image.mode[0] in "IF":
                    raise ValueError(
                        f"its values must have 8 bits, and are of the mode {image.mode}"
                    )
                upright = ImageOps.exif_transpose(image)
                if upright.has_transparency_data:
                    n_transparent += 1
                    upright = upright.convert("RGBA")
                    white = Image.new("RGBA", upright.size, "white")
                    upright = Image.alpha_composite(white, upright)
                mode = "RGB" if color_mode == "rgb" else "L"
                small = upright.convert(mode).resize((size, size), Image.Resampling.NEAREST)
            pixels[:] = np.reshape(small, pixels.shape) / 255
        except Exception as error:  # a file cut short fails in many ways
            said = " ".join(str(error).split())[:100]
            raise ParameterError(
                f"{quoted(path.parent.name + '/' + path.name)} holds no image that can be read: "
                f"{said}"
            ) from error
    return x, n_transparent
