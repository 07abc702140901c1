"""The noise scale is followed along runs, if the model has one."""

import keras
import numpy as np
import pytest

from helpers import models
from helpers.data import Dataset, blobs
from helpers.landscape.along_run import noise_scale_along_run

DATA = blobs(120)


def normalised():
    return keras.Sequential(
        [keras.Input((2,)), keras.layers.BatchNormalization(), keras.layers.Dense(3, "softmax")]
    )


@pytest.mark.slow
def test_scale_is_that_of_the_run_from_its_start_to_its_last_epoch():
    rule = keras.optimizers.SGD(momentum=0.9)
    scale = noise_scale_along_run(models.mlp, rule, DATA, (8, 0.01), epochs=9, seeds=[3, 4])
    assert scale.dims == ("seed", "epoch")
    assert scale.epoch.values[[0, 1, -1]].tolist() == [0, 1, 9]
    assert (scale > 0).all()
    longer = noise_scale_along_run(models.mlp, rule, DATA, (8, 0.1), epochs=9, seeds=[3])
    np.testing.assert_allclose(longer.sel(epoch=0), scale.sel(epoch=0, seed=[3]), rtol=1e-4)
    assert not np.allclose(longer.sel(epoch=9), scale.sel(epoch=9, seed=[3]))


@pytest.mark.slow
def test_scale_of_another_loss_is_that_of_its_gradients():
    rule = keras.optimizers.SGD(momentum=0.9)
    runs = [
        noise_scale_along_run(models.mlp, rule, DATA, (8, 0.01), epochs=4, seeds=[3, 4], loss=loss)
        for loss in (
            "categorical_crossentropy",
            keras.losses.CategoricalCrossentropy(),
            "mean_squared_error",
        )
    ]
    np.testing.assert_allclose(runs[0], runs[1], rtol=1e-4)
    assert not np.allclose(runs[0], runs[2], rtol=0.1)


@pytest.mark.slow
def test_a_model_with_one_sigmoid_unit_has_a_scale():
    def build():
        return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid")])

    x, y = DATA.x_train, DATA.y_train[:, :2] + [[0, 1]] * DATA.y_train[:, 2:]
    data = Dataset(x, y.astype("float32"), x, y.astype("float32"), "two of three")
    scale = noise_scale_along_run(
        build,
        keras.optimizers.SGD(),
        data,
        (8, 0.01),
        epochs=3,
        seeds=[3],
        loss="binary_crossentropy",
    )
    assert (scale > 0).all()


@pytest.mark.parametrize(
    ("build", "setting"), [(normalised, (8, 0.01)), (models.mlp, None)], ids=["batch norm", "none"]
)
def test_without_gradients_of_single_samples_or_a_setting_nothing_is_trained(build, setting):
    rule = keras.optimizers.SGD()
    scale = noise_scale_along_run(build, rule, DATA, setting, epochs=9, seeds=[3, 4])
    assert scale.isnull().all()
    assert scale.sizes == {"seed": 2, "epoch": len(scale.epoch)}
