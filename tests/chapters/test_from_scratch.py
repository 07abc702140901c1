"""The code that chapter 12 shows is right: its own cells, against independent references."""

import keras
import keras_reference
import numpy as np
import pytest
import tensorflow as tf
from chapter_files import CHAPTERS, cells, declared, read

from helpers import models, train
from helpers.data.synthetic import blobs

(PATH,) = [path for path in CHAPTERS if path.stem.startswith("12")]


def chapter(*definitions, **names):
    """The names of the chapter after the cells that hold these lines, parameters changed first."""
    notebook = read(PATH)
    code = [cell.source for cell in cells(notebook, "code")]
    space = declared(notebook) | {"np": np} | names
    for definition in definitions:
        (source,) = [source for source in code if definition in source.splitlines()]
        exec(source, space)
    return space


class Given:
    """A source of chance that shuffles as told."""

    def __init__(self, *orders):
        self.orders = list(orders)

    def permutation(self, n):
        order = np.array(self.orders.pop(0))
        assert sorted(order) == list(range(n))
        return order


LOOP = "def descend(gradient, theta, n, batch_size, learning_rate, epochs, generator):"
LINE = "def line_gradient(theta, batch):"
NETWORK = "def flat(arrays):", "def unpack(theta):", "def network_gradient(theta, batch):"
descend = chapter(LOOP)["descend"]


def slopes(loss, theta, step=1e-6):
    """Central differences of ``loss`` along every weight."""
    shifts = step * np.eye(len(theta))
    return np.array([(loss(theta + d) - loss(theta - d)) / (2 * step) for d in shifts])


def test_loop_takes_the_steps_computed_by_hand_and_keeps_the_short_last_batch():
    targets = np.array([1.0, 2.0, 6.0])
    orders = Given([2, 0, 1], [0, 1, 2])
    path = descend(lambda t, batch: t - targets[batch].mean(), 0.0, 3, 2, 0.5, 2, orders)
    # 0 to the mean 3.5 of (6, 1), halfway; to 2, halfway; to the mean 1.5 of (1, 2); to 6
    assert list(path) == [1.75, 1.875, 1.6875, 3.84375]


def test_loop_shows_every_sample_once_an_epoch_in_the_order_of_the_trainer():
    seen = []

    def note(theta, batch):
        seen.append(batch)
        return 0.0

    list(descend(note, 0.0, 10, 4, 0.1, 3, np.random.default_rng(7)))
    assert [len(batch) for batch in seen] == 3 * [4, 4, 2]
    orders = keras_reference.sample_orders(7, 10)
    expected = np.concatenate([next(orders) for _ in range(3)])
    assert np.concatenate(seen).tolist() == expected.tolist()


def test_loop_leaves_the_weights_that_it_handed_out_alone():
    start = np.ones(2)
    path = list(descend(lambda t, batch: t, start, 4, 2, 0.5, 1, np.random.default_rng(0)))
    assert [weights.tolist() for weights in (start, *path)] == [[1, 1], [0.5, 0.5], [0.25, 0.25]]


def line(**names):
    """The gradient that the chapter has for its line, with 20 rows, and their targets."""
    space = chapter(LOOP, LINE, n=20, flavours={}, **names)
    return space["line_gradient"], space["rows"], space["y"]


def test_batch_size_of_all_samples_makes_one_exact_step_per_epoch():
    gradient, rows, y = line()
    expected = np.array([-2.0, -2.5])
    path = list(descend(gradient, expected, 20, 20, 0.1, 4, np.random.default_rng(1)))
    for weights in path:
        w, b = expected
        error = w * rows[:, 0] + b - y
        expected = expected - 0.1 * np.array([np.mean(error * rows[:, 0]), np.mean(error)])
        np.testing.assert_allclose(weights, expected, rtol=1e-12)
    assert len(path) == 4


def test_gradient_of_the_line_is_the_slope_of_its_loss():
    gradient, rows, y = line()
    batch, theta = np.array([3, 1, 8]), np.array([0.7, -1.2])
    expected = slopes(lambda t: np.mean((rows[batch] @ t - y[batch]) ** 2) / 2, theta)
    np.testing.assert_allclose(gradient(theta, batch), expected, rtol=1e-8)


