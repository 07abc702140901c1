"""`make confirm`: run the experiments that take long, and write down what they found.

    python -m helpers.reruns.confirm [--jobs N] [--check] [EXPERIMENT …]

Each experiment is measured on 20 confirming seeds, and on 20 and 40 more for as long as one of its
assertions is not settled. Parts that are measured stay in `_build/confirm`, so the same command
goes on where it was stopped. The rows go into `helpers/analysis/confirmed.csv`, and a table that a
page shows of an experiment beside it.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
import xarray as xr

from helpers import provenance
from helpers.analysis import confirmations, findings
from helpers.analysis.findings import find
from helpers.analysis.registry import claims
from helpers.analysis.results import outcomes
from helpers.dependencies import Modules
from helpers.experiments.experiment import Experiment
from helpers.experiments.recorded import EXPERIMENTS, TABLES
from helpers.reruns.execute import RUNS
from helpers.reruns.given import RerunError
from helpers.reruns.grid import digest, rerun
from helpers.reruns.parts import QUICK, TUNING, Part, measure_apart
from helpers.reruns.store import Store
from helpers.reruns.workers import threads_per_job

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "_build" / "confirm"
DECIDES = (
    "from helpers.analysis.findings import find\nfrom helpers.analysis.results import outcomes"
)
MODULES = Modules(ROOT)  # as they are when this is loaded, each read once
TEXTS = {"says", "quantity", "scope", "unit", "of", "reason", "last"}  # change no outcome
TOLERANCE = 0.02  # of what a quick setting gives: other processors round otherwise


def code_of(experiment: Experiment) -> str:
    """A hash of the code that an experiment runs and of its settings."""
    imports = [
        f"from {function.__module__} import {function.__name__}"
        for function in (experiment.tune, experiment.measure)
        if function
    ]
    settings = [dict(experiment.confirm), dict(experiment.quick)]
    return digest(MODULES.key("\n".join(imports)), settings)


def key_of(experiment: Experiment, claim: str, assertion: str) -> str:
    """A hash of all that a row of the table depends on, but for versions and the machine."""
    asserted = asdict(claims()[claim].assertions[assertion])
    criterion = {name: value for name, value in asserted.items() if name not in TEXTS}
    values = experiment.values
    decides = MODULES.key(f"{DECIDES}\nfrom {values.__module__} import {values.__name__}")
    seeds = [experiment.first_seed, *experiment.looks]
    return digest(code_of(experiment), decides, seeds, criterion)[:16]


@dataclass
class Run:
    """An experiment that is being confirmed.

    Attributes:
        experiment: what is confirmed.
        code: of its parts.
        store: where they are.
        threads: cores for each of them.
    """

    experiment: Experiment
    code: str
    store: Store
    threads: int | None

    def part(self, kind: str, seeds: tuple[int, int] = (0, 0)) -> Part:
        """A part of the experiment: tuning, quick, or some seeds, first to last."""
        name = f"{self.experiment.name}-{kind}" + (f"-{seeds[0]}-{seeds[1]}" if any(seeds) else "")
        tuned = kind == "seeds" and self.experiment.tune
        tuning = str(self.path(f"{self.experiment.name}-{TUNING}")) if tuned else ""
        record = {"key": self.code, "versions": provenance.versions()}
        return Part(name, self.experiment.name, kind, seeds, tuning, self.threads, record)

    def parts(self, first: int, last: int) -> list[Part]:
        """The parts of the seeds with the numbers ``first`` to ``last`` - 1, counted from 0."""
        size, start = self.experiment.part, self.experiment.first_seed
        cuts = [*range(first, last, size), last]
        return [
            self.part("seeds", (start + a, start + b - 1))
            for a, b in zip(cuts[:-1], cuts[1:], strict=True)
        ]

    def path(self, name: str) -> Path:
        """The file of a part."""
        return self.store.runs / name / RUNS

    def tuning(self) -> xr.Dataset | None:
        """What was tuned."""
        if self.experiment.tune is None:
            return None
        return xr.load_dataset(self.path(f"{self.experiment.name}-{TUNING}"))

    def measured(self, n_seeds: int) -> xr.Dataset:
        """The first ``n_seeds`` seeds, from parts that are all there."""
        parts, done = [], 0
        for look in self.experiment.looks:
            if look <= n_seeds:
                parts += self.parts(done, look)
                done = look
        runs = [xr.load_dataset(self.path(part.name)) for part in parts]
        return xr.concat(
            runs, "seed", data_vars="minimal", coords="minimal", compat="override", join="override"
        )

    def quick(self) -> dict[tuple[str, str], float]:
        """The effect of each assertion at the quick setting, by claim and name."""
        path = self.path(f"{self.experiment.name}-{QUICK}")
        runs = xr.load_dataset(path, group="runs")
        tuning = xr.load_dataset(path, group="tuning") if self.experiment.tune else None
        return effects(self.experiment, runs, tuning)

    def rows(self, n_seeds: int) -> tuple[list[dict[str, Any]], bool]:
        """The rows of the table after so many seeds, and whether all of them are settled."""
        experiment, quick = self.experiment, self.quick()
        values = experiment.values(self.measured(n_seeds), self.tuning())
        last = experiment.first_seed + n_seeds - 1
        record, settled = self.store.results()[0], True
        record = record[self.parts(0, experiment.looks[0])[0].name]
        rows = []
        for claim, by_name in values.items():
            known = claims()[claim]
            decided = {name: find(known.assertions[name], by_name[name]) for name in by_name}
            for assertion, finding, outcome in outcomes(known, decided, {}):
                settled &= outcome != findings.OPEN
                rows.append(
                    {"claim": claim, "assertion": assertion.name, "experiment": experiment.name}
                    | asdict(finding)
                    | {
                        "quick": quick[claim, assertion.name],
                        "seeds": f"{experiment.first_seed}–{last}",
                        "date": record["began"][:10],
                        "machine": record["machine"],
                        "versions": json.dumps(record["versions"]),
                        "key": key_of(experiment, claim, assertion.name),
                    }
                )
        return rows, settled


def effects(
    experiment: Experiment, runs: xr.Dataset, tuning: xr.Dataset | None
) -> dict[tuple[str, str], float]:
    """The effect of each assertion, by claim and name."""
    return {
        (claim, name): find(claims()[claim].assertions[name], values).effect
        for claim, by_name in experiment.values(runs, tuning).items()
        for name, values in by_name.items()
    }


def confirm(names: Sequence[str], jobs: int, tell: Callable[[str], None]) -> list[str]:
    """Measure experiments look by look, and write their rows as they are decided.

    Args:
        names: of the experiments.
        jobs: parts at a time.
        tell: is called with sentences for the user.

    Returns:
        Names of the parts that failed; their experiments have no new rows.
    """
    store, threads = Store(FOLDER), threads_per_job(jobs, None)
    runs = [Run(EXPERIMENTS[name], code_of(EXPERIMENTS[name]), store, threads) for name in names]

    def carry_out(todo: list[Part]) -> set[str]:
        return set(rerun(todo, store, jobs, tell, execute=measure_apart, compared=False))

    first = [run.part(QUICK) for run in runs]
    first += [run.part(TUNING) for run in runs if run.experiment.tune]
    failed = carry_out(first)
    done = dict.fromkeys(names, 0)
    for look in range(max(len(run.experiment.looks) for run in runs)):
        runs = [
            run
            for run in runs
            if look < len(run.experiment.looks)
            and not any(part.startswith(f"{run.experiment.name}-") for part in failed)
        ]
        parts = [
            part
            for run in runs
            for part in run.parts(done[run.experiment.name], run.experiment.looks[look])
        ]
        failed |= carry_out(parts)
        left = []
        for run in runs:
            name, n_seeds = run.experiment.name, run.experiment.looks[look]
            done[name] = n_seeds
            if any(part.name in failed for part in parts if part.experiment == name):
                continue
            rows, settled = run.rows(n_seeds)
            write(name, rows)
            if name in TABLES:
                write_table(name, TABLES[name](run.measured(n_seeds), run.tuning()))
            tell(f"{name}: {len(rows)} rows after {n_seeds} seeds{'' if settled else ', open'}.")
            if not settled:
                left.append(run)
        runs = left
        if not runs:
            break
    return sorted(failed)


def write(name: str, rows: list[dict[str, Any]]) -> None:
    """Put the rows of an experiment in place of those that the table has of it."""
    others = confirmations.rows() if confirmations.TABLE.exists() else pd.DataFrame()
    if len(others):
        others = others[(others.experiment != name) & others.experiment.isin(list(EXPERIMENTS))]
    table = pd.concat([others, pd.DataFrame(rows)])[confirmations.COLUMNS]
    in_order = table.sort_values(["claim", "assertion"], kind="stable")
    in_order.to_csv(confirmations.TABLE, index=False, na_rep="nan", lineterminator="\n")
    confirmations.rows.cache_clear()


def write_table(name: str, table: pd.DataFrame) -> None:
    """Write what a page shows of an experiment beside its rows, to a file of its name."""
    path = confirmations.TABLE.with_name(f"{name}.csv")
    table.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")


def stale(experiments: Mapping[str, Experiment], table: pd.DataFrame) -> Iterator[str]:
    """Say of each row of a table that is of other code, settings or criteria which one it is."""
    for row in table.itertuples():
        name = f"{row.claim}.{row.assertion}"
        experiment = experiments.get(row.experiment)
        if experiment is None or row.assertion not in claims()[row.claim].assertions:
            yield f"{name} belongs to nothing that is there: run `make confirm`"
        elif row.key != key_of(experiment, row.claim, row.assertion):
            yield f"{name} is stale: make confirm ARGS={experiment.name}"


def check(experiment: Experiment, table: pd.DataFrame) -> list[str]:
    """Measure the quick setting of an experiment again; where it differs from the table."""
    now = effects(experiment, *experiment.run_quick())
    return [
        f"{row.claim}.{row.assertion} of {experiment.name} gives {now[row.claim, row.assertion]:g} "
        f"at its quick setting, and the table has {row.quick:g}"
        for row in table[table.experiment == experiment.name].itertuples()
        if not np.isclose(
            now[row.claim, row.assertion], row.quick, rtol=TOLERANCE, atol=1e-6, equal_nan=True
        )
    ]


@click.command()
@click.argument("names", nargs=-1, metavar="[EXPERIMENT …]")
@click.option("--jobs", type=click.IntRange(1, 256), default=2, show_default=True,
              help="Parts at a time.")  # fmt: skip
@click.option("--check", "one", is_flag=True,
              help="Measure the quick setting of one row, chosen at random, again.")  # fmt: skip
def main(names, jobs, one):
    """Confirm experiments, all if none is named."""
    if unknown := [name for name in names if name not in EXPERIMENTS]:
        known = ", ".join(sorted(EXPERIMENTS))
        raise click.UsageError(f"EXPERIMENT must be one of {known}, got {unknown[0]}")
    if one:
        row = confirmations.rows().iloc[random.randrange(len(confirmations.rows()))]
        if differing := check(EXPERIMENTS[row.experiment], confirmations.rows()):
            raise click.ClickException("; ".join(differing))
        click.echo(f"{row.claim}.{row.assertion} of {row.experiment} came out as in the table.")
        return
    try:
        failed = confirm(names or list(EXPERIMENTS), jobs, click.echo)
    except RerunError as error:
        raise click.ClickException(str(error)) from error
    if failed:
        raise click.ClickException(f"{len(failed)} parts failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
