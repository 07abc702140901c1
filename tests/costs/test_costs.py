"""What the measurements of memory and time say is what processes and networks really take."""

import os
import signal
import time

import keras
import numpy as np
import pytest
from keras import optimizers

from helpers import costs, models, train
from helpers.costs import clocks, memory
from helpers.data.synthetic import blobs
from helpers.training import open_ended

MIB = 2**20
LAYERS = (64, 512, 512, 10)


def fill(mebibytes):
    np.ones(mebibytes * MIB // 8).sum()


def fail():
    raise ValueError("no such thing")


def die():
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.slow
def test_peak_is_that_of_an_array_of_known_size_and_each_process_starts_anew():
    large, small = (memory.peak_memory(fill, size).growth / MIB for size in (300, 100))
    assert large == pytest.approx(300, rel=0.1)
    assert small == pytest.approx(100, rel=0.1)


@pytest.mark.slow
def test_training_takes_more_memory_at_a_large_batch_by_its_activations():
    small, large = (
        memory.peak_memory(memory.train_briefly, "fit", LAYERS, 32768, size, 2).peak
        for size in (64, 32768)
    )
    model = models.mlp(64, 10, [512, 512])
    computed = memory.activation_bytes(model, 32768) - memory.activation_bytes(model, 64)
    assert computed < large - small < 3 * computed


@pytest.mark.parametrize(
    ("function", "reason"),
    [(fail, "ended with ValueError: no such thing"), (die, "was killed by SIGKILL")],
)
def test_process_that_fails_says_why(function, reason):
    with pytest.raises(RuntimeError) as told:
        memory.peak_memory(function)
    assert str(told.value) == f"the process that ran {function.__name__} {reason}"


def test_activations_are_inputs_and_outputs_of_all_layers():
    # 8x8x1 inputs, 8x8x6 and 4x4x6 outputs, the same flat, 10 classes; 4 bytes each
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(6, 3, padding="same"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )
    assert memory.activation_bytes(model, 3) == 3 * 4 * (64 + 384 + 96 + 96 + 10)


def test_overhead_and_rate_are_those_of_a_line_and_never_negative():
    sizes = np.array([1, 10, 100, 1000])
    np.testing.assert_allclose(
        costs.overhead_and_rate(sizes, 2e-3 + 5e-6 * sizes), [2e-3, 5e-6], rtol=1e-6
    )
    assert min(costs.overhead_and_rate([1, 2], [1.0, 4.0])) == 0
    with pytest.raises(ValueError, match="two that differ, got"):
        costs.overhead_and_rate([4, 4], [1.0, 2.0])


@pytest.mark.slow
def test_stopwatch_counts_every_epoch_and_the_time_between_updates():
    class Slow(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            time.sleep(0.02)

    data = blobs(n_samples=80)
    model = models.mlp()
    model.compile(optimizer="sgd", loss="categorical_crossentropy")
    watch = costs.Stopwatch()
    for batch_size in (10, 40):
        model.fit(
            data.x_train, data.y_train, batch_size=batch_size, epochs=2, verbose=0,
            callbacks=[Slow(), watch],
        )  # fmt: skip
        assert len(watch.epochs) == len(watch.updates) == 2
        if batch_size == 10:
            assert 0.02 < watch.updates[1] < watch.epochs[1] / 3  # it has 4 updates
            assert watch.epochs[1] > 4 * 0.02
        else:
            assert np.isnan(watch.updates).all()


@pytest.mark.slow
@pytest.mark.parametrize("clock", [costs.fit_clock, costs.trainer_clock])
def test_clocks_give_seconds_per_update_and_per_epoch(clock):
    data = blobs(n_samples=400)
    read = clock(models.mlp, keras.optimizers.SGD(0.01), data, 10)
    update, epoch = read()
    assert 0 < update < epoch
    assert 10 * update < epoch < 1000 * update  # an epoch has 20 updates
    with pytest.raises(ValueError, match="batch_size must be between 1 and 200 .*, got 201"):
        clock(models.mlp, keras.optimizers.SGD(0.01), data, 201)


def test_a_reading_is_the_fastest_of_some_parts_or_one_long_epoch():
    def clock(*epochs):
        asked, times = [], iter(epochs)

        def read(n):
            asked.append(n)
            return costs.Seconds(0.0, next(times))

        return clocks._warm(read, most=4), asked

    read, asked = clock(9.0, 0.001, 0.003, 0.002, 0.004)
    assert read().epoch == 0.002
    assert asked == [1, 1, 4, 4, 4]
    read, asked = clock(9.0, 0.5, 0.7)
    assert read().epoch == 0.7
    assert asked == [1, 1, 1]


def test_clocks_are_read_in_turn():
    heard = []

    def clock(name):
        return lambda: heard.append(name) or costs.Seconds(1.0, 2.0)

    readings = costs.read_in_turn(
        {("a", 1): clock("a1"), ("b", 2): clock("b2")}, ["who", "size"], 3, progress=False
    )
    assert heard == ["a1", "b2"] * 3
    assert dict(readings.sizes) == {"who": 2, "size": 2, "repeat": 3}
    assert readings["epoch"].sel(who="b", size=2).values.tolist() == [2.0] * 3
    assert readings["update"].sel(who="a", size=2).isnull().all()


def test_first_samples_keep_the_test_set():
    data = blobs()
    some = costs.first_samples(data, 7)
    np.testing.assert_array_equal(some.x_train, data.x_train[:7])
    assert some.n_train == len(some.y_train) == 7
    assert costs.first_samples(data, 9999).n_train == 500


@pytest.mark.slow
def test_training_without_an_end_goes_on_from_call_to_call():
    seen = []

    class Watched(optimizers.SGD):
        elementwise = True

        def build(self, variables):
            super().build(variables)
            seen.append(variables)

    data = blobs(200)
    train_on = open_ended(models.mlp, Watched(0.01), data, 30, 2, most=3)
    for epochs in (1, 3, 2):
        train_on(epochs)
    [variables] = seen
    runs = train(
        models.mlp, optimizers.SGD(0.01), data, batch_size=30, epochs=6, seeds=[0, 1],
        snapshots=[6], progress=False,
    )  # fmt: skip
    flat = np.concatenate([np.reshape(v, (2, -1)) for v in variables], axis=1)
    np.testing.assert_allclose(runs.weights[:, 0], flat, rtol=1e-6)
