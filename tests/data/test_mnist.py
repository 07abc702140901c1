"""MNIST comes from a file in the cache or from the network; chapter 16 is rerun on it, too."""

import socket

import keras
import numpy as np
import pytest
import small_mnist
from chapter_files import ROOT, execute_until

from helpers.data.images import DOWNLOAD_TIMEOUT, mnist
from helpers.errors import ParameterError
from helpers.parameters import LeNet

CHAPTER = ROOT / "notebooks" / "16_lenet.ipynb"


@pytest.fixture
def keras_home(tmp_path, monkeypatch):
    """An empty folder for Keras, and no network."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    for name, value in small_mnist.OFFLINE.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def test_mnist_is_read_from_the_cache_of_keras_as_it_is(keras_home):
    path = small_mnist.write(keras_home, n_train=40, n_test=20)
    data = mnist()
    assert data.x_train.shape == (40, 28, 28, 1)
    assert data.y_test.shape == (20, 10)
    with np.load(path) as file:
        np.testing.assert_allclose(data.x_train[..., 0] * 255, file["x_train"], atol=1e-4)
        assert np.array_equal(data.y_train.argmax(axis=1), file["y_train"])
        np.testing.assert_allclose(data.x_test[..., 0] * 255, file["x_test"], atol=1e-4)
        assert np.array_equal(data.y_test.argmax(axis=1), file["y_test"])
    assert data.x_train.dtype == data.y_train.dtype == "float32"
    assert mnist(max_train=7).x_train.shape == (7, 28, 28, 1)


def test_mnist_comes_from_keras_where_the_cache_is_empty(keras_home, monkeypatch):
    pixels, labels = np.full((3, 28, 28), 255, "uint8"), np.array([7, 0, 9], "uint8")
    from_keras = (pixels, labels), (pixels[:1], labels[:1])
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: from_keras)
    data = mnist()
    assert data.x_train.shape == (3, 28, 28, 1)
    assert data.x_train.min() == 1
    assert data.y_train.argmax(axis=1).tolist() == [7, 0, 9]
    assert data.x_test.shape == (1, 28, 28, 1)
    assert data.y_test.argmax(axis=1).tolist() == [7]


def test_a_download_that_fails_is_told_in_a_sentence_after_a_limited_time(keras_home, monkeypatch):
    waited = []

    def fail():
        waited.append(socket.getdefaulttimeout())
        raise Exception("URL fetch failure")  # as bare as that of Keras

    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    with pytest.raises(ParameterError, match="could not be downloaded .URL fetch failure.: put"):
        mnist()
    assert waited == [DOWNLOAD_TIMEOUT]
    assert socket.getdefaulttimeout() is None


def cut_short(path):
    path.write_bytes(path.read_bytes()[:5000])


def of_another_kind(path):
    np.savez(path, weights=np.ones(3))


def with_other_images(path):
    labels = np.zeros(4, "uint8")
    images = np.zeros((4, 32, 32, 3), "uint8")
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)


def with_other_labels(path):
    images, labels = np.zeros((4, 28, 28), "uint8"), np.full(4, 10, "uint8")
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)


def with_labels_missing(path):
    images, labels = np.zeros((4, 28, 28), "uint8"), np.zeros(3, "uint8")
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)


def without_images(path):
    images, labels = np.zeros((0, 28, 28), "uint8"), np.zeros(0, "uint8")
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)


def with_objects(path):
    objects = np.array([{}], dtype=object)
    np.savez(path, x_train=objects, y_train=objects, x_test=objects, y_test=objects)


def emptied(path):
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (cut_short, ""),
        (emptied, ""),
        (of_another_kind, "x_train"),
        (with_objects, "pickle"),
        (with_other_images, "images of shape (4, 32, 32, 3)"),
        (with_labels_missing, "images of shape (4, 28, 28)"),
        (without_images, "images of shape (0, 28, 28)"),
        (with_other_labels, "labels other than 0 to 9"),
    ],
)
def test_a_file_that_is_not_mnist_is_told_in_a_sentence(spoil, reason, keras_home):
    path = small_mnist.write(keras_home, n_train=40, n_test=20)
    spoil(path)
    with pytest.raises(ParameterError) as told:
        mnist()
    assert str(told.value).startswith(f"{path} is not the file of MNIST that Keras stores (")
    assert reason in str(told.value)
    assert str(told.value).endswith(
        'remove it, and it is downloaded anew, or choose dataset "digits"'
    )
    assert "\n" not in str(told.value)
    assert path.exists()


def test_batch_sizes_above_the_images_of_a_shortened_file_are_refused():
    LeNet.check_sizes([8, 40], 40)
    with pytest.raises(ParameterError, match=r"^batch_sizes must be at most 40 .*, got 41$"):
        LeNet.check_sizes([8, 41], 40)


def test_without_a_network_it_is_told_what_to_do(keras_home):
    with pytest.raises(ParameterError) as told:
        mnist()
    assert str(told.value).startswith('dataset "mnist" could not be downloaded (')
    folder = keras_home / "datasets"
    assert str(told.value).endswith(f'put mnist.npz into {folder}, or choose dataset "digits"')
    assert "\n" not in str(told.value)


def test_chapter_refuses_batch_sizes_above_what_a_shortened_file_holds(keras_home):
    small_mnist.write(keras_home, n_train=60, n_test=40)
    values = {"dataset": "mnist", "batch_sizes": "[8, 128]"}
    with pytest.raises(ParameterError) as told:
        execute_until(CHAPTER, "plt.subplots", **values)
    sentence = "batch_sizes must be at most 60 (the number of training samples), got 128"
    assert str(told.value) == sentence
    names = execute_until(CHAPTER, "plt.subplots", **values | {"batch_sizes": "[8, 60]"})
    assert names["data"].n_train == 60
