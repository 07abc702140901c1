"""LeNet has the layers of its paper, and fits images of other sizes."""

import keras
import numpy as np
import pytest

from helpers import models
from helpers.data.images import digits


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
    outputs = keras.ops.convert_to_numpy(model(digits().x_test[:5]))
    np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize("side", [8, 9, 11, 12, 13, 28, 40])
def test_lenet_takes_images_of_any_size_from_8(side):
    model = models.lenet((side, side + 1, 3), n_outputs=4)
    assert model.output_shape == (None, 4)


def test_lenet_refuses_images_that_are_too_small():
    with pytest.raises(ValueError, match="at least 8 rows and columns, got"):
        models.lenet((28, 7, 1))
