"""A folder of images becomes samples to learn from, or one plain sentence says why not."""

import re
from itertools import product

import numpy as np
import pytest
from PIL import Image

from helpers import checks
from helpers.data.user_images import load_images
from helpers.errors import ParameterError


@pytest.fixture
def folder(tmp_path):
    """Ten bright and ten dark images of various sizes and kinds, in a subfolder each."""
    for name, shade in (("bright", 255), ("dark", 51)):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for i in range(10):
            color = (shade, shade, shade)
            suffix = [".png", ".jpg", ".BMP", ".gif"][i % 4]
            image = Image.new("RGB", (5 + i, 20), color)
            image.save(tmp_path / "pictures" / name / f"{i}{suffix}")
    (tmp_path / "pictures" / "notes.txt").write_text("no image")
    (tmp_path / "pictures" / ".cache").mkdir()
    return tmp_path / "pictures"


@pytest.mark.parametrize(("color_mode", "channels"), [("grayscale", 1), ("rgb", 3)])
def test_images_of_each_subfolder_are_a_class(folder, color_mode, channels):
    data = load_images(folder, image_size=6, color_mode=color_mode)
    assert data.x_train.shape == (15, 6, 6, channels)
    assert (data.classes, data.n_available) == (["bright", "dark"], 20)
    checks.samples(data)
    shades = np.where(data.y_train[:, 0] == 1, 1.0, 0.2)
    np.testing.assert_allclose(data.x_train.mean(axis=(1, 2, 3)), shades, atol=0.003)


def test_a_pixel_is_the_mean_of_those_in_its_place(folder):
    fine = np.indices((40, 24)).sum(axis=0) % 2 * 255  # a chessboard of single pixels
    for path in folder.glob("*/*.*"):
        path.unlink()
    for name, i in product(("bright", "dark"), range(4)):
        Image.fromarray(fine.astype("uint8")).save(folder / name / f"{i}.png")
    data = load_images(folder, image_size=4)
    np.testing.assert_allclose(data.x_train, 0.5, atol=0.003)


def test_of_many_images_only_the_drawn_ones_are_read(folder):
    data = load_images(folder, max_samples=8)
    assert (len(data.x_train) + len(data.x_test), data.n_available) == (8, 20)
    assert data.y_train.sum() + data.y_test.sum() == 8


def test_folders_that_hold_no_images_are_refused(folder, tmp_path):
    def refusal(place):
        with pytest.raises(ParameterError) as raised:
            load_images(place)
        return str(raised.value)

    assert refusal(tmp_path / "none") == f"there is no folder {tmp_path / 'none'}"
    assert refusal(folder / "dark").endswith("for each of 2 classes at least, got 0")
    for image in (folder / "dark").iterdir():
        image.unlink()
    assert refusal(folder).endswith("for each of 2 classes at least, got 1")
    Image.new("L", (5, 5)).save(folder / "dark" / "0.png")
    assert refusal(folder) == (
        "class 'dark' has 1 sample, too few for training and test samples of each class"
    )


@pytest.mark.parametrize("mode", ["I;16", "I"])
@pytest.mark.parametrize("value", [13_107, 65_535])
def test_greyscale_of_sixteen_bits_is_read(folder, mode, value):
    for path in (folder / "dark").iterdir():
        path.unlink()
    for i in range(10):
        Image.new(mode, (9, 9), value - i).save(folder / "dark" / f"{i}.tiff")
        (folder / "dark" / f"{i}.tiff").rename(folder / "dark" / f"{i}.png")
    data = load_images(folder)
    dark = data.x_train[data.y_train[:, 1] == 1]
    np.testing.assert_allclose(dark, value / 65_535, atol=0.003)


def test_values_of_more_than_16_bits_are_refused(folder):
    for path in (folder / "dark").iterdir():
        path.unlink()
    for i in range(10):
        Image.new("F", (9, 9), 0.5).save(folder / "dark" / f"{i}.tiff")
    with pytest.raises(ParameterError, match="must have 8 or 16 bits, and are of the mode F"):
        load_images(folder)


def damaged(path):
    path.write_bytes(path.read_bytes()[:30])


def test_a_class_whose_images_cannot_be_read_is_refused_with_their_names(folder):
    for image in sorted((folder / "dark").iterdir())[:5]:
        damaged(image)
    with pytest.raises(ParameterError) as raised:
        load_images(folder)
    (problem,) = raised.value.problems
    assert problem.startswith("5 of 10 images of class 'dark' cannot be read: 'dark/")
    assert all(f"{i}." in problem for i in range(5))
    for image in (folder / "bright").iterdir():
        damaged(image)
    with pytest.raises(ParameterError) as raised:
        load_images(folder)
    assert len(raised.value.problems) == 2


def test_some_images_that_cannot_be_read_are_left_out_and_named(folder):
    for name in ("dark/0.png", "dark/4.png", "bright/1.jpg"):
        damaged(folder / name)
    data = load_images(folder)
    assert len(data.x_train) + len(data.x_test) == data.n_available == 17
    assert (data.x_train[data.y_train[:, 0] == 1] > 0.9).all()
    assert (data.x_train[data.y_train[:, 1] == 1] < 0.3).all()
    assert sorted(data.notices[-1].split("`")[1::2]) == ["bright/1.jpg", "dark/0.png", "dark/4.png"]
    assert data.notices[-1].startswith("3 files cannot be read and are left out: ")
    assert re.search(r"` \(\w.*\)\.$", data.notices[-1])  # the reason of the first


