"""A notebook shows the first image of each class as the network sees it."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from helpers.data.pictures import MOST, Pictures
from helpers.data.user_splits import user_splits


def shown(html):
    """The images of some HTML, from 0 to 1."""
    found = re.findall('base64,([^"]*)"', html)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(text)))) / 255 for text in found]


@pytest.fixture
def folder(tmp_path):
    for name, colour in (("red & round", (200, 20, 20)), ("blue", (20, 20, 200))):
        (tmp_path / name).mkdir()
        for i in range(12):
            pixels = np.full((9 + i, 12, 3), colour, "uint8")
            pixels[:, :6] = 255
            Image.fromarray(pixels).save(tmp_path / name / f"{i}.png")
    return tmp_path


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("color_mode", ["grayscale", "rgb"])
def test_pictures_are_what_the_network_gets(folder, color_mode, flat):
    data = user_splits(images=str(folder), image_size=8, color_mode=color_mode, flat=flat)
    pictures = shown(data.as_read()._repr_html_())
    assert len(pictures) == 2
    for place, picture in enumerate(pictures):
        of_class = data.x_train[data.y_train[:, place] == 1]
        assert any(np.abs(picture.ravel() - x.ravel()).max() < 1 / 255 for x in of_class)


def test_names_of_classes_stand_below_as_text(folder):
    html = user_splits(images=str(folder)).as_read()._repr_html_()
    assert re.findall("<figcaption>(.*?)</figcaption>", html) == ["blue", "red &amp; round"]


def test_of_many_classes_the_first_are_shown_and_the_others_counted():
    many = Pictures({f"class {i}": np.zeros((4, 4, 1)) for i in range(MOST + 3)})
    assert len(shown(many._repr_html_())) == MOST
    assert "<p>3 more are not shown.</p>" in many._repr_html_()
    assert "class 22: 4 x 4 x 1" in repr(many)
