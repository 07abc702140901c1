"""Updates to a loss are interpolated crossings of means, never of a single noisy loss."""

import numpy as np
import pytest
import xarray as xr

from helpers.analysis import bootstrap, updates_of_seeds_to, updates_to

UPDATES = np.array([0, 1, 2, 4, 8, 16, 32, 64])


def losses(*rows, update=UPDATES):
    return xr.DataArray(np.array(rows, float), {"seed": range(len(rows)), "update": update})


@pytest.mark.parametrize("target", [0.99, 0.5, 0.1, 0.05])
def test_an_exponential_decay_is_crossed_where_it_says(target):
    loss = losses(*[np.exp(-0.05 * UPDATES)] * 3)
    for average in ("arithmetic", "geometric"):
        crossing = updates_to(loss, target, average)
        assert crossing.item() == pytest.approx(-np.log(target) / 0.05)
    # Of a window's losses the geometric mean is that at the mean of its updates.
    smoothed = updates_of_seeds_to(loss, 0.3, 3, "geometric")
    np.testing.assert_allclose(smoothed, np.full(3, -np.log(0.3) / 0.05))


def test_it_is_the_crossing_of_the_mean_not_the_mean_of_the_crossings():
    loss = losses([8, 1, 1, 1], [8, 7, 3, 1], update=[0, 10, 20, 30])
    # means 8, 4, 2, 1; geometric 8, √7, √3, 1
    assert updates_to(loss, 4.0).item() == 10
    assert updates_to(loss, 8**0.5).item() == 15
    assert updates_to(loss, 7**0.5, "geometric").item() == pytest.approx(10)
    assert updates_to(loss.isel(seed=1, drop=True), 7).item() == 10  # a curve that has no seeds


def test_the_first_crossing_counts_though_the_loss_rises_again():
    loss = losses([4, 1, 4, 1, 1], update=range(5))
    assert updates_to(loss, 2).item() == 0.5


def test_never_there_is_infinity_and_there_at_once_is_the_first_evaluation():
    loss = losses([4, 3, 2], update=[5, 10, 20])
    assert updates_to(loss, 1).item() == np.inf
    assert updates_to(loss, 4).item() == 5
    assert updates_of_seeds_to(loss, 1, 2).values.tolist() == [np.inf]
    assert updates_of_seeds_to(loss, 4, 2).values.tolist() == [7.5]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_runs_that_diverge_never_get_there(bad):
    loss = losses([4, 3, 1, 1], [4, 3, bad, bad], update=range(4))
    assert updates_to(loss, 2).item() == np.inf
    assert updates_of_seeds_to(loss, 2.5, 2).values.tolist() == [
        0.5 + np.log(1.4) / np.log(1.75),
        np.inf,
    ]
    back = losses([4, bad, 1], update=range(3))  # nothing is known between
    assert updates_to(back, 2).item() == 2


def test_other_dimensions_stay_and_a_plain_loop_agrees():
    generator = np.random.default_rng(0)
    dims = {"batch_size": [1, 8, 64], "seed": range(5), "update": UPDATES}
    noise = xr.DataArray(generator.normal(size=(3, 5, 8)), dims)
    loss = np.exp(0.5 * noise - 0.05 * noise["update"])
    crossing = updates_to(loss.transpose("update", "seed", "batch_size"), 0.5)
    assert crossing.dims == ("batch_size",)
    for size in (1, 8, 64):
        mean = loss.sel(batch_size=size).values.mean(axis=0)
        after = next(i for i, value in enumerate(mean) if value <= 0.5)
        pair = slice(after - 1, after + 1)
        expected = np.interp(-np.log(0.5), -np.log(mean[pair]), UPDATES[pair])
        assert crossing.sel(batch_size=size).item() == pytest.approx(expected)


def test_smoothed_losses_of_seeds_are_crossed_seed_by_seed():
    generator = np.random.default_rng(1)
    loss = losses(
        *np.exp(0.3 * generator.normal(size=(4, 200)) - 0.03 * np.arange(200)), update=range(200)
    )
    crossings = updates_of_seeds_to(loss, 0.1, width=15)
    for row, crossing in zip(loss.values, crossings.values, strict=True):
        smooth = np.convolve(row, np.ones(15) / 15, "valid")
        after = next(i for i, value in enumerate(smooth) if value <= 0.1)
        share = np.log(smooth[after - 1] / 0.1) / np.log(smooth[after - 1] / smooth[after])
        assert crossing == pytest.approx(7 + after - 1 + share)


def test_a_loss_of_zero_has_no_logarithm_and_is_there():
    assert updates_to(losses([4, 2, 0], update=range(3)), 1).item() == 1
    assert updates_to(losses([4, 0, 0], [4, 4, 0], update=range(3)), 1, "geometric").item() == 0


def test_its_interval_comes_from_seeds_drawn_anew():
    generator = np.random.default_rng(2)
    loss = losses(*np.exp(0.2 * generator.normal(size=(30, 8)) - 0.05 * UPDATES))
    resampled = bootstrap(lambda drawn: updates_to(drawn, 0.2).item(), loss, replicates=99)
    assert resampled.estimate == updates_to(loss, 0.2).item()
    assert np.ptp(resampled.replicates) > 0


LOSS = losses([4, 2, 1], update=range(3))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: updates_to(LOSS, 0), "target must be a finite number above 0, got 0"),
        (lambda: updates_to(LOSS, 1, "median"), "average must be one of arithmetic, geometric"),
        (lambda: updates_to(-LOSS, 1), "loss must be at least 0, got -4"),
        (lambda: updates_to(LOSS.isel(update=[1, 0]), 1), r"update must rise, got \[1, 0\]"),
        (lambda: updates_of_seeds_to(LOSS, 1, 1), "width must be between 2 and 3"),
        (lambda: updates_of_seeds_to(LOSS, 1, 4), "width must be between 2 and 3"),
    ],
)
def test_arguments_out_of_their_range_are_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
