"""What the user types: ``python -m helpers rerun`` and ``python -m helpers verify``."""

import os
import re
import shutil
import sys
import textwrap
from pathlib import Path
from typing import Any

import click

from helpers.reruns import notebooks
from helpers.reruns.given import REMOTE, RerunError, place, text, value, yaml_file, yaml_text

FOLDER = Path(__file__).parents[2] / "notebooks"


def split(option: str) -> tuple[str, list[Any]]:
    """``learning_rate=0.1,0.01`` as a name and its values; a list in brackets is one value.

    >>> split("batch_sizes=[7, 50],[8, 64]")
    ('batch_sizes', [[7, 50], [8, 64]])
    >>> split("dataset=digits,mnist")
    ('dataset', ['digits', 'mnist'])
    >>> split("features=[width,height],[depth]")
    ('features', ['[width,height]', '[depth]'])
    """
    name, _, listed = option.partition("=")
    values = value(f"[{listed}]")
    if not isinstance(values, list):
        values = [value(part.strip()) for part in re.split(r",(?![^\[]*\])", listed)]
    if not name.strip() or not values or "" in values:
        raise RerunError(f"--grid must read NAME=VALUE,VALUE, got {option}")
    return name.strip(), values


def whole(option: str, given: str, most: int) -> int:
    """The whole number that was given for an option.

    >>> whole("--jobs", "2", 256)
    2
    """
    number = value(given)
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= most:
        raise RerunError(f"{option} must be a whole number from 1 to {most}, got {given}")
    return number


def listing() -> str:
    """Every notebook of the book with its parameters, default values, meanings and ranges."""
    width = shutil.get_terminal_size((100, 24)).columns
    lines = []
    for path in sorted(FOLDER.glob("*.ipynb")):
        notebook = notebooks.load(str(path))
        title = next(c.source for c in notebook.cells if c.cell_type == "markdown").splitlines()[0]
        lines += [f"notebooks/{path.name}: {title.lstrip('# ')}"]
        for each in notebooks.declared(notebook):
            lines += textwrap.wrap(
                f"{each.name} = {each.default}  # {each.meaning}", width,
                initial_indent="  ", subsequent_indent="      ",
            )  # fmt: skip
        lines.append("")
    return "\n".join(lines).rstrip()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main():
    """Rerun notebooks of the batch-size book, and verify what came of it."""


@main.command()
@click.argument("notebook", required=False)
@click.option("-p", "--parameters", "typed", nargs=2, multiple=True, metavar="NAME VALUE",
              help="A value for all runs.")  # fmt: skip
@click.option("-r", "--parameters_raw", "raw", nargs=2, multiple=True, metavar="NAME TEXT",
              help="The same, taken as text even if it looks like a number.")  # fmt: skip
@click.option("-f", "--parameters_file", "files", multiple=True, metavar="FILE",
              help="YAML file of such values; -p, -r and --grid take precedence.")  # fmt: skip
@click.option("-y", "--parameters_yaml", "yaml", multiple=True, metavar="YAML",
              help="The same as text, such as '{batch_size: 64, epochs: 50}'.")  # fmt: skip
@click.option("--grid", multiple=True, metavar="NAME=VALUE,VALUE",
              help="Values to combine with those of every other --grid.")  # fmt: skip
@click.option("--jobs", default="1", metavar="N", help="Runs at a time, 1 to 256.")
@click.option("--timeout", metavar="SECONDS",
              help="Stop a run that takes longer; the others go on.")  # fmt: skip
@click.option("--cwd", default=".", metavar="DIR",
              help="Folder in which the runs start, if not this one.")  # fmt: skip
@click.option("--out", metavar="DIR",
              help="Folder of the results; the same command goes on there.")  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS",
              help="Address of a Dask scheduler, such as tcp://host:8786.")  # fmt: skip
@click.option("--list", "wanted", is_flag=True, help="List all notebooks and their parameters.")
def rerun(wanted, **given):
    """Execute NOTEBOOK at every combination of values, and compare the runs in DIR/index.html.

    NOTEBOOK is a path, an address, or - for the standard input. All values are checked before
    anything starts. A run that is done is not done again, however the command ended before.
    """
    if wanted:
        click.echo(listing())
        return
    plainly(_rerun, **given)


