"""A folder of images becomes samples to learn from, or one plain sentence says why not."""

import re

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
    (folder / "dark" / "0.png").write_bytes(b"\x89PNG cut short")
    assert refusal(folder) == (
        "class 'dark' has 1 sample, too few for training and test samples of each class"
    )


@pytest.mark.parametrize("mode", ["I;16", "I", "F"])
def test_images_of_more_than_8_bits_are_refused(folder, mode):
    for i in range(10):
        Image.new(mode, (9, 9), 10_000).save(folder / "dark" / f"{i}.tiff")
        (folder / "dark" / f"{i}.tiff").rename(folder / "dark" / f"{i}.png")
    with pytest.raises(ParameterError, match=f"must have 8 bits, and are of the mode {mode}$"):
        load_images(folder)


def test_a_damaged_image_is_named(folder):
    for image in (folder / "dark").iterdir():
        image.write_bytes(image.read_bytes()[:30])
    sentence = r"'dark/\d.(png|jpg|BMP|gif)' holds no image that can be read: .*"
    with pytest.raises(ParameterError) as raised:
        load_images(folder)
    assert re.fullmatch(sentence, str(raised.value))
