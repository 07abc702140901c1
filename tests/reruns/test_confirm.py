"""`make confirm`: rows with keys, stale ones told, quick settings measured again."""

import subprocess
import sys
import time

import numpy as np
import pandas as pd
import psutil
import pytest
import xarray as xr

from helpers.analysis import Hidden, confirmations, confirmed
from helpers.experiments.experiment import Experiment
from helpers.reruns import confirm

CLAIM, ASSERTION = "H12", "more_volatile"  # a direction


def measure(seeds, tuning, *, shift):
    draws = [np.random.default_rng(seed).normal(shift) for seed in seeds]
    return xr.Dataset({"difference": ("seed", draws)}, {"seed": list(seeds)})


def values(measured, tuning):
    return {CLAIM: {ASSERTION: measured.difference.values}}


def experiment(**changed):
    settings = {"shift": 5.0}
    fields = {"name": "drawn", "measure": measure, "values": values, "first_seed": 6000}
    return Experiment(**fields | dict.fromkeys(("confirm", "live", "quick"), settings) | changed)


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A table of its own, empty."""
    monkeypatch.setattr(confirmations, "TABLE", tmp_path / "confirmed.csv")
    (tmp_path / "confirmed.csv").write_text(",".join(confirmations.COLUMNS) + "\n")
    confirmations.rows.cache_clear()
    yield tmp_path / "confirmed.csv"
    confirmations.rows.cache_clear()


def row(of, n=20, **changed):
    """The row that an experiment has after n seeds."""
    seeds = range(of.first_seed, of.first_seed + n)
    runs, tuning = of.run(of.confirm, seeds)
    finding = confirm.find(confirm.claims()[CLAIM].assertions[ASSERTION], runs.difference.values)
    return (
        {"claim": CLAIM, "assertion": ASSERTION, "experiment": of.name}
        | vars(finding)
        | {"quick": confirm.effects(of, *of.run_quick())[CLAIM, ASSERTION]}
        | {"seeds": f"6000–{seeds[-1]}", "date": "2026-01-31", "machine": "A small one, 2 cores"}
        | {"versions": "{}", "key": confirm.key_of(of, CLAIM, ASSERTION)}
        | changed
    )


def known(monkeypatch, *experiments):
    monkeypatch.setattr(confirm, "EXPERIMENTS", {one.name: one for one in experiments})


def test_a_row_is_read_back_as_the_finding_that_was_written(table, monkeypatch):
    known(monkeypatch, experiment())
    written = row(experiment())
    confirm.write("drawn", [written])
    shown = confirmed(CLAIM)
    [(assertion, finding, outcome)] = shown.parts
    assert (assertion.name, outcome) == (ASSERTION, "confirmed")
    for name, value in vars(finding).items():
        assert value == written[name] or (np.isnan(value) and np.isnan(written[name])), name
    assert shown.confirmed == "seeds 6000–6019, 2026-01-31, A small one, 2 cores"


def test_rows_of_other_experiments_stay_and_those_of_none_go(table, monkeypatch):
    first, second = experiment(), experiment(name="other")
    known(monkeypatch, first, second)
    confirm.write("drawn", [row(first)])
    confirm.write("other", [row(second, assertion="second")])
    confirm.write("drawn", [row(first, date="2026-02-01")])
    assert confirmations.rows().date.tolist() == ["2026-02-01", "2026-01-31"]
    known(monkeypatch, first)
    confirm.write("drawn", [row(first)])
    assert confirmations.rows().experiment.tolist() == ["drawn"]


def test_with_other_parameters_the_results_are_hidden(table, monkeypatch):
    known(monkeypatch, experiment())
    confirm.write("drawn", [row(experiment())])
    hidden = confirmed(CLAIM, ["momentum", "epochs"])
    assert isinstance(hidden, Hidden)
    assert "momentum, epochs differ" in repr(hidden)


def test_a_claim_without_a_row_says_what_makes_it(table):
    with pytest.raises(ValueError, match="H12 must be in confirmed.csv: run `make confirm`"):
        confirmed(CLAIM)


@pytest.mark.parametrize(
    "changed",
    [
        {"confirm": {"shift": 2.0}},
        {"quick": {"shift": 2.0}},
        {"first_seed": 7000},
        {"looks": (20,)},
    ],
    ids=["confirm", "quick", "seeds", "looks"],
)
def test_a_row_of_other_settings_is_stale(table, monkeypatch, changed):
    known(monkeypatch, experiment())
    confirm.write("drawn", [row(experiment())])
    assert list(confirm.stale(confirm.EXPERIMENTS, confirmations.rows())) == []
    [sentence] = confirm.stale({"drawn": experiment(**changed)}, confirmations.rows())
    assert sentence == "H12.more_volatile is stale: make confirm ARGS=drawn"
    [sentence] = confirm.stale({}, confirmations.rows())
    assert "belongs to nothing that is there" in sentence


def test_a_row_of_another_criterion_is_stale_and_of_another_text_is_not(table, monkeypatch):
    known(monkeypatch, experiment())
    confirm.write("drawn", [row(experiment())])
    of = confirm.claims()[CLAIM].assertions
    monkeypatch.setitem(of, ASSERTION, confirm_replaced(of[ASSERTION], says="In other words"))
    assert list(confirm.stale(confirm.EXPERIMENTS, confirmations.rows())) == []
    monkeypatch.setitem(of, ASSERTION, confirm_replaced(of[ASSERTION], none=0.5))
    assert len(list(confirm.stale(confirm.EXPERIMENTS, confirmations.rows()))) == 1


def confirm_replaced(assertion, **changed):
    return type(assertion)(**vars(assertion) | changed)


def test_a_quick_setting_that_comes_out_otherwise_is_told(table, monkeypatch):
    known(monkeypatch, experiment())
    confirm.write("drawn", [row(experiment())])
    assert confirm.check(experiment(), confirmations.rows()) == []
    confirm.write("drawn", [row(experiment(), quick=3.25)])
    [sentence] = confirm.check(experiment(), confirmations.rows())
    assert "at its quick setting, and the table has 3.25" in sentence


def test_the_seeds_of_the_looks_are_cut_into_parts(tmp_path):
    run = confirm.Run(experiment(part=15), "key", confirm.Store(tmp_path), None)
    assert [part.seeds for part in run.parts(0, 20)] == [(6000, 6014), (6015, 6019)]
    assert [part.seeds for part in run.parts(20, 40)] == [(6020, 6034), (6035, 6039)]
    assert run.parts(0, 20)[0].name == "drawn-seeds-6000-6014"


def test_no_confirmed_row_is_stale():
    assert list(confirm.stale(confirm.EXPERIMENTS, confirmations.rows())) == []


COMMAND = """
import sys
from pathlib import Path

