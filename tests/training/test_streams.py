"""Streams of fresh samples: their distributions, and the samples that they are evaluated on."""

import itertools

import numpy as np
import pytest

from helpers.data import Stream, blob_centers, blob_stream, regression_stream, teacher_stream
from helpers.data.streams import BLOCK


def drawn(stream, seed=1, n=64):
    """The first n blocks of a seed as two arrays."""
    blocks = itertools.islice(stream.blocks(seed), n)
    return tuple(np.concatenate(arrays) for arrays in zip(*blocks, strict=True))


def test_a_stream_is_a_sequence_of_blocks_from_one_generator():
    stream = regression_stream([1.0, 0.5])
    generator = np.random.default_rng(7)
    for block, _ in zip(stream.blocks(7), range(3), strict=False):
        for array, expected in zip(block, stream.draw(generator, BLOCK), strict=True):
            np.testing.assert_array_equal(array, expected)
    first, other = (next(stream.blocks(seed))[0] for seed in (7, 8))
    assert not np.array_equal(first, other)


def test_linear_regression_has_the_spectrum_weights_and_noise_that_were_given():
    spectrum, weights = np.array([2.0, 0.5, 0.1]), np.array([1.0, -2.0, 3.0])
    stream = regression_stream(spectrum, label_noise=0.5, weights=weights)
    x, y = drawn(stream)
    np.testing.assert_allclose(np.cov(x.T), np.diag(spectrum), atol=0.03)
    fitted, squares, *_ = np.linalg.lstsq(x, y[:, 0])
    np.testing.assert_allclose(fitted, weights, atol=0.03)
    np.testing.assert_allclose(squares / len(x), 0.25, rtol=0.03)


def test_the_evaluation_of_linear_regression_is_the_closed_form():
    spectrum, weights = np.array([2.0, 0.5, 0.1]), np.array([1.0, -2.0, 3.0])
    stream = regression_stream(spectrum, label_noise=0.5, weights=weights)
    v, bias = np.array([0.3, 0.2, -1.0]), 0.7
    expected = np.sum(spectrum * (v - weights) ** 2) + bias**2 + 0.5**2
    error = np.mean((stream.x @ v + bias - stream.y[:, 0]) ** 2)
    np.testing.assert_allclose(error, expected, rtol=1e-5)


def test_blobs_are_drawn_around_their_centers():
    centers = blob_centers()
    x, y = drawn(blob_stream(centers, 0.5))
    for label, center in enumerate(centers):
        of_class = x[y[:, label] == 1]
        np.testing.assert_allclose(of_class.mean(axis=0), center, atol=0.02)
        np.testing.assert_allclose(of_class.std(axis=0), 0.5, atol=0.02)
    np.testing.assert_allclose(y.mean(axis=0), 1 / 3, atol=0.01)


def test_standardised_blobs_have_mean_0_and_deviation_1_and_so_does_their_evaluation():
    centers = blob_centers()
    evaluation = centers, np.eye(3), np.array([1.0, 2.0, 3.0])
    stream = blob_stream(centers, 2.0, standardised=True, evaluation=evaluation)
    x, _ = drawn(stream)
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=0.02)
    np.testing.assert_allclose(x.std(axis=0), 1, atol=0.02)
    scale = np.sqrt(centers.var(axis=0) + 4)
    np.testing.assert_allclose(stream.x, (centers - centers.mean(axis=0)) / scale, rtol=1e-5)
    np.testing.assert_array_equal(stream.weights, [1, 2, 3])


def test_a_teacher_answers_alike_to_all_seeds_and_its_noise_has_its_deviation():
    silent, noisy = (teacher_stream(4, 3, 2, label_noise=noise) for noise in (0.0, 0.5))
    (x, clean), (same_x, y) = drawn(silent), drawn(noisy)
    np.testing.assert_array_equal(x, same_x)
    np.testing.assert_allclose((y - clean).std(axis=0), 0.5, rtol=0.02)
    features = np.maximum(x @ np.random.default_rng(0).normal(0, np.sqrt(1 / 2), (4, 3)), 0)
    residual = np.linalg.lstsq(features, clean)[1] / len(x)
    np.testing.assert_allclose(residual, 0, atol=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: regression_stream([1.0, 0.0]), "a value of the spectrum must be a finite number"),
        (lambda: regression_stream([1.0], label_noise=-1), "label_noise must be a finite number"),
        (lambda: regression_stream([1.0], weights=[1, 2]), "weights must hold 1 numbers"),
        (lambda: blob_stream(np.zeros(3)), "centers must have the shape"),
        (lambda: teacher_stream(0, 3), "n_inputs must be at least 1, got 0"),
        (
            lambda: Stream(
                "s", lambda g, n: (np.zeros((n, 2)), np.zeros((n, 1))), *[np.eye(3)] * 2
            ),
            r"draw must return x of shape \(2, 3\) for 2 samples, .* got \(2, 2\)",
        ),
        (
            lambda: Stream("s", lambda g, n: [np.zeros((n, 3))] * 2, *[np.eye(3)] * 2, np.ones(2)),
            r"weights must have the shape \(3,\)",
        ),
        (
            lambda: Stream("s", lambda g, n: [np.zeros((n, 3))] * 2, *[np.eye(3)] * 2, -np.ones(3)),
            "weights must be finite, at least 0, and not all 0",
        ),
    ],
)
def test_what_is_wrong_with_a_stream_is_said_in_one_sentence(make, message):
    with pytest.raises(ValueError, match=message):
        make()
