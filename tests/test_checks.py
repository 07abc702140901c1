"""Bad arguments are refused at the door, in one plain sentence that says what is allowed."""

import re
from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers, optimizers

from helpers import checks, models, train
from helpers.data.synthetic import blobs

DATA = blobs()
SETTINGS = {"batch_size": 32, "epochs": 5, "seeds": [1, 2], "progress": False}
FINITE = "must be a finite number above 0, got"
TRAINING_SAMPLES = "between 1 and 500 (the number of training samples), got"


def refusal(build=models.mlp, optimizer=None, data=DATA, **arguments) -> str:
    with pytest.raises(ValueError) as refused:
        train(build, optimizer or optimizers.SGD(0.01), data, **SETTINGS | arguments)
    return str(refused.value)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"batch_size": 0}, f"batch_size must be {TRAINING_SAMPLES} 0"),
        ({"batch_size": -1}, f"batch_size must be {TRAINING_SAMPLES} -1"),
        ({"batch_size": 501}, f"batch_size must be {TRAINING_SAMPLES} 501"),
        ({"batch_size": "32"}, f"batch_size must be a whole number {TRAINING_SAMPLES} '32'"),
        ({"batch_size": True}, f"batch_size must be a whole number {TRAINING_SAMPLES} True"),
        ({"batch_size": 2.5}, f"batch_size must be a whole number {TRAINING_SAMPLES} 2.5"),
        ({"batch_size": None}, f"batch_size must be a whole number {TRAINING_SAMPLES} None"),
        ({"batch_size": [8, 8]}, "batch_size must be one number or one per epoch (5), got 2"),
        ({"batch_size": [8, 8, 8, 8, 0]}, f"batch_size must be {TRAINING_SAMPLES} 0"),
        ({"epochs": 0}, "epochs must be at least 1, got 0"),
        ({"epochs": 1.0}, "epochs must be a whole number at least 1, got 1.0"),
        ({"seeds": []}, "seeds must hold at least one value, got none"),
        ({"seeds": 3}, "seeds must hold several values, got 3"),
        ({"seeds": [1, 2, 1]}, "seeds must not hold a value twice, got 1 twice"),
        ({"seeds": [-1]}, "seed must be between 0 and 4294967295, got -1"),
        ({"seeds": [2**32]}, "seed must be between 0 and 4294967295, got 4294967296"),
        ({"learning_rate": 0}, f"learning_rate {FINITE} 0"),
        ({"learning_rate": -0.1}, f"learning_rate {FINITE} -0.1"),
        ({"learning_rate": float("nan")}, f"learning_rate {FINITE} nan"),
        ({"learning_rate": float("inf")}, f"learning_rate {FINITE} inf"),
        ({"learning_rate": 1.1e6}, "learning_rate must be at most 1000000, got 1100000.0"),
        ({"learning_rate": [0.1, 0.1, 0.1, 0.1, 1e9]},
         "learning_rate must be at most 1000000, got 1000000000.0"),
        ({"optimizer": optimizers.SGD(float("nan"))}, f"learning_rate {FINITE} nan"),
        ({"optimizer": optimizers.SGD(0.0)}, f"learning_rate {FINITE} 0.0"),
        ({"learning_rate": "0.1"}, f"learning_rate {FINITE} '0.1'"),
        ({"learning_rate": [0.1, 0.2]},
         "learning_rate must be one number or one per epoch (5), got 2"),
        ({"learning_rate": [0.1, 0.1, 0.1, 0.1, 0]}, f"learning_rate {FINITE} 0"),
        ({"last_batch": "x"}, "last_batch must be one of keep, drop, weight, got 'x'"),
        ({"snapshots": [6]}, "snapshot must be between 0 and 5, got 6"),
        ({"snapshots": 5}, "snapshots must hold several values, got 5"),
        ({"per_update": (3, 2)}, "last epoch of per_update must be between 3 and 5, got 2"),
        ({"per_update": (0, 2)}, "first epoch of per_update must be between 1 and 5, got 0"),
        ({"per_update": (3,)}, "per_update must hold 2 values, got (3,)"),
        ({"optimizer": "adam"}, "optimizer must be a Keras optimizer, got 'adam'"),
        ({"loss": "mean"}, "Could not interpret loss identifier: mean"),
        ({"loss": ["mse", "mae"]}, "loss must be one Keras loss or its name, got ['mse', 'mae']"),
        ({"class_weight": [1, 2]}, "class_weight must be a dict by class, got [1, 2]"),
        ({"class_weight": {3: 1.0}}, "class of class_weight must be between 0 and 2, got 3"),
        ({"class_weight": {0: -1}},
         "class_weight of 0 must be a finite number, at least 0, got -1"),
        ({"sample_weight": np.ones(3)}, "sample_weight must have the shape (500,), got (3,)"),
        ({"sample_weight": np.full(500, np.nan)},
         "sample_weight must be finite and at least 0, got nan"),
        ({"sample_weight": ["a"] * 500}, "sample_weight must hold numbers, got the type <U1"),
        ({"optimizer": optimizers.SGD(gradient_accumulation_steps=2), "per_update": (1, 1)},
         "per_update must be left out where the optimizer has gradient_accumulation_steps, since a "
         "batch is not an update there"),
    ],
    ids=lambda value: re.sub(" object at 0x[0-9a-f]+", "", str(value)),
)  # fmt: skip
def test_bad_argument_is_refused_in_one_sentence(arguments, sentence):
    assert refusal(**arguments) == sentence


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"y_train": DATA.y_train[:-1]},
         "x_train and y_train must hold equally many samples, at least one, got 500 and 499"),
        ({"x_test": DATA.x_test[:0], "y_test": DATA.y_test[:0]},
         "x_test and y_test must hold equally many samples, at least one, got 0 and 0"),
        ({"x_train": np.where(DATA.x_train > 5, np.nan, DATA.x_train)},
         "x_train must be finite, got NaN or infinity in it"),
        ({"y_test": np.full((500, 3), np.inf)}, "y_test must be finite, got NaN or infinity in it"),
        ({"y_train": np.array(["a"] * 500)}, "y_train must hold numbers, got the type <U1"),
        ({"y_train": DATA.y_train.astype(object)},
         "y_train must hold numbers, got the type object"),
        ({"x_train": DATA.x_train.tolist()},
         "x_train must be a NumPy array of samples, got list"),
        ({"y_train": 2 * DATA.y_train},
         "y_train must be one-hot, or probabilities that add up to 1 in each row, got the row "
         f"{(2 * DATA.y_train[0]).tolist()}"),
        ({"y_test": 0 * DATA.y_test},
         "y_test must be one-hot, or probabilities that add up to 1 in each row, got the row "
         "[0.0, 0.0, 0.0]"),
        ({"y_train": DATA.y_train.argmax(1) + 1, "y_test": DATA.y_test.argmax(1)},
         "y_train must hold whole numbers from 0 to 2, one below the number of outputs, got 3"),
        ({"y_train": DATA.y_train.argmax(1), "y_test": DATA.y_test.argmax(1) - 0.5},
         "y_test must hold whole numbers from 0 to 2, one below the number of outputs, got "
         f"{DATA.y_test.argmax(1)[0] - 0.5}"),
        ({"x_test": DATA.x_test[:, :1]}, "x_test must have samples of shape (2,), got (1,)"),
        ({"y_test": DATA.y_test[:, :2]}, "y_test must have samples of shape (3,), got (2,)"),
    ],
)  # fmt: skip
def test_bad_data_are_refused_in_one_sentence(change, sentence):
    assert refusal(data=replace(DATA, **change)) == sentence


