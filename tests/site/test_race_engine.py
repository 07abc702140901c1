"""The engine of the race: it trains as Keras does, and counts as the book does."""

import itertools
from collections import Counter

import keras_reference
import numpy as np
import pytest
import xarray as xr
from keras import optimizers
from race_lanes import problem, train
from scipy import stats

from helpers import analysis
from helpers import train as train_by_keras
from helpers.data import blobs
from helpers.models import mlp
from helpers.training.replicates import sample_orders
from helpers.training.results import METRICS

pytestmark = pytest.mark.slow
BLOBS = blobs()
OTHER = blobs(100, centers=4, n_features=3)
SETTINGS = {"nHidden": 50, "batchSize": 32, "learningRate": 0.01, "optimizer": "SGD", "seed": 1}


def fit_and_lane(page, data, hidden_units, optimizer, batch_size, epochs, seed=1000):
    """The same run by `fit`, with its weights after each epoch, and in the page."""

    def build():
        return mlp(data.x_train.shape[1], data.y_train.shape[1], hidden_units)

    given = {"batch_size": batch_size, "epochs": epochs, "seeds": [seed]}
    by_fit = keras_reference.fit(build, optimizer, data, **given)
    start = keras_reference.started(build, optimizer, seed, loss="categorical_crossentropy")
    orders = itertools.islice(sample_orders(seed, data.n_train), epochs)
    lane = {
        "nHidden": hidden_units,
        "weights": keras_reference.flat(start.get_weights()).tolist(),
        "orders": [order.tolist() for order in orders],
        "batchSize": batch_size,
        "optimizer": type(optimizer).__name__,
        "learningRate": float(optimizer.learning_rate),
        "momentum": getattr(optimizer, "momentum", 0.0),
    }
    return by_fit.isel(seed=0), train(page, data, [lane], epochs).isel(seed=0)


@pytest.mark.parametrize("batch_size", [1, 32, 450, 500])
@pytest.mark.parametrize("name, momentum", [("SGD", 0.0), ("SGD", 0.9), ("Adam", None)])
def test_lane_is_fit(race_engine, name, momentum, batch_size):
    rate = 0.001 if batch_size == 1 else 0.01
    settings = {"momentum": momentum} if name == "SGD" else {}
    optimizer = getattr(optimizers, name)(rate, **settings)
    by_fit, lane = fit_and_lane(race_engine, BLOBS, 50, optimizer, batch_size, epochs=5)
    assert_same(by_fit, lane)


def assert_same(by_fit, lane):
    np.testing.assert_allclose(lane.weights, by_fit.weights[-1], rtol=0, atol=1e-4)
    for metric in METRICS:
        tolerance = 1e-4 if "loss" in metric else 1.001 / 500
        np.testing.assert_allclose(lane[metric], by_fit[metric], rtol=0, atol=tolerance)
    assert not lane.diverged


def test_lane_is_fit_with_other_features_classes_and_units(race_engine):
    by_fit, lane = fit_and_lane(race_engine, OTHER, 7, optimizers.Adam(0.01), 8, epochs=3)
    assert_same(by_fit, lane)


def test_lane_diverges_as_fit_does(race_engine):
    optimizer = optimizers.SGD(10.0, momentum=0.9)
    by_fit, lane = fit_and_lane(race_engine, BLOBS, 50, optimizer, 1, epochs=2)
    assert lane.diverged
    for metric in METRICS:
        np.testing.assert_allclose(lane[metric], by_fit[metric], atol=1.001 / 500)
    assert np.isnan(lane.val_loss).all() and (lane.val_accuracy > 0).all()


def test_lane_says_at_once_that_it_diverged_and_goes_on(race_engine):
    diverged, epochs, final = race_engine.evaluate(
        """([problem, settings]) => {
          const lane = start(problem, { ...settings, batchSize: 1, learningRate: 10 });
          for (let i = 0; i < 499; i++) lane.update();
          const { diverged, epochs } = lane;
          lane.epoch();
          lane.epoch();
          return [diverged, epochs, lane.history.valLoss.length];
        }""",
        [problem(BLOBS), SETTINGS],
    )
    assert (diverged, epochs, final) == (True, 0, 2)