def test_full_batch_on_the_line_ends_at_the_closed_form():
    gradient, rows, y = line()
    *_, end = descend(gradient, np.zeros(2), 20, 20, 1.0, 200, np.random.default_rng(0))
    np.testing.assert_allclose(end, np.linalg.solve(rows.T @ rows, rows.T @ y), rtol=1e-10)


def test_paths_of_the_line_pass_ten_times_over_the_samples_from_one_start():
    flavours = {"batch": 20, "minibatch": 8, "stochastic": 1}
    paths = chapter(LOOP, LINE, n=20, flavours=flavours)["paths"]
    assert {name: len(path) for name, path in paths.items()} == {
        "batch": 11, "minibatch": 31, "stochastic": 201,
    }  # fmt: skip
    assert all(path[0].tolist() == [-2, -2.5] for path in paths.values())


@pytest.fixture(scope="module", params=[50, 1, 9])
def network(request):
    """The chapter's network of some width, samples, the same in Keras, and its weights in a row."""
    units = request.param
    space = chapter(*NETWORK, hidden_units=units, n_samples=40)
    generator = np.random.default_rng(units)
    x = generator.normal(0, 3, (40, 2)).astype("float32")
    y = np.eye(3, dtype="float32")[generator.integers(3, size=40)]
    space |= {"x_train": x.astype(float), "y_train": y.astype(float)}
    keras.utils.set_random_seed(1)
    model = models.mlp(hidden_units=units)
    model.set_weights([w + generator.normal(0, 0.1, w.shape) for w in model.get_weights()])
    return space, x, y, model, space["flat"](model.get_weights())


def test_a_row_of_weights_is_cut_where_it_was_joined(network):
    space, _, _, model, theta = network
    for cut, array in zip(space["unpack"](theta), model.get_weights(), strict=True):
        np.testing.assert_array_equal(cut, array)


def test_gradient_does_not_overflow(network):
    space, _, _, _, theta = network
    assert np.isfinite(space["network_gradient"](1e3 * theta, np.arange(40))).all()


@pytest.mark.parametrize("batch", [np.arange(40), np.array([4, 17, 30]), np.array([8])], ids=len)
def test_gradient_of_the_network_is_that_of_keras(network, batch):
    space, x, y, model, theta = network
    with tf.GradientTape() as tape:
        losses = keras.losses.categorical_crossentropy(y[batch], model(x[batch]))
        loss = tf.reduce_mean(losses)
    expected = keras_reference.flat(tape.gradient(loss, model.trainable_variables))
    np.testing.assert_allclose(space["network_gradient"](theta, batch), expected, atol=1e-5)


def test_gradient_of_the_network_is_the_slope_of_the_cross_entropy(network):
    space, x, y, _, theta = network
    batch = np.arange(0, 40, 3)

    def cross_entropy(theta):
        w1, b1, w2, b2 = space["unpack"](theta)
        scores = np.maximum(x[batch] @ w1 + b1, 0) @ w2 + b2
        return np.mean(np.logaddexp.reduce(scores, axis=1) - scores[y[batch] == 1])

    found = space["network_gradient"](theta, batch)
    np.testing.assert_allclose(found, slopes(cross_entropy, theta), rtol=1e-5, atol=1e-8)


@pytest.mark.slow
def test_loop_trains_the_network_as_fit_and_the_trainer_do():
    space = chapter(*NETWORK, n_samples=60, hidden_units=5)
    data, optimizer = space["data"], keras.optimizers.SGD(0.01)
    settings = {"batch_size": 7, "epochs": 3, "seeds": [4]}

    def build():
        return models.mlp(hidden_units=5)

    keras.utils.set_random_seed(4)
    start = space["flat"](build().get_weights())
    generator = np.random.default_rng(4)
    *_, end = descend(space["network_gradient"], start, 30, 7, 0.01, 3, generator)
    fitted = keras_reference.fit(build, optimizer, data, **settings)
    trained = train(build, optimizer, data, snapshots=[3], progress=False, **settings)
    for runs in (fitted, trained):
        np.testing.assert_allclose(runs.weights.values[0, -1], end, atol=1e-5)


def test_chapter_trains_on_the_book_s_samples():
    space = chapter("def flat(arrays):")
    np.testing.assert_array_equal(space["data"].x_train, blobs().x_train)
    np.testing.assert_array_equal(space["data"].y_train, blobs().y_train)
