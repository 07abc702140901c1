"""Runs that count in updates, on streams and on finite sets, beside Keras's own updates."""

import itertools
import os
import signal

import keras
import numpy as np
import pytest
from keras import layers, optimizers
from keras_reference import flat, started

from helpers import sweep, train
from helpers.data import Dataset, Stream, regression_stream, teacher_stream
from helpers.training import pieces, update_runs
from helpers.training.sampling import SAMPLINGS, epoch_order

pytestmark = pytest.mark.slow

STREAM = regression_stream([1.0, 0.5, 0.25], weights=[1.0, -1.0, 2.0])
QUIET = {"progress": False, "loss": "mean_squared_error"}


def linear(n_inputs=3):
    return keras.Sequential([keras.Input((n_inputs,)), layers.Dense(1)])


def normalised():
    return keras.Sequential(
        [keras.Input((3,)), layers.Dense(4), layers.BatchNormalization(), layers.Dense(1)]
    )


def finite(n=20, seed=0, n_features=3):
    """A small set for regression."""
    x, y = regression_stream(np.ones(n_features)).draw(np.random.default_rng([seed, 9]), n + 10)
    return Dataset(x[:n], y[:n], x[n:], y[n:], f"finite {seed}")


def keras_updates(build, optimizer, seed, batches, at, evaluation, weights=None):
    """Losses of ``train_on_batch``, and losses and weights after the updates ``at``."""
    model = started(build, optimizer, seed, loss="mean_squared_error")
    if weights is not None:
        model.set_weights(weights)
    losses, val_losses, kept = [], [], []
    for update, (x, y) in enumerate(batches, 1):
        losses.append(model.train_on_batch(x, y, return_dict=True)["loss"])
        model.reset_metrics()
        if update in at:
            val_losses.append(model.evaluate(*evaluation, verbose=0, return_dict=True)["loss"])
            kept.append(flat(model.get_weights()))
            model.reset_metrics()
    return np.array(losses), np.array(val_losses), np.array(kept)


