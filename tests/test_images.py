"""Data sets and networks of images are those that chapter 10 names."""

import os
import socket
import subprocess
import sys

import keras
import nbformat
import numpy as np
import pytest
import small_mnist
from chapter_files import ROOT, cells, read, records
from sklearn.datasets import load_digits

from helpers import images, models
from helpers.fields import ParameterError
from helpers.parameters import LeNet

CHAPTER = ROOT / "notebooks" / "10_lenet.ipynb"
# No host listens at port 9, and it refuses at once.
OFFLINE = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy")} | {"no_proxy": ""}


@pytest.fixture
def keras_home(tmp_path, monkeypatch):
    """An empty folder for Keras, and no network."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    for name, value in OFFLINE.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def test_digits_are_scikit_learns_images_each_of_them_once():
    data = images.digits()
    assert data.x_train.shape == (896, 8, 8, 1)
    assert data.x_test.shape == (901, 8, 8, 1)
    pixels, labels = load_digits(return_X_y=True)
    original = np.column_stack([pixels, labels])
    x = np.concatenate([data.x_train, data.x_test]).reshape(-1, 64) * 16
    y = np.concatenate([data.y_train, data.y_test])
    assert np.array_equal(y.sum(axis=1), np.ones(1797))
    ours = np.column_stack([x, y.argmax(axis=1)])
    assert np.array_equal(ours[np.lexsort(ours.T)], original[np.lexsort(original.T)])


def test_digits_lie_between_0_and_1_in_float32():
    data = images.digits()
    arrays = data.x_train, data.y_train, data.x_test, data.y_test
    assert {array.dtype for array in arrays} == {np.dtype("float32")}
    for x in (data.x_train, data.x_test):
        assert (x.min(), x.max()) == (0, 1)


def test_each_digit_has_its_share_in_both_halves():
    data = images.digits()
    all_of_them = data.y_train.sum(axis=0) + data.y_test.sum(axis=0)
    assert np.abs(data.y_train.sum(axis=0) - all_of_them * 896 / 1797).max() < 1
    assert np.abs(data.y_test.sum(axis=0) - all_of_them * 901 / 1797).max() < 1


def test_no_training_image_is_a_test_image():
    data = images.digits()
    train, test = ({image.tobytes() for image in x} for x in (data.x_train, data.x_test))
    assert not train & test


def test_split_of_the_digits_is_decided_by_its_seed():
    assert np.array_equal(images.digits(data_seed=3).x_test, images.digits(data_seed=3).x_test)
    assert not np.array_equal(images.digits(data_seed=3).x_test, images.digits().x_test)


def test_fewer_training_images_are_the_first_and_leave_the_test_images():
    whole, some = images.digits(), images.digits(max_train=100)
    assert np.array_equal(some.x_train, whole.x_train[:100])
    assert np.array_equal(some.y_train, whole.y_train[:100])
    assert np.array_equal(some.x_test, whole.x_test)
    assert images.digits(max_train=5000).n_train == 896


def test_the_training_part_of_the_digits_may_have_another_size():
    data = images.digits(n_train=1200)
    assert (len(data.x_train), len(data.x_test)) == (1200, 597)
    with pytest.raises(ValueError, match="n_train must be between 10 and 1787, got 1790"):
        images.digits(n_train=1790)


def test_shifted_images_move_by_one_pixel_and_paper_comes_in():
    data = images.digits(max_train=3)
    enlarged = images.shifted(data)
    assert np.array_equal(enlarged.x_test, data.x_test)
    assert np.array_equal(enlarged.y_train, np.concatenate([data.y_train] * 9))
    found = set()
    for copies in enlarged.x_train.reshape(9, 3, 8, 8):
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                moved = np.zeros((3, 8, 8), "float32")
                for row in range(8):
                    for column in range(8):
                        if 0 <= row - down < 8 and 0 <= column - right < 8:
                            moved[:, row, column] = data.x_train[:, row - down, column - right, 0]
                if np.array_equal(copies, moved):
                    found.add((down, right))
    assert len(found) == 9
    assert np.array_equal(enlarged.x_train[:3], data.x_train)


def test_flattened_images_are_rows_of_the_same_numbers():
    data = images.digits(max_train=5)
    flat = images.flattened(data)
    assert (flat.x_train.shape, flat.x_test.shape) == ((5, 64), (901, 64))
    assert np.array_equal(flat.x_train[2], data.x_train[2].ravel())
    assert np.array_equal(flat.y_train, data.y_train)


def test_lenet_5_has_the_layers_of_its_paper():
    model = models.lenet()
    assert [layer.output.shape[1:] for layer in model.layers] == [
        (28, 28, 6), (14, 14, 6), (10, 10, 16), (5, 5, 16), (400,), (120,), (84,), (10,),
    ]  # fmt: skip
    assert [layer.kernel_size for layer in model.layers[:3:2]] == [(5, 5), (5, 5)]
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["Conv2D", "AveragePooling2D"] * 2 + ["Flatten"] + ["Dense"] * 3
    names = [layer.activation.__name__ for layer in model.layers if layer.count_params()]
    assert names == ["tanh"] * 4 + ["softmax"]
    by_hand = (25 + 1) * 6 + (25 * 6 + 1) * 16 + 401 * 120 + 121 * 84 + 85 * 10
    assert model.count_params() == by_hand == 61_706


def test_lenet_for_small_images_is_of_the_same_family():
    model = models.lenet((8, 8, 1))
    assert [layer.output.shape[1:] for layer in model.layers] == [
        (8, 8, 6), (4, 4, 6), (2, 2, 16), (1, 1, 16), (16,), (120,), (84,), (10,),
    ]  # fmt: skip
    by_hand = (9 + 1) * 6 + (9 * 6 + 1) * 16 + 17 * 120 + 121 * 84 + 85 * 10
    assert model.count_params() == by_hand
    outputs = keras.ops.convert_to_numpy(model(images.digits().x_test[:5]))
    np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize("side", [8, 9, 11, 12, 13, 28, 40])
def test_lenet_takes_images_of_any_size_from_8(side):
    model = models.lenet((side, side + 1, 3), n_outputs=4)
    assert model.output_shape == (None, 4)


def test_lenet_refuses_images_that_are_too_small():
    with pytest.raises(ValueError, match="at least 8 rows and columns, got"):
        models.lenet((28, 7, 1))


def test_mnist_is_read_from_the_cache_of_keras_as_it_is(keras_home):
    path = small_mnist.write(keras_home, n_train=40, n_test=20)
    data = images.mnist()
    assert data.x_train.shape == (40, 28, 28, 1)
    assert data.y_test.shape == (20, 10)
    with np.load(path) as file:
        np.testing.assert_allclose(data.x_train[..., 0] * 255, file["x_train"], atol=1e-4)
        assert np.array_equal(data.y_train.argmax(axis=1), file["y_train"])
        np.testing.assert_allclose(data.x_test[..., 0] * 255, file["x_test"], atol=1e-4)
        assert np.array_equal(data.y_test.argmax(axis=1), file["y_test"])
    assert data.x_train.dtype == data.y_train.dtype == "float32"
    assert images.mnist(max_train=7).x_train.shape == (7, 28, 28, 1)


def test_mnist_comes_from_keras_where_the_cache_is_empty(keras_home, monkeypatch):
    pixels, labels = np.full((3, 28, 28), 255, "uint8"), np.array([7, 0, 9], "uint8")
    from_keras = (pixels, labels), (pixels[:1], labels[:1])
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: from_keras)
    data = images.mnist()
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
        images.mnist()
    assert waited == [images.DOWNLOAD_TIMEOUT]
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
        images.mnist()
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


def run_chapter(keras_home, tmp_path, **values):
    """The chapter executed on MNIST without a network; its exit code, notebook and stderr."""
    out = tmp_path / "out.ipynb"
    values = {"dataset": "mnist"} | values
    options = [word for name, value in values.items() for word in ("-p", name, str(value))]
    command = [sys.executable, "-m", "papermill", CHAPTER, out, *options]
    environment = os.environ | OFFLINE | {"KERAS_HOME": str(keras_home)}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    return run, read(out)


def the_error(notebook):
    outputs = [output for cell in cells(notebook, "code") for output in cell.outputs]
    (error,) = (output for output in outputs if output.output_type == "error")
    return error


def test_chapter_runs_on_a_file_of_mnist_in_the_cache(tmp_path):
    home = tmp_path / "keras"
    small_mnist.write(home, n_train=60, n_test=40)
    run, notebook = run_chapter(
        home, tmp_path, epochs=5, fit_epochs=1, last_epochs=3, batch_sizes="[20, 60]", n_seeds=2
    )
    assert run.returncode == 0, run.stderr[-2000:]
    verdicts = [record["claim"] for record in records(notebook) if record["kind"] == "verdict"]
    assert verdicts == ["D8", "D8", "D8", "H7"]
    assert "60 images train, 40 test" in nbformat.writes(notebook)


def test_chapter_says_what_to_do_without_a_network(tmp_path):
    home = tmp_path / "keras"
    run, notebook = run_chapter(home, tmp_path)
    assert run.returncode != 0
    (line,) = the_error(notebook).traceback
    assert line.startswith('ParameterError: dataset "mnist" could not be downloaded (')
    folder = home / "datasets"
    assert line.endswith(f'put mnist.npz into {folder}, or choose dataset "digits"')
    assert "\n" not in line


def test_chapter_refuses_batch_sizes_above_what_a_shortened_file_holds(tmp_path):
    home = tmp_path / "keras"
    small_mnist.write(home, n_train=60, n_test=40)
    run, notebook = run_chapter(home, tmp_path, batch_sizes="[8, 128]")
    assert run.returncode != 0
    (line,) = the_error(notebook).traceback
    sentence = "batch_sizes must be at most 60 (the number of training samples), got 128"
    assert line == f"ParameterError: {sentence}"
