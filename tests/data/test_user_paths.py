"""A path that cannot be opened is refused in one plain sentence, of tables and of images."""

import errno
import os
from pathlib import Path

import pytest
from PIL import Image
from table_files import refusal

from helpers.data.user_images import load_images
from helpers.errors import ParameterError


def refusal_of_images(folder):
    with pytest.raises(ParameterError) as raised:
        load_images(folder)
    return str(raised.value)


@pytest.fixture(params=[refusal, refusal_of_images], ids=["table", "images"])
def refused(request):
    return request.param


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("a" * 300 + ".csv", "cannot be opened: File name too long"),
        ("a/" * 3000, "cannot be opened: File name too long"),
        ("~nobody-of-that-name/t.csv", "begins with the home of a user that this machine does not"),
        ("a\0b.csv", "cannot be opened: embedded null byte"),
    ],
)
def test_what_is_no_path(refused, path, why):
    assert why in refused(path)


def test_a_folder_without_permission(refused, tmp_path, monkeypatch):
    def closed(*arguments, **options):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "stat", closed)
    assert refused("mine.csv") == "mine.csv cannot be opened: Permission denied"


def test_a_class_of_images_without_permission_is_not_overlooked(tmp_path, monkeypatch):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        for i in range(4):
            Image.new("L", (2, 2)).save(tmp_path / name / f"{i}.png")
    assert load_images(tmp_path).classes == ["a", "b", "c"]
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "c" and allowed(path, mode))
    assert refusal_of_images(tmp_path).endswith("/c cannot be opened: Permission denied")
