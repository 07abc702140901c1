"""Gradients of parts of the data, against the shared gradients and cases known by hand."""

import numpy as np
import pytest
import xarray as xr

from helpers import models
from helpers.analysis.findings import NONE_RELEVANT, RELEVANT, find
from helpers.analysis.registry import claims
from helpers.data import blobs
from helpers.experiments.enough_data import (
    ENOUGH_DATA,
    FEW,
    FULL_BATCH,
    MANY,
    WAYS,
    mean_gradient,
    predictions,
    values,
)
from helpers.landscape import sample_gradients


@pytest.fixture
def weights():
    return np.random.default_rng(0).normal(0, 0.3, 303).astype("float32")


def test_gradient_by_hand_is_that_of_keras(weights):
    data = blobs(20)
    single = sample_gradients(models.mlp, weights, data.x_train, data.y_train)
    mean = mean_gradient(weights, data.x_train, data.y_train)
    np.testing.assert_allclose(mean, single.mean(axis=0), rtol=1e-4, atol=1e-5)
    share = np.arange(10) / 45
    weighted = mean_gradient(weights, data.x_train, data.y_train, share)
    np.testing.assert_allclose(weighted, share @ single, rtol=1e-4, atol=1e-5)


def test_gradients_of_blocks_are_those_of_each_block(weights):
    data = blobs(24)
    x, y = data.x_train.reshape(3, 4, 2), data.y_train.reshape(3, 4, 3)
    blocks = mean_gradient(weights, x, y)
    assert blocks.shape == (3, 303)
    for i in range(3):
        np.testing.assert_allclose(blocks[i], mean_gradient(weights, x[i], y[i]))


def test_predictions_are_those_of_keras(weights):
    from helpers.training import set_weights

    x = blobs(20).x_train
    network = set_weights(models.mlp(), weights)
    np.testing.assert_allclose(predictions(weights, x), network(x), rtol=1e-4, atol=1e-6)


def test_each_claim_takes_its_cases_and_moments():
    moments = [*WAYS, "end"]
    dims = ("seed", "case", "moment")
    flat = np.zeros((20, 3, 4)) + np.random.default_rng(0).normal(0, 1e-4, (20, 1, 1))
    measured = xr.Dataset(
        {name: (dims, flat.copy()) for name in ("tenth", "half", "most", "population")},
        {"case": [FULL_BATCH, FEW, MANY], "moment": moments},
    )
    measured.half.loc[{"case": FEW, "moment": "end"}] += 0.2
    measured.most.loc[{"case": MANY, "moment": "start"}] += 0.02
    by_claim = values(measured, None)
    outcome = {
        (claim, name): find(claims()[claim].assertions[name], given).outcome
        for claim, by_name in by_claim.items()
        for name, given in by_name.items()
    }
    assert outcome.pop(("D5", "half_of_few_at_the_end")) == RELEVANT
    assert outcome.pop(("D7", "direction_of_few_at_the_end")) == RELEVANT
    assert outcome.pop(("D7", "direction")) == RELEVANT
    assert set(outcome.values()) == {NONE_RELEVANT}


@pytest.mark.slow
def test_more_data_agree_better_and_the_loss_has_come_as_far_as_it_says():
    measured, _ = ENOUGH_DATA.run_quick()
    assert (measured.half < measured.tenth).sel(moment="start").all()
    assert (measured.half.sel(case=MANY) < measured.half.sel(case=FEW)).sel(moment="start").all()
    start, update = measured.excess_loss.sel(moment="start"), measured["update"]
    for moment, way in WAYS.items():
        share = measured.excess_loss.sel(moment=moment) / start
        reached = update.sel(moment=moment) > 0  # a run that never gets there stays at its start
        assert (share.where(reached, 0) <= 1 - way + 1e-9).all()
    assert (update.sel(moment="start") == 0).all()
    assert (update.sel(moment="end") == ENOUGH_DATA.quick["updates"]).all()
