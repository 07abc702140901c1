"""Gradients of drawn batches: held against theory, and against one batch at a time."""

import numpy as np
import pytest
import xarray as xr

from helpers import models
from helpers.data import blobs
from helpers.landscape import batch_gradients, draw_batches, losses, sample_gradients

DATA = blobs(48, data_seed=1)  # 24 of them train
SEEDS, MOMENTS = [3, 11], [0, 7]
SETTINGS = {"batch_sizes": [2, 6, 20], "draws": 400, "learning_rate": 0.5}


def build():
    return models.mlp(hidden_units=4)


@pytest.fixture(scope="module")
def weights():
    values = np.random.default_rng(0).normal(0, 1, (2, 2, build().count_params()))
    labels = {"seed": SEEDS, "snapshot": MOMENTS}
    return xr.DataArray(values.astype("float32"), labels, ("seed", "snapshot", "weight"))


@pytest.fixture(scope="module")
def drawn(weights):
    return batch_gradients(build, weights, DATA.x_train, DATA.y_train, **SETTINGS)


def test_the_squared_distance_is_what_theory_says_of_batches_without_replacement(drawn):
    share = (1 / drawn.batch_size - 1 / 24) * xr.ones_like(drawn.squared_distance)
    ratio = drawn.squared_distance / (drawn.noise * share)
    np.testing.assert_allclose(ratio, 1, atol=0.2)
    np.testing.assert_allclose(ratio.mean(), 1, atol=0.03)


def test_every_number_is_that_of_its_seed_alone(drawn, weights):
    alone = batch_gradients(build, weights.sel(seed=[11]), DATA.x_train, DATA.y_train, **SETTINGS)
    xr.testing.assert_allclose(alone, drawn.sel(seed=[11]), rtol=1e-4)


def test_cosines_and_steps_are_those_of_the_drawn_batches(drawn, weights):
    flat = weights[0].values
    single = sample_gradients(build, flat, DATA.x_train, DATA.y_train)[1]
    generator = np.random.default_rng([3, 1])
    batches = draw_batches(24, 2, 400, generator)
    gradients, full = batches @ single, single.mean(axis=0)
    lengths = np.linalg.norm(gradients, axis=1) * np.linalg.norm(full)
    here = drawn.isel(seed=0, snapshot=1, batch_size=0)
    assert float(here.cosine) == pytest.approx(np.median(gradients @ full / lengths), rel=1e-4)
    assert float(here.signal) == pytest.approx(full @ full, rel=1e-4)
    before, *after = losses(
        build, np.vstack([flat[1:], flat[1] - 0.5 * gradients[::10]]), DATA.x_train, DATA.y_train
    )
    assert float(here.uphill) == pytest.approx(np.mean(np.array(after) > before), abs=0.026)
    assert 0 < here.uphill < 1


def test_the_nearer_to_all_samples_the_better_the_direction(drawn):
    assert (drawn.cosine.diff("batch_size") > 0).all()
    assert (drawn.cosine.sel(batch_size=20) > 0.95).all()


def test_sizes_without_noise_are_left_out(weights):
    settings = SETTINGS | {"batch_sizes": [6, 24, 30], "draws": 10}
    some = batch_gradients(build, weights, DATA.x_train, DATA.y_train, **settings)
    assert some.batch_size.values.tolist() == [6]
