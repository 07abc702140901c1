"""What guessing gets by a loss is what the best constant output gets, whatever the loss."""

import keras
import numpy as np
import pytest
from keras import losses
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.metrics import log_loss, mean_absolute_error, mean_squared_error

from helpers.errors import ParameterError
from helpers.models.builders import Builder

GENERATOR = np.random.default_rng(0)
ONE_HOT = np.eye(3, dtype="float32")
LABELS = GENERATOR.choice(3, 400, p=[0.6, 0.3, 0.1])
OTHERS = GENERATOR.choice(3, 200, p=[0.4, 0.3, 0.3])
NUMBERS, OTHER_NUMBERS = (
    (GENERATOR.gamma(2, size=(n, 1)) - 1).astype("float32") for n in (401, 200)
)
GUESS = DummyClassifier(strategy="prior").fit(LABELS, LABELS).predict_proba(OTHERS)


def guessed(loss, labels=LABELS, others=OTHERS, classes=3, **more):
    one_hot = np.eye(classes, dtype="float32")
    if getattr(loss, "from_logits", False):
        more["activation"] = "linear"
    return Builder(None, loss, **more).guessed_loss(one_hot[labels], one_hot[others])


def guessed_number(loss, y=NUMBERS):
    return Builder(None, loss, one_output=True, activation="linear").guessed_loss(y, OTHER_NUMBERS)


def focal(p, gamma):
    """What Keras documents, with its alpha of 0.25, of a true class of probability p."""
    return -0.25 * (1 - p) ** gamma * np.log(p)


@pytest.mark.parametrize(
    "loss",
    [
        "categorical_crossentropy",
        losses.CategoricalCrossentropy(),
        losses.CategoricalCrossentropy(from_logits=True),
        "kl_divergence",
    ],
)
def test_a_cross_entropy_of_classes_is_that_of_their_shares(loss):
    assert guessed(loss) == pytest.approx(log_loss(OTHERS, GUESS), rel=1e-5)


