"""The adapted regime: how it trains, its rate, and what is made of made-up scores."""

import keras
import numpy as np
import pytest
import xarray as xr

from helpers.experiments.generalisation_adapted import LABELS, RATES, REGIMES, regime, rule, values
from helpers.models import GhostBatchNormalization


@pytest.mark.parametrize(
    ("name", "size", "updates", "kind", "kept"),
    [
        ("small", 8, 160, keras.layers.BatchNormalization, 0.99),
        ("equal epochs", 128, 10, keras.layers.BatchNormalization, 0.99**16),
        ("whole", 128, 160, keras.layers.BatchNormalization, 0.99**16),
        ("adapted", 128, 160, GhostBatchNormalization, 0.99),
    ],
)
def test_a_regime_has_its_batch_its_updates_and_its_layer(name, size, updates, kind, kept):
    build, *rest = regime(name, n_train=128, batch_size=8, epochs=10)
    layer = build().layers[1]
    assert rest == [size, updates]
    assert type(layer) is kind and layer.momentum == pytest.approx(kept)
    assert getattr(layer, "ghost_size", 8) == 8


def test_the_rule_multiplies_the_small_rate_by_the_root_of_the_ratio_after_as_many_updates():
    rates = np.arange(8.0).reshape(2, 4) + 1
    labels = {"labels": list(LABELS), "regime": list(REGIMES)}
    tuning = xr.Dataset({"learning_rate": (tuple(labels), rates)}, labels)
    assert rule(tuning, "true", "adapted", 128, 8) == 4
    assert rule(tuning, "wrong", "whole", 128, 8) == 20
    assert rule(tuning, "true", "equal epochs", 128, 8) == 1


def test_values_are_differences_to_small_batches_of_the_same_labels():
    labels = {"labels": list(LABELS), "regime": list(REGIMES), "rate": list(RATES), "seed": [0, 1]}
    shape = [len(v) for v in labels.values()]
    accuracy = np.arange(np.prod(shape[:-1]), dtype=float).reshape(*shape[:-1], 1) ** 2
    measured = xr.Dataset(
        {
            "test_accuracy": (tuple(labels), np.broadcast_to(accuracy, shape)),
            "test_loss": (tuple(labels), np.broadcast_to(accuracy + 1, shape)),
        },
        labels,
    )
    got = values(measured, None)["B5"]
    # Cell (labels, regime, rate) holds (8 labels + 2 regime + rate) squared; small, tuned: 1, 81.
    expected = {
        "gap_with_normalisation": 1 - 2**2,
        "adapted": 14**2 - 81,
        "adapted_tuned": 15**2 - 81,
        "adapted_with_true_labels": 6**2 - 1,
        "adapted_with_true_labels_tuned": 7**2 - 1,
        "ghosts": (7**2 + 1) / (5**2 + 1),
    }
    assert got.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(got[name], value, err_msg=name)
