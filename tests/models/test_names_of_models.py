"""A path in the place of module:function is led to what is meant."""

import pytest
from chapter_files import ROOT, declared, read

from helpers.parameters import UserData

DEFAULTS = declared(read(ROOT / "notebooks" / "11_your_own_data.ipynb"))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("mine.py:build", "model must be written as module:function, with dots for folders and "
         "without .py, such as mine:build for build in mine.py, got 'mine.py:build'"),
        ("/home/me/mine.py", "model must be written as module:function, with dots for folders and "
         "without .py, such as mine:build for build in mine.py, got '/home/me/mine.py'"),
        ("best.keras", "model must name a function, as module:function, which may return "
         "keras.models.load_model(...), got the file 'best.keras'"),
        ("best", "model must be written as module:function, got 'best'"),
    ],
)  # fmt: skip
def test_a_file_in_the_place_of_a_function_is_led_on(name, sentence):
    assert UserData(**DEFAULTS | {"model": name}).conflicts() == [sentence]