def test_labels_as_whole_numbers_are_guessed_as_one_hot_ones(brought):
    def make(shape):
        model = keras.Sequential([keras.Input(shape), keras.layers.Dense(3, "softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    guess = brought(make).guessed_loss(ONE_HOT[LABELS], ONE_HOT[OTHERS])
    assert guess == pytest.approx(log_loss(OTHERS, GUESS), rel=1e-6)


@pytest.mark.parametrize(
    "loss", ["bce", losses.BinaryCrossentropy(), losses.BinaryCrossentropy(from_logits=True)]
)
def test_a_binary_cross_entropy_of_each_class_is_that_of_its_share(loss):
    of_classes = [log_loss(np.equal(OTHERS, k), GUESS[:, k]) for k in range(3)]
    assert guessed(loss) == pytest.approx(np.mean(of_classes), rel=1e-6)


@pytest.mark.parametrize("loss", ["mse", "mean_squared_error", losses.MeanSquaredError()])
def test_squares_of_classes_are_those_of_their_shares(loss):
    assert guessed(loss) == pytest.approx(mean_squared_error(ONE_HOT[OTHERS], GUESS), rel=1e-6)


@pytest.mark.parametrize("activation", ["softmax", "linear"])
def test_absolute_errors_of_classes_are_those_of_the_majority(activation):
    majority = DummyClassifier(strategy="most_frequent").fit(LABELS, LABELS).predict(OTHERS)
    expected = mean_absolute_error(ONE_HOT[OTHERS], ONE_HOT[majority])
    assert guessed("mean_absolute_error", activation=activation) == pytest.approx(
        expected, rel=1e-6
    )


@pytest.mark.parametrize(
    ("loss", "expected"),
    [("binary_crossentropy", log_loss), ("mean_squared_error", mean_squared_error)],
)
def test_one_output_guesses_the_share_of_the_second_class(loss, expected):
    second = np.minimum(LABELS, 1), np.minimum(OTHERS, 1)
    guess = DummyClassifier(strategy="prior").fit(*second[:1] * 2).predict_proba(OTHERS)[:, 1]
    value = guessed(loss, *second, classes=2, one_output=True, activation="sigmoid")
    assert value == pytest.approx(expected(second[1], guess), rel=1e-6)


@pytest.mark.parametrize(
    ("activation", "best"),
    [("linear", [1, -1, -1]), ("sigmoid", [1, 0, 0]), ("softmax", [1, 0, 0])],
)
def test_a_hinge_loss_is_guessed_within_the_range_of_the_outputs(activation, best):
    expected = np.maximum(1 - (2 * ONE_HOT[OTHERS] - 1) * best, 0).mean()
    assert guessed("hinge", activation=activation) == pytest.approx(expected, rel=1e-6)


def test_smoothed_labels_are_guessed_by_smoothed_shares():
    smooth = 0.8 * GUESS + 0.2 / 3
    targets = 0.8 * ONE_HOT[OTHERS] + 0.2 / 3
    expected = -(targets * np.log(smooth)).sum(axis=1).mean()
    loss = losses.CategoricalCrossentropy(label_smoothing=0.2)
    assert guessed(loss) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("gamma", [2, 5])
def test_a_focal_loss_is_guessed_by_its_own_best_probabilities(gamma):
    p = np.stack(np.meshgrid(*[np.linspace(0.001, 0.999, 999)] * 2), axis=-1).reshape(-1, 2)
    p = np.column_stack([p, 1 - p.sum(axis=1)])[p.sum(axis=1) < 0.9995]
    best = p[(focal(p, gamma) @ GUESS[0]).argmin()]
    loss = losses.CategoricalFocalCrossentropy(gamma=gamma)
    assert guessed(loss) == pytest.approx(focal(best[OTHERS], gamma).mean(), rel=5e-3)
    of_shares = focal(GUESS[0], gamma) @ GUESS[0]
    assert guessed(loss, others=LABELS) <= focal(best, gamma) @ GUESS[0] < of_shares


def test_a_binary_focal_loss_of_one_output_is_guessed_by_its_own_best_probability():
    share, p = (LABELS > 0).mean(), np.linspace(1e-4, 1 - 1e-4, 9999)
    of_all = -share * (1 - p) ** 2 * np.log(p) - (1 - share) * p**2 * np.log(1 - p)
    labels = np.minimum(LABELS, 1)
    more = {"classes": 2, "one_output": True, "activation": "sigmoid"}
    guess = guessed("binary_focal_crossentropy", labels, labels, **more)
    assert guess == pytest.approx(of_all.min(), rel=1e-6)


@pytest.mark.parametrize(
    ("loss", "strategy", "expected"),
    [
        ("mse", "mean", mean_squared_error),
        (losses.MeanSquaredError(), "mean", mean_squared_error),
        ("mean_absolute_error", "median", mean_absolute_error),
        (losses.MeanAbsoluteError(), "median", mean_absolute_error),
    ],
)
@pytest.mark.parametrize(
    "y", [NUMBERS, NUMBERS[:-1], np.round(NUMBERS)], ids=["odd", "even", "ties"]
)
def test_numbers_are_guessed_by_their_mean_or_median(loss, strategy, expected, y):
    constant = DummyRegressor(strategy=strategy).fit(y, y).predict(OTHER_NUMBERS)
    assert guessed_number(loss, y) == pytest.approx(expected(OTHER_NUMBERS, constant), rel=1e-6)


def test_huber_is_guessed_by_the_constant_of_least_loss():
    far = np.linspace(-1, 2, 30001)[:, None, None] - NUMBERS
    of_all = np.where(abs(far) < 0.3, far**2 / 2, 0.3 * abs(far) - 0.045).mean(axis=(1, 2))
    far = abs(np.linspace(-1, 2, 30001)[of_all.argmin()] - OTHER_NUMBERS)
    expected = np.where(far < 0.3, far**2 / 2, 0.3 * far - 0.045).mean()
    assert guessed_number(losses.Huber(0.3)) == pytest.approx(expected, rel=1e-4)


def test_nothing_is_known_of_guesses_by_a_loss_of_the_users_own():
    assert np.isnan(guessed(lambda y, outputs: keras.ops.mean(abs(y - outputs) ** 1.5, axis=-1)))


def test_a_loss_below_0_is_no_metric():
    def gain(y, outputs):
        return -keras.ops.sum(y * outputs, axis=-1)

    with pytest.raises(ParameterError, match="own loss falls below 0: it is -1 where the outputs"):
        guessed(gain)
