"""Samples to train and test on: made, shipped with scikit-learn, or the reader's own files.

Everything ends in a ``Dataset``, or in a ``Stream`` of fresh samples. Nothing here
imports TensorFlow.
"""

from helpers.data.dataset import Dataset, standardised
from helpers.data.examples import example_table
from helpers.data.expectation import (
    Expectation,
    blob_expectation,
    blob_probabilities,
    linear_excess_loss,
)
from helpers.data.images import digits, flattened, mnist, shifted
from helpers.data.named import NamedDataset
from helpers.data.names import code, shown
from helpers.data.splits import hold_out, with_validation
from helpers.data.streams import Stream, blob_stream, regression_stream, teacher_stream
from helpers.data.synthetic import (
    blob_centers,
    blob_draws,
    blobs,
    linearly_separable,
    nearest_center,
    new_blob_samples,
)
from helpers.data.user_images import load_images
from helpers.data.user_tables import load_table

__all__ = [
    "Dataset",
    "Expectation",
    "NamedDataset",
    "Stream",
    "blob_centers",
    "blob_draws",
    "blob_expectation",
    "blob_probabilities",
    "blob_stream",
    "blobs",
    "code",
    "digits",
    "example_table",
    "flattened",
    "hold_out",
    "linear_excess_loss",
    "linearly_separable",
    "load_images",
    "load_table",
    "mnist",
    "nearest_center",
    "new_blob_samples",
    "regression_stream",
    "shifted",
    "shown",
    "standardised",
    "teacher_stream",
    "with_validation",
]
