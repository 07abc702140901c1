"""The best learning rate of a grid is the vertex of a parabola; a grid widens to have it inside."""

import numpy as np
import pytest
import xarray as xr

from helpers.analysis import best_rate, widened

RATES = 0.01 * 2 ** (np.arange(9) / 2)


def grid(values, rates=RATES):
    return xr.DataArray(values, {"learning_rate": rates})


@pytest.mark.parametrize(
    "rates", [RATES, 0.01 * (100 * RATES) ** 0.8 * 1.02 ** np.sin(np.arange(9))]
)
@pytest.mark.parametrize("best", [0.019, 0.04, 0.0523])
def test_the_vertex_is_that_of_the_parabola_that_made_the_values(best, rates):
    result = best_rate(grid(0.5 + 3 * np.log(rates / best) ** 2, rates))
    assert result.learning_rate.item() == pytest.approx(best)
    assert result.value.item() == pytest.approx(0.5)
    assert result.edge.item() == "inside"


def test_the_vertex_is_that_of_numpys_fit_through_three_points():
    generator = np.random.default_rng(0)
    for values in generator.random((20, 3)):
        values[1] = -values[1]
        a, b, c = np.polyfit(np.log(RATES[:3]), values, 2)
        result = best_rate(grid(values, RATES[:3]))
        assert result.learning_rate.item() == pytest.approx(np.exp(-b / (2 * a)))
        assert result.value.item() == pytest.approx(c - b**2 / (4 * a))


def test_other_dimensions_stay():
    best = xr.DataArray([[0.02, 0.03], [0.04, 0.05]], {"batch_size": [1, 8], "seed": [3, 4]})
    values = np.log(grid(RATES, RATES) / best) ** 2
    result = best_rate(values.transpose("seed", "learning_rate", "batch_size"))
    np.testing.assert_allclose(result.learning_rate.transpose(*best.dims), best)
    assert result.edge.dims == ("seed", "batch_size")
    assert result.seed.values.tolist() == [3, 4]


@pytest.mark.parametrize(("values", "at", "edge"), [(RATES, 0, "low"), (-RATES, -1, "high")])
def test_a_best_point_at_an_edge_is_itself_and_says_which(values, at, edge):
    result = best_rate(grid(values))
    assert (result.learning_rate.item(), result.edge.item()) == (pytest.approx(RATES[at]), edge)
    assert result.value.item() == values[at]


@pytest.mark.parametrize("neighbours", [(np.inf, 3), (3, np.inf), (np.nan, np.nan), (2.5, np.inf)])
def test_next_to_an_infinite_value_the_best_is_a_point_of_the_grid(neighbours):
    low, high = neighbours
    result = best_rate(grid([9, low, 2, high, 9], RATES[:5]))
    assert result.learning_rate.item() == pytest.approx(RATES[2])
    assert (result.value.item(), result.edge.item()) == (2, "inside")


def test_a_plateau_has_no_value_below_its_own():
    result = best_rate(grid([9, 2, 2, 2, 9], RATES[:5]))
    assert result.value.item() <= 2
    assert RATES[1] <= result.learning_rate.item() <= RATES[3]


def test_where_all_is_infinite_there_is_no_best():
    result = best_rate(grid([np.inf, np.nan, np.inf], RATES[:3]))
    assert np.isnan(result.learning_rate.item())
    assert (result.value.item(), result.edge.item()) == (np.inf, "none")


def runner(best, reach=np.inf):
    """Values with their smallest at best, infinite further off than a factor; what ran."""
    ran = []

    def run(rates):
        ran.extend(rates)
        distance = np.abs(np.log(np.array(rates) / best))
        return np.where(distance < np.log(reach), 1 + distance**2, np.inf)

    return run, ran


@pytest.mark.parametrize("best", [0.0011, 0.013, 0.3])
def test_a_grid_widens_by_its_factor_until_the_best_lies_inside(best):
    run, ran = runner(best)
    result = widened(run, RATES[:4], by=3)
    assert result.learning_rate.item() == pytest.approx(best)
    assert result.edge.item() == "inside"
    rates = result.grid.values
    np.testing.assert_allclose(rates[1:] / rates[:-1], 2**0.5)
    assert sorted(ran) == rates.tolist()  # each of them once
    np.testing.assert_allclose(result["values"], 1 + np.log(rates / best) ** 2)
    assert len(rates) == {0.0011: 13, 0.013: 4, 0.3: 13}[best]


def test_where_all_is_infinite_the_grid_widens_at_both_edges():
    result = widened(runner(0.15, reach=1.5)[0], RATES[:3])
    assert result.learning_rate.item() == pytest.approx(0.15, rel=0.2)
    assert result.grid.values[0] < RATES[0]


def test_at_the_cap_it_says_that_the_best_lies_at_an_edge():
    run, ran = runner(9.0)
    result = widened(run, RATES[:3], by=4, at_most=9)
    assert (result.edge.item(), len(ran), result.sizes["grid"]) == ("high", 9, 9)
    assert widened(runner(9.0, reach=1.1)[0], RATES[:3], at_most=8).edge.item() == "none"


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: best_rate(grid([1, 2], RATES[:2])), "number of learning rates must be at least 3"),
        (lambda: best_rate(grid([1, 2, 3], [1, 1.6, 2])), "at most the root of 2, got 1.6"),
        (lambda: best_rate(grid([1, 2, 3], [1, 1, 1.2])), "learning rates must rise"),
        (lambda: widened(len, [0, 1, 1.2]), "learning_rate must be a finite number above 0"),
        (lambda: widened(np.exp, RATES, at_most=4), "at_most must be at least 9"),
        (lambda: widened(np.exp, RATES, by=0), "by must be at least 1, got 0"),
        (lambda: widened(lambda rates: rates[1:], RATES), "one value for each of 9"),
    ],
)
def test_arguments_out_of_their_range_are_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
