"""Expected losses over blobs and linear models are those of very many samples."""

import keras
import numpy as np
import pytest
from scipy import stats

from helpers.data import (
    blob_centers,
    blob_expectation,
    blob_probabilities,
    linear_excess_loss,
    nearest_center,
    new_blob_samples,
)
from helpers.models import mlp

CENTERS, STD = blob_centers(), 2.0


def test_points_are_exact_for_moments_and_their_weights_add_up_to_one():
    centers = np.array([[0.0, 1.0, 2.0], [3.0, -1.0, 0.5]])
    points = blob_expectation(centers, 0.7, order=8)
    assert points.weight.sum() == pytest.approx(1)
    assert (points.weight > 0).all()
    np.testing.assert_allclose(points.y.sum(axis=1), 1)
    np.testing.assert_allclose(points.weight @ points.x, centers.mean(axis=0), atol=1e-5)
    expected = 0.49 * np.eye(3) + centers.T @ centers / 2
    np.testing.assert_allclose((points.x.T * points.weight) @ points.x, expected, atol=1e-4)
    np.testing.assert_allclose(points.weight @ points.y, [0.5, 0.5])


def test_the_bayes_rule_of_the_tutorial_is_that_of_a_fine_grid():
    step = 0.05
    axes = np.arange(-16, 14, step), np.arange(-24, 14, step)
    x = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    each_class = [stats.norm(center, STD).pdf(x).prod(axis=1) for center in CENTERS]
    joint = np.array(each_class) / 3 * step**2
    loss = -np.sum(joint * np.log(joint / joint.sum(axis=0)))
    accuracy = joint.max(axis=0).sum()
    assert (round(loss, 4), round(accuracy, 4)) == (0.4008, 0.8224)
    points = blob_expectation(CENTERS, STD)
    assert points.bayes_loss == pytest.approx(loss, abs=3e-5)
    assert points.bayes_accuracy == pytest.approx(accuracy, abs=1e-3)
    finer = blob_expectation(CENTERS, STD, order=128)
    assert finer.bayes_loss == pytest.approx(loss, abs=1e-6)
    assert finer.bayes_accuracy == pytest.approx(accuracy, abs=3e-4)


def test_two_blobs_on_a_line_have_the_accuracy_of_the_normal_distribution():
    points = blob_expectation(np.array([[0.0], [3.0]]), 1.5, order=200)
    assert points.bayes_accuracy == pytest.approx(stats.norm.cdf(1.0), abs=1e-3)


def test_the_probabilities_are_the_shares_of_samples():
    x, labels = new_blob_samples(200_000, cluster_std=STD)
    probabilities = blob_probabilities(x, CENTERS, STD)
    assert np.array_equal(probabilities.argmax(axis=1), nearest_center(x, CENTERS))
    for label in range(3):
        for low in np.arange(0.1, 0.9, 0.2):
            near = (probabilities[:, label] > low) & (probabilities[:, label] < low + 0.1)
            share = np.mean(labels[near] == label)
            expected = probabilities[near, label].mean()
            assert share == pytest.approx(expected, abs=2.5 / np.sqrt(near.sum()))


def test_a_linear_softmax_has_the_loss_and_accuracy_of_fresh_samples():
    generator = np.random.default_rng(0)
    kernel = generator.normal(size=(2, 3))

    def softmax(x):
        e = np.exp(x @ kernel / 3)
        return e / e.sum(axis=1, keepdims=True)

    x, labels = new_blob_samples(300_000, cluster_std=STD)
    of_bayes = blob_probabilities(x, CENTERS, STD)[range(len(x)), labels]
    excess = np.log(of_bayes) - np.log(softmax(x)[range(len(x)), labels])
    points = blob_expectation(CENTERS, STD, order=128)
    predicted = softmax(points.x)
    error = excess.std() / np.sqrt(len(x))
    assert points.excess_loss(predicted) == pytest.approx(excess.mean(), abs=4 * error)
    accuracy = np.mean(softmax(x).argmax(axis=1) == labels)
    assert points.accuracy(predicted.argmax(axis=1)) == pytest.approx(accuracy, abs=4e-3)