from helpers.analysis import confirmations
from helpers.reruns import confirm

confirm.FOLDER = Path(sys.argv[1]) / "store"
confirmations.TABLE = Path(sys.argv[1]) / "confirmed.csv"
confirm.main(["shallow_pit", "--jobs", "1"])
"""


@pytest.mark.slow
def test_killed_it_goes_on_and_comes_to_the_committed_rows(tmp_path):
    command = [sys.executable, "-P", "-c", COMMAND, tmp_path]
    quick = tmp_path / "store" / "runs" / "shallow_pit-quick"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        until = time.monotonic() + 300
        while not quick.exists():
            assert time.monotonic() < until
            time.sleep(0.2)
        below = psutil.Process(run.pid).children(recursive=True)
        run.kill()
    assert not psutil.wait_procs(below, timeout=120)[1]  # what it started has ended, too
    assert not (tmp_path / "confirmed.csv").exists()
    written = quick.stat().st_mtime_ns
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "1 of 1 runs are there already." in done.stdout
    assert quick.stat().st_mtime_ns == written
    made, committed = (
        table[table.experiment == "shallow_pit"].set_index("assertion")
        for table in (pd.read_csv(tmp_path / "confirmed.csv"), confirmations.rows())
    )
    assert (made.outcome == committed.outcome).all()
    np.testing.assert_allclose(made.effect, committed.effect, rtol=confirm.TOLERANCE)
    assert made.key.tolist() == committed.key.tolist()
