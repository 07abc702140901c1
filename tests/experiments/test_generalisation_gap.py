"""Small batches against the full batch: rates, regimes, and what is made of made-up scores."""

import numpy as np
import pytest
import xarray as xr

from helpers.experiments.generalisation_gap import (
    GENERALISATION_GAP,
    LABELS,
    RATES,
    REGIMES,
    fitting_rate,
    values,
)


def made_up(**cells):
    """Scores that are 0.5 but for some cells."""
    labels = {"labels": list(LABELS), "regime": list(REGIMES), "rate": list(RATES), "seed": [0, 1]}
    shape = [len(v) for v in labels.values()]
    names = ("test_loss", "test_accuracy", "training_loss", "training_accuracy")
    ran = xr.Dataset({name: (tuple(labels), np.full(shape, 0.5)) for name in names}, labels)
    for name, at in cells.items():
        for (where, regime, rate), value in at.items():
            ran[name].loc[{"labels": where, "regime": regime, "rate": rate}] = value
    return ran


def test_equal_scores_show_no_difference():
    got = values(made_up(), None)
    ratios = {"generalise_worse_at_tuned_rates", "as_well_with_noise_at_tuned_rates",
              "as_well_after_as_many_updates"}  # fmt: skip
    for by_name in got.values():
        for name, value in by_name.items():
            np.testing.assert_array_equal(value, [name in ratios] * 2, err_msg=name)


def test_signs_and_cells_are_those_of_the_criteria():
    got = values(
        made_up(
            test_accuracy={
                ("true", "small", "one"): 0.9, ("true", "equal epochs", "one"): 0.7,
                ("true", "equal updates", "one"): 0.85, ("true", "small", "tuned"): 0.95,
                ("true", "equal updates", "tuned"): 0.96, ("wrong", "small", "one"): 0.8,
                ("wrong", "equal epochs", "one"): 0.85,
            },
            test_loss={
                ("true", "small", "tuned"): 0.2, ("true", "equal epochs", "tuned"): 0.3,
                ("true", "small", "one"): 0.25, ("true", "equal updates", "one"): 0.2,
                ("wrong", "small", "tuned"): 0.4, ("wrong", "equal epochs", "tuned"): 0.3,
                ("wrong", "small", "one"): 0.6, ("wrong", "equal updates", "one"): 0.7,
            },
            training_loss={
                ("wrong", "small", "one"): 0.4, ("wrong", "equal updates", "one"): 0.1,
            },
        ),
        None,
    )  # fmt: skip
    expected = {
        "B4": {
            "generalise_worse": 0.2,
            "generalise_worse_at_tuned_rates": 1.5,
            "generalise_worse_with_noise": -0.05,
            "as_well_with_noise_at_tuned_rates": 0.75,
            "as_well_after_as_many_updates": 0.8,
        },
        "B5": {"gap": 0.2, "equal_updates": -0.05, "equal_updates_at_tuned_rates": 0.01},
        "H16": {"turns": 0.25},
        "A10": {"regularise": 0.2 - 0.6},
    }
    assert {claim: set(by_name) for claim, by_name in got.items()} == {
        claim: set(by_name) for claim, by_name in expected.items()
    }
    for claim, by_name in expected.items():
        for name, value in by_name.items():
            np.testing.assert_allclose(got[claim][name], value, err_msg=name)


@pytest.mark.parametrize(
    ("fitted", "rate"), [([0.9, 0.98, 1.0], 0.4), ([0.9, 0.99, 0.97], 0.2), ([0.5, 0.7, 0.6], 0.2)]
)
def test_the_one_rate_fits_and_has_the_least_loss_among_those_that_do(fitted, rate):
    over = {"learning_rate": [0.1, 0.2, 0.4], "seed": [0]}
    loss = np.array([0.1, 0.3, 0.2])[:, None]
    ran = xr.Dataset(
        {
            "training_accuracy": (tuple(over), np.array(fitted)[:, None]),
            "test_loss": (tuple(over), loss),
        },
        over,
    )
    assert fitting_rate(ran) == rate


@pytest.mark.slow
def test_the_full_batch_makes_few_updates_in_as_many_epochs():
    measured, tuning = GENERALISATION_GAP.run_quick()
    assert measured.sizes == {"labels": 2, "regime": 3, "rate": 2, "seed": 3}
    loss = measured.training_loss.sel(rate="one").mean("seed")
    assert (loss.sel(regime="equal epochs") > loss.sel(regime="equal updates")).all()
    trained = loss.sel(regime=["small", "equal updates"])
    assert (trained.sel(labels="wrong") > trained.sel(labels="true")).all()
    assert set(tuning.edge.values.ravel().tolist()) == {"none"}
