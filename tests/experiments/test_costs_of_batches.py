"""The results on time and memory come from the batch sizes that their claims speak of."""

import numpy as np
import pytest
import xarray as xr

from helpers.experiments.costs_of_batches import best_in_time, cost_results, near

SMALL, LARGER = [1, 8, 32, 256, 500], [1, 16, 32, 256, 2048]
ALL = sorted({*SMALL, *LARGER})
ENGINES = {"fit": (1e-3, 1e-6), "trainer": (1e-5, 1e-6)}  # overhead and arithmetic, in seconds


def clocks(repeats=7):
    """Seconds that follow the line a + b B exactly."""
    labels = {
        "network": ["small", "larger"], "engine": list(ENGINES), "batch_size": ALL,
        "repeat": range(repeats),
    }  # fmt: skip
    update = np.full([len(values) for values in labels.values()], np.nan)
    for i, sizes in enumerate((SMALL, LARGER)):
        for j, (a, b) in enumerate(ENGINES.values()):
            for size in sizes:
                update[i, j, ALL.index(size)] = a + b * size
    update = xr.DataArray(update, labels)
    epoch = np.ceil(500 / update.batch_size) * update
    return xr.Dataset({"update": update, "epoch": epoch, "samples": update.batch_size / update})


def to_target(epochs, n=20):
    needed = xr.DataArray(epochs, {"batch_size": SMALL})
    seconds = needed * clocks()["epoch"].sel(network="small", batch_size=SMALL).median("repeat")
    return seconds.expand_dims(seed=n).drop_vars("network")


def memory(sizes=(1, 16, 256, 4096), repeats=7):
    activations = xr.DataArray(0.01 * np.array(sizes), {"batch_size": list(sizes)})
    peak = (300 + 2 * activations).expand_dims(repeat=repeats)
    return xr.Dataset({"peak": peak, "activations": activations})


def test_every_claim_is_decided_as_the_line_of_overhead_and_arithmetic_has_it():
    results = cost_results(clocks(), to_target([np.inf, 5.0, 10, 90, 200]), memory())
    assert {claim: [outcome for *_, outcome in r.parts] for claim, r in results.items()} == {
        "A9": ["confirmed", "confirmed"],
        "B6": ["confirmed", "opposite found"],
        "C1": ["confirmed", "confirmed", "confirmed", "measured"],
        "C3": ["confirmed"],
        "D6": ["confirmed"],
        "D7": ["confirmed", "confirmed"],
        "D8": ["confirmed", "confirmed"],
        "H7": ["confirmed"],
        "H13": ["confirmed"],
    }


def effects(claim, **changed):
    given = {"seconds": clocks(), "to_target": to_target([9.0] * 5), "peaks": memory()} | changed
    results = cost_results(given["seconds"], given["to_target"], given["peaks"])[claim]
    return {assertion.name: finding.effect for assertion, finding, _ in results.parts}


def test_effects_are_ratios_of_the_batch_sizes_named():
    a, b = ENGINES["fit"]
    per_epoch = 2 * (a + 256 * b) / (16 * (a + 32 * b))
    assert effects("B6")["per_epoch"] == pytest.approx(per_epoch)
    gain = 16 * (a + 16 * b) / (a + 256 * b)  # samples per second at 256 over those at 16
    assert effects("C1")["efficiency"] == pytest.approx(gain)
    assert effects("C1")["memory"] == pytest.approx(2 * 0.01 * 240)
    assert effects("C1")["memory_as_computed"] == pytest.approx(2)
    a, b = ENGINES["trainer"]
    assert effects("C3")["vector_hardware"] == pytest.approx(32 * (a + b) / (a + 32 * b))
    assert effects("D7")["memory"] == pytest.approx((300 + 81.92) / 300.02)


def test_the_best_in_time_is_by_seed_and_none_where_no_run_gets_there():
    seconds = xr.DataArray(
        [[3.0, 1.0, 2.0], [np.inf] * 3], {"seed": [0, 1], "batch_size": [1, 8, 32]}
    )
    assert best_in_time(seconds).values.tolist() == [8, 0]


def test_sizes_that_are_missing_are_replaced_by_the_nearest():
    assert [near([2, 100], wanted) for wanted in (1, 32, 256)] == [2, 100, 100]
    results = cost_results(clocks(), to_target([9.0] * 5), memory((4, 64, 512)))
    assert "from batch size 4 to 512" in results["C1"].record()["assertions"][2]["quantity"]
    assert "Raised to 512 samples" in str(results["D7"].record())
