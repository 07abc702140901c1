"""Ghost batch normalization is Keras's own, applied to each sub-batch by itself."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import Input, Sequential, layers, optimizers
from keras_reference import assert_same, fit

from helpers import train
from helpers.data.synthetic import blobs
from helpers.models.normalization import GhostBatchNormalization

GENERATOR = np.random.default_rng(4)
SHAPES = {"features": (10, 3), "images": (10, 4, 4, 3)}  # with ghosts of 4: two, and a rest of 2
BLOBS = blobs(140)  # 70 samples train


def filled(layer, shape):
    """``layer`` with scales, shifts and moving statistics other than those it starts from."""
    layer.build(shape)
    values = np.random.default_rng(2)
    layer.set_weights([values.uniform(0.5, 2, w.shape) for w in layer.get_weights()])
    return layer


def by_sub_batches(layer, x, size):
    """What Keras's own layer makes of one sub-batch after another, in training."""
    parts = [x[start : start + size] for start in range(0, len(x), size)]
    return tf.concat([layer(part, training=True) for part in parts], axis=0)


def both(shape, size=4, **options):
    ghosts = filled(GhostBatchNormalization(size, momentum=0.9, **options), shape)
    return ghosts, filled(layers.BatchNormalization(momentum=0.9, **options), shape)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("size", [1, 2, 4, 5, 10, 64])
def test_training_is_batch_normalization_of_each_sub_batch(shape, size):
    ghosts, ordinary = both(shape, size)
    x = tf.constant(GENERATOR.normal(3, 5, shape).astype("float32"))
    np.testing.assert_allclose(ghosts(x, training=True), by_sub_batches(ordinary, x, size),
                               rtol=1e-4, atol=1e-5)  # fmt: skip
    for found, expected in zip(ghosts.get_weights(), ordinary.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_gradients_are_those_of_the_sub_batches(shape):
    x = tf.constant(GENERATOR.normal(3, 5, shape).astype("float32"))
    pull = tf.constant(GENERATOR.normal(size=shape).astype("float32"))
    found = []
    ghosts, ordinary = both(shape)
    for layer, apply in (
        (ghosts, ghosts),
        (ordinary, lambda x, **_: by_sub_batches(ordinary, x, 4)),
    ):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = tf.reduce_sum(pull * apply(x, training=True) ** 2)
        found.append(tape.gradient(value, [x, *(v.value for v in layer.trainable_variables)]))
    assert len(found[0]) == 3
    for ours, theirs in zip(*found, strict=True):
        assert np.abs(theirs).max() > 0.1
        np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-4)


@pytest.mark.parametrize("options", [{}, {"center": False, "scale": False}, {"axis": 1}])
def test_options_of_keras_mean_what_they_mean_there(options):
    shape = (10, 4, 5)
    ghosts, ordinary = both(shape, **options)
    x = tf.constant(GENERATOR.normal(size=shape).astype("float32"))
    np.testing.assert_allclose(ghosts(x, training=True), by_sub_batches(ordinary, x, 4),
                               rtol=1e-4, atol=1e-5)  # fmt: skip


def test_evaluation_is_by_the_moving_statistics_and_leaves_them_alone():
    ghosts, ordinary = both((10, 3))
    x = GENERATOR.normal(size=(10, 3)).astype("float32")
    before = ghosts.get_weights()
    np.testing.assert_allclose(ghosts(x, training=False), ordinary(x, training=False), rtol=1e-6)
    np.testing.assert_array_equal(ghosts.get_weights(), before)


def test_a_frozen_layer_evaluates_also_in_training():
    ghosts, ordinary = both((10, 3))
    ghosts.trainable = ordinary.trainable = False
    x = GENERATOR.normal(size=(10, 3)).astype("float32")
    np.testing.assert_allclose(ghosts(x, training=True), ordinary(x, training=True), rtol=1e-6)


def test_mixed_precision_normalizes_in_float32():
    layer = GhostBatchNormalization(2, dtype="mixed_float16", epsilon=0)
    outputs = layer(np.array([[1.0], [3], [1000], [3000]], "float16"), training=True)
    assert outputs.dtype == tf.float16
    np.testing.assert_allclose(np.ravel(outputs), [-1, 1, -1, 1])


def network(ghost_size=4):
    ghosts = GhostBatchNormalization(ghost_size, momentum=0.8)
    hidden = layers.Dense(8, "relu")
    return Sequential([Input((2,)), hidden, ghosts, layers.Dense(3, "softmax")])


@pytest.mark.slow
@pytest.mark.parametrize("stacked", [True, False])
def test_trainer_is_fit_with_the_layer_in_place(stacked):
    """Batches of 18 have ghosts of 4, 4, 4, 4 and 2; the last batch of 16 has no rest."""
    settings = {"batch_size": 18, "epochs": 3, "seeds": [3, 8]}
    optimizer = optimizers.SGD(0.05, momentum=0.9)
    runs = train(
        network, optimizer, BLOBS, snapshots=[1, 2, 3], stacked=stacked, progress=False, **settings
    )
    assert_same(runs, fit(network, optimizer, BLOBS, **settings), 1e-4)


@pytest.mark.slow
def test_saved_model_is_loaded_with_the_same_layer(tmp_path):
    model = network()
    model.compile("sgd", "categorical_crossentropy")
    model.fit(BLOBS.x_train, BLOBS.y_train, batch_size=18, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert (loaded.layers[1].ghost_size, loaded.layers[1].momentum) == (4, 0.8)
    for training in (False, True):
        np.testing.assert_array_equal(
            model(BLOBS.x_test, training=training), loaded(BLOBS.x_test, training=training)
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ghost_size": 0}, "ghost_size must be at least 1, got 0"),
        ({"ghost_size": 2.5}, "ghost_size must be a whole number at least 1, got 2.5"),
        ({"synchronized": True}, "synchronized must be False for ghosts, got True"),
        ({"renorm": True}, "renorm must be False for ghosts, got True"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        GhostBatchNormalization(**arguments)


def test_axis_of_the_samples_is_refused():
    with pytest.raises(ValueError, match="axis must not be the first, that of the samples, got 0"):
        GhostBatchNormalization(4, axis=0).build((10, 3))


def test_mask_is_refused():
    with pytest.raises(ValueError, match=r"mask must be None for ghosts, got one of shape \(2,\)"):
        GhostBatchNormalization(4)(np.ones((2, 3)), mask=np.ones(2, bool))
