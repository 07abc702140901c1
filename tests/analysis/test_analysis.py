"""Speed, volatility and final accuracy, on cases worked out by hand."""

import numpy as np
import pytest
import xarray as xr
from keras import optimizers

from helpers import analysis, models, sweep, train
from helpers.data.synthetic import blobs

INF = float("inf")


def runs_of(*accuracies, updates_per_epoch=10, seconds=0.5):
    """Runs with these test accuracies, a row for each seed."""
    epochs = np.arange(1, len(accuracies[0]) + 1)
    return xr.Dataset(
        {
            "val_accuracy": (("seed", "epoch"), np.array(accuracies, "float32")),
            "updates": ("epoch", epochs * updates_per_epoch),
            "seconds_per_epoch": seconds,
        },
        {"seed": np.arange(len(accuracies)), "epoch": epochs},
    )


@pytest.mark.parametrize(
    ("accuracies", "hold", "epoch"),
    [
        ([0.1, 0.2, 0.3, 0.4], 1, INF),  # never reached
        ([0.1, 0.9, 0.1, 0.9], 1, 2),  # once is enough
        ([0.1, 0.9, 0.1, 0.9], 2, INF),  # reached, not held
        ([0.9, 0.1, 0.9, 0.9], 2, 3),  # held by the last epochs only
        ([0.1, 0.1, 0.1, 0.9], 2, INF),  # the budget ends before it is held
        ([0.9, 0.9, 0.9, 0.9], 4, 1),
        ([0.1, 0.8, 0.8, 0.1], 2, 2),  # exactly at the target
        ([0.1, 0.9, np.nan, 0.9], 2, INF),  # interrupted or diverged
    ],
)
def test_target_is_reached_at_the_first_epoch_from_which_it_is_held(accuracies, hold, epoch):
    assert analysis.epochs_to(runs_of(accuracies), 0.8, hold).item() == epoch


def test_target_reached_exactly_counts_in_spite_of_rounding():
    a_little_less = np.nextafter(np.float32(0.82), np.float32(0))
    assert analysis.epochs_to(runs_of([a_little_less] * 3), 0.82, hold=3).item() == 1
    assert np.isinf(analysis.epochs_to(runs_of([0.819] * 3), 0.82, hold=3))


def test_speed_has_three_clocks_and_censored_runs_are_infinite_on_each():
    runs = runs_of([0.1, 0.1, 0.9, 0.9], [0.1, 0.2, 0.3, 0.4], updates_per_epoch=16, seconds=0.25)
    speed = analysis.speed(runs, 0.8, hold=2)
    assert speed.epochs.values.tolist() == [3, INF]
    assert speed.updates.values.tolist() == [48, INF]
    assert speed.amortised_seconds.values.tolist() == [0.75, INF]


def test_speed_of_a_sweep_has_the_updates_and_seconds_of_each_cell():
    by_size = [runs_of([0.1, 0.9, 0.9]), runs_of([0.9, 0.9, 0.9], updates_per_epoch=3)]
    runs = xr.concat(by_size, xr.Variable("batch_size", [8, 16]))
    runs = runs.expand_dims(learning_rate=[0.1, 0.2])
    runs["seconds_per_epoch"] = ("batch_size", "learning_rate"), [[1.0, 2.0], [3.0, 4.0]]
    speed = analysis.speed(runs, 0.8, hold=2)
    at = speed.sel(batch_size=8, learning_rate=0.2, seed=0)
    assert (at.epochs, at.updates, at.amortised_seconds) == (2, 20, 4)
    at = speed.sel(batch_size=16, learning_rate=0.1, seed=0)
    assert (at.epochs, at.updates, at.amortised_seconds) == (1, 3, 3)
    one_cell = analysis.speed(runs.sel(batch_size=16, learning_rate=0.1), 0.8, hold=2)
    assert one_cell.amortised_seconds.values.tolist() == [3]


@pytest.mark.slow
def test_speed_of_real_runs_fits_their_epochs_updates_and_seconds():
    settings = {"epochs": 6, "seeds": [1, 2], "progress": False}
    arguments = models.mlp, optimizers.SGD(0.01), blobs()
    runs = train(*arguments, batch_size=50, **settings)
    swept = sweep(*arguments, batch_sizes=[50, 500], **settings).squeeze("learning_rate")
    alone, among = (analysis.speed(r, 0.2, 2) for r in (runs, swept.sel(batch_size=50)))
    assert np.array_equal(alone.epochs, among.epochs)
    assert (among.amortised_seconds > 0).all()
    assert np.array_equal(alone.updates, alone.epochs * 10)
    seconds = runs.attrs["run_seconds"] / 2 / 6
    np.testing.assert_allclose(alone.amortised_seconds, alone.epochs * seconds)


def test_speed_of_runs_without_times_has_two_clocks():
    untimed = runs_of([0.1, 0.9, 0.9]).drop_vars("seconds_per_epoch")
    assert set(analysis.speed(untimed, 0.8, hold=2)) == {"epochs", "updates"}