def test_colour_that_is_dropped_is_told_once(folder):
    Image.new("RGB", (9, 9), (200, 40, 40)).save(folder / "dark" / "0.png")
    (notice,) = load_images(folder).notices[1:]
    assert notice == "1 image is in colour, which `color_mode` grayscale drops; rgb keeps it."
    assert len(load_images(folder, color_mode="rgb").notices) == 1


def test_hidden_files_and_folders_never_count(folder):
    for place in (".ipynb_checkpoints", "deep/.thumbnails", "deep"):
        (folder / "dark" / place).mkdir(parents=True, exist_ok=True)
        name = ".copy.png" if place == "deep" else "copy.png"
        Image.new("L", (5, 5), 255).save(folder / "dark" / place / name)
    Image.new("L", (5, 5), 255).save(folder / "dark" / "._0.png")
    data = load_images(folder)
    assert data.n_available == 20
    assert max(data.x_train[data.y_train[:, 1] == 1].max(), 0) < 0.5


def test_a_hidden_folder_above_does_not_hide(folder):
    hidden = folder.rename(folder.parent / ".pictures")
    assert load_images(hidden).n_available == 20


@pytest.mark.parametrize("names", [("train", "test"), ("Train", "Val", "TEST")])
def test_splits_are_no_classes(folder, names):
    for name in names:
        for kind in ("dark", "bright"):
            (folder.parent / "data" / name / kind).mkdir(parents=True)
            Image.new("L", (5, 5)).save(folder.parent / "data" / name / kind / "0.png")
    with pytest.raises(ParameterError) as raised:
        load_images(folder.parent / "data")
    assert "which are splits and no classes: give one of them, such as " in str(raised.value)
    place = str(raised.value).split("such as ")[1].split(";")[0]
    assert place in [str(folder.parent / "data" / name) for name in names]


def test_a_train_may_be_a_class(folder):
    (folder / "dark").rename(folder / "train")
    assert load_images(folder).classes == ["bright", "train"]


def test_the_folder_above_leads_to_the_one_with_the_classes(folder):
    with pytest.raises(ParameterError) as raised:
        load_images(folder.parent)
    assert str(raised.value).endswith(f"got 1: did you mean {folder}?")


def test_what_is_no_image_of_a_class_is_told(folder):
    (folder / "dark" / "labels.csv").write_text("0,1")
    Image.new("L", (5, 5)).save(folder / "loose.png")
    (folder / "dark" / "night").mkdir()
    Image.new("L", (5, 5)).save(folder / "dark" / "night" / "0.png")
    assert load_images(folder).notices == [
        "Images beside the subfolders have no class, and are left out: 1.",
        "Files of other kinds are left out: 2 (`.csv`, `.txt`).",
        "Images in `dark/night` are of the class `dark`.",
    ]


def replaced(folder, make, suffix):
    """The images of a class as they are read, after ``make`` has saved others in their place."""
    for path in (folder / "dark").iterdir():
        path.unlink()
    for i in range(10):
        make(folder / "dark" / f"{i}{suffix}")
    data = load_images(folder, image_size=2, color_mode="rgb")
    return data.x_train[data.y_train[:, 1] == 1], data


HALVES = np.array([[[255, 0, 0], [0, 0, 255]]] * 2, "uint8")  # red at the left, blue at the right


def test_a_photograph_stands_upright(folder):
    def turned(path):
        exif = Image.Exif()
        exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees clockwise to see it
        image = Image.fromarray(HALVES.repeat(20, 0).repeat(20, 1))
        image.save(path, exif=exif, quality=95)

    images, _ = replaced(folder, turned, ".jpg")
    assert (images[:, 0, :, 0] > 0.9).all()  # red above
    assert (images[:, 1, :, 2] > 0.9).all()  # blue below


@pytest.mark.parametrize("suffix", [".png", ".gif", ".webp", ".tiff"])
def test_palettes_and_other_formats_keep_their_colours(folder, suffix):
    def saved(path):
        image = Image.fromarray(HALVES)
        image = image if suffix == ".webp" else image.quantize(4)
        image.save(path, **({"lossless": True} if suffix == ".webp" else {}))

    images, data = replaced(folder, saved, suffix)
    np.testing.assert_allclose(images, np.broadcast_to(HALVES / 255, images.shape), atol=0.03)
    assert not any("transparent" in notice for notice in data.notices)


def test_an_image_that_could_be_transparent_and_is_not_needs_no_notice(folder):
    Image.new("RGBA", (9, 9), (51, 51, 51, 255)).save(folder / "dark" / "opaque.png")
    assert not any("transparent" in notice for notice in load_images(folder).notices)


def test_transparent_parts_are_white_and_told(folder):
    def clear(path):
        Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(path)

    images, data = replaced(folder, clear, ".png")
    assert (images == 1).all()
    assert data.notices[-1] == "10 images have transparent parts, taken for white."


def test_colours_of_sixteen_bits_are_read_or_refused(folder):
    import struct
    import zlib

    def chunk(kind, content):
        crc = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)

    def deep(path):  # Pillow writes no such file
        row = b"\0" + struct.pack(">3H", 65535, 32768, 0) * 2
        head = struct.pack(">2I5B", 2, 2, 16, 2, 0, 0, 0)
        parts = [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(row * 2)), chunk(b"IEND", b"")]
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))

    images, _ = replaced(folder, deep, ".png")
    np.testing.assert_allclose(images, np.broadcast_to([1, 0.5, 0], images.shape), atol=0.01)
