"""Which optimizers train all replicates together, and that the others train right by themselves."""

import keras
import numpy as np
import pytest
from keras import optimizers
from keras_reference import assert_same, fit

from helpers import models, train
from helpers.data.synthetic import blobs
from helpers.training.stacking import ELEMENTWISE, is_elementwise

MIXING = {
    "clipnorm": optimizers.SGD(0.01, clipnorm=0.1),
    "global_clipnorm": optimizers.Adam(0.01, global_clipnorm=0.1),
    "Lamb": optimizers.Lamb(0.01),
    "Adafactor": optimizers.Adafactor(0.01),
    "Muon": optimizers.Muon(0.01),
}


class OwnOptimizer(optimizers.SGD):
    """An optimizer of which nothing is known."""


class Adam(optimizers.Adam):
    """Another of which nothing is known, with a name that Keras has too."""


class OwnElementwiseOptimizer(optimizers.SGD):
    """An optimizer that says of itself that it treats every element alike."""

    elementwise = True


def steps(optimizer, values, slopes):
    """The values after one step along each of the slopes."""
    variable = keras.Variable(values)
    optimizer.build([variable])
    for slope in slopes:
        optimizer.apply([keras.ops.convert_to_tensor(slope)], [variable])
    return keras.ops.convert_to_numpy(variable)


def is_blind_to_neighbours(kind, **settings):
    """Whether two replicates, stacked, take the steps that each of them takes alone."""
    generator = np.random.default_rng(0)
    values, slopes = generator.normal(size=(2, 4, 3)), generator.normal(size=(5, 2, 4, 3))
    values, slopes = values.astype("float32"), slopes.astype("float32")
    slopes[:, 1] *= 100
    stacked = steps(kind(0.01, **settings), values, slopes)
    alone = [steps(kind(0.01, **settings), values[i], slopes[:, i]) for i in (0, 1)]
    return np.allclose(stacked, alone, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", sorted(ELEMENTWISE))
def test_optimizers_counted_as_elementwise_are(name):
    assert is_elementwise(getattr(optimizers, name)())
    assert is_blind_to_neighbours(getattr(optimizers, name), weight_decay=0.1, clipvalue=1.0)


@pytest.mark.parametrize("name", MIXING)
def test_optimizers_that_mix_elements_are_not_counted_as_elementwise(name):
    kind, settings = type(MIXING[name]), {name: 0.1} if "clip" in name else {}
    assert not is_elementwise(MIXING[name])
    assert not is_blind_to_neighbours(kind, **settings)


def test_own_optimizer_counts_as_elementwise_only_if_it_says_so():
    assert not is_elementwise(OwnOptimizer())
    assert not is_elementwise(Adam())
    assert is_elementwise(OwnElementwiseOptimizer())
    assert not is_elementwise(OwnElementwiseOptimizer(clipnorm=1.0))


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", MIXING.values(), ids=MIXING)
def test_other_optimizers_train_one_replicate_at_a_time_and_as_fit_does(optimizer):
    settings = {"data": blobs(200), "batch_size": 40, "epochs": 2, "jit_compile": False}
    runs = train(
        models.mlp, optimizer, seeds=[3, 1], snapshots=[1, 2], progress=False, **settings
    ).sel(seed=[1])  # the second, which starts where the first has ended
    assert '"stacked": false' in runs.attrs["settings"]
    assert_same(runs, fit(models.mlp, optimizer, seeds=[1], **settings), tolerance=1e-5)


@pytest.mark.parametrize("optimizer", [*MIXING.values(), OwnOptimizer()])
def test_stacking_replicates_that_the_optimizer_would_mix_is_refused(optimizer):
    with pytest.raises(ValueError, match="^stacked=True would mix .* since its optimizer updates"):
        train(
            models.mlp, optimizer, blobs(), batch_size=1, epochs=1, seeds=[1, 2],
            stacked=True,
        )  # fmt: skip


@pytest.mark.slow
def test_optimizer_is_left_as_it_is():
    optimizer = optimizers.Adam(0.01)
    arguments = {"batch_size": 500, "epochs": 1, "seeds": [1], "progress": False}
    train(models.mlp, optimizer, blobs(), learning_rate=0.5, **arguments)
    assert not optimizer.built
    assert float(optimizer.learning_rate) == pytest.approx(0.01)
