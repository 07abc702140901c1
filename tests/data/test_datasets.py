"""The data set is the tutorial's, and what is said of it is exact."""

import keras
import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import make_blobs

from helpers import models
from helpers.data.splits import hold_out
from helpers.data.synthetic import (
    blob_centers,
    blobs,
    linearly_separable,
    nearest_center,
    new_blob_samples,
)


def test_blobs_are_the_tutorials_samples_in_its_two_halves():
    x, labels = make_blobs(1000, centers=3, n_features=2, cluster_std=2, random_state=2)
    data = blobs()
    assert np.array_equal(np.vstack([data.x_train, data.x_test]), x.astype("float32"))
    one_hot = keras.utils.to_categorical(labels)
    assert np.array_equal(np.vstack([data.y_train, data.y_test]), one_hot)
    assert data.n_train == len(data.x_train) == len(data.x_test) == 500


def test_arguments_choose_size_classes_spread_and_seed():
    data = blobs(61, centers=4, cluster_std=0.01, data_seed=7)
    assert (data.x_train.shape, data.y_train.shape) == ((30, 2), (30, 4))
    assert (data.x_test.shape, data.y_test.shape) == ((31, 2), (31, 4))
    centers = blob_centers(centers=4, data_seed=7)
    np.testing.assert_allclose(data.x_train, centers[data.y_train.argmax(1)], atol=0.1)


def test_all_arrays_are_float32_as_keras_computes():
    data = blobs()
    arrays = data.x_train, data.y_train, data.x_test, data.y_test
    assert {array.dtype for array in arrays} == {np.dtype("float32")}


def test_new_samples_scatter_about_the_same_centers():
    x, labels = new_blob_samples(30_000, cluster_std=2.0, seed=1)
    for label, center in enumerate(blob_centers()):
        own = x[labels == label]
        assert len(own) == 10_000
        np.testing.assert_allclose(own.mean(axis=0), center, atol=5 * 2 / 100)
        np.testing.assert_allclose(np.cov(own.T), [[4, 0], [0, 4]], atol=0.3)
    assert not np.array_equal(x, new_blob_samples(30_000, seed=2)[0])


def test_nearest_center_is_the_most_probable_class():
    x, _ = new_blob_samples(1000)
    centers = blob_centers()
    densities = [stats.multivariate_normal(center, 4 * np.eye(2)).pdf(x) for center in centers]
    assert np.array_equal(nearest_center(x, centers), np.argmax(densities, axis=0))


def test_bayes_rule_of_two_blobs_is_right_as_often_as_its_closed_form_says():
    centers = np.array([[0.0, 0.0], [3.0, 4.0]])  # 5 apart
    x, labels = make_blobs(100_000, centers=centers, cluster_std=2, random_state=0)
    share = np.mean(nearest_center(x, centers) == labels)
    assert share == pytest.approx(stats.norm.cdf(5 / 2 / 2), abs=0.004)


@pytest.mark.parametrize(
    ("x", "labels", "separable"),
    [
        ([[0, 0], [1, 1], [0, 1], [1, 0]], [0, 0, 1, 1], False),  # exclusive or
        ([[0, 0], [1, 0], [0, 1], [1, 1]], [0, 0, 0, 1], True),  # and
        ([[0], [1], [2], [3]], [0, 0, 1, 2], True),
        ([[0], [0]], [0, 1], False),  # the same point in two classes
    ],
)
def test_linear_separability_is_decided_exactly(x, labels, separable):
    assert linearly_separable(np.array(x, float), np.array(labels)) == separable


def test_blobs_overlap_unless_they_are_narrow():
    wide, narrow = blobs(), blobs(cluster_std=0.1)
    assert not linearly_separable(wide.x_train, wide.y_train.argmax(1))
    assert linearly_separable(narrow.x_train, narrow.y_train.argmax(1))


def test_network_is_the_tutorials():
    hidden, output = models.mlp().layers
    assert (hidden.units, hidden.activation.__name__) == (50, "relu")
    assert (output.units, output.activation.__name__) == (3, "softmax")
    keras.utils.set_random_seed(1)
    weights = models.mlp(n_inputs=600, hidden_units=400).layers[0].kernel
    limit = np.sqrt(6 / 600)  # He's uniform initial weights
    assert 0.99 * limit < np.abs(weights).max() <= limit


def test_network_has_the_sizes_asked_for():
    model = models.mlp(n_inputs=7, n_outputs=2, hidden_units=5)
    assert (model.input_shape, model.output_shape) == ((None, 7), (None, 2))
    assert model.count_params() == 7 * 5 + 5 + 5 * 2 + 2


def test_what_is_held_out_is_of_the_training_samples_only_and_trains_no_more():
    data = blobs()
    split = hold_out(data, 0.2, seed=3)
    assert (split.n_train, len(split.x_test)) == (400, 100)
    assert split.y_test.sum(axis=0).tolist() == pytest.approx(data.y_train.sum(axis=0) / 5, abs=1)
    parts = np.concatenate(
        [
            np.column_stack([split.x_train, split.y_train]),
            np.column_stack([split.x_test, split.y_test]),
        ]
    )
    whole = np.column_stack([data.x_train, data.y_train])
    assert np.array_equal(parts[np.lexsort(parts.T)], whole[np.lexsort(whole.T)])
    assert np.array_equal(split.x_test, hold_out(data, 0.2, seed=3).x_test)


@pytest.mark.parametrize("share", [0, 1, 1.5, -0.1])
def test_a_share_to_hold_out_that_leaves_nothing_is_refused(share):
    with pytest.raises(ValueError, match="share must be"):
        hold_out(blobs(), share)