def _rerun(notebook, typed, raw, files, yaml, grid, jobs, timeout, cwd, out, scheduler):
    from helpers.reruns import grid as grids  # heavier: xarray, nbconvert
    from helpers.reruns.store import Store
    from helpers.reruns.workers import threads_per_job

    for name, given in {"NOTEBOOK": notebook, "--out": out}.items():
        if not given:
            raise RerunError(f"{name} is missing: python -m helpers rerun NOTEBOOK --out DIR")
    if REMOTE.match(out):
        raise RerunError(f"--out must be a folder of this machine, got {out}")
    folder = place(cwd, "--cwd")
    if not os.path.isdir(folder):
        raise RerunError(f"--cwd must be a folder, got {cwd}")
    jobs = whole("--jobs", jobs, 256)
    timeout = whole("--timeout", timeout, 365 * 24 * 3600) if timeout is not None else None
    loaded = notebooks.load(notebook)
    runs = asked(notebooks.injected(loaded), typed, raw, files, yaml, grid)
    threads = threads_per_job(jobs, scheduler)
    with notebooks.seen_from(folder):
        todo = grids.tasks(loaded, notebook, runs, threads, timeout)
    store = Store(Path(os.path.expanduser(text(out, "--out"))))
    failed = grids.rerun(todo, store, jobs, click.echo, scheduler)
    click.echo(f"{len(todo) - len(failed)} of {len(todo)} runs are done: {out}/index.html")
    if failed:
        rest = "; the rest are kept" if len(failed) < len(todo) else ""
        raise RerunError(f"{len(failed)} of {len(todo)} runs failed{rest}")


def asked(before, typed, raw, files, yaml, grid) -> list[dict[str, Any]]:
    """The values of each run: those from ``before``, unless YAML or an option gives others."""
    from helpers.reruns.grid import combinations

    given = [(name, value(word)) for name, word in typed]
    given += [(name, text(word)) for name, word in raw]
    axes = [split(option) for option in grid]
    listed = {}
    for file in files:
        listed |= yaml_file(file, click.echo)
    for lines in yaml:
        listed |= yaml_text(lines, click.echo)
    named = {name for name, _ in [*given, *axes]}
    kept = {name: before[name] for name in before if name not in named | listed.keys()}
    if kept:
        values = ", ".join(f"{name} = {value!r}" for name, value in kept.items())
        click.echo(f"Kept from the notebook's last execution: {values}.")
    kept |= {name: listed[name] for name in listed if name not in named}
    return combinations([*kept.items(), *given], axes)


@main.command()
@click.argument("folder", metavar="DIR")
@click.option("--run", "name", metavar="NAME", help="Which run; the first, if not given.")
def verify(folder, name):
    """Repeat a run of DIR, and compare its numbers to the last bit."""
    plainly(_verify, folder, name)


def _verify(folder, name):
    from helpers.reruns.store import Store
    from helpers.reruns.verify import repeat

    path = os.path.expanduser(text(folder, "DIR"))
    if not os.path.isdir(os.path.join(path, "runs")):
        raise RerunError(f"DIR must be a folder of reruns, got {folder}")
    store = Store(Path(path))
    done, damaged = store.results()
    name = name or next(iter(sorted(done)), None)
    if name in damaged:
        raise RerunError(f"{name} is damaged: run the command that made it once more")
    if name not in done:
        held = f"; it has {', '.join(sorted(done))}" if done else ""
        raise RerunError(f"{folder} has no run {name or 'to verify'}{held}")
    click.echo(f"Repeating {name}.")
    if found := repeat(store, done[name]):
        raise RerunError("\n".join([f"{name} came out different:", *found]))
    click.echo(f"{name} came out the same, to the last bit.")


def plainly(action, *arguments, **named) -> None:
    """Do something; what stops it is told in plain words, with exit code 1."""
    try:
        action(*arguments, **named)
    except RerunError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("\nInterrupted. Finished runs are kept; the same command goes on.", err=True)
        sys.exit(130)