def test_of_the_bayes_rule_itself_nothing_is_left():
    points = blob_expectation(CENTERS, STD)
    assert points.excess_loss(points.y) == pytest.approx(0, abs=1e-12)
    assert points.accuracy(nearest_center(points.x, CENTERS)) == points.bayes_accuracy
    two = points.excess_loss(np.stack([points.y, np.full_like(points.y, 1 / 3)]))
    np.testing.assert_allclose(two, [0, np.log(3) - points.bayes_loss], atol=1e-12)
    both = points.accuracy(np.zeros((2, len(points.x)), int))
    np.testing.assert_allclose(both, [1 / 3, 1 / 3], rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    "optimizer", [keras.optimizers.SGD(0.5), keras.optimizers.Adam(0.03)], ids=["sgd", "adam"]
)
def test_twice_the_order_changes_the_excess_loss_of_a_network_by_less_than_one_per_cent(optimizer):
    keras.utils.set_random_seed(0)
    model = mlp()
    model.compile(type(optimizer).from_config(optimizer.get_config()), "categorical_crossentropy")
    coarse, fine = (blob_expectation(CENTERS, STD, order) for order in (32, 64))
    mean, std = CENTERS.mean(axis=0), np.sqrt(STD**2 + CENTERS.var(axis=0))
    seen = []
    for updates, stream in [(1, 0), (4, 1), (15, 2), (60, 3), (150, 4)]:
        x, labels = new_blob_samples(32 * updates, cluster_std=STD, seed=stream)
        model.fit((x - mean) / std, np.eye(3)[labels], batch_size=32, verbose=0)
        of_coarse, of_fine = (
            points.excess_loss(model.predict_on_batch((points.x - mean) / std).astype(float))
            for points in (coarse, fine)
        )
        seen.append(of_fine)
        assert of_coarse == pytest.approx(of_fine, rel=0.01)
    assert max(seen) > 0.1
    assert 0.01 < min(seen) < 0.06
    # The same through Keras, from the arrays alone.
    inputs = (fine.x - mean) / std
    loss = keras.losses.categorical_crossentropy(fine.y, model.predict_on_batch(inputs))
    assert np.dot(loss, fine.weight) - fine.bayes_loss == pytest.approx(of_fine, rel=1e-3)
    x, labels = new_blob_samples(300_000, cluster_std=STD, seed=9)
    predicted = model.predict((x - mean) / std, batch_size=10_000, verbose=0)
    of_bayes = blob_probabilities(x, CENTERS, STD)
    excess = (np.log(of_bayes) - np.log(predicted))[range(len(x)), labels]
    assert of_fine == pytest.approx(excess.mean(), abs=4 * excess.std() / np.sqrt(len(x)))


@pytest.mark.parametrize("form", ["matrix", "diagonal"])
def test_the_excess_loss_of_a_linear_model_is_that_of_many_samples(form):
    generator = np.random.default_rng(3)
    mixed = generator.normal(size=(3, 3)) if form == "matrix" else np.diag([1.0, 0.5, 2.0])
    hessian = mixed @ mixed.T
    true, weights = generator.normal(size=3), generator.normal(size=(2, 5, 3))
    x = generator.normal(size=(400_000, 3)) @ mixed.T
    noise = generator.normal(size=len(x))
    loss = linear_excess_loss(weights, true, hessian if form == "matrix" else np.diag(hessian))
    assert loss.shape == (2, 5)
    for at in np.ndindex(2, 5):
        error = x @ (weights[at] - true)
        excess = ((error - noise) ** 2 - noise**2) / 2
        assert loss[at] == pytest.approx(excess.mean(), abs=5 * excess.std() / np.sqrt(len(x)))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: blob_expectation(CENTERS, 0), "cluster_std must be a finite number above 0"),
        (lambda: blob_expectation(CENTERS, 1, order=1), "order must be at least 2, got 1"),
        (lambda: blob_expectation(CENTERS[0], 1), r"centers must .* got the shape \(2,\)"),
        (lambda: blob_expectation(CENTERS[:1], 1), r"at least 2 classes, got the shape \(1, 2\)"),
        (lambda: linear_excess_loss([1], [1, 2], [1, 2]), r"got \(1,\) and \(2,\)"),
        (lambda: linear_excess_loss([1, 1], [1, 2], np.eye(3)), "hessian must have the shape"),
    ],
)
def test_arguments_out_of_their_range_are_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