@pytest.mark.parametrize("batch_size, rate", [(4, 0.003), (32, 0.01), (500, 0.01)])
def test_medians_over_seeds_agree_with_those_of_the_trainer(race_engine, batch_size, rate):
    """Their 99 % intervals overlap, which equal medians miss once in some thousand draws.

    (That each median lies in the other's interval would be missed once in ten.)
    """
    seeds = range(60)
    settings = SETTINGS | {"batchSize": batch_size, "learningRate": rate, "momentum": 0.9}
    lanes = train(race_engine, BLOBS, [settings | {"seed": seed} for seed in seeds], 120)
    runs = train_by_keras(
        mlp, optimizers.SGD(rate, momentum=0.9), BLOBS,
        batch_size=batch_size, epochs=120, seeds=seeds, progress=False,
    )  # fmt: skip
    for measure in (
        lambda runs: analysis.epochs_to(runs, 0.8),
        lambda runs: analysis.volatility(runs, 20),
    ):
        intervals = []
        for values in (measure(lanes).values, measure(runs).values):
            medians = np.median(np.random.default_rng(0).choice(values, (9999, 60)), axis=1)
            intervals.append(np.quantile(medians, [0.005, 0.995], method="nearest"))
        (low, high), (other_low, other_high) = intervals
        assert low <= other_high and other_low <= high


def test_initial_weights_are_uniform_up_to_the_limits_of_he_and_glorot(race_engine):
    weights = race_engine.evaluate(
        """[1, 2].map((seed) =>
          [...raceEngine.initialWeights({ nFeatures: 20, nHidden: 300, nClasses: 10 }, seed)])"""
    )
    for i, weight in enumerate(np.split(weights[0], np.cumsum([6000, 300, 3000]))):
        if i in (1, 3):
            assert (weight == 0).all()
        else:
            limit = np.sqrt(6 / 20 if i == 0 else 6 / 310)
            uniform = stats.uniform(-limit, 2 * limit)
            assert abs(weight).max() <= np.float32(limit)
            assert stats.kstest(weight, uniform.cdf).pvalue > 0.001
            assert abs(weight.mean()) < 4 * uniform.std() / np.sqrt(len(weight))
    assert weights[0] != weights[1]


def test_orders_are_permutations_each_as_likely_as_any_other(race_engine):
    orders = race_engine.evaluate(
        """([problem, settings]) =>
          Array.from({ length: 2400 }, (_, seed) => {
            const lane = start(problem, { ...settings, batchSize: 4, seed });
            return [1, 2].map(() => (lane.epoch(), lane.batch().join(" ")));
          })""",
        [problem(blobs(8)), SETTINGS],
    )
    for of_epoch in zip(*orders, strict=True):
        counts = Counter(of_epoch)
        assert {*counts} == {" ".join(order) for order in itertools.permutations("0123")}
        assert stats.chisquare([*counts.values()]).pvalue > 0.001
    assert np.mean([first == second for first, second in orders]) < 0.06  # 1 in 24


def test_short_last_batch_is_kept_and_everything_is_counted(race_engine):
    batches, states = race_engine.evaluate(
        """([problem, settings]) => {
          const lane = start(problem, settings);
          const state = () => [lane.updates, lane.epochs, lane.samples, lane.history.loss.length];
          const batches = [[...lane.batch()]];
          const states = [state()];
          for (let i = 0; i < 32; i++) {
            lane.update();
            batches.push([...lane.batch()]);
            states.push(state());
          }
          lane.update();
          lane.epoch();
          return [batches, [...states, state()]];
        }""",
        [problem(BLOBS), SETTINGS],
    )
    assert [len(batch) for batch in batches] == [0, *[*[32] * 15, 20] * 2]
    epochs = [sum(batches[1:17], []), sum(batches[17:], [])]
    assert [sorted(epoch) for epoch in epochs] == [[*range(500)]] * 2
    assert epochs[0] != epochs[1]
    assert states[0] == [0, 0, 0, 0] and states[15] == [15, 0, 480, 0]
    assert states[16] == [16, 1, 500, 1] and states[17] == [17, 1, 532, 1]
    assert states[-1] == [48, 3, 1500, 3]


def test_same_seed_same_bits(race_engine):
    lanes = [SETTINGS | {"optimizer": "Adam", "seed": seed} for seed in (5, 5, 6)]
    runs = train(race_engine, BLOBS, lanes, 3)
    assert runs.isel(seed=0).equals(runs.isel(seed=1))
    assert (runs.val_loss[0] != runs.val_loss[2]).all()


