"""The code that chapter 12 shows is right: its own cells, against independent references."""

import keras
import keras_reference
import numpy as np
import pytest
import tensorflow as tf
from chapter_files import CHAPTERS, cells, declared, read

from helpers import models, train
from helpers.data.synthetic import blobs

(PATH,) = [path for path in CHAPTERS if path.stem.startswith("07")]


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
LINE, LINE_LOSS = "def line_gradient(rows, y):", "def line_loss(theta, rows, y):"
NETWORK = "def unpack(theta):", "def forward(theta, x):", "def network_gradient(theta, batch):"
SINE = "def sine_gradient(theta, batch):"
PIT = SINE, "from scipy import ndimage", "def pool(level):"
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


def test_batch_size_of_all_samples_makes_one_exact_step_per_epoch():
    space = chapter(LINE, n_samples=60)
    rows, y = space["noisy_line"](3)
    start = np.array([-2.0, -2.5])
    gradient = space["line_gradient"](rows, y)
    path = list(descend(gradient, start, 30, 30, 0.1, 4, np.random.default_rng(1)))
    expected = start
    for weights in path:
        w, b = expected
        error = w * rows[:, 0] + b - y
        expected = expected - 0.1 * np.array([np.mean(error * rows[:, 0]), np.mean(error)])
        np.testing.assert_allclose(weights, expected, rtol=1e-12)
    assert len(path) == 4


def test_gradient_of_the_line_is_the_slope_of_its_loss():
    space = chapter(LINE, LINE_LOSS, line_runs={}, n_samples=40)
    rows, y = space["noisy_line"](0)
    batch, theta = np.array([3, 1, 8]), np.array([0.7, -1.2])
    expected = slopes(lambda t: space["line_loss"](t, rows[batch], y[batch]), theta)
    np.testing.assert_allclose(space["line_gradient"](rows, y)(theta, batch), expected, rtol=1e-8)


def test_full_batch_on_the_line_ends_at_the_closed_form():
    space = chapter(LINE)
    rows, y = space["noisy_line"](5)
    settings = len(y), len(y), 1.0, 200, np.random.default_rng(0)
    *_, end = descend(space["line_gradient"](rows, y), np.zeros(2), *settings)
    np.testing.assert_allclose(end, np.linalg.solve(rows.T @ rows, rows.T @ y), rtol=1e-10)


@pytest.fixture(scope="module", params=[(2, 3, 50), (1, 2, 1), (6, 4, 9)], ids=str)
def network(request):
    """The chapter's network of some shape, samples, a Keras twin, and its weights in one row."""
    n_in, n_out, units = request.param
    space = chapter(*NETWORK, hidden_units=units)
    generator = np.random.default_rng(units)
    x = generator.normal(0, 3, (40, n_in)).astype("float32")
    y = np.eye(n_out, dtype="float32")[generator.integers(n_out, size=40)]
    space |= {"x_train": x.astype(float), "y_train": y.astype(float)}
    keras.utils.set_random_seed(1)
    model = models.mlp(n_in, n_out, units)
    model.set_weights([w + generator.normal(0, 0.1, w.shape) for w in model.get_weights()])
    return space, x, y, model, keras_reference.flat(model.get_weights()).astype(float)


def test_forward_gives_the_probabilities_of_keras(network):
    space, x, _, model, theta = network
    np.testing.assert_allclose(space["forward"](theta, x)[1], model(x), rtol=1e-4, atol=1e-6)


def test_forward_does_not_overflow(network):
    space, x, _, _, theta = network
    probabilities = space["forward"](1e3 * theta, x)[1]
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


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
        probabilities = space["forward"](theta, x[batch].astype(float))[1]
        return -np.mean(np.log(probabilities[y[batch] == 1]))

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
    start = keras_reference.flat(build().get_weights()).astype(float)
    generator = np.random.default_rng(4)
    *_, end = descend(space["network_gradient"], start, 30, 7, 0.01, 3, generator)
    fitted = keras_reference.fit(build, optimizer, data, **settings)
    trained = train(build, optimizer, data, snapshots=[3], progress=False, **settings)
    for runs in (fitted, trained):
        np.testing.assert_allclose(runs.weights.values[0, -1], end, atol=1e-5)


def test_chapter_trains_on_the_book_s_samples():
    space = chapter(*NETWORK)
    data = blobs()
    np.testing.assert_array_equal(space["x_train"], data.x_train)
    np.testing.assert_array_equal(space["y_train"], data.y_train)


def test_gradient_of_the_sine_is_the_slope_of_its_loss_at_one_point_or_many():
    space = chapter(SINE, n=50)
    gradient, every = space["sine_gradient"], np.arange(50)
    points = np.array([[1.5, 3.0], [3.1, -0.2], [0.8, 5.0]])
    for point in points:
        np.testing.assert_allclose(
            gradient(point, every), slopes(space["sine_loss"], point), rtol=1e-6, atol=1e-9
        )
    batches = np.array([[3, 40, 12], [7, 7, 30]])  # a column for each point
    one_by_one = [gradient(point, batch) for point, batch in zip(points, batches.T, strict=True)]
    np.testing.assert_allclose(gradient(points, batches), one_by_one, rtol=1e-12)


def test_runs_side_by_side_are_those_that_run_alone():
    space = chapter(LOOP, *PIT, "class SideBySide:", n=20, escape_passes=3, sine_rate=0.1)
    together = np.array(list(space["sine_updates"]([5, 6, 8], 3, 0.1)))
    assert together.shape == (1 + 3 * 7, 3, 2)
    alone = np.array(list(space["sine_updates"]([6], 3, 0.1)))[:, 0]
    np.testing.assert_allclose(together[:, 1], alone, rtol=1e-12)
    generator = np.random.default_rng(6)
    start = space["below_rim"][generator.integers(len(space["below_rim"]))]
    path = list(descend(space["sine_gradient"], start, 20, 3, 0.1, 3, generator))
    np.testing.assert_allclose(alone, [start, *path], rtol=1e-12)


@pytest.mark.parametrize(("n", "data_seed"), [(500, 2), (120, 7), (10, 25), (10, 6), (15, 80)])
def test_pit_is_a_minimum_beside_a_deeper_one_and_its_rim_the_lowest_way_out(n, data_seed):
    space = chapter(*PIT, n=n, data_seed=data_seed)
    surface, deep, shallow, rim = (space[name] for name in ("surface", "deep", "shallow", "rim"))
    assert surface[deep] == surface.min() < surface[shallow] < rim
    inside = space["pool"](rim)
    assert inside[shallow] and not inside[deep]
    assert surface[inside].min() == surface[shallow]
    above = space["pool"](np.nextafter(rim, np.inf))
    assert surface[above].min() < surface[shallow]
    assert len(space["below_rim"]) == inside.sum()


def test_limit_of_the_learning_rate_is_two_over_the_largest_curvature():
    space = chapter(*PIT, "z = rows @ mesh[deep]", n=80)
    place, every = space["mesh"][space["deep"]], np.arange(80)
    columns = [slopes(lambda t, i=i: space["sine_gradient"](t, every)[i], place) for i in (0, 1)]
    assert space["limit"] == pytest.approx(2 / np.linalg.eigvalsh(columns).max(), rel=1e-6)
    assert space["sine_rate"] == pytest.approx(space["limit_share"] * space["limit"])