def test_detrended_deviation_is_that_of_numpys_straight_line():
    values = np.random.default_rng(0).normal(size=(4, 12)) + np.linspace(0, 3, 12)
    found = analysis.detrended_std(xr.DataArray(values, dims=("seed", "epoch")))
    t = np.arange(12)
    residuals = [row - np.polyval(np.polyfit(t, row, 1), t) for row in values]
    np.testing.assert_allclose(found, np.sqrt(np.sum(np.square(residuals), axis=1) / 10))


def test_pure_trend_has_no_volatility_and_missing_epochs_no_number():
    runs = runs_of(np.linspace(0.25, 0.75, 9), [0.5] * 8 + [np.nan])
    assert analysis.volatility(runs, 9)[0] == pytest.approx(0, abs=1e-7)
    assert np.isnan(analysis.volatility(runs, 9)[1])


def test_volatility_and_final_accuracy_look_at_the_last_epochs_only():
    runs = runs_of([0.0, 1.0, 0.0, 0.5, 0.5, 0.8])
    assert analysis.final_accuracy(runs, 3).item() == pytest.approx(0.6)
    # about the line 0.45, 0.6, 0.75 the residuals are 0.05, -0.1, 0.05
    assert analysis.volatility(runs, 3).item() == pytest.approx(np.sqrt(0.015))


@pytest.mark.parametrize(
    ("accuracies", "epoch"),
    [
        ([0.1, 0.5, 0.78, 0.8, 0.8], 3),
        ([0.8, 0.8, 0.8, 0.8, 0.8], 1),
        ([0.8, 0.8, 0.1, 0.8, 0.8], 4),
        ([0.8, 0.8, 0.8, 0.2, 0.8], INF),  # the mean of the last two is 0.5
    ],
)
def test_run_settles_at_the_epoch_from_which_it_stays_near_its_end(accuracies, epoch):
    assert analysis.settling_epoch(runs_of(accuracies), last=2, within=0.05).item() == epoch


def test_gain_ranks_censored_runs_behind_all_others():
    slower, faster = (xr.DataArray(v, dims="seed") for v in ([9, INF, 9], [3, 3, INF]))
    assert analysis.gain(slower, faster).values.tolist() == [3, INF, 0]
    nothing = xr.zeros_like(slower)
    assert analysis.gain(nothing, nothing).values.tolist() == [1, 1, 1]


def test_gain_of_two_censored_runs_is_unknown():
    assert np.isnan(analysis.gain(np.array([INF]), np.array([INF]))).all()


@pytest.mark.parametrize(("slower", "faster", "ratio"), [(6, 3, 2), (1, 0, INF), (0, 0, 1)])
def test_gain_takes_plain_numbers(slower, faster, ratio):
    assert float(analysis.gain(slower, faster)) == ratio


@pytest.mark.parametrize(
    ("values", "words"),
    [([3, 5, 4], "4"), ([3, 5, 7, 30], "6"), ([3, INF, INF], "never"), ([3, 5, INF, INF], "never")],
)
def test_median_time_in_words_is_the_ordinary_median_and_never_if_that_is_infinite(values, words):
    assert analysis.text(xr.DataArray(np.array(values, float), dims="seed")) == words


def test_medians_are_the_median_of_each_setting_and_leave_out_what_is_no_number():
    rows = [[1, 2, INF, INF], [1, 2, 4, INF], [INF] * 4, [1, np.nan, 2, 3], [3, 4, 5, 6]]
    values = xr.DataArray(np.array(rows, "float32"), dims=("batch_size", "seed"))
    assert analysis.medians(values).values.tolist() == [INF, 3, INF, 2, 4.5]
    assert [analysis.median(row) for row in values] == [INF, 3, INF, 2, 4.5]
    both = analysis.medians(xr.Dataset({"a": values, "b": values.T + 1}))
    assert both.b.values.tolist() == [INF, 4, INF, 3, 5.5]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda runs: analysis.epochs_to(runs, 0), "target must be above 0 and at most 1, got 0"),
        (lambda runs: analysis.epochs_to(runs, 1.1),
         "target must be above 0 and at most 1, got 1.1"),
        (lambda runs: analysis.epochs_to(runs, 0.5, hold=7),
         "hold must be between 1 and 6 (the number of epochs), got 7"),
        (lambda runs: analysis.final_accuracy(runs, 0),
         "last must be between 1 and 6 (the number of epochs), got 0"),
        (lambda runs: analysis.volatility(runs, 2), "number of epochs must be at least 3, got 2"),
        (lambda runs: analysis.settling_epoch(runs, 2, 0),
         "within must be a finite number above 0, got 0"),
    ],
)  # fmt: skip
def test_bad_argument_is_refused_in_one_sentence(call, sentence):
    with pytest.raises(ValueError) as refusal:
        call(runs_of([0.5] * 6))
    assert str(refusal.value) == sentence