@pytest.mark.parametrize(
    "settings, sentence",
    [
        ({"batchSize": 501}, "The batch size must be a whole number from 1 to 500 (all training "
                             "samples), got 501."),
        ({"batchSize": 0}, "The batch size must be a whole number from 1 to 500 (all training "
                           "samples), got 0."),
        ({"batchSize": 2.5}, "The batch size must be a whole number from 1 to 500 (all training "
                             "samples), got 2.5."),
        ({"learningRate": 0}, "The learning rate must be a number above 0, got 0."),
        ({"learningRate": "fast"}, "The learning rate must be a number above 0, got fast."),
        ({"momentum": 1}, "The momentum must be at least 0 and below 1, got 1."),
        ({"momentum": -0.1}, "The momentum must be at least 0 and below 1, got -0.1."),
        ({"optimizer": "Rprop"}, "The optimizer must be SGD or Adam, got Rprop."),
    ],
)  # fmt: skip
def test_bad_settings_are_refused_in_a_sentence(race_engine, settings, sentence):
    refusal = race_engine.evaluate(
        """([problem, settings]) => {
          try {
            start(problem, settings);
          } catch (error) {
            return [error.name, error.message];
          }
        }""",
        [problem(BLOBS), SETTINGS | settings],
    )
    assert refusal == ["RangeError", sentence]


def test_predictions_and_metrics_are_those_of_keras(race_engine):
    model = keras_reference.started(
        lambda: mlp(3, 4, 7), optimizers.SGD(), 0, loss="categorical_crossentropy"
    )
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(size=weight.shape) for weight in model.get_weights()])
    loss, accuracy = model.evaluate(OTHER.x_train, OTHER.y_train, verbose=0)
    metrics, classes = race_engine.evaluate(
        """([weights, { x, labels, ...shape }]) => {
          const points = Float32Array.from(x);
          const given = [Float32Array.from(weights), { ...shape, nHidden: 7 }, points];
          return [raceEngine.evaluate(...given, labels), [...raceEngine.classesOn(...given)]];
        }""",
        [keras_reference.flat(model.get_weights()).tolist(), problem(OTHER)],
    )
    assert metrics == pytest.approx({"loss": loss, "accuracy": accuracy}, rel=1e-5)
    assert classes == model.predict(OTHER.x_train, verbose=0).argmax(1).tolist()


def test_blobs_are_normal_samples_around_their_centers(race_engine):
    made = race_engine.evaluate(
        """() => {
          const given = { normals: [1, 2, 3, 4, -5, 6], labels: [1, 0, 1], nTrain: 2 };
          const { x, labels, xTest, testLabels, ...numbers } =
            raceEngine.blobs({ ...given, centers: [[10, 20], [30, 40]] }, 0.5);
          return [[...x], [...labels], [...xTest], [...testLabels], numbers];
        }"""
    )
    assert made == [
        [30.5, 41, 11.5, 22], [1, 0], [27.5, 43], [1],
        {"nTrain": 2, "nTest": 1, "nFeatures": 2, "nClasses": 2},
    ]  # fmt: skip


def test_speed_and_volatility_are_those_of_the_book(race_engine):
    rng = np.random.default_rng(0)
    series = 0.8 + 0.02 * rng.integers(-3, 4, size=(40, 30))
    series[0], series[1] = 0.7, np.float32(0.8)  # never; always, but for rounding
    runs = xr.Dataset({"val_accuracy": (("seed", "epoch"), series)}, {"epoch": np.arange(1, 31)})
    epochs, volatility = race_engine.evaluate(
        """(series) => [
          series.map((row) => [1, 2, 5].map((hold) => raceEngine.epochsTo(row, 0.8, hold))),
          series.map((row) => [3, 20, 31].map((last) => raceEngine.volatility(row, last))),
        ]""",
        series.tolist(),
    )
    expected = [analysis.epochs_to(runs, 0.8, hold) for hold in (1, 2, 5)]
    np.testing.assert_array_equal(np.transpose(epochs), expected)
    assert np.isinf(expected).any() and np.isfinite(expected[2]).sum() > 1
    volatility = np.transpose(volatility)
    for last, values in zip((3, 20), volatility[:2], strict=True):
        np.testing.assert_allclose(values, analysis.volatility(runs, last), atol=1e-12)
    assert np.isnan(volatility[2]).all()


def test_medians_are_those_of_the_book(race_engine):
    samples = [[3.0, 1.0, np.inf], [10.0, 9.0, 1.0, 2.0], [np.inf, 1.0], [4.0, np.nan, 2.0]]
    medians = race_engine.evaluate("(samples) => samples.map(raceEngine.median)", samples)
    assert medians == [analysis.median(xr.DataArray(values)) for values in samples]