def two_inputs():
    inputs = [keras.Input((2,)), keras.Input((2,))]
    return keras.Model(inputs, layers.Dense(3)(layers.Add()(inputs)))


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: models.mlp(n_inputs=4),
         "the model takes samples of shape (4,), the data have (2,)"),
        (lambda: models.mlp(n_outputs=2),
         "the model gives outputs of shape (2,), the data have targets of (3,)"),
        (two_inputs, "the model must have one input and one output, got 2 inputs"),
        (lambda: None, "build must be a function that returns a new model, got None"),
    ],
)  # fmt: skip
def test_model_that_does_not_fit_the_data_is_refused_in_one_sentence(build, sentence):
    assert refusal(build) == sentence


def test_model_in_place_of_a_function_that_builds_it_is_refused():
    assert "must be a function that returns a new model, got <Sequential" in refusal(models.mlp())


def one_unit():
    return keras.Sequential([keras.Input((2,)), layers.Dense(1, activation="sigmoid")])


@pytest.mark.parametrize(
    ("y", "loss", "sentence"),
    [
        (DATA.y_train[:, :1] * 2, None,
         "y_train must lie from 0 to 1 for the loss 'binary_crossentropy', got 2.0; numbers to "
         "predict take loss='mean_squared_error'"),
        (DATA.y_train[:, 0], "categorical_crossentropy",
         "the loss of a model with one output must be another, such as 'binary_crossentropy' for "
         "two classes or 'mean_squared_error' for numbers, got 'categorical_crossentropy'"),
        (DATA.y_train[:, :2] * 2, None,
         "the model gives outputs of shape (1,), the data have targets of (2,)"),
    ],
)  # fmt: skip
def test_targets_and_losses_that_one_output_does_not_take_are_refused(y, loss, sentence):
    assert refusal(one_unit, data=replace(DATA, y_train=y, y_test=y), loss=loss) == sentence


