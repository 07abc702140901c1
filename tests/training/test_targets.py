"""What a model is trained for, and copies of optimizers, without training."""

import json

import keras
import numpy as np
import pytest
from fit_models import Forgetful, OwnDecay, dense, units
from keras import losses, optimizers

from helpers import checks
from helpers.training.copies import described, fresh
from helpers.training.stacking import accumulated, has_schedule
from helpers.training.targets import loss_for, loss_function, metric_for, targets_like

ONE_HOT = np.eye(3, dtype="float32")[[0, 2, 1, 1]]
LABELS = ONE_HOT.argmax(1)
SOFT = np.full((4, 3), 1 / 3, "float32")
NUMBERS = np.array([[0.5, 2.0, -1.0]] * 4, "float32")
BITS = np.array([[0], [1], [1], [0]])
THREE, ONE = SOFT, SOFT[:, :1]  # outputs


def own(y_true, y_pred):
    return keras.ops.mean(keras.ops.square(y_true - y_pred), axis=-1)


@pytest.mark.parametrize(
    ("outputs", "y", "loss", "metric", "function"),
    [
        (THREE, ONE_HOT, "categorical_crossentropy", "accuracy", "categorical_accuracy"),
        (THREE, ONE_HOT, "mean_squared_error", "accuracy", "categorical_accuracy"),
        (THREE, SOFT, "mean_squared_error", "accuracy", "categorical_accuracy"),
        (THREE, SOFT, own, "accuracy", "categorical_accuracy"),
        (THREE, LABELS, "sparse_categorical_crossentropy", "accuracy",
         "sparse_categorical_accuracy"),
        (ONE, BITS, "binary_crossentropy", "accuracy", "binary_accuracy"),
        (ONE, BITS, losses.MeanSquaredError(), "accuracy", "binary_accuracy"),
        (THREE, NUMBERS, losses.Huber(), "error", "mean_absolute_error"),
        (THREE, NUMBERS, "mae", "error", "mean_absolute_error"),
        (THREE, NUMBERS, own, "error", "mean_absolute_error"),
        (ONE, NUMBERS[:, :1], "mse", "error", "mean_absolute_error"),
    ],
)  # fmt: skip
def test_metric_beside_the_loss_suits_the_targets(outputs, y, loss, metric, function):
    chosen = metric_for(loss_function(loss, outputs, y), outputs, y)
    assert (chosen.name, chosen.function.__name__) == (metric, function)


@pytest.mark.parametrize(
    ("outputs", "y", "loss"),
    [
        (THREE, ONE_HOT, "categorical_crossentropy"),
        (THREE, LABELS, "sparse_categorical_crossentropy"),
        (ONE, BITS, "binary_crossentropy"),
    ],
)
def test_loss_that_is_left_out_suits_the_targets(outputs, y, loss):
    assert loss_for(None, dense(), outputs, y) == loss
    assert loss_for("mse", dense(), outputs, y) == "mse"


def test_one_output_takes_the_second_of_two_columns():
    pairs = np.eye(2)[[0, 1, 1, 0]]
    assert targets_like(ONE, pairs).tolist() == BITS.tolist()
    assert targets_like(ONE, BITS[:, 0]).tolist() == BITS.tolist()
    assert targets_like(THREE, ONE_HOT) is ONE_HOT
    assert units(1)().output_shape == (None, 1)


def test_a_copy_has_the_settings_and_not_the_state():
    optimizer = optimizers.AdamW(0.3, weight_decay=0.2, clipvalue=0.1)
    optimizer.build([keras.Variable(np.ones(2))])
    optimizer.iterations.assign(5)
    copy = fresh(optimizer)
    assert type(copy) is optimizers.AdamW and copy.get_config() == optimizer.get_config()
    assert not copy.built and int(copy.iterations) == 0 and int(optimizer.iterations) == 5


def test_a_copy_of_what_scales_the_loss_has_a_copy_inside():
    inner = optimizers.SGD(OwnDecay(), gradient_accumulation_steps=3)
    optimizer = optimizers.LossScaleOptimizer(inner, initial_scale=8.0, dynamic_growth_steps=7)
    copy = fresh(optimizer)
    assert copy.inner_optimizer is not inner
    assert copy.inner_optimizer._learning_rate is inner._learning_rate
    assert (copy.initial_scale, copy.dynamic_growth_steps) == (8.0, 7)
    assert accumulated(copy) == 3 and has_schedule(copy)


def test_an_optimizer_without_the_arguments_of_its_init_is_refused():
    class Narrow(optimizers.SGD):
        def __init__(self, rate):
            super().__init__(rate)

    with pytest.raises(ValueError, match="^the optimizer Narrow must return the arguments of its"):
        fresh(Narrow(0.1))


def test_optimizers_of_all_kinds_are_described_in_json():
    for optimizer in (optimizers.Adam(0.5), optimizers.SGD(OwnDecay()), Forgetful(0.5, 3.0)):
        description = json.loads(json.dumps(described(optimizer)))
        assert description["class_name"] == type(optimizer).__name__
    assert described(optimizers.SGD(OwnDecay()))["config"]["learning_rate"] == "OwnDecay"


def test_weights_of_samples_are_those_of_every_data_set():
    assert checks.weights("w", [1, 2], 3, 2).tolist() == [[1, 2]] * 3
    assert checks.weights("w", [[1, 2], [3, 0]], 2, 2).tolist() == [[1, 2], [3, 0]]
    with pytest.raises(ValueError, match="^w must have the shape .2,. or .3, 2., got .2, 2.$"):
        checks.weights("w", [[1, 2], [3, 0]], 3, 2)
