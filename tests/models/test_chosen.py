"""Parameters choose the network and the optimizer."""

import keras
import pytest

from helpers.errors import ParameterError
from helpers.models.chosen import chosen_model, chosen_optimizer

MINE = """
import keras

def build(shape, n):
    return keras.Sequential([keras.Input(shape), keras.layers.Dense(n, activation="softmax")])
"""


def test_without_a_model_there_are_dense_layers_for_samples_of_any_shape():
    build = chosen_model("", (3, 3, 1), 4, [8, 6])
    assert [layer.units for layer in build().layers] == [8, 6, 4]
    assert build().input_shape == (None, 9)
    assert build() is not build()


def test_the_model_that_is_named_is_built(tmp_path, monkeypatch):
    (tmp_path / "mine_chosen.py").write_text(MINE)
    monkeypatch.syspath_prepend(tmp_path)
    assert chosen_model("mine_chosen:build", (5,), 2, [8])().count_params() == 12
    with pytest.raises(ParameterError, match="has no function 'other'"):
        chosen_model("mine_chosen:other", (5,), 2, [8])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("sgd", keras.optimizers.SGD),
        ("adam", keras.optimizers.Adam),
        ("rmsprop", keras.optimizers.RMSprop),
    ],
)
def test_optimizers_have_their_name_and_rate_and_sgd_its_momentum(name, kind):
    optimizer = chosen_optimizer(name, 0.7, 0.25)
    assert type(optimizer) is kind
    assert float(optimizer.learning_rate) == 0.25
    assert getattr(optimizer, "momentum", 0) == (0.7 if name == "sgd" else 0)


def test_another_optimizer_is_refused():
    with pytest.raises(
        ValueError, match="name must be one of auto, sgd, adam, rmsprop, got 'lion'"
    ):
        chosen_optimizer("lion", 0.9)
