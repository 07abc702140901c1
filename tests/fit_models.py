"""Models and optimizers for the cases of what `fit` does, one of a kind each."""

import keras
import numpy as np
from keras import Input, Sequential, layers, ops, optimizers

from helpers.data import blobs

BLOBS = blobs(80, cluster_std=1.0)  # 40 train


def softmax(**settings):
    return layers.Dense(3, activation="softmax", **settings)


def through(*between, shape=(2,), **settings):
    """A function that builds a network with layers in between, each made by a function."""
    return lambda: Sequential([Input(shape, **settings), *(make() for make in between), softmax()])


dense = through(lambda: layers.Dense(8, "relu"))


def units(n, activation=None):
    return lambda: Sequential([Input((2,)), layers.Dense(8, "relu"), layers.Dense(n, activation)])


def sgd(**settings):
    return lambda: optimizers.SGD(0.02, momentum=0.9, **settings)


class Written(keras.Model):
    """A model written as a class, whose call does not take ``training``."""

    def __init__(self):
        super().__init__()
        self.hidden, self.dropout, self.last = layers.Dense(8), layers.Dropout(0.5), softmax()

    def call(self, x):
        return self.last(self.dropout(self.hidden(x)))


class Turning(keras.Model):
    """A model written as a class, which gets its variables with the first samples."""

    def __init__(self):
        super().__init__()
        self.turn, self.flat, self.last = layers.RandomRotation(0.1), layers.Flatten(), softmax()

    def call(self, x, training=None):
        return self.last(self.flat(self.turn(x, training=training)))


class TurningAlways(Turning):
    """Does not pass on whether it trains, so it turns images in evaluation too."""

    def call(self, x):
        return self.last(self.flat(self.turn(x)))


class OwnLoss(Written):
    def compute_loss(self, x, y, y_pred, sample_weight=None):
        return ops.mean(ops.abs(y - y_pred) ** 1.5) + 0.1 * ops.max(ops.abs(y_pred))


class OwnTrainStep(Written):
    def train_step(self, data):
        return super().train_step(data)


class OwnTestStep(Written):
    def test_step(self, data):
        return super().test_step(data)


class OwnFit(Written):
    def fit(self, *args, **kwargs):
        return super().fit(*args, **kwargs)


class OwnFunction(Written):
    def make_train_function(self, force=False):
        return super().make_train_function(force)


class OwnMetrics(Written):
    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        return super().compute_metrics(x, y, y_pred, sample_weight)


class OwnCompile(Written):
    def compile(self, *args, **kwargs):
        super().compile(*args, **kwargs)


class OtherMetrics(Written):
    @property
    def metrics(self):
        return []


class Adding(layers.Layer):
    """Adds a loss that looks at all samples of a batch together."""

    def call(self, x):
        self.add_loss(0.1 * ops.mean(ops.var(x, axis=0) ** 2))
        return x


class Counting(layers.Layer):
    """Keeps a metric."""

    def __init__(self):
        super().__init__()
        self.mean = keras.metrics.Mean(name="mean_input")

    def call(self, x):
        self.mean.update_state(x)
        return x


class Idle(layers.Layer):
    """Has a weight that nothing depends on."""

    def build(self, shape):
        self.idle = self.add_weight(shape=(3,), initializer="ones")

    def call(self, x):
        return x


class OwnStep(optimizers.Optimizer):
    """Steps by the sign of the gradient."""

    def build(self, variables):
        super().build(variables)

    def update_step(self, gradient, variable, learning_rate):
        self.assign_sub(variable, ops.sign(gradient) * ops.cast(learning_rate, variable.dtype))


class Forgetful(optimizers.SGD):
    """Does not return what it was made with."""

    def __init__(self, learning_rate=0.1, factor=2.0, **settings):
        super().__init__(learning_rate, **settings)
        self.factor = factor


class OwnDecay(optimizers.schedules.LearningRateSchedule):
    """A schedule without get_config, as most tutorials write it."""

    def __call__(self, step):
        return 0.05 / (1.0 + ops.cast(step, "float32"))


def written_twice():
    inputs, shared = Input((2,)), layers.Dense(2, "tanh")
    return keras.Model(inputs, softmax()(shared(shared(inputs))))


def frozen():
    model = dense()
    model.layers[0].trainable = False
    return model


def all_frozen():
    model = dense()
    model.trainable = False
    return model


def adapted():
    layer = layers.Normalization()
    layer.adapt(BLOBS.x_train)
    return through(lambda: layer)()


def compiled():
    model = dense()
    model.compile("adam", "categorical_focal_crossentropy", metrics=["accuracy"])
    return model


def half(policy):
    return lambda: Sequential(
        [Input((2,)), layers.Dense(8, "relu", dtype=policy), softmax(dtype="float32")]
    )


def scaled_by_keras():
    model = half("mixed_float16")()
    model.dtype_policy = "mixed_float16"
    return model


def quantised():
    model = dense()
    model.quantize("int8")
    return model


def overwriting():
    model = dense()
    model.trainable_variables[0].overwrite_with_gradient = True
    return model


def two_inputs():
    inputs = [Input((2,)), Input((2,))]
    return keras.Model(inputs, softmax()(layers.Add()(inputs)))


def two_outputs():
    inputs = Input((2,))
    return keras.Model(inputs, [softmax()(inputs), softmax()(inputs)])


def by_words():
    return Sequential([Input((5,)), layers.Embedding(7, 3, mask_zero=True), softmax()])


def drawn_outside():
    drawn = np.random.default_rng().normal(size=(2, 4)).astype("float32")
    return through(lambda: layers.Lambda(lambda x: x @ drawn))()


def unlike():
    rate = np.random.default_rng().uniform(0.2, 0.8)
    return through(lambda: layers.Dense(20), lambda: layers.Dropout(rate))()


def drawing():
    return through(lambda: layers.Lambda(lambda x: x + keras.random.normal(ops.shape(x))))()


HELD = dense()


def spared(**exempt):
    def make():
        optimizer = optimizers.AdamW(0.02, weight_decay=1.0)
        optimizer.exclude_from_weight_decay(**exempt)
        return optimizer

    return make
