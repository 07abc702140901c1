"""Images of one's own: a folder with a subfolder for each class becomes a Dataset."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from helpers import checks
from helpers.data.named import NamedDataset
from helpers.data.names import code, counted
from helpers.data.paths import place
from helpers.data.splits import Categories, drawn, split
from helpers.errors import ParameterError, quoted

FORMATS = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
LISTED = 20  # files that are named; of more, the first ones
GREY = 16  # of 255, by which the channels of a pixel without colour may differ
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
    image is turned as its camera says and resized, so that a pixel is the mean of those in its
    place; what is transparent is white. Only those that are drawn are read, and those that cannot
    be read are left out. Hidden files and folders do not count.

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
            splits; or half of the images of a class cannot be read.
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
    names = [f"{paths[i].parent.name}/{paths[i].name}" for i in rows]
    x, features, unread = _pixels([paths[i] for i in rows], image_size, color_mode)
    readable = _readable(labels.take(rows), names, unread)
    x, rows = x[readable], rows[readable]
    train, test = split(labels.take(rows), test_share, data_seed)
    y = np.eye(len(files), dtype="float32")[codes[rows]]
    return NamedDataset(
        x[train], y[train], x[test], y[test], folder.resolve().name, [], labels.names,
        len(paths) - len(unread),
        notices=notices + _noticed(features, {names[i]: why for i, why in unread.items()}),
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


def _pixels(
    paths: list[Path], size: int, color_mode: str
) -> tuple[np.ndarray, Counter, dict[int, str]]:
    """Images of shape (n, size, size, channels), from 0 to 1.

    Also how many have which features, and for the place of each that cannot be read the reason.
    """
    mode = "RGB" if color_mode == "rgb" else "L"
    x = np.zeros((len(paths), size, size, len(mode)), "float32")
    features, unread = Counter(), {}
    for i, path in enumerate(paths):
        try:
            with Image.open(path) as image:
                upright = _of_8_bits(ImageOps.exif_transpose(image))
            if upright.has_transparency_data:
                upright = upright.convert("RGBA")
                features["transparent"] += upright.getchannel("A").getextrema()[0] < 255
                white = Image.new("RGBA", upright.size, "white")
                upright = Image.alpha_composite(white, upright)
            small = upright.convert("RGB").resize((size, size), Image.Resampling.BOX)
            features["in colour"] += mode == "L" and np.ptp(small, axis=2).max() > GREY
            x[i] = np.reshape(small.convert(mode), x[i].shape) / 255
        except Exception as error:  # a file cut short fails in many ways
            unread[i] = " ".join(str(error).split())[:100]
    return x, features, unread


def _of_8_bits(image: Image.Image) -> Image.Image:
    """``image``, of 16-bit greyscale with the upper 8 of its bits."""
    if image.mode not in ("I", "F") and not image.mode.startswith("I;16"):
        return image
    values = np.asarray(image)
    if image.mode == "F" or values.min() < 0 or values.max() >= 2**16:
        raise ValueError(f"its values must have 8 or 16 bits, and are of the mode {image.mode}")
    return Image.fromarray((values / 257 + 0.5).astype("uint8"))


def _readable(labels: Categories, names: Sequence[str], unread: Mapping[int, str]) -> np.ndarray:
    """Places of the images that can be read.

    Raises:
        ParameterError: of a class, half of them or more cannot.
    """
    readable = np.setdiff1d(np.arange(len(names)), list(unread))
    n, n_readable = (np.bincount(codes, minlength=len(labels.names))
                     for codes in (labels.codes, labels.codes[readable]))  # fmt: skip
    problems = []
    for worst in np.flatnonzero(2 * n_readable <= n):
        some = [i for i in unread if labels.codes[i] == worst]
        problems.append(
            f"{len(some)} of {n[worst]} images of class {quoted(labels.names[worst])} cannot be "
            f"read: {_listed([names[i] for i in some], quoted)} (of the first: {unread[some[0]]})"
        )
    if problems:
        raise ParameterError(*problems)
    return readable


def _noticed(features: Mapping[str, int], unread: Mapping[str, str]) -> list[str]:
    notices = []
    if unread:
        some = _listed(list(unread), code)
        why = next(iter(unread.values()))
        is_ = "is" if len(unread) == 1 else "are"
        n_files = counted(len(unread), "file")
        notices.append(f"{n_files} cannot be read and {is_} left out: {some} ({why}).")
    if n := features["transparent"]:
        has = "has" if n == 1 else "have"
        notices.append(f"{counted(n, 'image')} {has} transparent parts, taken for white.")
    if n := features["in colour"]:
        is_ = "is" if n == 1 else "are"
        notices.append(
            f"{counted(n, 'image')} {is_} in colour, which `color_mode` grayscale drops; rgb "
            "keeps it."
        )
    return notices


def _listed(names: Sequence[str], shown: Callable[[str], str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(map(shown, names[:LISTED])) + more
