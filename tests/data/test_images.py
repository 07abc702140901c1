"""The images of digits are scikit-learn's; shifted and flattened ones are made from them."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from helpers.data.images import digits, flattened, shifted


def test_digits_are_scikit_learns_images_each_of_them_once():
    data = digits()
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
    data = digits()
    arrays = data.x_train, data.y_train, data.x_test, data.y_test
    assert {array.dtype for array in arrays} == {np.dtype("float32")}
    for x in (data.x_train, data.x_test):
        assert (x.min(), x.max()) == (0, 1)


def test_each_digit_has_its_share_in_both_halves():
    data = digits()
    all_of_them = data.y_train.sum(axis=0) + data.y_test.sum(axis=0)
    assert np.abs(data.y_train.sum(axis=0) - all_of_them * 896 / 1797).max() < 1
    assert np.abs(data.y_test.sum(axis=0) - all_of_them * 901 / 1797).max() < 1


def test_no_training_image_is_a_test_image():
    data = digits()
    train, test = ({image.tobytes() for image in x} for x in (data.x_train, data.x_test))
    assert not train & test


def test_split_of_the_digits_is_decided_by_its_seed():
    assert np.array_equal(digits(data_seed=3).x_test, digits(data_seed=3).x_test)
    assert not np.array_equal(digits(data_seed=3).x_test, digits().x_test)


def test_fewer_training_images_are_the_first_and_leave_the_test_images():
    whole, some = digits(), digits(max_train=100)
    assert np.array_equal(some.x_train, whole.x_train[:100])
    assert np.array_equal(some.y_train, whole.y_train[:100])
    assert np.array_equal(some.x_test, whole.x_test)
    assert digits(max_train=5000).n_train == 896


def test_the_training_part_of_the_digits_may_have_another_size():
    data = digits(n_train=1200)
    assert (len(data.x_train), len(data.x_test)) == (1200, 597)
    with pytest.raises(ValueError, match="n_train must be between 10 and 1787, got 1790"):
        digits(n_train=1790)


def test_shifted_images_move_by_one_pixel_and_paper_comes_in():
    data = digits(max_train=3)
    enlarged = shifted(data)
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
    data = digits(max_train=5)
    flat = flattened(data)
    assert (flat.x_train.shape, flat.x_test.shape) == ((5, 64), (901, 64))
    assert np.array_equal(flat.x_train[2], data.x_train[2].ravel())
    assert np.array_equal(flat.y_train, data.y_train)