def test_error_of_labels_beside_several_outputs_is_refused():
    labels = replace(DATA, y_train=DATA.y_train.argmax(1), y_test=DATA.y_test.argmax(1))
    assert refusal(data=labels, loss="mean_squared_error") == (
        "the loss 'mean_squared_error' takes targets of the shape of the outputs, (3,), got ()"
    )


def test_weights_of_classes_are_refused_in_a_regression():
    data = replace(DATA, y_train=DATA.x_train[:, :1], y_test=DATA.x_test[:, :1])
    sentence = refusal(one_unit, data=data, loss="mse", class_weight={0: 2.0})
    assert sentence == "class_weight must be left out of a regression, which has no classes"


def test_loss_that_does_not_take_the_targets_is_refused():
    sentence = refusal(loss="sparse_categorical_crossentropy")
    assert sentence.startswith(
        "the loss 'sparse_categorical_crossentropy' does not take targets of shape (3,) "
        "and outputs of shape (3,): "
    )


def test_loss_that_depends_on_how_many_samples_are_evaluated_together_is_refused():
    total = keras.losses.CategoricalCrossentropy(reduction="sum")
    assert refusal(loss=total).endswith("averages over samples, got one with reduction='sum'")


def test_averaged_weights_of_the_optimizer_are_refused():
    sentence = refusal(optimizer=optimizers.SGD(use_ema=True))
    assert sentence.startswith("the optimizer must not use_ema, which fit applies after its last ")


def test_learning_rate_beside_a_schedule_is_refused():
    decay = optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    sentence = refusal(optimizer=optimizers.SGD(decay), learning_rate=0.1)
    assert sentence == "learning_rate cannot be given when the optimizer has a schedule"


def test_numbers_of_numpy_count_as_numbers():
    assert checks.whole_number("n", np.int64(3), 1) == 3
    assert checks.positive("x", np.float32(0.5)) == 0.5
    assert checks.per_epoch("n", np.array([3, 4]), 2) == [3, 4]
    assert type(checks.per_epoch("n", np.array([3, 4]), 2)[0]) is int