def stream_batches(stream, seed, batch_size, updates):
    """The batches that a seed sees of a stream."""
    n = batch_size * updates
    blocks = itertools.islice(stream.blocks(seed), n // 1024 + 1)
    x, y = (np.concatenate(arrays) for arrays in zip(*blocks, strict=True))
    return [(x[i : i + batch_size], y[i : i + batch_size]) for i in range(0, n, batch_size)]


def set_batches(data, sampling, seed, batch_size, updates, last_batch="keep"):
    """The batches that a seed sees of a finite set."""
    generator, batches = np.random.default_rng(seed), []
    while len(batches) < updates:
        order = epoch_order(sampling, generator, data.n_train, batch_size)
        cut = [order[i : i + batch_size] for i in range(0, data.n_train, batch_size)]
        if last_batch == "drop" or sampling in ("independent", "with replacement"):
            cut = [batch for batch in cut if len(batch) == batch_size]
        batches += [(data.x_train[batch], data.y_train[batch]) for batch in cut]
    return batches[:updates]


def assert_as_keras(run, reference, tolerance=1e-5):
    """Compare a run of one seed, evaluated and kept at the same updates, from 0 on."""
    losses, val_losses, weights = reference
    at = run["update"].values
    close = {"rtol": tolerance, "atol": tolerance}
    np.testing.assert_allclose(run.weights[1:], weights, **close)
    np.testing.assert_allclose(run.val_loss[1:], val_losses, **close)
    means = [losses[a:b].mean() for a, b in itertools.pairwise(at)]
    np.testing.assert_allclose(run.loss[1:], means, **close)
    assert np.isnan(run.loss[0])


@pytest.fixture(params=["one graph", "XLA"])
def engine(request, monkeypatch):
    """Train by TensorFlow's graph, or by XLA, as long runs do."""
    if request.param == "XLA":
        monkeypatch.setattr(pieces, "XLA_COSTS", 0)


AT = [0, 1, 4, 9]


@pytest.mark.parametrize(
    ("build", "optimizer"),
    [
        (linear, optimizers.SGD(0.05, momentum=0.9)),
        (linear, optimizers.AdamW(0.05, weight_decay=0.1)),
        (normalised, optimizers.SGD(0.05)),
        (linear, optimizers.SGD(0.05, clipnorm=0.1)),  # trains one seed at a time
        (linear, optimizers.SGD(optimizers.schedules.ExponentialDecay(0.1, 2, 0.5))),
    ],
    ids=["momentum", "AdamW", "batch normalisation", "clipnorm", "schedule"],
)
def test_a_stream_trains_as_train_on_batch_does(build, optimizer, engine):
    settings = {"batch_size": 5, "updates": 9, "evaluate_at": AT, "snapshots": AT}
    runs = train(build, optimizer, STREAM, seeds=[3, 4], **settings, **QUIET)
    for seed in (3, 4):
        batches = stream_batches(STREAM, seed, 5, 9)
        reference = keras_updates(build, optimizer, seed, batches, AT, (STREAM.x, STREAM.y))
        assert_as_keras(runs.sel(seed=seed), reference)


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_a_finite_set_trains_as_train_on_batch_does(sampling):
    assert_finite_as_keras(sampling, "keep")


@pytest.mark.parametrize("last_batch", ["keep", "drop"])
def test_a_short_last_batch_is_that_of_fit_or_dropped(last_batch, engine):
    assert_finite_as_keras("reshuffled", last_batch)


def assert_finite_as_keras(sampling, last_batch):
    data, optimizer = finite(), optimizers.SGD(0.05, momentum=0.5)
    runs = train(
        linear, optimizer, data, seeds=[3], batch_size=6, updates=9, evaluate_at=AT, snapshots=AT,
        sampling=sampling, last_batch=last_batch, **QUIET,
    )  # fmt: skip
    batches = set_batches(data, sampling, 3, 6, 9, last_batch)
    sizes = [len(x) for x, _ in batches]
    losses, *others = keras_updates(linear, optimizer, 3, batches, AT, (data.x_test, data.y_test))
    means = [np.average(losses[a:b], weights=sizes[a:b]) for a, b in itertools.pairwise(AT)]
    np.testing.assert_allclose(runs.loss[0, 1:], means, rtol=1e-5)
    for name, expected in zip(("val_loss", "weights"), others, strict=True):
        np.testing.assert_allclose(runs[name][0, 1:], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("sampling", "last_batch"),
    [
        ("reshuffled", "keep"),
        ("reshuffled", "weight"),
        ("in order", "keep"),
        ("independent", "drop"),  # with updates their batches are never short
        ("with replacement", "drop"),
    ],
)
def test_updates_and_epochs_are_two_clocks_of_the_same_run(sampling, last_batch):
    per_epoch = 3 if last_batch == "drop" else 4
    common = {"sampling": sampling, "last_batch": last_batch, "batch_size": 6, "seeds": [1, 2]}
    by_epoch = train(
        linear, optimizers.Adam(0.05), finite(), epochs=3, snapshots=[1, 2, 3], **common, **QUIET
    )
    ends = [per_epoch, 2 * per_epoch, 3 * per_epoch]
    by_update = train(
        linear, optimizers.Adam(0.05), finite(), updates=ends[-1], evaluate_at=ends, snapshots=ends,
        **common, **QUIET,
    )  # fmt: skip
    for name in ("val_loss", "loss", "weights"):
        np.testing.assert_allclose(by_update[name], by_epoch[name], rtol=1e-5, atol=1e-6)


def test_learning_rates_share_start_and_samples_and_equal_runs_of_their_own():
    optimizer, rates, sizes = optimizers.Adam(0.01), [0.01, 0.1], [2, 8]
    common = {"seeds": [1, 2, 5], "evaluate_at": [0, 2, 6], "snapshots": [6], **QUIET}
    grid = sweep(
        linear, optimizer, STREAM, batch_sizes=sizes, learning_rates=rates, updates=6, **common
    )
    assert grid.val_loss.dims == ("batch_size", "learning_rate", "seed", "update")
    for size, rate in itertools.product(sizes, rates):
        alone = train(
            linear, optimizer, STREAM, batch_size=size, learning_rate=rate, updates=6, **common
        )
        for name in ("val_loss", "loss", "weights"):
            together = grid[name].sel(batch_size=size, learning_rate=rate)
            np.testing.assert_allclose(together, alone[name], rtol=1e-5, atol=1e-6)


def test_each_batch_size_may_have_its_own_number_of_updates():
    common = {"seeds": [1, 2], **QUIET}
    grid = sweep(
        linear, optimizers.SGD(0.05), STREAM, batch_sizes=[1, 4], updates=[40, 10], **common
    )
    assert grid.updates.values.tolist() == [40, 10]
    beyond = grid["update"] > grid.updates
    assert (grid.val_loss.isnull() == beyond).all()
    assert not grid.diverged.any()
    alone = train(linear, optimizers.SGD(0.05), STREAM, batch_size=4, updates=10, **common)
    last = grid.val_loss.sel(batch_size=4, update=10).squeeze()
    np.testing.assert_allclose(last, alone.val_loss.sel(update=10), rtol=1e-5)


def test_a_run_depends_neither_on_chunks_nor_on_evaluations_nor_on_its_neighbours(monkeypatch):
    stream = teacher_stream(6, 3, n_evaluation=50)
    common = {"batch_size": 50, "updates": 60, "snapshots": [60], **QUIET}

    def weights(**settings):
        run = train(lambda: linear(6), optimizers.SGD(0.1), stream, **settings, **common)
        return run.weights.sel(seed=7, snapshot=60).values

    expected = weights(seeds=[7], evaluate_at=[60])
    np.testing.assert_array_equal(weights(seeds=[7]), expected)
    np.testing.assert_allclose(weights(seeds=range(9)), expected, rtol=1e-5, atol=1e-6)
    monkeypatch.setattr(update_runs, "HELD", 7 * 50 * 6)  # seven updates at a time
    np.testing.assert_array_equal(weights(seeds=[7], evaluate_at=[60]), expected)


def test_seeds_may_have_data_sets_of_their_own():
    data, common = [finite(seed=seed) for seed in (1, 2)], {"batch_size": 6, "updates": 9, **QUIET}
    runs = train(linear, optimizers.SGD(0.05), data, seeds=[3, 4], **common)
    for seed, one in zip([3, 4], data, strict=True):
        alone = train(linear, optimizers.SGD(0.05), one, seeds=[seed], **common).sel(seed=seed)
        for name in ("loss", "val_loss"):
            np.testing.assert_allclose(runs[name].sel(seed=seed), alone[name], rtol=1e-5)


def test_weights_of_the_evaluation_make_it_a_quadrature():
    weights = np.array([1.0, 0.0, 5.0, 2.0])
    stream = Stream("weighted", STREAM.draw, STREAM.x[:4], STREAM.y[:4] + 1, weights)
    settings = {"batch_size": 2, "updates": 3, "evaluate_at": [3], "snapshots": [3], "seeds": [2]}
    for loss in ("mean_squared_error", keras.losses.MeanSquaredError()):
        runs = train(
            linear, optimizers.SGD(0.1), stream, **settings, progress=False, loss=loss
        ).squeeze()
        kernel, bias = runs.weights.values[:3], runs.weights.values[3]
        errors = (stream.x @ kernel + bias - stream.y[:, 0]) ** 2
        np.testing.assert_allclose(runs.val_loss, np.average(errors, weights=weights), rtol=1e-5)


def test_a_run_goes_on_from_a_snapshot_with_a_new_optimizer():
    data, sgd, adam = finite(), optimizers.SGD(0.05, momentum=0.9), optimizers.Adam(0.02)
    first = train(linear, sgd, data, batch_size=5, epochs=2, seeds=[3, 4], snapshots=[2], **QUIET)
    start = first.weights.sel(snapshot=2)
    common = {"start": start, "seeds": [4], "batch_size": 10}
    by_epoch = train(linear, adam, data, epochs=2, snapshots=[2], **common, **QUIET)
    by_update = train(linear, adam, data, updates=4, snapshots=[0, 4], **common, **QUIET)
    flat_start = start.sel(seed=4).values
    batches = set_batches(data, "reshuffled", 4, 10, 4)
    *_, [weights] = keras_updates(
        linear, adam, 4, batches, [4], (data.x_test, data.y_test),
        weights=[flat_start[:3, None], flat_start[3:]],
    )  # fmt: skip
    np.testing.assert_array_equal(by_update.weights.sel(snapshot=0)[0], flat_start)
    for runs, snapshot in ((by_epoch, 2), (by_update, 4)):
        kept = runs.weights.sel(snapshot=snapshot)[0]
        np.testing.assert_allclose(kept, weights, rtol=1e-5, atol=1e-6)


def test_a_diverged_run_says_so_and_leaves_its_neighbours_alone():
    grid = sweep(
        linear, optimizers.SGD(0.05), STREAM, batch_sizes=[2], learning_rates=[0.05, 1e6],
        updates=60, seeds=[1, 2], **QUIET,
    )  # fmt: skip
    assert grid.diverged.values.tolist() == [[[False, False], [True, True]]]
    alone = train(
        linear, optimizers.SGD(0.05), STREAM, batch_size=2, updates=60, seeds=[1, 2], **QUIET
    )
    np.testing.assert_allclose(grid.val_loss[0, 0], alone.val_loss, rtol=1e-4)


def test_an_interrupt_keeps_the_evaluations_done(monkeypatch):
    evaluate = update_runs.UpdateProgram.evaluate
    calls = []

    def interrupted(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return evaluate(*arguments)

    monkeypatch.setattr(update_runs.UpdateProgram, "evaluate", interrupted)
    settings = {"batch_size": 2, "updates": 9, "evaluate_at": [1, 2, 4, 9], "seeds": [1]}
    with pytest.warns(UserWarning, match="interrupted: 3 of 4 evaluations .* up to update 4 of 9"):
        runs = train(
            linear, optimizers.SGD(0.05), STREAM, snapshots=[2, 9], n_jobs=1, **settings, **QUIET
        )
    assert runs["update"].values.tolist() == [1, 2, 4]
    assert runs.snapshot.values.tolist() == [2]
    assert runs.attrs["interrupted_at_update"] == 4
