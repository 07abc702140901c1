"""Batch sizes are trained for as many updates as each other, and pass the point of equal epochs."""

import keras
import numpy as np
import pytest

from helpers import models, train
from helpers.data import blob_draws, blobs
from helpers.experiments import train_for_updates

pytestmark = pytest.mark.slow
SGD = {"learning_rate": 0.01, "momentum": 0.9}


def trained(batch_size, data, seeds=(1, 2)):
    sgd = keras.optimizers.SGD(**SGD)
    options = {"learning_rates": [0.01], "small": 10, "epochs": 3, "seeds": seeds}
    return train_for_updates(models.mlp, sgd, data, batch_size=batch_size, **options).weights


def test_large_batches_take_more_epochs_to_as_many_updates():
    small, large = (trained(size, blobs(100)) for size in (10, 25))
    assert small.updates.values.tolist() == [5, 10, 15]  # after each of 3 epochs of 5 updates
    assert large.updates.values.tolist() == [4, 6, 10, 14]  # of 2 updates; 6 is equal epochs
    assert small.dims == ("learning_rate", "seed", "updates", "weight")


def test_weights_are_those_of_the_trainer_after_so_many_epochs():
    runs = train(
        models.mlp, keras.optimizers.SGD(**SGD), blobs(100), batch_size=25, epochs=7, seeds=[1, 2],
        snapshots=[3], progress=False,
    )  # fmt: skip
    kept = trained(25, blobs(100)).sel(updates=6).isel(learning_rate=0)
    np.testing.assert_allclose(kept, runs.weights.sel(snapshot=3), rtol=1e-4, atol=1e-5)


def test_every_seed_may_have_data_of_its_own():
    draws = blob_draws([1, 2], 50)
    together = trained(25, draws)
    for seed, draw in zip([1, 2], draws, strict=True):
        alone = trained(25, draw, [seed])
        np.testing.assert_allclose(together.sel(seed=[seed]), alone, rtol=1e-4, atol=1e-5)
