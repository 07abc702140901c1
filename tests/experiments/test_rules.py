"""Runs whose learning rates follow a rule."""

import keras
import numpy as np
import pytest

from helpers import analysis, models, train
from helpers.data import blobs
from helpers.experiments.scaled_rates import train_by_rules


@pytest.mark.slow
def test_rules_share_the_first_batch_size_and_take_their_own_rates():
    sgd = keras.optimizers.SGD(momentum=0.9)
    common = {"epochs": 2, "seeds": [10_000, 10_001]}
    runs = train_by_rules(
        models.mlp, sgd, blobs(), batch_sizes=[50, 100, 200], learning_rate=0.01, **common
    )
    assert runs.val_loss.sizes == {"rule": 3, "batch_size": 3, "epoch": 2, "seed": 2}
    first = runs.val_loss.sel(batch_size=50)
    np.testing.assert_array_equal(first.sel(rule="fixed"), first.sel(rule="linear"))
    for rule in analysis.RULES:
        rate = analysis.scaled_rate(rule, 0.01, 4)
        alone = train(
            models.mlp, sgd, blobs(), batch_size=200, learning_rate=rate, jit_compile=False,
            progress=False, **common,
        )  # fmt: skip
        here = runs.val_loss.sel(rule=rule, batch_size=200).transpose(*alone.val_loss.dims)
        np.testing.assert_allclose(here, alone.val_loss, rtol=1e-5)
